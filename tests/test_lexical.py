"""Full-text search ranks as BM25 does, and takes any question for plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.index.catalog import Catalog
from rag.index.lexical import Lexical, content_words, root
from rag.schema import Document, Passage

TEXTS = [
    "drones drones helicopter",
    "drones tank mountain river valley",
    "tank helicopter",
    "mountain river river",
    "valley",
]
# The constants of SQLite's bm25().
K1, B = 1.2, 0.75


@pytest.fixture
def lexical(tmp_path: Path) -> Iterator[Lexical]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    for number, text in enumerate(TEXTS):
        add(catalog, f"p{number}", text, "even" if number % 2 == 0 else "odd")
    yield Lexical(catalog)
    catalog.close()


def add(catalog: Catalog, id_: str, text: str, document_id: str) -> None:
    document = Document(document_id, "Title", "source", text, "hash")
    known = catalog.passages_of(document_id)
    passage = Passage(id_, document_id, "Title", "source", text, len(known), 0, len(text))
    catalog.put(document, [*known, passage])


def bm25(words: list[str], text: str) -> float:
    """Robertson & Zaragoza 2009, as SQLite's documentation of FTS5 writes it."""
    split = [one.split() for one in TEXTS]
    average = sum(map(len, split)) / len(split)
    length = K1 * (1 - B + B * len(text.split()) / average)
    score = 0.0
    for word in words:
        holding = sum(word in one for one in split)
        rarity = math.log((len(split) - holding + 0.5) / (holding + 0.5))
        times = text.split().count(word)
        score += rarity * times * (K1 + 1) / (times + length)
    return score


@pytest.mark.parametrize("words", [["drones"], ["helicopter", "drones"], ["river", "valley"], ["mountain", "tank"]])
def test_order_and_scores_are_those_of_bm25(lexical: Lexical, words: list[str]) -> None:
    expected = {f"p{number}": bm25(words, text) for number, text in enumerate(TEXTS) if set(words) & set(text.split())}
    found = lexical.search(" ".join(words), 10)
    assert [id_ for id_, _ in found] == sorted(expected, key=lambda id_: -expected[id_])
    assert dict(found) == pytest.approx(expected, abs=1e-6)
    assert lexical.search(" ".join(words), 1) == found[:1]


@pytest.mark.parametrize(
    "question",
    ['"', '""', "NEAR(", "NEAR(drones, 2)", "*", "dro*", ":", "text: drones", "AND", "OR NOT", "drones AND", "^drones",
     "drones)", "{text} : drones", "'", "--", "drones; DROP TABLE passages", "+drones -tank", "___", "\\",
     "日本語", "😀"],
)  # fmt: skip
def test_syntax_in_a_question_is_harmless(lexical: Lexical, question: str) -> None:
    found = [id_ for id_, _ in lexical.search(question, 10)]
    assert ("p0" in found) == ("drones" in question)
    assert len(lexical.search("drones", 10)) == 2


def test_question_without_a_known_word_finds_nothing(lexical: Lexical) -> None:
    assert lexical.search("submarine", 10) == []
    assert lexical.search("", 10) == []
    assert lexical.search("?!", 10) == []


def test_forms_of_a_word_and_diacritics_meet(lexical: Lexical, tmp_path: Path) -> None:
    assert [id_ for id_, _ in lexical.search("Drone", 10)] == ["p0", "p1"]
    assert [id_ for id_, _ in lexical.search("hélicoptère HELICOPTERS", 10)] == ["p2", "p0"]


def test_search_is_restricted_to_the_documents_named(lexical: Lexical) -> None:
    assert [id_ for id_, _ in lexical.search("drones river", 10, ["even"])] == ["p0"]
    assert {id_ for id_, _ in lexical.search("drones river", 10, ["odd"])} == {"p1", "p3"}
    assert {id_ for id_, _ in lexical.search("drones river", 10, ["odd", "even"])} == {"p0", "p1", "p3"}
    assert lexical.search("drones river", 10, []) == []
    assert lexical.search("drones river", 10, ["unknown"]) == []


def test_rarer_words_weigh_more(lexical: Lexical) -> None:
    held_twice = math.log(1 + (5 - 2 + 0.5) / (2 + 0.5))
    assert lexical.rarity("drones") == pytest.approx(held_twice)
    assert lexical.rarity("dronelike") == pytest.approx(held_twice)  # one root
    assert lexical.rarity("submarine") == pytest.approx(math.log(1 + 5.5 / 0.5))


def test_vocabulary_is_every_word_lowered_and_without_diacritics(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "words.sqlite")
    add(catalog, "p", "Çavuşoğlu met ALIYEV, twice: Aliyev!", "d")
    assert set(Lexical(catalog).vocabulary()) == {"cavusoglu", "met", "aliyev", "twice"}
    catalog.remove("d")
    assert Lexical(catalog).vocabulary() == []
    catalog.close()


def test_content_words_leave_stop_words_out_unless_there_is_nothing_else() -> None:
    assert content_words("Who is the President of Russia?") == ["president", "russia"]
    assert content_words("Who is it?") == ["who", "is", "it"]
    assert content_words("?!") == []


def test_root_lets_forms_of_a_word_meet() -> None:
    assert root("wounded") == root("wounds") != root("winds")


def test_word_is_held_in_any_form_and_only_where_it_was_searched(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    lexical = Lexical(catalog)
    for number, text in enumerate(["Turkish drones flew over Erdoğan's palace.", "Rain fell on the harbour in 1904."]):
        document = Document(f"d{number}", "t", "s", text, "h")
        catalog.put(document, [Passage(f"p{number}", document.id, "t", "s", text, 0, 0, len(text))])
    assert lexical.holds("Turkish")
    assert lexical.holds("Erdogan")
    assert lexical.holds("1904")
    assert lexical.holds("drones", ["d0"])
    assert not lexical.holds("drones", ["d1"])
    assert not lexical.holds("Lavrov")
    assert not lexical.holds("19")
    catalog.close()
