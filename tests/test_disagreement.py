"""Passages that disagree are shown together, and only those: each case is a small text and a question."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from rag.answering.compose import OBJECTIONS
from rag.answering.followup.said import said

if TYPE_CHECKING:
    from rag import Answer, Chatbot

HELICOPTER = (
    "The ministry of Belmora said that a drone from Tarkia shot down its helicopter over the Sund. "
    "Tarkia denied this. The helicopter carried four soldiers.\n\nTarkia and Belmora share a border of 300 kilometres. "
    "Tarkia denied sending drones to Belmora, and asked for evidence."
)
SPILL = (
    "The harbour office said on Monday that Nordwind Shipping caused the oil spill near Tarvik.",
    "Nordwind Shipping did not cause the oil spill near Tarvik, Ola Brun told reporters. Ola Brun likes fishing.",
)
FLOOD = (
    "Heavy rain flooded the valley of Lenoa on Tuesday. The government said that 12 people died in the flood.",
    "The valley of Lenoa was flooded on Tuesday. At least 30 people died in the flood, the Red Cross said. Two bridges "
    "collapsed.",
)
LIGHTHOUSE = (
    "The old lighthouse of Ystad was painted red by Greta Holm in 1921.",
    "The lighthouse of Ystad was painted by Olof Berg in 1934, and visitors were denied access in May.",
)
BAKERY = (
    "Anna Kern founded the bakery in 1950. The bakery employs 14 people. It does not sell cakes.",
    "The bakery was founded on 3 May 1950 by Anna Kern. It employs fourteen people.",
)


def objections(answer: Answer) -> list[str]:
    """The lines of an answer that speak against it."""
    return [line for line in answer.text.splitlines() if line.startswith(tuple(OBJECTIONS.values()))]


@pytest.mark.parametrize(
    ("documents", "question", "claim", "line"),
    [
        ([HELICOPTER], "What shot down the helicopter?", "drone", "Disputed: Tarkia denied this. [2]"),
        (
            SPILL,
            "Who caused the oil spill near Tarvik?",
            "Nordwind Shipping",
            f"Disputed: {SPILL[1].split('. ')[0]}. [2]",
        ),
    ],
)
def test_a_denial_stands_beneath_the_claim_with_a_citation_of_its_own(
    bot_factory: Callable[..., Chatbot], documents: tuple[str, ...], question: str, claim: str, line: str
) -> None:
    answer = bot_factory(*documents).ask(question)
    assert claim in answer.text.splitlines()[0]
    assert objections(answer) == [line]
    assert line == f"Disputed: {answer.citations[1].quote} [2]"


@pytest.mark.parametrize(
    ("documents", "question", "answers"),
    [
        (FLOOD, "How many people died in the flood?", {"12", "30"}),
        (LIGHTHOUSE, "Who painted the lighthouse of Ystad?", {"Greta Holm", "Olof Berg"}),
        (LIGHTHOUSE, "When was the lighthouse of Ystad painted?", {"1921", "1934"}),
    ],
)
def test_another_number_name_or_day_is_told_beside_the_first(
    bot_factory: Callable[..., Chatbot], documents: tuple[str, ...], question: str, answers: set[str]
) -> None:
    answer = bot_factory(*documents).ask(question)
    (line,) = objections(answer)
    assert line.startswith("Another passage says: ")
    first, other = answer.citations
    assert first.passage.document_id != other.passage.document_id
    phrases = {
        one.quote[one.answer_start - one.start : one.answer_end - one.start]
        for one in answer.citations
        if one.answer_start is not None and one.answer_end is not None
    }
    assert all(any(expected in phrase for phrase in phrases) for expected in answers)


@pytest.mark.parametrize(
    ("documents", "question"),
    [
        (BAKERY, "When was the bakery founded?"),  # a day of the same year
        (BAKERY, "How many people does the bakery employ?"),  # the same number, in words
        (BAKERY, "Who founded the bakery?"),
        ([HELICOPTER], "How many soldiers did the helicopter carry?"),  # beside the denial
        ([HELICOPTER], "How long is the border?"),  # by the same two, but nobody's claim
        (LIGHTHOUSE, "When were visitors denied access?"),  # no denial of anything said
        (FLOOD, "How many bridges collapsed?"),
        (SPILL, "Who is Ola Brun?"),
    ],
)
def test_what_does_not_disagree_is_not_said_to(
    bot_factory: Callable[..., Chatbot], documents: tuple[str, ...], question: str
) -> None:
    answer = bot_factory(*documents).ask(question)
    assert objections(answer) == []


def test_an_answer_that_tells_of_the_denial_itself_says_it_once(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("What did Turkey deny?")
    assert len(re.findall("denied using", answer.text)) == 1


def test_the_shipped_account_shows_the_denial_beside_the_claim(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("What shot down the Sukhoi S-25?")
    assert objections(answer) == ["Disputed: Turkey denied using drones or planes against Armenia. [2]"]


def test_what_an_answer_said_leaves_out_what_speaks_against_it() -> None:
    text = "It carries goats. [1]\n\nDisputed: Ann Lee denied this. [2]"
    assert said(text).phrase == ""
    assert said(text).quote == "It carries goats."
