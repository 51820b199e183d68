"""Cuts a document into passages of whole sentences. Knows token budgets, nothing of models or indexes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator

from rag.schema import Document, Passage
from rag.sentences import sentence_spans

TokenCounter = Callable[[str], int]


def passage_id(document_id: str, words: str, before: int) -> str:
    """A passage's id, from its words alone; `before` counts the document's earlier passages with the same words."""
    return hashlib.sha256(f"{document_id}\0{words}\0{before}".encode()).hexdigest()[:24]


class Chunker:
    """Passages of consecutive sentences within a token budget, with exact offsets."""

    def __init__(
        self, count: TokenCounter, tokens: int, overlap: int, encoder_count: TokenCounter, encoder_limit: int
    ) -> None:
        """Keep the limits.

        Args:
            count: counts a text's budget tokens (tiktoken).
            tokens: most budget tokens of a passage.
            overlap: how many sentences neighbouring passages share.
            encoder_count: counts a text's wordpieces.
            encoder_limit: most wordpieces that the encoder reads.
        """
        self._count = count
        self._tokens = tokens
        self._overlap = overlap
        self._encoder_count = encoder_count
        self._encoder_limit = encoder_limit

    def split(self, document: Document) -> list[Passage]:
        """The document's passages in reading order; every sentence is in at least one."""
        text = document.text
        pieces = [piece for span in sentence_spans(text) for piece in self._fit(text, *span)]
        seen: Counter[str] = Counter()
        passages: list[Passage] = []
        for ordinal, (start, end) in enumerate(self._pack(text, pieces)):
            words = text[start:end]
            identity = passage_id(document.id, words, seen[words])
            seen[words] += 1
            passages.append(Passage(identity, document.id, document.title, document.source, words, ordinal, start, end))
        return passages

    def _pack(self, text: str, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Spans of as many consecutive pieces as the budget holds, each beginning `overlap` pieces back."""
        first = 0
        while first < len(pieces):
            last = first
            while last + 1 < len(pieces) and self._fits(text[pieces[first][0] : pieces[last + 1][1]]):
                last += 1
            yield pieces[first][0], pieces[last][1]
            if last + 1 == len(pieces):
                return
            following = last + 1
            first = max(first + 1, following - self._overlap)
            # Shared sentences that leave no room for the next one would only repeat the passage before.
            while first < following and not self._fits(text[pieces[first][0] : pieces[following][1]]):
                first += 1

    def _fits(self, text: str) -> bool:
        return self._count(text) <= self._tokens and self._encoder_count(text) <= self._encoder_limit

    def _fit(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A sentence, or its pieces when it is longer than a passage may be, cut at spaces where it has any."""
        while start < end:
            cut = self._longest(text, start, end)
            if cut < end:
                space = text.rfind(" ", start + (cut - start) // 2, cut)
                cut = space if space > start else cut
            yield start, cut
            start = cut
            while start < end and text[start].isspace():
                start += 1

    def _longest(self, text: str, start: int, end: int) -> int:
        """The end of the longest beginning of `text[start:end]` that fits.

        Found by doubling and then halving: the time does not grow with what follows, however long that is.
        """
        low, size = start + 1, 8 * self._tokens
        while self._fits(text[start : (high := min(end, start + size))]):
            if high == end:
                return end
            low, size = high, 2 * size
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._fits(text[start:middle]) else (low, middle)
        return low
