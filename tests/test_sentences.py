"""Sentences are found with exact offsets, and nothing between them is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Smith went home. He ate.", ["Mr. Smith went home.", "He ate."]),
        ("J. K. Rowling wrote it. Good.", ["J. K. Rowling wrote it.", "Good."]),
        ("The U.S. President left. He flew.", ["The U.S. President left.", "He flew."]),
        ("He lives in the U.S. The weather is bad.", ["He lives in the U.S.", "The weather is bad."]),
        ("On Oct. 1 it began. It ended.", ["On Oct. 1 it began.", "It ended."]),
        ("It grew 3.5 percent. Then it fell.", ["It grew 3.5 percent.", "Then it fell."]),
        ("Some (e.g. Turkey) did. Others not.", ["Some (e.g. Turkey) did.", "Others not."]),
        ("“Go away.” He left.", ["“Go away.”", "He left."]),
        ('"Why?" he asked. "Why not?"', ['"Why?" he asked.', '"Why not?"']),
        ("Wait!! Really?! Yes.", ["Wait!!", "Really?!", "Yes."]),
        ("Am I? I am. It was I. No.", ["Am I?", "I am.", "It was I.", "No."]),
        ("今日は晴れです。明日は雨です。", ["今日は晴れです。", "明日は雨です。"]),
        ("no full stop", ["no full stop"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_text_is_cut_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("- one item\n- two items\n- three", ["- one item", "- two items", "- three"]),
        ("# A heading\nThe text follows. More.", ["# A heading", "The text follows.", "More."]),
        ("roses are red\nviolets are blue", ["roses are red", "violets are blue"]),
        ("First block\n\nsecond block", ["First block", "second block"]),
        ("1. wake\n2. walk", ["1. wake", "2. walk"]),
    ],
)
def test_headings_items_verses_and_blank_lines_end_a_sentence(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_a_wrapped_line_does_not_end_a_sentence() -> None:
    text = (
        "The fighting was still going on\nin the mountains, and on the long road that leads from there to the capital."
    )
    assert sentence_spans(text) == [(0, len(text))]


@given(st.text(st.sampled_from("aB1 .!?。\n\t\"'”()-#…é日😀"), max_size=120) | st.text(max_size=120))
def test_spans_are_trimmed_ordered_and_leave_only_white_space_out(text: str) -> None:
    spans = sentence_spans(text)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
