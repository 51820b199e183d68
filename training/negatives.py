"""Makes unanswerable questions out of answerable ones. Works on text; knows nothing of tokens or of the model."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from training.data import Question

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d{1,3}\b(?![,.]\d)")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b",
)
_SHAPES = (_YEAR, _NUMBER, _MONTH, _NAME)


def pair_with_neighbours(questions: Sequence[Question], rng: random.Random, nearest: int = 6) -> list[Question]:
    """Each question over another paragraph of the same set that BM25 ranks near it and that lacks every answer."""
    contexts = list({question.context: None for question in questions})
    ranked = _rank(contexts, [question.text for question in questions], nearest)
    made = []
    for question, places in zip(questions, ranked, strict=True):
        near = [contexts[place] for place in places if not _holds(contexts[place], question)]
        if near:
            made.append(replace(question, context=rng.choice(near), answers=()))
    return made


def swap_details(questions: Sequence[Question], rng: random.Random) -> list[Question]:
    """Each question with a name, year, month or number of its paragraph replaced by one the paragraph does not have.

    Only a detail that the paragraph holds is replaced, so that the swap makes the question wrong; the new one has the
    same shape and comes from the other questions. Questions without such a detail are left out.
    """
    pools = [sorted({found for one in questions for found in shape.findall(one.text)}) for shape in _SHAPES]
    made = []
    for question in questions:
        context = question.context.lower()
        details = [
            (match, pool)
            for shape, pool in zip(_SHAPES, pools, strict=True)
            for match in shape.finditer(question.text)
            if match.group().lower() in context
        ]
        if not details:
            continue
        match, pool = rng.choice(details)
        other = next((one for one in rng.sample(pool, min(20, len(pool))) if one.lower() not in context), None)
        if other is not None:
            text = question.text[: match.start()] + other + question.text[match.end() :]
            made.append(replace(question, text=text, answers=()))
    return made


def cut_elsewhere(questions: Sequence[Question], least: int = 240) -> list[Question]:
    """Each question over the longer part, of `least` characters or more, that its paragraph has beside all answers."""
    made = []
    for question in questions:
        first = min(offset for offset, _ in question.answers)
        last = max(offset + len(text) for offset, text in question.answers)
        before, after = question.context[:first].rstrip(), question.context[last:].lstrip()
        part = max(before, after, key=len)
        if len(part) >= least and not _holds(part, question):
            made.append(replace(question, context=part, answers=()))
    return made


def _holds(context: str, question: Question) -> bool:
    lowered = context.lower()
    return context == question.context or any(text.lower() in lowered for _, text in question.answers)


def _rank(contexts: Sequence[str], texts: Sequence[str], nearest: int) -> Any:
    import bm25s

    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(list(contexts), stopwords="en", show_progress=False), show_progress=False)
    queries = bm25s.tokenize(list(texts), stopwords="en", show_progress=False)
    places, _ = retriever.retrieve(queries, k=min(nearest, len(contexts)), show_progress=False)
    return places
