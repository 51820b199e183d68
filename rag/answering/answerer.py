"""From a standalone question to growing Answers, without an LLM. Knows retrieval, a reader and composition.

The reader is the seam: whatever satisfies `rag.schema.Reader` decides which words answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering import compose
from rag.answering.confidence import Calibration
from rag.answering.conversation import standalone as make_standalone
from rag.answering.finding import Finder, Found
from rag.answering.framing import unframed
from rag.answering.parts import parts_of
from rag.answering.question import Part, kind_of
from rag.answering.retrieval import Retriever
from rag.answering.sources import Sources
from rag.answering.writing import PartWriter
from rag.index.ingest import Index
from rag.schema import Answer, Hit, Reader, Turn


class Answerer:
    """Answers from one index with one reader."""

    def __init__(self, index: Index, retriever: Retriever, reader: Reader, calibration: Calibration) -> None:
        sources = Sources(index.catalog)
        self._retriever = retriever
        self._calibration = calibration
        self._finder = Finder(retriever, reader, calibration, sources)
        self._writer = PartWriter(sources, calibration.strong)

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
            found.append(self._finder.find(asked, own, documents))
            reading += time.perf_counter() - retrieved
        hits = draft.hits
        if len(parts) > 1 and all(one.confidence < self._calibration.answer for one in found):
            # Taken apart it finds nothing: the parts may have been one question after all.
            whole = unframed(standalone)
            found = [self._finder.find(Part(whole, kind_of(whole)), hits, documents)]
        draft = replace(draft, hits=_reread(hits, found))
        timings = {"retrieve": time.perf_counter() - began - reading, "read": reading}
        yield from self._write(draft, found, timings, began)

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
            written = self._writer.write(written, one)
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
