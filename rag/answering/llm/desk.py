"""The passages on the desk: cut into windows of whole sentences that a claim can be compared with. Judges nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rag.answering.evidence import Evidence, with_speaker
from rag.answering.llm.facts import Held, full_names, held_by
from rag.answering.llm.injection import instructs
from rag.answering.llm.numbers import WORD
from rag.answering.llm.order import Wording, pairs_of, wording_of
from rag.schema import Document, Encoder, Hit
from rag.sentences import sentence_spans
from rag.text import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

FindDocument = Callable[[str], Document]
Called = Mapping[str, Set[str]]
_MOST_SENTENCES = 2  # of a window


@dataclass(frozen=True, slots=True)
class Window:
    """Whole neighbouring sentences of a passage, and what a claim is compared with."""

    evidence: Evidence
    text: str
    spelled: str
    held: Held
    wording: Wording
    sentences: tuple[Wording, ...]
    pairs: frozenset[tuple[str, str]]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Desk:
    """The passages that the model was given, ready to be compared: the windows of each, by its number from 1."""

    windows: Mapping[int, tuple[Window, ...]]
    ordinary: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim in the same terms as a window."""

    text: str
    spelled: str
    weights: Mapping[str, float]
    wording: Wording
    pairs: frozenset[tuple[str, str]]
    vector: Vector


def lay_out(question: str, hits: Sequence[Hit], encoder: Encoder, find_document: FindDocument) -> Desk:
    """The passages of the hits, numbered from 1."""
    spans = [sentence_spans(hit.passage.text) for hit in hits]
    flat = [hit.passage.text[start:end] for hit, found in zip(hits, spans, strict=True) for start, end in found]
    vectors = iter(encoder.encode_passages(flat))
    find = cache(find_document)  # each window asks for its document, and a document may be long
    texts: dict[str, str] = {}
    for hit in hits:
        texts[hit.passage.document_id] = f"{texts.get(hit.passage.document_id, '')}\n{hit.passage.text}"
    called = {document_id: full_names(text) for document_id, text in texts.items()}
    windows = {}
    for number, (hit, found) in enumerate(zip(hits, spans, strict=True), start=1):
        known = called[hit.passage.document_id]
        windows[number] = tuple(_windows(find, hit, found, [next(vectors) for _ in found], known))
    words = {match.group() for text in (question, *flat) for match in WORD.finditer(text)}
    return Desk(windows, frozenset(word for word in words if word == word.lower()))


def spelled_out(text: str) -> str:
    """The text's words, plain, with a space around each."""
    return f" {' '.join(plain(match.group()) for match in WORD.finditer(text))} "


def _windows(
    find_document: FindDocument, hit: Hit, spans: Sequence[tuple[int, int]], vectors: Sequence[Vector], called: Called
) -> list[Window]:
    """The passage's windows, without those that tell a language model what to write."""
    windows = []
    barred = _barred(hit.passage.text, spans)
    for size in range(1, _MOST_SENTENCES + 1):
        for first in range(len(spans) - size + 1):
            if barred.isdisjoint(range(first, first + size)):
                ends = spans[first][0], spans[first + size - 1][1]
                vector = sum(vectors[first + 1 : first + size], vectors[first])
                windows.append(_window(find_document, hit, ends, vector, called))
    return [window for window in windows if not instructs(window.text)]


def _window(find_document: FindDocument, hit: Hit, ends: tuple[int, int], vector: Vector, called: Called) -> Window:
    start, end = ends
    at = hit.passage.start
    quoted = Evidence(hit, at + start, at + end, at + start, at + start, 0.0, "", "")
    evidence = with_speaker(quoted, find_document)
    text = find_document(hit.passage.document_id).text[evidence.start : evidence.end]
    wording = wording_of(text)
    sentences = tuple(wording_of(text[a:b]) for a, b in sentence_spans(text))
    return Window(
        evidence,
        text,
        spelled_out(text),
        held_by(text, "" if instructs(hit.passage.title) else hit.passage.title, called),
        wording,
        sentences,
        pairs_of(wording),
        _unit(vector),
    )


def _barred(text: str, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Places of the sentences that tell a language model what to write, and of those after one in its paragraph."""
    barred: set[int] = set()
    for place, (start, end) in enumerate(spans):
        follows = place - 1 in barred and "\n\n" not in text[spans[place - 1][1] : start]
        if follows or instructs(text[start:end]):
            barred.add(place)
    return barred


def _unit(vector: Vector) -> Vector:
    scaled: Vector = vector / (math.sqrt(float(vector @ vector)) or 1.0)
    return scaled
