"""Who somebody is, and whose something is, by the forms in which texts say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag import Chatbot
from rag.answering.identity import introductions
from rag.answering.owners import belongs_elsewhere, role_asked
from rag.schema import Hit, Passage

TEXT = (
    "Ida Merrow, the mayor of Alderbay, opened the bridge. Corland's finance minister, Tom Hale, stayed away. "
    "President Olga Brandt of Corland sent a letter, and Ugo Ferri, who advises Brandt on trade, read it aloud. "
    "The letter praised Pelmouth, Corland's capital, and Sam Merrow was an engineer of the bridge."
)


def told(question: str, text: str = TEXT) -> list[str]:
    passage = Passage("p", "d", "title", "source", text, 0, 0, len(text))
    found = introductions(question, [Hit(passage, 1.0, "fused")])
    return [one.phrase for one in sorted(found, key=lambda one: -one.score)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is Ida Merrow?", "the mayor of Alderbay"),
        ("who is tom hale", "Corland's finance minister"),
        ("Who is Brandt?", "President"),
        ("Who's Ugo Ferri?", "advises Brandt on trade"),
        ("What is Pelmouth?", "Corland's capital"),
        ("Who was Sam Merrow?", "an engineer of the bridge"),
        ("Who is the mayor of Alderbay?", "Ida Merrow"),
        ("Who is Corland's finance minister?", "Tom Hale"),
        ("What is the capital of Corland?", "Pelmouth"),
        ("what is corland's capital", "Pelmouth"),
    ],
)
def test_who_somebody_is(question: str, expected: str) -> None:
    assert told(question)[0] == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who is Bob Merrow?",  # a namesake
        "Who opened the bridge?",
        "What is happening in Corland?",
        "Who is right?",
        "Who is the mayor of Pelmouth?",
        "Who is Corland's defence minister?",
        "What did the mayor of Alderbay open?",
    ],
)
def test_other_questions_are_left_to_the_reader(question: str) -> None:
    assert told(question) == []


def test_every_phrase_stands_in_its_sentence_and_document() -> None:
    passage = Passage("p", "d", "title", "source", TEXT, 0, 100, 100 + len(TEXT))
    [one] = introductions("Who is Ida Merrow?", [Hit(passage, 1.0, "fused")])
    assert TEXT[one.answer_start - 100 : one.answer_end - 100] == one.phrase
    assert TEXT[one.start - 100 : one.end - 100] == one.sentence == TEXT.split(". ", maxsplit=1)[0] + "."


@pytest.mark.parametrize(
    ("question", "text", "elsewhere"),
    [
        ("Who is Armenia's foreign minister?", "Turkey's foreign minister, Mevlut Cavusoglu, spoke.", True),
        ("Who is the Turkish foreign minister?", "Turkey's foreign minister, Mevlut Cavusoglu, spoke.", False),
        ("Who is Turkey's defence minister?", "Turkey's foreign minister, Mevlut Cavusoglu, spoke.", True),
        ("Who is the president of Peru?", "The talks between the presidents of Chile and Peru failed.", False),
        ("Who is the president of Peru?", "Peru sent its ambassador to Lima.", True),
        ("What is the capital of France?", "They met in Baku, the capital.", True),
        ("Who is the leader of Peru?", "Peru is governed by Ann Lee.", False),
    ],
)
def test_what_belongs_to_somebody_else_does_not_answer(question: str, text: str, elsewhere: bool) -> None:
    asked = role_asked(question)
    assert asked is not None
    assert belongs_elsewhere(asked, text, text) is elsewhere


@pytest.mark.parametrize(
    "question", ["what is the limitation with the writer's son?", "Who met Leith's mayor?", "Who is the mayor?"]
)
def test_a_question_of_another_thing_asks_for_no_role(question: str) -> None:
    assert role_asked(question) is None


def test_whose_it_is_ends_at_a_full_stop() -> None:
    asked = role_asked("Who was the founder of the Gazette?")
    assert asked is not None
    text = "It was renamed the Observer. Its founder, Ann Lee, chose the name."
    assert not belongs_elsewhere(asked, text, text)


def test_answers_say_who_somebody_is(corpus_bot: Chatbot) -> None:
    assert corpus_bot.ask("Who is Putin?").text.startswith("The president of Russia [1]")
    assert corpus_bot.ask("Who is Hajiyev?").text.startswith("Advises Aliyev on foreign policy [1]")
    assert corpus_bot.ask("What is Armenia's capital?").text.startswith("Yerevan [1]")


def test_a_minister_of_another_country_is_no_answer(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Who is Armenia's foreign minister?")
    assert answer.abstained
    assert corpus_bot.ask("What is the capital of France?").abstained
    assert "Cavusoglu" in corpus_bot.ask("Who is Turkey's foreign minister?").text


def test_an_introduction_beats_the_name_of_somebody_near(bot_factory: Callable[..., Chatbot]) -> None:
    bot = bot_factory(
        "Ida Merrow met Tom Hale in May. Tom Hale was the harbour master, but the council sold the harbour to a bank. "
        "Ida Merrow's brother, Sam, sails."
    )
    assert bot.ask("Who is Tom Hale?").text.startswith("The harbour master [1]")
