"""Page numbers: where pages start in a text, through its tidying and in a Document. Knows no format."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.schema import Document

_SOLID = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\S*\s*")


def page_of(document: Document, offset: int) -> int | None:
    """The page, counted from 1, that the character at `offset` of the document's text stands on; None without pages."""
    starts = json.loads(document.metadata.get("pages", "[]"))
    return max(1, bisect_right(starts, offset)) if starts else None


def follow(marks: Sequence[int], raw: str, tidied: str) -> tuple[int, ...]:
    """Where offsets of `raw` are in `tidied`, which has the same letters and digits in the same order."""
    runs = [found.span() for found in _SOLID.finditer(raw)]
    before = [0, *accumulate(end - start for start, end in runs)]
    kept = [found.span() for found in _SOLID.finditer(tidied)]
    reached = [0, *accumulate(end - start for start, end in kept)]
    return tuple(_place(_solid_before(mark, runs, before), tidied, kept, reached) for mark in marks)


def _solid_before(mark: int, runs: Sequence[tuple[int, int]], before: Sequence[int]) -> int:
    """How many letters and digits stand before an offset."""
    at = bisect_right(runs, (mark, -1))
    if at and runs[at - 1][1] > mark:
        return before[at - 1] + mark - runs[at - 1][0]
    return before[at]


def _place(count: int, text: str, runs: Sequence[tuple[int, int]], reached: Sequence[int]) -> int:
    """The start of the word after the first `count` letters and digits; a word that they cut is passed over."""
    if count == 0:
        return 0
    at = bisect_right(reached, count - 1) - 1
    if at >= len(runs):
        return len(text)
    inside = runs[at][0] + count - reached[at]
    found = _GAP.match(text, inside)
    return found.end() if found else inside
