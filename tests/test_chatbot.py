"""The chain from question to cited answer, over the shipped corpus."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import DocumentError, QuestionError
from rag.schema import Answer, Turn

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

from tests.checking import check_answer, cited_texts

QUESTIONS = [
    "Who is Recep Tayyip Erdogan?",
    "When did the joint exercises take place?",
    "Why would Turkey intervene in the southern Caucasus?",
    "Which countries supply Azerbaijan with weapons?",
    "What do Oskanian and Aydintasbas think of Russia?",
    "Who is the prime minister of Armenia and who is the president of Belarus?",
    "Summarise the article.",
    "What is the best recipe for apple pie?",
    "wat hapened to teh Sukhoi plane",
]
OFF_TOPIC = [
    "What is the best recipe for apple pie?",
    "Who won the 1998 football World Cup?",
    "How do I tie a bow tie?",
]


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings={})


@pytest.mark.parametrize("question", QUESTIONS)
def test_stream_grows_and_ends_in_verbatim_citations_one_for_each_marker(question: str, corpus_bot: Chatbot) -> None:
    answers = list(corpus_bot.stream(question))
    check_answer(corpus_bot, answers[-1])
    assert len(answers) > 1
    assert answers[-1].hits
    assert {answer.question for answer in answers} == {question}
    for one, following in pairwise(answers):
        assert following.text.startswith(one.text)
        assert following.citations[: len(one.citations)] == one.citations


@pytest.mark.parametrize("question", [QUESTIONS[0], *OFF_TOPIC[:1]])
def test_ask_returns_the_last_of_the_stream(question: str, corpus_bot: Chatbot) -> None:
    *_, last = corpus_bot.stream(question)
    assert untimed(corpus_bot.ask(question)) == untimed(last)


@pytest.mark.parametrize("name", ["Erdogan", "Erdoğan", "ERDOGAN"])
def test_erdogan_is_named_with_his_office(name: str, corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask(f"Who is Recep Tayyip {name}?")
    assert not answer.abstained
    assert "president" in answer.text.lower()
    assert "president" in cited_texts(answer).lower()
    assert "Recep Tayyip Erdogan" in cited_texts(answer)


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_question_off_the_topic_is_not_answered(question: str, corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask(question)
    assert answer.abstained
    assert answer.citations == ()
    assert answer.verdict == "none"
    assert answer.missing == (question,)
    assert question in answer.text


def test_part_that_is_not_answered_is_named(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Who is Recep Tayyip Erdogan? What is the best recipe for apple pie?")
    check_answer(corpus_bot, answer)
    assert "Erdogan" in cited_texts(answer)
    assert answer.missing == ("What is the best recipe for apple pie?",)
    assert answer.verdict == "partial"
    assert "apple pie" in answer.text


@pytest.mark.parametrize("said", ["Hello!", "thanks", "What can you do?"])
def test_small_talk_is_answered_without_a_citation(said: str, corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask(said)
    assert answer.mode == "smalltalk"
    assert answer.text
    assert (answer.citations, answer.hits) == ((), ())
    assert not answer.abstained


def test_overview_quotes_several_passages_in_reading_order(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("What is the article about?")
    check_answer(corpus_bot, answer)
    assert len(answer.citations) >= 3
    assert [citation.start for citation in answer.citations] == sorted(citation.start for citation in answer.citations)


@pytest.mark.parametrize("question", ["", " \n", "?!", "😀", "\x00", "a" * 2_001, None, 7])
def test_bad_question_is_refused_and_the_next_one_answered(question: Any, corpus_bot: Chatbot) -> None:
    with pytest.raises(QuestionError):
        corpus_bot.ask(question)
    assert not corpus_bot.ask("Who is\x00 Nikol\ud800 Pashinyan?").abstained


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        ({"documents": 5}, "not int"),
        ({"documents": [None]}, "not NoneType"),
        ({"history": "Who?"}, "not str"),
        ({"history": [("Who?", "He.")]}, "not tuple"),
        ({"history": None}, "not NoneType"),
    ],
)
def test_wrong_types_are_told_and_not_taken_for_a_damaged_index(
    passed: dict[str, Any], said: str, corpus_bot: Chatbot
) -> None:
    with pytest.raises(QuestionError, match=said):
        corpus_bot.ask("Who is Nikol Pashinyan?", **passed)


@pytest.mark.parametrize("passed", [{"k": "three"}, {"method": "magic"}, {"documents": [7]}])
def test_search_refuses_what_it_cannot_use(passed: dict[str, Any], corpus_bot: Chatbot) -> None:
    with pytest.raises(QuestionError):
        corpus_bot.search("Who is Nikol Pashinyan?", **passed)


def test_one_source_may_stand_alone_and_a_number_is_none(corpus_bot: Chatbot) -> None:
    report = corpus_bot.ingest("no-such-file.txt", dry_run=True)
    assert list(report.failed) == ["no-such-file.txt"]
    with pytest.raises(DocumentError, match="not int"):
        corpus_bot.ingest([7])  # type: ignore[list-item]


def test_two_threads_get_the_answers_that_they_get_alone(corpus_bot: Chatbot) -> None:
    alone = {question: untimed(corpus_bot.ask(question)) for question in QUESTIONS[:2]}
    together: list[tuple[str, Answer]] = []

    def ask(questions: Sequence[str]) -> None:
        together.extend((question, untimed(corpus_bot.ask(question))) for question in questions)

    threads = [threading.Thread(target=ask, args=(order,)) for order in (QUESTIONS[:2], QUESTIONS[1::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 4
    assert all(answer == alone[question] for question, answer in together)


def test_conversation_keeps_its_turns_and_asks_with_them(corpus_bot: Chatbot) -> None:
    talk = corpus_bot.conversation()
    first = talk.ask("Who is Nikol Pashinyan?")
    second = talk.ask("What does he say about Turkey?")
    assert talk.history == (Turn(first.question, first.text), Turn(second.question, second.text))
    assert untimed(second) == untimed(corpus_bot.ask("What does he say about Turkey?", history=talk.history[:1]))
    assert "Pashinyan" in second.standalone_question
    assert corpus_bot.conversation().history == ()


def test_conversation_forgets_a_turn_that_was_refused_or_left(corpus_bot: Chatbot) -> None:
    talk = corpus_bot.conversation()
    with pytest.raises(QuestionError):
        talk.ask("?!")
    growing = talk.stream("Who is Nikol Pashinyan?")
    next(growing)
    growing.close()  # type: ignore[attr-defined]
    assert talk.history == ()
