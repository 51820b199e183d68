"""Picks the central sentences of a document. Knows nothing of questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.evidence import opens_with_pronoun
from rag.index.lexical import content_words, root
from rag.schema import Document, Encoder
from rag.sentences import sentence_spans

if TYPE_CHECKING:
    from rag.schema import Vectors

_MOST_SENTENCES = 150
_SHORTEST = 40
# Maximal marginal relevance (Carbonell & Goldstein 1998): relevance against likeness to what is chosen.
_RELEVANCE = 0.65
# News puts the gist first; the bonus falls from this to nothing over the text.
_LEAD_BONUS = 0.15


def central_sentences(document: Document, encoder: Encoder, count: int, topic: str = "") -> list[tuple[int, int]]:
    """Offsets of up to `count` sentences that together stand for the document, in reading order.

    Args:
        document: what to choose from.
        encoder: tells which sentences are alike.
        count: how many.
        topic: words that the sentences should be about; the document as a whole without them.
    """
    text = document.text
    every = sentence_spans(text)
    told = [(s, e) for s, e in every if e - s >= _SHORTEST and text[e - 1] in ".!?…\"”'’"]
    told = [(s, e) for s, e in told if not opens_with_pronoun(text[s:e])]
    # A poem or a list may have no sentence of the usual form; its lines then stand for it.
    spans = told or every
    if topic:
        spans = [(s, e) for s, e in spans if _shares_a_word(text[s:e], topic)] or spans
    spans = spans[:_MOST_SENTENCES]
    if len(spans) <= count:
        return spans
    vectors = encoder.encode_passages([text[start:end] for start, end in spans])
    alike = vectors @ vectors.T
    wanted = vectors @ encoder.encode_query(topic) if topic else alike.mean(axis=1)
    lead = 0.0 if topic else _LEAD_BONUS
    worth = [_RELEVANCE * float(one) + lead * (1 - row / len(spans)) for row, one in enumerate(wanted / wanted.max())]
    chosen: list[int] = []
    while len(chosen) < count:
        left = [row for row in range(len(spans)) if row not in chosen]
        chosen.append(max(left, key=lambda row: worth[row] - (1 - _RELEVANCE) * _most(alike[row, chosen])))
    return [spans[row] for row in sorted(chosen)]


def _shares_a_word(sentence: str, topic: str) -> bool:
    return bool({root(word) for word in content_words(sentence)} & {root(word) for word in content_words(topic)})


def _most(likeness: Vectors) -> float:
    return float(likeness.max()) if likeness.size else 0.0
