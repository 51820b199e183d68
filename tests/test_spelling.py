"""Misspelt and transliterated names become the indexed ones; ordinary words stay as they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.spelling import Speller
from rag.text import plain

VOCABULARY = [
    "pashinyan",
    "azerbaijan",
    "aliyev",
    "cavusoglu",
    "karabakh",
    "georgian",
    "lukashenko",
    "yerevan",
    "haydar",
    "turkey",
    "war",
    "drones",
    "f16x",
]
COMMON = {"georgia", "where", "which", "about", "think"}


@pytest.fixture
def speller() -> Speller:
    return Speller(lambda: VOCABULARY, COMMON.__contains__)


@pytest.mark.parametrize(
    ("typed", "indexed"),
    [
        ("Pashinian", "Pashinyan"),
        ("pashinjan", "pashinyan"),
        ("Azerbaidjan", "Azerbaijan"),
        ("Azerbajan", "Azerbaijan"),
        ("Aliev", "Aliyev"),
        ("Karabach", "Karabakh"),
        ("Lukaschenko", "Lukashenko"),
        ("Loukachenko", "Lukashenko"),
        ("Aserbaidschan", "Azerbaijan"),
        ("Əliyev", "Aliyev"),
        ("Garabagh", "Karabakh"),
        ("Jerevan", "Yerevan"),
        ("Erivan", "Yerevan"),
        ("Heydər", "Haydar"),
        ("Heidar", "Haydar"),
        ("Türkiye", "Turkey"),
    ],
)
def test_variant_of_a_name_becomes_the_indexed_one(speller: Speller, typed: str, indexed: str) -> None:
    assert speller.correct(f"Where was {typed} then?") == f"Where was {indexed} then?"


@pytest.mark.parametrize(
    "word",
    [
        "Georgia",
        "Erdogan",
        "Pashinyan",
        "Çavuşoğlu",
        "wars",
        "Alien",
        "think",
        "f16y",
        "2020",
        "Kazakhstan",
        "Mnatsakanyan",
    ],
)
def test_known_ordinary_and_unlike_words_stay(speller: Speller, word: str) -> None:
    assert speller.correct(f"Which {word}, and why?") == f"Which {word}, and why?"


def test_everything_around_a_corrected_word_stays(speller: Speller) -> None:
    assert speller.correct("  “Pashinian’s” war:\tAliev?! ") == "  “Pashinyan’s” war:\tAliyev?! "


def test_vocabulary_is_not_read_for_a_question_of_ordinary_words() -> None:
    def unread() -> list[str]:
        raise AssertionError("read for nothing")

    always: Callable[[str], bool] = lambda word: True  # noqa: E731
    assert Speller(unread, always).correct("Where is Georgia?") == "Where is Georgia?"


def test_plain_words_have_neither_capitals_nor_diacritics() -> None:
    assert [plain(word) for word in ("Erdoğan", "Çavuşoğlu", "Aydıntaşbaş", "ÉCOLE")] == [
        "erdogan",
        "cavusoglu",
        "aydintasbas",
        "ecole",
    ]
