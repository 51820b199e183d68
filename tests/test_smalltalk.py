"""Greetings get a friendly line; questions never do."""

from __future__ import annotations

import pytest

from rag.answering.smalltalk import reply


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("Hi", "Hello!"),
        ("hello there!", "Hello!"),
        ("Good morning, everyone", "Hello!"),
        ("Thanks a lot!", "welcome"),
        ("ok, thank you", "welcome"),
        ("Bye", "Goodbye"),
        ("How are you?", "thank you"),
        ("What can you do?", "quotes"),
        ("what's up? help", "quotes"),
        ("Good afternoon, can you help me?", "quotes"),
        ("Hi! What can you do?", "quotes"),
        ("Thanks, bye!", "welcome"),
        ("thanks and goodbye", "welcome"),
        ("Thank you for your help :)", "welcome"),
        ("ok", "All right"),
        ("Bonjour !", "Hello!"),
        ("help", "quotes"),
        ("Who are you?", "quotes"),
    ],
)
def test_small_talk_is_answered_in_kind(said: str, part: str) -> None:
    assert part in reply(said)
    assert bool(reply(said)) == bool(part)


@pytest.mark.parametrize(
    "question",
    ["Who is Erdogan?", "Hi, who is Erdogan?", "What can Turkey do?", "Who helps Azerbaijan?", "great power rivalry",
     "Thanks to whom did Azerbaijan win?", "hey jude", "Good relations?", "How are you and Russia related?", "?",
     "Hello, can you help me find who Erdogan is?", "what do you know about Russia?", "and", "Right bank?",
     "Is Armenia right?", "What are the reasons?"],
)  # fmt: skip
def test_question_is_never_taken_for_small_talk(question: str) -> None:
    assert reply(question) == ""
