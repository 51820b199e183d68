"""A language model as the writer of an answer: asks it, checks each sentence, shows what is supported. Knows no index.

The extractive answer comes first, in silence. It is what the user gets whenever the model fails, says that it found
nothing, or writes nothing that the passages support; the answer's notice then says so.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answering import compose
from rag.answering.llm import prompt
from rag.answering.llm.calling import stream_words
from rag.answering.llm.check import FILE, Checker
from rag.answering.llm.draft import Claim, claims_of
from rag.answering.llm.providers import MOST_WRITTEN
from rag.answering.llm.rewrite import rewrite
from rag.errors import LanguageModelError
from rag.schema import Answer, Document, Hit, Turn, Verdict

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_EXTRACTIVE = "this is the extractive answer."
# A model that reasons aloud is quoted from where it has made up its mind.
_THINKING = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_REWRITING_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """Limits of one answer.

    Attributes:
        seconds: until the user gets the extractive answer instead.
        context: tokens that the model reads and writes together.
        skip_below: a refusal less confident than this is right so often that the model is not asked.
    """

    seconds: float
    context: int
    skip_below: float


def load_skip_below(reader: str) -> float:
    """The fitted confidence below which the refusal of the reader called `reader` stands without asking the model."""
    return float(json.loads(FILE.read_text())["skip_llm_below"].get(reader, 0.0))


class Writer:
    """Turns the extractive answer's passages into an answer in a language model's words."""

    def __init__(
        self,
        llm: LLM,
        checker: Checker,
        count: Callable[[str], int],
        find_document: Callable[[str], Document],
        limits: WriterLimits,
    ) -> None:
        """Keep the parts.

        Args:
            llm: the model.
            checker: what decides on each sentence.
            count: the tokens of a text.
            find_document: a document by its id.
            limits: of time, tokens and refusals.
        """
        self._llm = llm
        self._checker = checker
        self._count = count
        self._find_document = find_document
        self._limits = limits
        self._room = limits.context - MOST_WRITTEN

    def deadline(self) -> float:
        """When an answer that is begun now has to be there, as time.monotonic()."""
        return time.monotonic() + self._limits.seconds

    def rewrite(self, question: str, history: Sequence[Turn], deadline: float) -> str:
        """The follow-up question made to stand alone; empty when the model did not, in a quarter of the time."""
        turns = prompt.turns_fitting(history, question, self._room, self._count)
        if not turns:
            return ""
        seconds = min(deadline - time.monotonic(), _REWRITING_SHARE * self._limits.seconds)
        return rewrite(self._llm, question, turns, seconds)

    def stream(self, answers: Iterator[Answer], deadline: float) -> Iterator[Answer]:
        """Growing answers: a sentence appears when it is written and checked; the last one is whole.

        Args:
            answers: the extractive answer as it grows; not empty.
            deadline: when the last answer has to be there, as time.monotonic().
        """
        extractive = next(answers)
        yield extractive
        *_, extractive = extractive, *answers
        if not extractive.hits or (extractive.abstained and extractive.confidence < self._limits.skip_below):
            yield extractive
            return
        try:
            yield from self._write(extractive, deadline)
        except LanguageModelError as error:
            yield replace(extractive, notice=f"{str(error).rstrip('.')}; {_EXTRACTIVE}")

    def _write(self, extractive: Answer, deadline: float) -> Iterator[Answer]:
        began = time.perf_counter()
        question = extractive.standalone_question
        shown = prompt.fitting(extractive.hits, question, self._room, self._count)
        if not shown:
            raise LanguageModelError(
                f"No passage fits beside this question into RAG_LLM_CONTEXT = {self._limits.context} tokens."
            )
        sheet = _Sheet(self._checker, self._find_document, question, [hit for hit, _ in shown])
        draft = replace(extractive, text="", citations=(), missing=(), abstained=False, verdict="none", mode="llm")
        written = ""
        for piece in stream_words(self._llm, prompt.writing(question, shown), deadline - time.monotonic()):
            written += piece
            if sheet.read(claims_of(_THINKING.sub("", written), growing=True)):
                yield replace(draft, text=sheet.draft.text, citations=sheet.draft.citations)
        sheet.read(claims_of(_THINKING.sub("", written)))
        timings = {**extractive.timings, "write": time.perf_counter() - began}
        yield _whole(replace(extractive, timings=timings), sheet, silent=not written.strip())


class _Sheet:
    """What one model's draft has come to so far; lives as long as one answer."""

    def __init__(
        self, checker: Checker, find_document: Callable[[str], Document], question: str, hits: Sequence[Hit]
    ) -> None:
        self._checker = checker
        self._question = question
        self._documents = {hit.passage.document_id: find_document(hit.passage.document_id) for hit in hits}
        self._desk = checker.lay_out(question, hits)
        self._done = 0
        self._parted = False
        self.draft = compose.Draft()
        self.unsupported: tuple[str, ...] = ()
        self.declined = False

    def read(self, claims: Sequence[Claim]) -> bool:
        """Check the claims that are new, and tell whether the draft has grown."""
        before = self.draft
        for claim in claims[self._done :]:
            self._parted = self._parted or claim.opens_paragraph
            if prompt.NOT_FOUND.lower() in claim.text.lower():
                self.declined = True
                continue
            evidence = self._checker.check(claim.text, claim.cited, self._desk, self._question)
            if not evidence:
                self.unsupported = (*self.unsupported, claim.text)
                continue
            numbers = []
            for one in evidence:
                self.draft, number = self.draft.cite(one, self._documents[one.hit.passage.document_id])
                numbers.append(number)
            markers = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
            separator = "\n" if claim.item and not self._parted else "\n\n" if self._parted else " "
            words = f"{'- ' if claim.item else ''}{compose.one_line(claim.text)} {markers}"
            self.draft = self.draft.line(words, separator)
            self._parted = False
        self._done = max(self._done, len(claims))
        return self.draft is not before


def _whole(extractive: Answer, sheet: _Sheet, *, silent: bool) -> Answer:
    """The last answer: the supported sentences, or the extractive answer and why."""
    if silent:
        raise LanguageModelError("The language model wrote nothing.")
    left_out = len(sheet.unsupported)
    if not sheet.draft.text:
        if sheet.declined or not left_out:
            notice = (
                "" if extractive.abstained else f"The language model found no answer in the passages; {_EXTRACTIVE}"
            )
        else:
            notice = f"The documents support no sentence of the language model; {_EXTRACTIVE}"
        return replace(extractive, notice=notice, unsupported=sheet.unsupported)
    notice = ""
    if left_out:
        told = (
            "1 sentence of the language model is"
            if left_out == 1
            else f"{left_out} sentences of the language model are"
        )
        notice = f"{told} not supported by the documents and left out."
    whole = not (extractive.abstained or extractive.missing or left_out or sheet.declined)
    verdict: Verdict = extractive.verdict if whole else "partial"
    return replace(
        extractive,
        text=sheet.draft.text,
        citations=sheet.draft.citations,
        abstained=False,
        missing=(),
        verdict=verdict,
        mode="llm",
        notice=notice,
        unsupported=sheet.unsupported,
    )
