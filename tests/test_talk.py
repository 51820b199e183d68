"""A visitor's conversation as values: it grows, it stops, it stays bounded."""

from __future__ import annotations

import html

import pytest

from rag import Chatbot
from rag.serving import talk
from rag.serving.opening import Opening


@pytest.fixture
def opening(corpus_bot: Chatbot) -> Opening[Chatbot]:
    opened = Opening(lambda: corpus_bot, lambda _: None)
    opened.start()
    assert opened.wait(60)
    return opened


def test_an_answer_grows_in_the_conversation_and_then_counts_as_history(opening: Opening[Chatbot]) -> None:
    grown = list(talk.ask(opening, "Who is Kevork Oskanian?", ()))
    assert grown[0][-1].state == "waiting"
    assert grown[-1][-1].state == "whole"
    assert all(talk.turns(one) == () for one in grown[:-1])
    assert [turn.question for turn in talk.turns(grown[-1])] == ["Who is Kevork Oskanian?"]


def test_a_follow_up_is_understood_from_the_visitors_own_conversation(opening: Opening[Chatbot]) -> None:
    *_, first = talk.ask(opening, "Who is Kevork Oskanian?", ())
    *_, second = talk.ask(opening, "Where does he work?", first)
    answer = second[-1].answer
    assert answer is not None
    assert "Oskanian" in answer.standalone_question
    assert [one.key for one in second] == [1, 2]


def test_a_bad_question_becomes_a_line_of_the_page_and_no_history(opening: Opening[Chatbot]) -> None:
    *_, after = talk.ask(opening, "   ", ())
    assert after[-1].state == "failed"
    assert talk.turns(after) == ()
    (message,) = talk.messages(after)
    assert message["role"] == "assistant"
    assert "Please type a question" in message["content"]


def test_a_stopped_answer_stays_but_is_no_history(opening: Opening[Chatbot]) -> None:
    running = next(one for one in talk.ask(opening, "Who is Kevork Oskanian?", ()) if one[-1].state == "growing")
    stopped = talk.stop(running)
    assert talk.is_running(running)
    assert not talk.is_running(stopped)
    assert "Stopped" in talk.messages(stopped)[-1]["content"]
    assert talk.turns(stopped) == ()
    assert talk.stop(stopped) == stopped


def test_a_question_that_never_got_its_turn_says_why_and_is_no_history(opening: Opening[Chatbot]) -> None:
    *_, first = talk.ask(opening, "Who is Kevork Oskanian?", ())
    waiting = talk.begin("And then?", first)
    assert talk.is_running(waiting)
    away = talk.turn_away("And then?", first, "The page is busy.")
    assert [one.key for one in away] == [one.key for one in waiting] == [1, 2]
    assert not talk.is_running(away)
    assert "The page is busy." in html.unescape(talk.messages(away)[-1]["content"])
    assert talk.turns(away) == talk.turns(first)


def test_a_session_stays_bounded_and_its_anchors_stay_distinct(opening: Opening[Chatbot]) -> None:
    so_far: talk.Talk = ()
    for _ in range(talk.KEPT + 3):
        *_, so_far = talk.ask(opening, "hello", so_far)
    assert len(so_far) == talk.KEPT
    assert [one.key for one in so_far] == list(range(4, talk.KEPT + 4))
