"""Measures of a ranked list of passages. Pure functions; knows nothing of questions, indexes or texts.

A list is given as `found`: for each passage, best first, the numbers of the needed pieces of evidence that it holds. A
passage is relevant when it holds at least one. Sources: Manning, Raghavan and Schütze, "Introduction to Information
Retrieval" (2008), chapter 8; hit_rate and mrr as in LlamaIndex's retrieval evaluation; spans as in Smith and
Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Found = Sequence[frozenset[int]]


@dataclass(frozen=True, slots=True)
class DocumentSpan:
    """Characters `start:end` of the document with this id."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Recall, precision and intersection over union of reference spans, each from 0 to 1."""

    recall: float
    precision: float
    iou: float


def hit_rate(found: Found, k: int) -> float:
    """hit_rate@k: 1 when a relevant passage is among the first `k`, else 0; the mean over questions is the rate."""
    return float(any(found[:k]))


def recall(found: Found, needed: int, k: int) -> float:
    """recall@k = needed pieces held by the first `k` passages / `needed`, the number of all needed pieces (> 0)."""
    return len(frozenset().union(*found[:k])) / needed


def precision(found: Found, k: int) -> float:
    """precision@k = relevant passages among the first `k` / k; a list shorter than k counts as filled with misses."""
    return sum(map(bool, found[:k])) / k


def mrr(found: Found) -> float:
    """1 / rank of the first relevant passage, 0 without one; the mean over questions is the mrr (Voorhees 1999)."""
    return next((1.0 / rank for rank, pieces in enumerate(found, 1) if pieces), 0.0)


def span_scores(references: Sequence[DocumentSpan], retrieved: Sequence[DocumentSpan]) -> SpanScores:
    """How well the characters retrieved match those referred to: with e the reference and r the retrieved characters.

    recall = |e and r| / |e|, precision = |e and r| / |r|, iou = |e and r| / (|e| + |r| - |e and r|). What two retrieved
    spans share counts twice in |r| (it costs the reader twice) and once in |e and r|.
    """
    wanted = _characters(references)
    got = _characters(retrieved)
    shared = sum(len(wanted[document] & got.get(document, set())) for document in wanted)
    wanted_size = sum(map(len, wanted.values()))
    got_size = sum(span.end - span.start for span in retrieved)
    return SpanScores(
        recall=shared / wanted_size,
        precision=shared / got_size if got_size else 0.0,
        iou=shared / (wanted_size + got_size - shared),
    )


def _characters(spans: Sequence[DocumentSpan]) -> dict[str, set[int]]:
    positions: dict[str, set[int]] = {}
    for span in spans:
        positions.setdefault(span.document, set()).update(range(span.start, span.end))
    return positions
