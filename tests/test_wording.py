"""A sentence of a plain form becomes a question that it answers; any other becomes none."""

from __future__ import annotations

import pytest

from rag.serving.wording import about, questions_of


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The mill of Staveley was built in 1890.", "When was the mill of Staveley built?"),
        ("Anna Kern founded the bakery in May 1950.", "When did Anna Kern found the bakery?"),
        ("Lenoa is poor, owing to its long drought.", "Why is Lenoa poor?"),
        ("At least 12 people died.", "How many people died?"),
        ("Two bridges collapsed at night.", "How many bridges collapsed?"),
        ("The pump holds 12 litres of water.", "How many litres does the pump hold?"),
        ("In the end, Hydrava, the owner, accused Lenoa of lying.", "What did Hydrava accuse Lenoa of?"),
        ("Tarkia denied this.", "What did Tarkia deny?"),
        ("Ann Lee, the mayor, told Reuters that she would go.", "What did Ann Lee tell Reuters?"),
        ("By these means, Norland hopes for rain.", "What does Norland hope for?"),
        ("Norland supplies both towns with ore.", "What does Norland supply?"),
        ("Kern wants to move the school.", "What does Kern want to do?"),
        ("Tom Hale lives in Kendal.", "Where does Tom Hale live?"),
    ],
)
def test_a_sentence_of_a_plain_form_becomes_its_question(sentence: str, question: str) -> None:
    assert next(questions_of(sentence), "") == question


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built in 1871.",  # what was?
        "She lives in Calama.",
        "Either Moscow supports them or it waits.",
        "The sources said more.",
        "Their plans were lost when the customs house burned.",
        "Nothing of note happened.",
    ],
)
def test_what_only_the_sentence_before_explains_becomes_no_question(sentence: str) -> None:
    assert list(questions_of(sentence)) == []


def test_a_name_is_asked_about_by_what_the_text_shows_it_to_be() -> None:
    text = "Ann Lee, the mayor, spoke for the Minsk Group and the Kurds of Syria. Idlib was quiet."
    assert about("Ann Lee", text) == "Who is Ann Lee?"
    assert about("Minsk Group", text) == "What is the Minsk Group?"
    assert about("Kurds of Syria", text) == "What do the documents say about the Kurds of Syria?"
    assert about("Idlib", text) == "What do the documents say about Idlib?"
