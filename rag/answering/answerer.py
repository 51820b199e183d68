"""From a standalone question to growing Answers, without an LLM. Knows retrieval, a reader and composition.

The reader is the seam: whatever satisfies `rag.schema.Reader` decides which words answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answering import compose
from rag.answering.confidence import Calibration, coverage, features, names_held, weigh
from rag.answering.conversation import standalone as make_standalone
from rag.answering.evidence import Evidence, announces, gather, items_of, mentions, with_announced, with_speaker
from rag.answering.framing import unframed
from rag.answering.identity import introductions
from rag.answering.overview import central_sentences
from rag.answering.owners import Owned, belongs_elsewhere, role_asked
from rag.answering.parts import parts_of
from rag.answering.people import asks_who_is_named, named_people
from rag.answering.question import Part, kind_of, topic_of
from rag.answering.retrieval import Retriever
from rag.errors import DocumentNotFound
from rag.index.ingest import Index
from rag.index.lexical import content_words
from rag.schema import Answer, Document, Hit, Reader, Turn

_OVERVIEW_SENTENCES = 4
_EXPLANATION_SENTENCES = 3
_MOST_ITEMS = 10
# Documents that mention fewer than half of a question's names cannot answer it.
_NAMES_HELD = 0.5
# Least share of a topic's names, or of its words by rarity, that the documents must hold to be an overview of it.
_TOPIC_HELD = 0.6
# A list of everybody who is named wants more than the best passages; its probability: right, perhaps not complete.
_EVERYWHERE = 200
_NAMED = 0.7
# How near to the best evidence's probability another one must come to be told beside it.
_ITEM_SHARE = 0.5
_SUPPORT_SHARE = 0.6
# How much of the words of the sentence that holds most of a yes/no question another one must hold.
_POINT_SHARE = 0.75


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


class Answerer:
    """Answers from one index with one reader."""

    def __init__(self, index: Index, retriever: Retriever, reader: Reader, calibration: Calibration) -> None:
        self._index = index
        self._retriever = retriever
        self._reader = reader
        self._calibration = calibration

    def stream(self, question: str, standalone: str, documents: Sequence[str] | None) -> Iterator[Answer]:
        """Growing answers: first the hits, then the text piece by piece; the last one is whole."""
        began = time.perf_counter()
        draft = Answer(question, standalone, "")
        parts = parts_of(unframed(standalone))
        found: list[Found] = []
        reading = 0.0
        for part in parts:
            asked = _completed(part, found)
            own = self._retriever.search(asked.text, documents=documents)
            draft = replace(draft, hits=_merged([*(one.hits for one in found), own]))
            yield draft
            retrieved = time.perf_counter()
            found.append(self._find(asked, own, documents))
            reading += time.perf_counter() - retrieved
        hits = draft.hits
        if len(parts) > 1 and all(one.confidence < self._calibration.answer for one in found):
            # Taken apart it finds nothing: the parts may have been one question after all.
            whole = unframed(standalone)
            found = [self._find(Part(whole, kind_of(whole)), hits, documents)]
        draft = replace(draft, hits=_reread(hits, found))
        timings = {"retrieve": time.perf_counter() - began - reading, "read": reading}
        yield from self._write(draft, found, timings, began)

    def _find(self, part: Part, hits: tuple[Hit, ...], documents: Sequence[str] | None) -> Found:
        """Read the hits for one part, and rank what was read by probability."""
        if part.kind == "overview":
            return self._survey(part, hits, documents)
        if asks_who_is_named(part.text):
            everywhere = self._retriever.search(part.text, k=_EVERYWHERE, documents=documents)
            if people := named_people(part.text, sorted(everywhere, key=_place)):
                return Found(replace(part, kind="list"), hits, tuple((_NAMED, one) for one in people))
        evidence = introductions(part.text, hits) or gather(part.text, hits, self._reader)
        words = self._index.lexical
        told = features(part.text, evidence, hits, words.rarity)
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
        text = self._source(evidence).text[self._with_speaker(evidence).start : evidence.end]
        if role is not None and belongs_elsewhere(role, text):
            return False
        if not part.name:
            return True
        others = set(content_words(part.text)) - set(content_words(part.name))
        shares = any(mentions(text, word) for word in others)
        return mentions(text, part.name) and (shares or evidence.score >= self._calibration.span)

    def _write(
        self, draft: Answer, found: Sequence[Found], timings: dict[str, float], began: float
    ) -> Iterator[Answer]:
        """Write each part that the documents answer; name the others, or refuse when there is none."""
        answered = [one for one in found if one.confidence >= self._calibration.answer]
        missing = tuple(one.part.text for one in found if one not in answered)
        confidence = sum(one.confidence for one in found) / len(found)
        if not answered:
            best = max(found, key=lambda one: one.confidence)
            nearest = best.ranked[0][1] if best.ranked else None
            text = compose.refusal(draft.standalone_question, nearest)
            timings["total"] = time.perf_counter() - began
            yield replace(draft, text=text, abstained=True, confidence=confidence, missing=missing, timings=timings)
            return
        written = compose.Draft()
        for one in answered:
            written = self._write_part(written, one)
            yield replace(draft, text=written.text, citations=written.citations)
        verdict = self._calibration.verdict(min(one.confidence for one in answered))
        if missing:
            verdict = "partial"
            unsaid = "; ".join(f"“{compose.one_line(part)}”" for part in missing)
            written = written.line(f"The documents do not answer: {unsaid}")
        timings["total"] = time.perf_counter() - began
        yield replace(
            draft,
            text=written.text,
            citations=written.citations,
            verdict=verdict,
            confidence=confidence,
            missing=missing,
            timings=timings,
        )

    def _write_part(self, draft: compose.Draft, found: Found) -> compose.Draft:
        """Add one part in the form that its kind asks for."""
        if found.part.kind == "overview":
            told = [one for _, one in found.ranked]
            return compose.write_sentences(draft, told, [self._source(one) for one in told])
        best = found.ranked[0][1]
        if found.part.kind in ("list", "explanation") and announces(best):
            told = [with_announced(self._with_speaker(best), self._document)]
            return compose.write_sentences(draft, told, [self._source(best)])
        if found.part.kind == "list":
            named = [item for one in found.likely(_ITEM_SHARE) for item in items_of(one)]
            items = _distinct(named)[:_MOST_ITEMS]
            if len(items) > 1:
                told = [self._with_speaker(one) for one in items]
                return compose.write_list(draft, told, [self._source(one) for one in told])
        if found.part.kind in ("explanation", "yes_no"):
            # A bare yes or no would be a judgement; the sentences that speak to it are evidence.
            likely = found.likely(_SUPPORT_SHARE)
            if found.part.kind == "yes_no":
                likely = self._to_the_point(found.part.text, likely)
            told = [self._with_speaker(one) for one in _sentences(likely)[:_EXPLANATION_SENTENCES]]
            return compose.write_sentences(draft, told, [self._source(one) for one in told])
        return compose.write_fact(draft, self._with_speaker(best), self._source(best))

    def _to_the_point(self, question: str, likely: Sequence[Evidence]) -> list[Evidence]:
        """The sentences that hold nearly as many of the question's words, by rarity, as the best of them."""
        asked = weigh(question, self._index.lexical.rarity)
        held = [coverage(asked, one.sentence) for one in likely]
        return [one for one, share in zip(likely, held, strict=True) if share >= _POINT_SHARE * max(held)]

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
        document = self._document(hits[0].passage.document_id)
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

    def _with_speaker(self, evidence: Evidence) -> Evidence:
        return with_speaker(evidence, self._document)

    def _source(self, evidence: Evidence) -> Document:
        return self._document(evidence.hit.passage.document_id)

    def _document(self, document_id: str) -> Document:
        document = self._index.catalog.document(document_id)
        if document is None:
            raise DocumentNotFound(f"The document {document_id!r} was removed while it was read; please ask again.")
        return document


def _place(hit: Hit) -> tuple[str, int]:
    return hit.passage.document_id, hit.passage.start


def _merged(searches: Sequence[tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """Hits of several searches, in turn, each passage once."""
    merged: dict[str, Hit] = {}
    for rank in range(max(map(len, searches), default=0)):
        for hits in searches:
            if rank < len(hits):
                merged.setdefault(hits[rank].passage.id, hits[rank])
    return tuple(merged.values())


def _completed(part: Part, found: Sequence[Found]) -> Part:
    """The part with what it borrows from those before it: "Who runs X and how old is he?"."""
    if part.name:  # one of several names, each asked about on its own
        return part
    return replace(part, text=make_standalone(part.text, [Turn(one.part.text, _short(one)) for one in found]))


def _short(found: Found) -> str:
    """Who the part asked about, in the form of an answer: "he" may mean that person; "it" means what was named."""
    if not found.ranked or not found.part.text.lower().startswith("who"):
        return ""
    best = found.ranked[0][1]
    return f"{best.phrase} [1]\n\n{compose.one_line(best.sentence)} [1]"


def _reread(hits: tuple[Hit, ...], found: Sequence[Found]) -> tuple[Hit, ...]:
    """The hits in the order of what the reader found in them; their score is that probability."""
    best: dict[str, float] = {}
    for probability, evidence in (pair for one in found for pair in one.ranked):
        passage = evidence.hit.passage.id
        best[passage] = max(probability, best.get(passage, 0.0))
    reread = (replace(hit, score=best.get(hit.passage.id, 0.0), stage="reread") for hit in hits)
    return tuple(sorted(reread, key=lambda hit: -hit.score))


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
