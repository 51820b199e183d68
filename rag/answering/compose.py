"""Writes an answer out of quotes: every sentence cited, every quote verbatim. Knows no index and no model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answering.disagreement import Kind
from rag.answering.evidence import Evidence
from rag.documents.pages import page_of
from rag.schema import Citation, Document

# An answer phrase that is nearly the whole sentence would only say it twice.
_PHRASE_SHARE = 0.6
# How a passage that speaks against an answer is announced; "says", because both answers may be true.
OBJECTIONS: Mapping[Kind, str] = {"denied": "Disputed:", "otherwise": "Another passage says:"}


@dataclass(frozen=True, slots=True)
class Draft:
    """Text with `[n]` markers, and the citations that the markers name, numbered in order of appearance."""

    text: str = ""
    citations: tuple[Citation, ...] = ()

    def cite(self, evidence: Evidence, document: Document) -> tuple[Draft, int]:
        """This draft with the evidence among its citations, and the citation's number; a quote is numbered once."""
        for known in self.citations:
            same_text = known.passage.document_id == evidence.hit.passage.document_id
            if same_text and known.start <= evidence.start and evidence.end <= known.end:
                return self, known.number
        number = len(self.citations) + 1
        has_phrase = bool(answer_phrase(evidence))
        citation = Citation(
            number=number,
            passage=evidence.hit.passage,
            quote=document.text[evidence.start : evidence.end],
            start=evidence.start,
            end=evidence.end,
            answer_start=evidence.answer_start if has_phrase else None,
            answer_end=evidence.answer_end if has_phrase else None,
            page=page_of(document, evidence.start),
        )
        return Draft(self.text, (*self.citations, citation)), number

    def line(self, text: str, separator: str = "\n\n") -> Draft:
        """This draft with one more piece of text."""
        return Draft(f"{self.text}{separator}{text}" if self.text else text, self.citations)

    def quoting(self, evidence: Evidence, document: Document, separator: str = "\n\n") -> Draft:
        """This draft with the evidence's words and their marker; words that stand in it already are not repeated."""
        draft, number = self.cite(evidence, document)
        if draft is self:
            return self
        return draft.line(f"{one_line(document.text[evidence.start : evidence.end])} [{number}]", separator)


def write_fact(draft: Draft, evidence: Evidence, document: Document) -> Draft:
    """The answer phrase, then the sentence that says it."""
    phrase = answer_phrase(evidence)
    if not phrase:
        return draft.quoting(evidence, document)
    cited, number = draft.cite(evidence, document)
    told = cited.line(f"{phrase} [{number}]")
    if cited is draft:  # the sentence stands in an earlier part
        return told
    return told.line(f"{one_line(document.text[evidence.start : evidence.end])} [{number}]")


def write_sentences(draft: Draft, chosen: Sequence[Evidence], documents: Sequence[Document]) -> Draft:
    """The sentences as one paragraph, document by document and in reading order; those that overlap are one quote."""
    separator = "\n\n"
    for evidence, document in _joined(chosen, documents):
        draft = draft.quoting(evidence, document, separator)
        separator = " "
    return draft


def _joined(chosen: Sequence[Evidence], documents: Sequence[Document]) -> list[tuple[Evidence, Document]]:
    """The evidence in reading order; what begins inside the one before becomes a part of that one."""
    first_named = list(dict.fromkeys(document.id for document in documents))
    pairs = sorted(zip(chosen, documents, strict=True), key=lambda pair: (first_named.index(pair[1].id), pair[0].start))
    joined: list[tuple[Evidence, Document]] = []
    for evidence, document in pairs:
        last, home = joined[-1] if joined else (None, None)
        if last is None or home != document or last.end <= evidence.start:
            joined.append((evidence, document))
        else:
            joined[-1] = (replace(last, end=max(last.end, evidence.end)), document)
    return joined


def write_list(draft: Draft, items: Sequence[Evidence], documents: Sequence[Document]) -> Draft:
    """A line for each item: the phrase, and the sentence that says it the first time that sentence is needed."""
    separator = "\n\n"
    for evidence, document in zip(items, documents, strict=True):
        cited, number = draft.cite(evidence, document)
        sentence = "" if cited is draft else f"{one_line(document.text[evidence.start : evidence.end])} "
        phrase = answer_phrase(evidence)
        words = f"{phrase}: {sentence}" if phrase and sentence else sentence or f"{phrase} "
        draft = cited.line(f"- {words}[{number}]", separator)
        separator = "\n"
    return draft


def write_objection(draft: Draft, kind: Kind, evidence: Evidence, document: Document) -> Draft:
    """The sentence that speaks against what the draft tells; nothing when it stands there already."""
    quoted = Draft(citations=draft.citations).quoting(evidence, document)
    return Draft(draft.text, quoted.citations).line(f"{OBJECTIONS[kind]} {quoted.text}") if quoted.text else draft


def answer_phrase(evidence: Evidence) -> str:
    """The answering words as a phrase of their own; empty when they are most of their sentence."""
    phrase = one_line(evidence.phrase).strip(" ,;:.\"'“”‘’()[]")
    if len(phrase) > _PHRASE_SHARE * len(evidence.sentence):
        return ""
    return phrase[:1].upper() + phrase[1:]


def refusal(question: str, nearest: Evidence | None) -> str:
    """What was looked for, that the documents do not say it, and the nearest words that they hold."""
    line = f"The documents do not answer this. I looked for: “{one_line(question)}”."
    if nearest is None:
        return line
    title = nearest.hit.passage.title
    return f"{line}\n\nThe nearest passage, in “{title}”, says: “{one_line(nearest.sentence)}”"


def one_line(text: str) -> str:
    """The words on one line; a document's own [7] is shown as (7), so that it is not taken for one of our markers."""
    return re.sub(r"\[(\d+)\]", r"(\1)", " ".join(text.split()))
