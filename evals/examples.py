"""What speaks for the evidence that the product finds, on development questions whose answers are known.

Questions about paragraphs are asked of an index of all paragraphs of their file, questions about long documents of an
index of those. Three kinds: answerable ones; ones whose own passages are left out of the search, so that only
neighbours remain; and adversarial ones, which look answerable and are not. The article's own questions take no part.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.progress import track

from evals.datasets import SquadQuestion, chroma, read_squad
from evals.paragraphs import as_document, paragraph_documents
from evals.squad_metrics import f1_score
from rag.answering.confidence import Calibration, Features, features, shortlist
from rag.answering.evidence import Evidence, gather
from rag.answering.retrieval import Retriever
from rag.index.ingest import Index
from rag.schema import Document, Encoder, Hit, Reader
from rag.settings import Settings

Kind = Literal["answerable", "left out", "adversarial"]
KINDS: tuple[Kind, ...] = ("answerable", "left out", "adversarial")
# Words that agree at least this far with an accepted answer are right; so is a sentence that holds one whole.
_RIGHT_F1 = 0.5
# Where the passages of a long document that hold an answer are left out, this many stand for the search's best.
_DEPTH = 40
_IsRight = Callable[[Evidence], bool]
_Span = tuple[str, int, int]  # document id, from, to


@dataclass(frozen=True, slots=True)
class Example:
    """The pieces of evidence for one question, most promising first: what speaks for each, and whether it is right.

    `source` names the set that the question is from.
    """

    source: str
    kind: Kind
    found: tuple[tuple[Features, bool], ...]

    def best(self, calibration: Calibration | None) -> tuple[Features, bool]:
        """The likeliest piece; the one that the reader scores highest before there is a calibration."""
        if calibration is None:
            return max(self.found, key=lambda one: one[0].reader)
        return max(self.found, key=lambda one: calibration.probability(one[0]))


@dataclass(frozen=True, slots=True)
class Bench:
    """The product's reader and encoder, with the settings that the examples are made with."""

    reader: Reader
    encoder: Encoder
    settings: Settings

    @contextmanager
    def searching(self, documents: Iterable[Document]) -> Iterator[Retriever]:
        """A retriever over an index of the documents, gone afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            index = Index(Path(folder), self.encoder, self.settings.passage_tokens, self.settings.overlap_sentences)
            try:
                for document in documents:
                    index.add(document)
                yield Retriever(index, self.settings.top_k, self.settings.candidates)
            finally:
                index.close()

    def example(
        self, source: str, kind: Kind, question: str, hits: Sequence[Hit], *, retriever: Retriever, is_right: _IsRight
    ) -> Iterator[Example]:
        """The example that reading the hits gives; none where there is nothing to read."""
        rarity = retriever.index.lexical.rarity
        found = shortlist(question, gather(question, hits, self.reader), rarity)
        if found:
            told = features(question, found, hits, rarity, self.encoder)
            yield Example(source, kind, tuple(zip(told, map(is_right, found), strict=True)))


def paragraph_examples(path: Path, count: int, bench: Bench) -> Iterator[Example]:
    """Examples from `count` questions of each kind in a SQuAD file, drawn with a fixed seed."""
    everything = read_squad(path)
    documents = paragraph_documents(row.context for row in everything)
    homes = {document.text: document.id for document in documents}
    with bench.searching(documents) as retriever:
        for kind, row in track(draw(everything, count), description=path.name):
            others = [id_ for id_ in homes.values() if id_ != homes[row.context]]
            hits = retriever.search(row.question, documents=others if kind == "left out" else None)
            answers = row.answers if kind == "answerable" else ()
            yield from bench.example(
                path.name, kind, row.question, hits, retriever=retriever, is_right=_agreeing(answers)
            )


def document_examples(folder: Path, bench: Bench) -> Iterator[Example]:
    """Examples from every question about the long documents of a chunking evaluation: answerable, and left out.

    Evidence is right whose phrase overlaps a reference. For "left out", passages that overlap one are passed over.
    """
    data = chroma(folder)
    documents = {name: as_document(name, text) for name, text in data.documents}
    with bench.searching(documents.values()) as retriever:
        for question in track(data.questions, description=folder.name):
            spans = [
                (documents[one.document].id, start, start + len(one.text))
                for one in question.references
                if (start := documents[one.document].text.find(one.text)) >= 0
            ]
            hits = retriever.search(question.question, k=_DEPTH)
            elsewhere = [hit for hit in hits if not _meets(spans, hit, hit.passage.start, hit.passage.end)]
            shown, asked = bench.settings.top_k, question.question
            yield from bench.example(
                folder.name, "answerable", asked, hits[:shown], retriever=retriever, is_right=_inside(spans)
            )
            yield from bench.example(
                folder.name, "left out", asked, elsewhere[:shown], retriever=retriever, is_right=_never
            )


def draw(rows: Sequence[SquadQuestion], count: int) -> list[tuple[Kind, SquadQuestion]]:
    """`count` answerable and as many unanswerable questions: adversarial where the file has them, else left out.

    "left out" stands for an answerable question whose own paragraph the search must not see.
    """
    generator = random.Random(0)
    answerable = [row for row in rows if row.answers]
    adversarial = [row for row in rows if not row.answers]
    generator.shuffle(answerable)
    generator.shuffle(adversarial)
    drawn: list[tuple[Kind, SquadQuestion]] = [("answerable", row) for row in answerable[:count]]
    if adversarial:
        return [*drawn, *(("adversarial", row) for row in adversarial[:count])]
    return [*drawn, *(("left out", row) for row in answerable[count : 2 * count])]


def _agreeing(answers: Sequence[str]) -> _IsRight:
    def is_right(one: Evidence) -> bool:
        return any(
            f1_score(answer, one.phrase) >= _RIGHT_F1 or answer.lower() in one.sentence.lower() for answer in answers
        )

    return is_right


def _never(_: Evidence) -> bool:
    return False


def _inside(spans: Sequence[_Span]) -> _IsRight:
    return lambda one: _meets(spans, one.hit, one.answer_start, one.answer_end)


def _meets(spans: Sequence[_Span], hit: Hit, start: int, end: int) -> bool:
    """Whether `start:end` of the hit's document overlaps one of the spans."""
    return any(hit.passage.document_id == id_ and start < last and first < end for id_, first, last in spans)
