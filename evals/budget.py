"""Cuts a ranked list of passages at a number of tokens, so that pipelines with passages of other sizes can be compared.

Knows tokens and offsets, nothing of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.retrieval_metrics import DocumentSpan

CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A retrieved text and where it stands."""

    document: str
    start: int
    text: str

    @property
    def span(self) -> DocumentSpan:
        """Its characters."""
        return DocumentSpan(self.document, self.start, self.start + len(self.text))


def within(ranked: Sequence[Retrieved], tokens: int, count: CountTokens) -> list[Retrieved]:
    """The first passages that `tokens` tokens hold, the last one cut at a word where it would exceed them.

    So every pipeline hands on the same number of tokens, whatever the size of its passages; a list that ends before is
    returned whole.
    """
    kept: list[Retrieved] = []
    left = tokens
    for one in ranked:
        size = count(one.text)
        if size > left:
            part = beginning(one.text, left, count)
            return [*kept, Retrieved(one.document, one.start, part)] if part else kept
        kept.append(one)
        left -= size
    return kept


def beginning(text: str, tokens: int, count: CountTokens) -> str:
    """The longest run of whole words at the start of `text` with at most `tokens` tokens."""
    ends = [index for index in range(1, len(text) + 1) if index == len(text) or text[index].isspace()]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[: ends[middle - 1]]) <= tokens else (low, middle - 1)
    return text[: ends[low - 1]] if low else ""
