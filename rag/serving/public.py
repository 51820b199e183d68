"""Answers and passages as plain JSON values for the outside: typed, and without this machine's paths. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import TypedDict

from rag.schema import Answer, Citation, Hit, Mode, Passage, Verdict


class DocumentValue(TypedDict):
    """A document by name; `content_hash` tells whether offsets still fit, and is empty where it is not known."""

    id: str
    title: str
    source: str
    content_hash: str


class CitationValue(TypedDict):
    """A quote: the characters `start:end` of its document; the phrase in it that answers, if any, likewise."""

    number: int
    quote: str
    start: int
    end: int
    answer_start: int | None
    answer_end: int | None
    page: int | None
    document: DocumentValue


class AnswerValue(TypedDict):
    """An answer; its `text` carries the markers `[n]` of its citations."""

    question: str
    standalone_question: str
    text: str
    abstained: bool
    verdict: Verdict
    confidence: float
    missing: list[str]
    mode: Mode
    notice: str
    unsupported: list[str]
    citations: list[CitationValue]


class HitValue(TypedDict):
    """A passage as found: the characters `start:end` of its document, and its rank, from 1, in each search."""

    rank: int
    text: str
    start: int
    end: int
    document: DocumentValue
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    fused_rank: int | None


def source_name(source: str) -> str:
    """Where a document comes from, as a stranger may know it: its address, or the name of its file."""
    return source if "://" in source else PurePath(source).name


def answer_value(answer: Answer, hashes: Mapping[str, str]) -> AnswerValue:
    """An answer with its citations.

    Args:
        answer: the answer.
        hashes: content hashes of documents by id.
    """
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "text": answer.text,
        "abstained": answer.abstained,
        "verdict": answer.verdict,
        "confidence": answer.confidence,
        "missing": list(answer.missing),
        "mode": answer.mode,
        "notice": answer.notice,
        "unsupported": list(answer.unsupported),
        "citations": [_citation_value(one, hashes) for one in answer.citations],
    }


def hit_value(hit: Hit, rank: int, hashes: Mapping[str, str]) -> HitValue:
    """A passage at its place among those found."""
    passage = hit.passage
    return {
        "rank": rank,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "document": _document_value(passage, hashes),
        "score": hit.score,
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        "fused_rank": hit.fused_rank,
    }


def _citation_value(citation: Citation, hashes: Mapping[str, str]) -> CitationValue:
    return {
        "number": citation.number,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "answer_start": citation.answer_start,
        "answer_end": citation.answer_end,
        "page": citation.page,
        "document": _document_value(citation.passage, hashes),
    }


def _document_value(passage: Passage, hashes: Mapping[str, str]) -> DocumentValue:
    return {
        "id": passage.document_id,
        "title": passage.title,
        "source": source_name(passage.source),
        "content_hash": hashes.get(passage.document_id, ""),
    }
