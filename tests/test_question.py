"""The form of a question says which form of answer it asks for."""

from __future__ import annotations

import pytest

from rag.answering.question import Kind, Part, kind_of, parts_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who is Recep Tayyip Erdogan?", "fact"),
        ("When did the exercises begin?", "fact"),
        ("How many people died?", "fact"),
        ("How long did the exercises last?", "fact"),
        ("Is Turkey involved?", "yes_no"),
        ("What is the Minsk Group?", "fact"),
        ("Why did Turkey intervene?", "explanation"),
        ("How does Iran see the war?", "explanation"),
        ("Explain the role of Israel.", "explanation"),
        ("What are the reasons for the war?", "explanation"),
        ("Which countries are permanent members?", "list"),
        ("List all the analysts.", "list"),
        ("What are the names of the cities?", "list"),
        ("Who are the leaders?", "list"),
        ("Who else helps?", "list"),
        ("Summarise the article.", "overview"),
        ("Can you summarize it?", "overview"),
        ("What is the article about?", "overview"),
        ("What are the main points?", "overview"),
        ("tl;dr", "overview"),
        ("Give me the gist", "overview"),
    ],
)
def test_kind_is_told_by_the_words(question: str, kind: Kind) -> None:
    assert kind_of(question) == kind


def test_plain_question_is_its_own_only_part() -> None:
    for question in ("Who is Erdogan?", "Which drones and planes did Turkey send?", "What about salt and pepper"):
        assert [part.text for part in parts_of(question)] == [question]


def test_two_questions_are_two_parts_in_their_order() -> None:
    assert parts_of("Who is Aliyev? Why did Turkey intervene?") == (
        Part("Who is Aliyev?", "fact"),
        Part("Why did Turkey intervene?", "explanation"),
    )
    assert [part.text for part in parts_of("When did it begin and who won?")] == ["When did it begin?", "who won?"]


def test_compared_subjects_are_asked_about_one_by_one() -> None:
    assert [part.text for part in parts_of("What do Oskanian and Aydintasbas think of Russia?")] == [
        "What does Oskanian think of Russia?",
        "What does Aydintasbas think of Russia?",
    ]


def test_overview_is_never_divided() -> None:
    question = "Summarise the article and what are the main points?"
    assert parts_of(question) == (Part(question, "overview"),)
