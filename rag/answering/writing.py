"""Writes one part of an answer in the form that its kind asks for. Knows what was found; decides no probability."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering import compose
from rag.answering.disagreement import Told, against
from rag.answering.evidence import Evidence, announces, items_of, with_announced
from rag.answering.finding import Found
from rag.answering.sources import Sources

_EXPLANATION_SENTENCES = 3
_MOST_ITEMS = 10
# How near to the best evidence's probability another one must come to be told beside it.
_ITEM_SHARE = 0.5
_SUPPORT_SHARE = 0.6


class PartWriter:
    """Adds parts to drafts."""

    def __init__(self, sources: Sources, strong: float) -> None:
        """Keep what writing needs.

        Args:
            sources: the documents to quote from.
            strong: probability from which evidence is as good as sure.
        """
        self._sources = sources
        self._strong = strong

    def write(self, draft: compose.Draft, found: Found) -> compose.Draft:
        """Add one part in the form that its kind asks for."""
        if found.part.kind == "overview":
            told = [one for _, one in found.ranked]
            return compose.write_sentences(draft, told, [self._sources.of(one) for one in told])
        best = found.ranked[0][1]
        if found.part.kind in ("list", "explanation") and announces(best):
            told = [with_announced(self._sources.with_speaker(best), self._sources.document)]
            return compose.write_sentences(draft, told, [self._sources.of(best)])
        if found.part.kind == "list" and len(items := self._items(found)) > 1:
            return compose.write_list(draft, items, [self._sources.of(one) for one in items])
        if found.part.kind in ("explanation", "yes_no"):
            told = self._supporting(found)
            written = compose.write_sentences(draft, told, [self._sources.of(one) for one in told])
        else:
            told = [self._sources.with_speaker(best)]
            written = compose.write_fact(draft, told[0], self._sources.of(best))
        return self._with_objection(written, found, told)

    def _items(self, found: Found) -> list[Evidence]:
        """The distinct things that a list is asked for, best first."""
        named = [item for one in found.likely(_ITEM_SHARE) for item in items_of(one)]
        return [self._sources.with_speaker(one) for one in _distinct(named)[:_MOST_ITEMS]]

    def _supporting(self, found: Found) -> list[Evidence]:
        """The sentences that explain, or that speak to a yes/no question: a bare yes or no would be a judgement."""
        likely = found.likely(_SUPPORT_SHARE)
        return [self._sources.with_speaker(one) for one in _sentences(likely)[:_EXPLANATION_SENTENCES]]

    def _with_objection(self, draft: compose.Draft, found: Found, told: Sequence[Evidence]) -> compose.Draft:
        """The draft with the passage that disagrees with what is told, if one does."""
        if found.part.kind == "explanation":
            return draft
        words = " ".join(self._sources.of(one).text[one.start : one.end] for one in told)
        shown = Told(words, self._sources.of(found.ranked[0][1]).text)
        objection = against(found.part.text, shown, found.ranked, found.hits, self._strong)
        if objection is None:
            return draft
        kind, other = objection
        other = self._sources.with_speaker(other)
        return compose.write_objection(draft, kind, other, self._sources.of(other))


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """One evidence for each answer phrase: overlapping words, or words that another phrase contains, count as one."""
    kept: list[Evidence] = []
    for one in evidence:
        words = set(compose.answer_phrase(one).lower().split())
        same = any(
            (one.answer_start < other.answer_end and other.answer_start < one.answer_end and _same_text(one, other))
            or (words and (words <= (theirs := set(compose.answer_phrase(other).lower().split())) or theirs <= words))
            for other in kept
        )
        if not same:
            kept.append(one)
    return kept


def _same_text(one: Evidence, other: Evidence) -> bool:
    return one.hit.passage.document_id == other.hit.passage.document_id


def _sentences(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best evidence of each sentence, best first; the same words in another document are the same sentence."""
    kept: dict[str, Evidence] = {}
    for one in evidence:
        kept.setdefault(one.sentence, one)
    return list(kept.values())
