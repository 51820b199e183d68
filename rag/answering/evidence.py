"""Turns what a reader found in passages into sentences of documents. Knows offsets, not wording.

An Evidence is one sentence with the phrase in it that answers, brought together with the sentence before it when it
opens with a pronoun: a reader of the quote should see who speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.index.lexical import content_words, root
from rag.schema import Document, Hit, Reader
from rag.sentences import sentence_spans

FindDocument = Callable[[str], Document]
_QUOTES = "\"'“‘«(["
# "He said", "These include", "As such": the name stands in a sentence before.
_POINTS_BACK = re.compile(
    r"(?:he|she|they|it|his|her|their|its|this|these|those(?! who)|that|both|such|the (?:latter|former|two|other)"
    r"|as such|if so)\b",
    re.IGNORECASE,
)
# "... courage," he said: the speaker of a quotation, unnamed.
_UNNAMED_SPEAKER = re.compile(r"[\"”’](?: \w+)? (?:he|she|they)\b", re.IGNORECASE)
# "The sources said": a thing that the sentence before has named.
_DEFINITE = re.compile(r"the (?:same |two |other )?(\w+)", re.IGNORECASE)
_MOST_BACK = 2
# "Several reasons are offered.", "It has two aims:": what is asked for comes after it.
_ANNOUNCES = re.compile(
    r"\b(?:several|some|many|various|different|multiple|two|three|four|five|following|a (?:number|couple|series) of)"
    r"\s(?:[\w-]+\s){0,2}?(?:reasons?|causes|factors|motives|explanations|arguments|ways|steps|aims|goals|conditions"
    r"|consequences|effects|measures|points|theories|options|problems|advantages|benefits)\b|:$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\n\n(?:also|another|second(?:ly)?|third(?:ly)?|finally|moreover|furthermore|besides|in addition|on the same)\b",
    re.IGNORECASE,
)
_MOST_ANNOUNCED = 4
_BETWEEN_NAMES = re.compile(r",?\s+and\s+|,\s+")
_NAME = re.compile(r"(?:the )?[A-Z][\w'’.-]*(?:\s[A-Z][\w'’.-]*){0,3}")
# "[Remark: the year is a slip.]": somebody's word about the text, not what the text says.
_REMARK = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, in document offsets; `score` is the reader's log-odds."""

    hit: Hit
    start: int
    end: int
    answer_start: int
    answer_end: int
    score: float
    phrase: str
    sentence: str


def gather(question: str, hits: Sequence[Hit], reader: Reader, spans_per_passage: int = 6) -> list[Evidence]:
    """Sentences of the hits that may answer the question, highest score first, each at most once per phrase."""
    found: dict[tuple[str, int, int], Evidence] = {}
    readings = reader.read(question, [hit.passage.text for hit in hits])
    for hit, spans in zip(hits, readings, strict=True):
        passage = hit.passage
        sentences = sentence_spans(passage.text)
        for span in spans[:spans_per_passage]:
            start, end = _enclosing(sentences, span.start, span.end)
            if _REMARK.fullmatch(passage.text[start:end]):
                continue
            key = (passage.document_id, passage.start + span.start, passage.start + span.end)
            if key in found and found[key].score >= span.score:
                continue
            found[key] = evidence_at(hit, (start, end), (span.start, span.end), span.score)
    return sorted(found.values(), key=lambda evidence: -evidence.score)


def evidence_at(hit: Hit, sentence: tuple[int, int], phrase: tuple[int, int], score: float) -> Evidence:
    """The evidence of a sentence and a phrase in it, both given in offsets of the hit's passage."""
    at, text = hit.passage.start, hit.passage.text
    return Evidence(
        hit,
        at + sentence[0],
        at + sentence[1],
        at + phrase[0],
        at + phrase[1],
        score,
        text[slice(*phrase)],
        text[slice(*sentence)],
    )


def with_speaker(evidence: Evidence, find_document: FindDocument) -> Evidence:
    """The evidence, begun one or two sentences earlier when it opens with a word that points back."""
    text = find_document(evidence.hit.passage.document_id).text
    earlier = _sentences_before(text, evidence.start)
    start, end = evidence.start, evidence.end
    for before, before_end in reversed(earlier[-_MOST_BACK:]):
        if not _points_back(text[start:end], text[before:before_end]):
            break
        start, end = before, before_end
    return replace(evidence, start=start)


def announces(evidence: Evidence) -> bool:
    """Whether the sentence only says that reasons, aims or the like follow."""
    return _ANNOUNCES.search(evidence.sentence.strip()) is not None


def with_announced(evidence: Evidence, find_document: FindDocument) -> Evidence:
    """The evidence with up to four sentences after it: those of its paragraph, and of the next one if that goes on."""
    text = find_document(evidence.hit.passage.document_id).text
    close = _paragraph_end(text, evidence.end)
    if evidence.sentence.rstrip().endswith(":") or _GOES_ON.match(text, close):
        close = _paragraph_end(text, close + 2)
    following = [evidence.end + end for _, end in sentence_spans(text[evidence.end : close])]
    return replace(evidence, end=following[:_MOST_ANNOUNCED][-1]) if following else evidence


def items_of(evidence: Evidence) -> list[Evidence]:
    """Each name of a phrase such as "Peru, Chile and Brazil" as an evidence of its own; another phrase as it is."""
    spans: list[tuple[int, int]] = []
    begin = 0
    for between in [*_BETWEEN_NAMES.finditer(evidence.phrase), None]:
        end = between.start() if between else len(evidence.phrase)
        spans.append((begin, end))
        begin = between.end() if between else end
    if len(spans) < 2 or not all(_NAME.fullmatch(evidence.phrase[start:end]) for start, end in spans):
        return [evidence]
    first = evidence.answer_start
    return [
        replace(evidence, answer_start=first + start, answer_end=first + end, phrase=evidence.phrase[start:end])
        for start, end in spans
    ]


def mentions(text: str, name: str) -> bool:
    """Whether the text holds every content word of the name in some form."""
    held = {root(word) for word in content_words(text)}
    return all(root(word) in held for word in content_words(name))


def opens_with_pronoun(sentence: str) -> bool:
    """Whether the sentence opens with a word that stands for something named before."""
    return _POINTS_BACK.match(sentence.lstrip(_QUOTES)) is not None


def _points_back(sentence: str, before: str) -> bool:
    """Whether the sentence opens with words that only the one before explains."""
    opening = sentence.lstrip(_QUOTES)
    if opens_with_pronoun(sentence) or (opening != sentence and _UNNAMED_SPEAKER.search(sentence)):
        return True
    definite = _DEFINITE.match(opening)
    return definite is not None and root(definite.group(1).lower()) in {root(word) for word in content_words(before)}


def _paragraph_end(text: str, position: int) -> int:
    end = text.find("\n\n", position)
    return len(text) if end < 0 else end


def _sentences_before(text: str, position: int) -> list[tuple[int, int]]:
    """Spans of the sentences before `position` in its paragraph and the one before; a name is seldom further away."""
    opening = position
    for _ in range(2):
        opening = max(text.rfind("\n\n", 0, opening), 0)
    return [(start + opening, end + opening) for start, end in sentence_spans(text[opening:position])]


def _enclosing(sentences: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """From the beginning of the sentence that holds `start` to the end of the one that holds `end`."""
    first = max((s for s, _ in sentences if s <= start), default=start)
    last = min((e for _, e in sentences if e >= end), default=end)
    return first, last
