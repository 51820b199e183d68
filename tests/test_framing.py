"""What frames a question is taken off before it is searched and read; what it asks for stays."""

from __future__ import annotations

import pytest

from rag import Chatbot
from rag.answering.framing import unframed


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("According to the article, who is Ann Lee?", "Who is Ann Lee?"),
        ("In this text who leads the rebels?", "Who leads the rebels?"),
        ("Based on the document, when did it begin?", "When did it begin?"),
        ("Who is Ann Lee according to the article?", "Who is Ann Lee?"),
        ("Which towns are named in the text?", "Which towns are named?"),
        ("What was sold, as described in the news story?", "What was sold?"),
        ("Which towns does the article say fell?", "Which towns fell?"),
        ("What does the text say about Ann Lee?", "What is said about Ann Lee?"),
        ("Does the article mention Peru?", "What is said about Peru?"),
        ("Does the article say that Peru won?", "Is it that Peru won?"),
        ("How does the account describe the truce?", "How is the truce described?"),
        ("Can you tell me when the war began?", "When the war began?"),
        ("Tell me who Ann Lee is.", "Who is Ann Lee?"),
        ("Tell me about Ann Lee", "What is said about Ann Lee?"),
        ("I'd like to know which towns fell.", "Which towns fell?"),
        ("Do you know whether Peru won?", "Is it that Peru won?"),
        (
            "Please, could you tell me what, according to the article, Peru wants?",
            "What, according to the article, Peru wants?",
        ),
        ("Could you list all the towns?", "List all the towns?"),
        ("Hi, can you tell me where the jet was?", "Where was the jet?"),
    ],
)
def test_frame_is_taken_off(question: str, asked: str) -> None:
    assert unframed(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "Who is Ann Lee?",
        "What is the article about?",
        "Can you summarize it?",
        "According to the article, why?",
        "Who wrote the article?",
        "According to Ann Lee, who won?",
        "According to the UN report, who won?",
        "What did the documents of the ministry say about Peru?",
        "In the text of the treaty, who is named?",
        "When was the article published?",
        "Can Peru win?",
        "Tell me a joke",
    ],
)
def test_what_is_no_frame_stays(question: str) -> None:
    assert unframed(question) == question


@pytest.mark.parametrize("frame", ["According to the article, {}", "Can you tell me {}", "In the text, {}"])
def test_framed_question_is_answered_like_the_plain_one(corpus_bot: Chatbot, frame: str) -> None:
    plain = corpus_bot.ask("Who is Kevork Oskanian?")
    framed = corpus_bot.ask(frame.format("who is Kevork Oskanian?"))
    assert framed.text == plain.text
    assert framed.confidence == plain.confidence


def test_what_was_typed_is_what_a_refusal_names(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("According to the article, who won the World Cup?")
    assert answer.abstained
    assert answer.standalone_question == "According to the article, who won the World Cup?"
