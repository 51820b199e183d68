"""The trained reader points at the words that answer, and knows when there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.answering.confidence import load_calibration
from rag.answering.reader import open_reader
from rag.errors import ConfigurationError

if TYPE_CHECKING:
    from rag.schema import Encoder, Reader

HARBOUR = (
    "The harbour of Alderbay was dug between 1862 and 1868 under the engineer Ida Merrow. "
    "Its lighthouse, 41 metres high, was added three years later by her nephew, Tom Merrow. "
    "In 1904 a storm destroyed the eastern pier, and the town rebuilt it in granite."
)
MARKET = "On Saturdays the market square fills with stalls that sell smoked fish, rye bread and wool."


@pytest.fixture(scope="module")
def reader(encoder: Encoder) -> Reader:
    return open_reader("trained", encoder)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who was the engineer of the harbour?", "Ida Merrow"),
        ("How high is the lighthouse?", "41 metres"),
        ("When did a storm destroy the pier?", "1904"),
        ("Who added the lighthouse?", "Tom Merrow"),
    ],
)
def test_best_span_is_the_answer(reader: Reader, question: str, answer: str) -> None:
    best = reader.read(question, [HARBOUR])[0][0]
    words = HARBOUR[best.start : best.end]
    assert answer in words
    assert len(words) <= len(answer) + 25


def test_text_that_answers_scores_above_one_that_does_not(reader: Reader) -> None:
    question = "Who was the engineer of the harbour?"
    answering, other = reader.read(question, [HARBOUR, MARKET])
    assert answering[0].score > load_calibration("trained").span > other[0].score


def test_spans_are_apart_and_the_best_is_first(reader: Reader) -> None:
    spans = reader.read("What happened in which year?", [HARBOUR])[0]
    assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)
    assert len(spans) > 1
    for one in spans:
        assert HARBOUR[one.start : one.end].strip() == HARBOUR[one.start : one.end] != ""
        assert all(one is other or one.end <= other.start or other.end <= one.start for other in spans)


def test_span_never_crosses_from_a_heading_or_a_sentence_into_the_next(reader: Reader) -> None:
    text = f"# The harbour of Alderbay\n{HARBOUR}"
    for question in ("What is the harbour of Alderbay?", "Where is the harbour?", "What happened in Alderbay?"):
        for span in reader.read(question, [text])[0]:
            words = text[span.start : span.end]
            assert "\n" not in words
            assert ". " not in words


def test_answer_at_the_end_of_a_long_text_is_found(reader: Reader) -> None:
    long = " ".join([MARKET] * 40) + " " + HARBOUR
    best = reader.read("Who was the engineer of the harbour?", [long])[0][0]
    assert "Ida Merrow" in long[best.start : best.end]


def test_texts_read_together_score_as_they_do_alone(reader: Reader) -> None:
    question = "How high is the lighthouse?"
    together = reader.read(question, [MARKET, HARBOUR, ""])
    alone = reader.read(question, [HARBOUR])[0]
    assert together[1][0].start == alone[0].start
    assert together[1][0].score == pytest.approx(alone[0].score, abs=1e-3)
    assert together[2] == []


def test_unknown_reader_is_refused_by_name(encoder: Encoder) -> None:
    with pytest.raises(ConfigurationError, match=r"oracle.*RAG_READER"):
        open_reader("oracle", encoder)
