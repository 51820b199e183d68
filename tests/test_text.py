"""Typed questions come through clean, or are refused with one clear line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.text import MAX_QUESTION, clean_question


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \t\r\n",
        "\u00a0\u3000",
        "?!… —",
        "😀🎉",
        "👩\u200d👩\u200d👧",
        "\x00\x07",
        "\u200b\ufeff",
        "\ud800",
        "«»“”",
    ],
)
def test_question_without_a_letter_or_digit_is_asked_for(question: str) -> None:
    with pytest.raises(QuestionError, match=r"^Please type a question\.$"):
        clean_question(question)


def test_question_may_have_two_thousand_characters_and_no_more() -> None:
    assert len(clean_question("a" * MAX_QUESTION)) == 2_000
    with pytest.raises(QuestionError, match=r"2,001 characters.*at most 2,000"):
        clean_question("a" * (MAX_QUESTION + 1))


def test_control_characters_and_lone_surrogates_are_stripped() -> None:
    assert clean_question("Who\x00 is\x1b Erd\ud83dogan\x7f\u202e?\udfff") == "Who is Erdogan?"


def test_white_space_of_any_kind_becomes_one_space() -> None:
    assert clean_question("\n Who\u00a0is\t\tErdogan\r\n?  ") == "Who is Erdogan ?"


def test_question_is_composed() -> None:
    decomposed = "Erdog\u0306an"
    assert clean_question(decomposed) == "Erdoğan" == unicodedata.normalize("NFC", decomposed)


def test_joiners_that_scripts_need_are_kept() -> None:
    assert clean_question("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("question", [None, 5, b"Who?", ["Who?"], {"question": "Who?"}])
def test_question_that_is_not_text_is_refused_by_its_type(question: object) -> None:
    with pytest.raises(QuestionError, match=f"not {type(question).__name__}"):
        clean_question(question)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_comes_through_is_one_line_of_encodable_composed_text(question: str) -> None:
    try:
        text = clean_question(question)
    except QuestionError:
        assert not any(character.isalnum() for character in unicodedata.normalize("NFC", question))
        return
    text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)
    assert text == " ".join(text.split(" "))
    assert clean_question(text) == text
