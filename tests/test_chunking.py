"""Passages: whole sentences, exact offsets, never more than a budget, and ids that stay."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.index.chunking import Chunker
from rag.index.tokens import open_counter
from rag.schema import Document, Passage
from rag.sentences import sentence_spans

if TYPE_CHECKING:
    from rag.schema import Encoder

BUDGET, LIMIT = 32, 40
SENTENCES = [
    "Azerbaijan and Armenia were fighting.",
    "Is it true?",
    "Moscow waits, and Ankara does not, for reasons that are told in another place and at another time.",
    "word " * 70 + "end.",
    "x" * 5_000,
    "アゼルバイジャンとアルメニアは戦っていた。" * 6,
    "😀👩‍👩‍👧🇦🇿" * 30,
    "Çavuşoğlu naïve café.",
    "- an item",
    "\n\n",
]


def words(count: int) -> str:
    """A sentence of so many tokens, its full stop not counted."""
    return " ".join(["one"] * count)


def document(text: str, id_: str = "d") -> Document:
    return Document(id_, "Title", "source.txt", text, "hash")


@pytest.fixture(scope="session")
def chunker(encoder: Encoder) -> Callable[..., Chunker]:
    """Makes chunkers that count with the real counters."""
    count = open_counter()

    def make(tokens: int = BUDGET, overlap: int = 0, limit: int = LIMIT) -> Chunker:
        return Chunker(count, tokens, overlap, encoder.count_tokens, limit)

    return make


def check(text: str, passages: list[Passage], encoder: Encoder, tokens: int, limit: int) -> None:
    """What holds for the passages of any text."""
    count = open_counter()
    covered = [False] * len(text)
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert passage.text == text[passage.start : passage.end] != ""
        assert count(passage.text) <= tokens
        assert encoder.count_tokens(passage.text) <= limit
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    assert not "".join(c for c, inside in zip(text, covered, strict=True) if not inside).strip()
    assert len({passage.id for passage in passages}) == len(passages)
    for one, following in pairwise(passages):
        assert one.start < following.start
        assert one.end < following.end, "a passage that lies inside another says nothing new"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(SENTENCES) | st.text(max_size=80), max_size=12).map(" ".join),
    overlap=st.integers(0, 3),
)
def test_every_text_is_covered_within_both_limits(
    text: str, overlap: int, chunker: Callable[..., Chunker], encoder: Encoder
) -> None:
    check(text, chunker(overlap=overlap).split(document(text)), encoder, BUDGET, LIMIT)


@pytest.mark.parametrize("overlap", [0, 1])
def test_shipped_settings_hold_for_every_kind_of_sentence(
    overlap: int, chunker: Callable[..., Chunker], encoder: Encoder
) -> None:
    text = " ".join(SENTENCES * 3)
    passages = chunker(160, overlap, encoder.max_tokens).split(document(text))
    check(text, passages, encoder, 160, encoder.max_tokens)


def test_encoder_limit_binds_where_the_budget_does_not(chunker: Callable[..., Chunker], encoder: Encoder) -> None:
    text = "Çğşığü öüşçğ. " * 60  # many wordpieces
    passages = chunker(2_000, 0, 64).split(document(text))
    check(text, passages, encoder, 2_000, 64)
    assert len(passages) > 1


def test_passages_are_whole_sentences_where_sentences_fit(chunker: Callable[..., Chunker]) -> None:
    text = "\n\n".join(f"{words(n % 20 + 3).capitalize()}. And that is number {n}." for n in range(30))
    spans = sentence_spans(text)
    for passage in chunker().split(document(text)):
        assert passage.start in {start for start, _ in spans}
        assert passage.end in {end for _, end in spans}


def test_passages_are_filled_up_to_the_budget(chunker: Callable[..., Chunker]) -> None:
    passages = chunker(32, limit=256).split(document(" ".join([f"{words(9).capitalize()}."] * 6)))
    assert [passage.text.count(".") for passage in passages] == [3, 3]


def test_neighbours_share_as_many_sentences_as_asked(chunker: Callable[..., Chunker]) -> None:
    text = " ".join(f"{name} is here now." for name in ("Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gil", "Hal"))
    passages = [passage.text for passage in chunker(tokens=20, overlap=1).split(document(text))]
    assert len(passages) > 2
    for one, following in pairwise(passages):
        assert sentence_of(one, -1) == sentence_of(following, 0)
        assert sentence_of(one, -2) != sentence_of(following, 0)


def test_shared_sentence_without_room_for_the_next_is_left_out(chunker: Callable[..., Chunker]) -> None:
    text = f"A {words(13)}. B {words(14)}. C {words(28)}."
    passages = chunker(tokens=32, overlap=1, limit=256).split(document(text))
    assert [passage.text[0] for passage in passages] == ["A", "C"]


def test_long_word_is_cut_and_long_sentence_is_cut_at_spaces(chunker: Callable[..., Chunker]) -> None:
    assert "".join(passage.text for passage in chunker().split(document("x" * 5_000))) == "x" * 5_000
    text = " ".join(f"word{number}" for number in range(300))
    pieces = [passage.text for passage in chunker().split(document(text))]
    assert len(pieces) > 10
    assert " ".join(pieces) == text


def test_long_text_without_a_full_stop_is_cut_in_reasonable_steps(chunker: Callable[..., Chunker]) -> None:
    counted = 0

    def count(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return len(text) // 4

    text = "lorem ipsum " * 20_000
    Chunker(count, 160, 0, count, 256).split(document(text))
    assert counted < 100 * len(text), "the time would grow with the square of the length"


def test_ids_are_the_same_in_every_run(chunker: Callable[..., Chunker]) -> None:
    (passage,) = chunker().split(document("Azerbaijan and Armenia were fighting."))
    assert passage.id == "8b28e3184cb21ce7c3f4bc05"


def test_ids_differ_between_documents_and_between_repetitions(chunker: Callable[..., Chunker]) -> None:
    text = "\n\n".join([f"{words(20).capitalize()}."] * 4)
    ids = [passage.id for name in ("d", "e") for passage in chunker().split(document(text, name))]
    assert len(ids) == 8 == len(set(ids))


def test_ids_do_not_change_with_edits_elsewhere(chunker: Callable[..., Chunker]) -> None:
    paragraphs = [f"Number {n} {words(24)}." for n in range(6)]
    before = chunker().split(document("\n\n".join(paragraphs)))
    assert len(before) == 6
    paragraphs[2] = f"Instead {words(22)}, quite another text."
    after = chunker().split(document("\n\n".join([f"New {words(24)}.", *paragraphs, f"End {words(24)}."])))
    kept = {passage.id for passage in before} & {passage.id for passage in after}
    assert kept == {passage.id for passage in before if passage.ordinal != 2}


def test_blank_document_has_no_passages(chunker: Callable[..., Chunker]) -> None:
    assert chunker().split(document(" \n\n\t ")) == []


def sentence_of(text: str, number: int) -> str:
    """One sentence of a text, counted from its end when negative."""
    start, end = sentence_spans(text)[number]
    return text[start:end]
