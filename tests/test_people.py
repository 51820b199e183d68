"""Who is named: lists of the people whom texts introduce by a role."""

from __future__ import annotations

import pytest

from rag import Chatbot
from rag.answering.people import asks_who_is_named, named_people
from rag.schema import Hit, Passage

TEXT = (
    "Ida Merrow, the mayor of Alderbay, opened the bridge. To Corland's finance minister, Tom Hale, it was too dear. "
    "President Olga Brandt sent a letter. Ugo Ferri, a senior fellow of the Institute of Bridges, praised it, and "
    "fellow Alderbay Sailors cheered. Analyst Ann Lee of Corland, who is a Corland expert, kept silent."
)


def named(question: str) -> list[str]:
    passage = Passage("p", "d", "title", "source", TEXT, 0, 0, len(TEXT))
    return [one.phrase for one in named_people(question, [Hit(passage, 1.0, "fused")])]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which officials are named?", ["Ida Merrow", "Tom Hale", "Olga Brandt"]),
        ("which ministers does the article mention", ["Tom Hale"]),
        ("Which Corland officials are mentioned?", ["Tom Hale"]),
        ("Which experts did the report quote by name?", ["Ugo Ferri", "Ann Lee"]),
        ("Who are the experts?", ["Ugo Ferri", "Ann Lee"]),
        (
            "List all the people named in the article.",
            ["Ida Merrow", "Tom Hale", "Olga Brandt", "Ugo Ferri", "Ann Lee"],
        ),
        ("Which journalists are named?", []),
    ],
)
def test_everybody_of_a_group(question: str, names: list[str]) -> None:
    assert named(question) == names


@pytest.mark.parametrize(
    "question",
    ["Which officials opened the bridge?", "Who opened the bridge?", "Which people were named in the lawsuit of 1990?"],
)
def test_a_question_that_chooses_among_them_is_left_to_the_reader(question: str) -> None:
    assert not asks_who_is_named(question)


@pytest.mark.parametrize("word", ["in ", "In ", "A-", "Named "])
def test_a_long_question_is_read_once(word: str) -> None:
    """Would not end if each word could be read in two ways."""
    assert not asks_who_is_named(f"Which officials are named {word * 300} over there, when?")


def test_each_official_is_an_item_with_its_own_citation(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Which Turkish officials are named?")
    assert "Mevlut Cavusoglu" in answer.text
    assert "Recep Tayyip Erdogan" in answer.text
    assert "Pashinyan" not in answer.text
    assert len(answer.citations) == 2


def test_reasons_that_a_sentence_announces_are_told(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Why is Russia giving Turkey and Azerbaijan free rein?")
    assert "Several reasons" in answer.text
    assert "impotent" in answer.text
    assert "final arbiter" in answer.text
