"""Picks the central sentences of a document. Knows nothing of questions."""

from __future__ import annotations

from rag.schema import Document, Encoder
from rag.sentences import sentence_spans

_MOST_SENTENCES = 150
_SHORTEST = 40
# Maximal marginal relevance (Carbonell & Goldstein 1998): centrality against likeness to what is chosen already.
_CENTRALITY = 0.65
# News puts the gist first; the bonus falls from this to nothing over the text.
_LEAD_BONUS = 0.15


def central_sentences(document: Document, encoder: Encoder, count: int) -> list[tuple[int, int]]:
    """Offsets of up to `count` sentences that together stand for the document, in reading order."""
    text = document.text
    every = sentence_spans(text)
    told = [(s, e) for s, e in every if e - s >= _SHORTEST and text[e - 1] in ".!?…\"”'’"]
    # A poem or a list may have no sentence of the usual form; its lines then stand for it.
    spans = (told or every)[:_MOST_SENTENCES]
    if len(spans) <= count:
        return spans
    vectors = encoder.encode_passages([text[start:end] for start, end in spans])
    alike = vectors @ vectors.T
    central = alike.mean(axis=1)
    central = central / central.max()
    chosen: list[int] = []
    while len(chosen) < count:
        best, best_score = -1, float("-inf")
        for row in range(len(spans)):
            if row in chosen:
                continue
            repeated = max((float(alike[row, other]) for other in chosen), default=0.0)
            lead = _LEAD_BONUS * (1 - row / len(spans))
            score = _CENTRALITY * float(central[row]) + lead - (1 - _CENTRALITY) * repeated
            if score > best_score:
                best, best_score = row, score
        chosen.append(best)
    return [spans[row] for row in sorted(chosen)]
