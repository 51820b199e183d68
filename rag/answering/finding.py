"""Finds what the documents hold for one part of a question, with its probability. Knows a reader; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.confidence import Calibration, coverage, features, names_held, shortlist, weigh
from rag.answering.evidence import Evidence, gather, mentions
from rag.answering.identity import introductions
from rag.answering.overview import central_sentences
from rag.answering.owners import Owned, belongs_elsewhere, role_asked
from rag.answering.people import asks_who_is_named, named_people
from rag.answering.question import Part, topic_of
from rag.answering.retrieval import Retriever
from rag.answering.sources import Sources
from rag.index.lexical import content_words
from rag.schema import Hit, Reader

_OVERVIEW_SENTENCES = 4
# Documents that mention fewer than half of a question's names cannot answer it.
_NAMES_HELD = 0.5
# Least share of a topic's names, or of its words by rarity, that the documents must hold to be an overview of it.
_TOPIC_HELD = 0.6
# A list of everybody who is named wants more than the best passages; its probability: right, perhaps not complete.
_EVERYWHERE = 200
_NAMED = 0.7


@dataclass(frozen=True, slots=True)
class Found:
    """What the documents hold for one part of a question: probabilities with their evidence, best first."""

    part: Part
    hits: tuple[Hit, ...]
    ranked: tuple[tuple[float, Evidence], ...]

    @property
    def confidence(self) -> float:
        """Probability of the best evidence."""
        return self.ranked[0][0] if self.ranked else 0.0

    def likely(self, share: float) -> list[Evidence]:
        """The evidence whose probability is at least this share of the best one's, best first."""
        return [one for probability, one in self.ranked if probability >= share * self.confidence]


class Finder:
    """Finds in one index with one reader."""

    def __init__(self, retriever: Retriever, reader: Reader, calibration: Calibration, sources: Sources) -> None:
        self._index = retriever.index
        self._retriever = retriever
        self._reader = reader
        self._calibration = calibration
        self._sources = sources

    def find(self, part: Part, hits: tuple[Hit, ...], documents: Sequence[str] | None) -> Found:
        """Read the hits for one part, and rank what was read by probability."""
        if part.kind == "overview":
            return self._survey(part, hits, documents)
        if asks_who_is_named(part.text):
            everywhere = self._retriever.search(part.text, k=_EVERYWHERE, documents=documents)
            if people := named_people(part.text, sorted(everywhere, key=_place)):
                return Found(replace(part, kind="list"), hits, tuple((_NAMED, one) for one in people))
        words = self._index.lexical
        read = introductions(part.text, hits) or gather(part.text, hits, self._reader)
        evidence = shortlist(part.text, read, words.rarity)
        told = features(part.text, evidence, hits, words.rarity, self._index.encoder)
        ranked = [(self._calibration.probability(one), found) for one, found in zip(told, evidence, strict=True)]
        held = names_held(part.text, words, documents)
        if held is not None and held < _NAMES_HELD:
            ranked = [(0.0, found) for _, found in ranked]
        role = role_asked(part.text)
        if part.name or role:
            ranked = [(odds if self._tells_of(part, role, one) else 0.0, one) for odds, one in ranked]
        return Found(part, hits, tuple(sorted(ranked, key=lambda pair: -pair[0])))

    def _tells_of(self, part: Part, role: Owned | None, evidence: Evidence) -> bool:
        """Whether the evidence names the side of a comparison that is asked about, and tells of nobody else's mayor.

        The other side has its own words; "Leith's mayor" does not say who Dover's is. A sentence that shares only the
        side's name with the question has to convince the reader alone.
        """
        text = self._sources.of(evidence).text[self._sources.with_speaker(evidence).start : evidence.end]
        if role is not None and belongs_elsewhere(role, text, evidence.hit.passage.text):
            return False
        if not part.name:
            return True
        others = set(content_words(part.text)) - set(content_words(part.name))
        shares = any(mentions(text, word) for word in others)
        return mentions(text, part.name) and (shares or evidence.score >= self._calibration.span)

    def _survey(self, part: Part, hits: tuple[Hit, ...], documents: Sequence[str] | None) -> Found:
        """The central sentences of the nearest document, or those about the part's topic if the documents hold it."""
        if not hits:
            return Found(part, hits, ())
        topic = topic_of(part.text)
        words = self._index.lexical
        held = names_held(part.text, words, documents)
        if held is None:
            together = " ".join(hit.passage.text for hit in hits)
            held = coverage(weigh(topic, words.rarity), together) if topic else 1.0
        document = self._sources.document(hits[0].passage.document_id)
        passages = self._index.catalog.passages_of(document.id)
        known = {hit.passage.id: hit for hit in hits}
        ranked = []
        for start, end in central_sentences(document, self._index.encoder, _OVERVIEW_SENTENCES, topic):
            passage = next(p for p in passages if p.start <= start < p.end)
            hit = known.get(passage.id) or Hit(passage, 0.0, "fused")
            sentence = document.text[start:end]
            ranked.append(
                (held if held >= _TOPIC_HELD else 0.0, Evidence(hit, start, end, start, end, 0.0, sentence, sentence))
            )
        return Found(part, hits, tuple(ranked))


def _place(hit: Hit) -> tuple[str, int]:
    return hit.passage.document_id, hit.passage.start
