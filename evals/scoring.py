"""One answered question to its scores: which metric applies when, under which name. Knows nothing of the asking.

Names: retrieval metrics carry their cut (`hit_rate@1`, `recall@5`), and the ranking where it is not the main one
(`dense.recall@5`). `correct` is the measure that gates: see `answer_scores`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from evals import abstention_metrics, answer_metrics, retrieval_metrics
from evals.matching import says, without_markers
from evals.questions import Question
from evals.retrieval_metrics import DocumentSpan
from rag.schema import Answer, Document, Hit

CUTS = (1, 3, 5)


def locate(question: Question, documents: Sequence[Document]) -> tuple[DocumentSpan | None, ...]:
    """Where each reference of a question stands; None for one whose words are not in the ingested text.

    White space may differ, as cleaning unwraps lines.
    """
    spans: list[DocumentSpan | None] = []
    for reference in question.references:
        document = next((one for one in documents if one.source.endswith(reference.document)), None)
        words = r"\s+".join(map(re.escape, reference.text.split()))
        match = re.search(words, document.text) if document and words else None
        spans.append(DocumentSpan(document.id, *match.span()) if document and match else None)
    return tuple(spans)


def found_in(hit: Hit, question: Question, spans: Sequence[DocumentSpan | None]) -> frozenset[int]:
    """Numbers of the needed pieces that a passage holds: references it overlaps, else evidence its text says."""
    passage = hit.passage
    if question.references:
        return frozenset(
            number
            for number, span in enumerate(spans)
            if span and span.document == passage.document_id and span.start < passage.end and passage.start < span.end
        )
    return frozenset(number for number, piece in enumerate(question.pieces) if says(passage.text, piece))


def needed(question: Question) -> int:
    """How many pieces a full answer needs."""
    return len(question.references) or len(question.pieces)


def retrieval_scores(found: Sequence[frozenset[int]], pieces: int, prefix: str = "") -> dict[str, float]:
    """hit_rate, recall and precision at each cut, and mrr over the list given; nothing when no piece is needed."""
    if not pieces:
        return {}
    scores = {f"{prefix}mrr": retrieval_metrics.mrr(found)}
    for k in CUTS:
        scores[f"{prefix}hit_rate@{k}"] = retrieval_metrics.hit_rate(found, k)
        scores[f"{prefix}recall@{k}"] = retrieval_metrics.recall(found, pieces, k)
        scores[f"{prefix}precision@{k}"] = retrieval_metrics.precision(found, k)
    return scores


def answer_scores(question: Question, answer: Answer, documents: Mapping[str, Document]) -> dict[str, float]:
    """Scores of an answer's words, citations and refusal.

    A refusal is an answer with `abstained`. `correct` is 1 when an answerable question is answered and its text says an
    accepted answer (`str_em`) or, where the question has items, all of them; and when an unanswerable one is refused.
    `correct_with_citation` also wants a citation whose quote holds a needed piece of evidence. `em` and `f1` look at
    the phrase that the first citation marks as the answer, else at the whole text; a refusal scores 0 in both.
    Citation precision and recall are over answers given; `verbatim` over answers with a citation.
    """
    scores = {"verbatim": verbatim_rate(answer, documents)} if answer.citations else {}
    if not question.answerable:
        refused = abstention_metrics.negative_rejection(answerable=False, abstained=answer.abstained) or 0.0
        return {**scores, "refused": refused, "correct": refused}
    if not (question.answers or question.parts):
        return scores
    scores["wrong_refusal"] = abstention_metrics.wrong_refusal(answerable=True, abstained=answer.abstained) or 0.0
    scores |= _words(question, answer)
    quotes = [citation.quote for citation in answer.citations]
    if question.pieces and not answer.abstained:
        scores["citation_precision"] = answer_metrics.citation_precision(quotes, question.pieces)
        scores["citation_recall"] = answer_metrics.citation_recall(quotes, question.pieces)
    if question.pieces:
        scores["correct_with_citation"] = scores["correct"] * float(scores.get("citation_recall", 0.0) > 0.0)
    return scores


def verbatim_rate(answer: Answer, documents: Mapping[str, Document]) -> float:
    """Citations whose quote is `text[start:end]` of their document / all citations (at least one). Must be 1."""
    exact = (
        documents[citation.passage.document_id].text[citation.start : citation.end] == citation.quote
        for citation in answer.citations
        if citation.passage.document_id in documents
    )
    return sum(exact) / len(answer.citations)


def short_answer(answer: Answer) -> str:
    """The phrase that the first citation marks as the answer, else the whole text without markers; "" for a refusal."""
    if answer.abstained:
        return ""
    for citation in answer.citations[:1]:
        if citation.answer_start is not None and citation.answer_end is not None:
            return citation.quote[citation.answer_start - citation.start : citation.answer_end - citation.start]
    return without_markers(answer.text)


def _words(question: Question, answer: Answer) -> dict[str, float]:
    text = "" if answer.abstained else without_markers(answer.text)
    scores: dict[str, float] = {}
    if question.parts:
        scores["item_recall"] = answer_metrics.item_recall(text, question.parts)
        scores["str_em"] = float(scores["item_recall"] == 1.0)
    else:
        scores["str_em"] = answer_metrics.str_em(text, question.answers)
        short = short_answer(answer)
        scores["em"] = answer_metrics.em(short, question.answers)
        scores["f1"] = answer_metrics.f1(short, question.answers)
    if not answer.abstained:
        scores["words"] = answer_metrics.answer_words(text)
    return {**scores, "correct": scores["str_em"]}
