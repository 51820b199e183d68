"""Finds what speaks against an answer in the passages that were read: a denial, another number, day or name.

A disagreement that is none misleads more than silence does, so each rule wants several signs at once. Knows no index,
no model and no wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from rag.answering.evidence import Evidence
from rag.answering.llm.numbers import measures_of, numbers_of
from rag.index.lexical import content_words
from rag.schema import Hit
from rag.sentences import sentence_spans

Kind = Literal["denied", "otherwise"]
# Letters by which words are alike: "Turkey" and "Turkish", "denied" and "denies".
_ALIKE = 4
# Share of the words asked and answered that a sentence must hold to speak of the same matter.
_SAME_MATTER = 0.6
_CLAIM = r"(?:claims?|reports?|allegations?|accusations?|charges?|suggestions?|assertions?|figures?|accounts?|version)"
_THAT = rf"(?:it|this|these|both|(?:the|that|these|those|such|all|any) (?:\w+ )?{_CLAIM})\b"
# Not "denied access", "rejected the offer": these deny nothing that was said.
_DENIAL = re.compile(
    rf"\b(?:den(?:y|ies|ied|ying)|disput(?:e|es|ed|ing)) (?:{_THAT}|that\b|having\b|(?:ever )?\w+ing\b)"
    rf"|\b(?:reject(?:s|ed)?|dismiss(?:es|ed)?|contradict(?:s|ed)?|refut(?:es|ed)|contest(?:s|ed)?) {_THAT}"
    rf"|\b(?:call(?:s|ed)|describ(?:es|ed)) {_THAT} (?:as )?(?:false|untrue|baseless|unfounded|a lie|lies|wrong)\b"
    r"|\bno (?:evidence|proof) (?:that|of|for)\b",
    re.IGNORECASE,
)
_POINTS_AT_IT = re.compile(rf"\w+ {_THAT}", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:(?:did|does|do|was|were|is|are|has|have|had)(?: not|n['’]t| never)|never) (?:been |be |ever |\w+ly )?(\w+)",
    re.IGNORECASE,
)
# Only what somebody says is denied by name; what is so is not.
_SAID = re.compile(
    r"\b(?:sa(?:y|ys|id)|claim\w*|alleg\w*|accus\w+|announc\w+|report\w*|according to|told|stat(?:es|ed)|assert\w*"
    r"|insist\w*|blam\w+|suspect\w*|charg(?:es|ed))\b",
    re.IGNORECASE,
)
_WHEN = re.compile(r"^(?:when|(?:(?:in|on|since) )?(?:what|which) (?:year|date|day))\b", re.IGNORECASE)
_COUNT = re.compile(r"\bhow (?:many|much|old|long|far|large|big|high|tall|deep|wide|fast)\b", re.IGNORECASE)
_WHO = re.compile(r"^who(?:m|se)?\b", re.IGNORECASE)
_DAY = re.compile(r"[a-z]+/\d+|\d{4}")
_NAME = re.compile(r"(?:the )?[A-Z][\w'’.-]*(?: (?:of |the |de |von )?[A-Z][\w'’.-]*)*")


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown for an answer: its words, and the text of the document that the best of it stands in."""

    words: str
    text: str


def against(
    question: str, told: Told, ranked: Sequence[tuple[float, Evidence]], hits: Sequence[Hit], least: float
) -> tuple[Kind, Evidence] | None:
    """What speaks against the best answer, if anything does.

    Args:
        question: what was asked.
        told: what is shown for the answer.
        ranked: probabilities with their evidence, best first, at least one.
        hits: the passages that were read.
        least: probability that the answer and another one must both have.
    """
    if found := _denial(question, ranked[0][1], told, hits):
        return "denied", found
    other = _rival(question, ranked, least)
    return ("otherwise", other) if other else None


def _denial(question: str, answer: Evidence, told: Told, hits: Sequence[Hit]) -> Evidence | None:
    """A sentence that denies the answer; None where there is none, or where the answer itself tells of it."""
    if _DENIAL.search(told.words) or _NEGATED.search(told.words):
        return None
    for one in (sentence for hit in hits for sentence in _sentences(hit)):
        elsewhere = one.hit.passage.document_id != answer.hit.passage.document_id
        if not elsewhere and one.start < answer.end and answer.start < one.end:
            continue
        follows = not elsewhere and _denies_what_it_follows(one, answer, told)
        if follows or _denies(one.sentence, question, answer.phrase):
            return one
    return None


def _rival(question: str, ranked: Sequence[tuple[float, Evidence]], least: float) -> Evidence | None:
    """The best other answer that is about as likely and cannot mean the same: another number, day or name."""
    asked = _stems(question)
    likely = [
        one for probability, one in ranked if probability >= least and _share(asked, one.sentence) >= _SAME_MATTER
    ]
    if not likely or likely[0] is not ranked[0][1]:
        return None
    answer, *others = likely
    return next((one for one in others if one.sentence != answer.sentence and _differ(question, answer, one)), None)


def _differ(question: str, answer: Evidence, rival: Evidence) -> bool:
    """Whether two answers of the kind that the question asks for exclude each other."""
    one, other = answer.phrase, rival.phrase
    if numbers_of(one) & numbers_of(rival.sentence) - numbers_of(other):
        return False  # it gives the answer's number, too
    if _WHEN.search(question):
        days, theirs = ({day for day in numbers_of(phrase) if _DAY.fullmatch(day)} for phrase in (one, other))
        return _apart(days, theirs)
    if _COUNT.search(question):
        units, other_units = ({unit for _, unit in measures_of(phrase)} for phrase in (one, other))
        return units == other_units and _apart(numbers_of(one, required=True), numbers_of(other, required=True))
    if _WHO.search(question):
        names = all(_NAME.fullmatch(phrase.strip(" ,.\"'“”‘’")) for phrase in (one, other))
        return names and not _stems(one) & _stems(other)
    return False


def _apart(one: Set[str], other: Set[str]) -> bool:
    return bool(one and other) and not (one <= other or other <= one)


def _denies_what_it_follows(one: Evidence, answer: Evidence, told: Told) -> bool:
    """Whether a denial stands behind the answer in its paragraph: of "it", or of the same people and things."""
    found = _DENIAL.search(one.sentence)
    between = told.text[answer.end : one.start]
    if found is None or one.start < answer.end or "\n\n" in between:
        return False
    if not between.strip() and _POINTS_AT_IT.fullmatch(found.group()):
        return True
    denier, denied = one.sentence[: found.start()], one.sentence[found.end() :]
    known = _stems(told.words)
    return bool(_SAID.search(told.words) and _stems(denier) & known and _stems(denied) & known)


def _denies(sentence: str, question: str, phrase: str) -> bool:
    """Whether the sentence, wherever it stands, denies the answer by the words of question and answer."""
    asked = _stems(question)
    negated = any(_stems(match[1]) & asked for match in _NEGATED.finditer(sentence))
    if not negated and _DENIAL.search(sentence) is None:
        return False
    return min(_share(asked, sentence), _share(_stems(phrase), sentence)) >= _SAME_MATTER


def _sentences(hit: Hit) -> Iterator[Evidence]:
    """The sentences of a passage as evidence without a phrase of its own."""
    passage = hit.passage
    for start, end in sentence_spans(passage.text):
        at, until, words = passage.start + start, passage.start + end, passage.text[start:end]
        yield Evidence(hit, at, until, at, until, 0.0, words, words)


def _share(stems: set[str], sentence: str) -> float:
    return len(stems & _stems(sentence)) / len(stems) if stems else 0.0


def _stems(text: str) -> set[str]:
    return {word[:_ALIKE] for word in content_words(text)}
