"""A question with what it accepts and needs, and the JSON Lines file that holds them. Knows nothing of answers given.

A row: {"id", "kind", "split", "question", "answers": [pattern...], "evidence": [[pattern...]...],
"items": [{"name", "answers", "evidence"}], "history": [earlier questions], "standalone", "why", "variant_of"}; keys are
left out when empty, and "note" is a remark for the next editor. What a pattern is: `evals.matching`. Each piece of
evidence is a list of alternatives.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.matching import as_regex
from evals.squad_metrics import normalise

KINDS = ("fact", "why_how", "list", "multi_part", "overview", "follow_up", "variant", "unanswerable")
SPLITS = ("dev", "test")
ARTICLE = Path(__file__).with_name("article.jsonl")
Alternatives = tuple[str, ...]
_TEXTS = ("id", "kind", "split", "question", "standalone", "why", "variant_of")
_KEYS = {*_TEXTS, "answers", "evidence", "items", "history", "note"}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list, or one part of a question, with the evidence it needs."""

    name: str
    answers: Alternatives
    evidence: tuple[Alternatives, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """Words of a document (named by its file) that hold the answer."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an eval set."""

    id: str
    kind: str
    split: str
    question: str
    answers: Alternatives = ()
    evidence: tuple[Alternatives, ...] = ()
    items: tuple[Item, ...] = ()
    history: tuple[str, ...] = ()
    standalone: str = ""
    why: str = ""
    variant_of: str = ""
    references: tuple[Reference, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return self.kind != "unanswerable"

    @property
    def pieces(self) -> tuple[Alternatives, ...]:
        """Every distinct piece of evidence that a full answer needs, those of its items included."""
        return tuple(dict.fromkeys([*self.evidence, *(piece for item in self.items for piece in item.evidence)]))

    @property
    def parts(self) -> tuple[Alternatives, ...]:
        """What each part of a full answer may say: the items; without items and answers (overviews) the evidence."""
        if self.items:
            return tuple(item.answers for item in self.items)
        return () if self.answers else self.evidence


def load(path: Path = ARTICLE) -> tuple[Question, ...]:
    """The questions of a JSON Lines file, checked.

    Raises:
        ValueError: a row is not as it should be; the message names each such row.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    unknown = [f"{row.get('id')}: unknown key {key!r}" for row in rows for key in sorted(set(row) - _KEYS)]
    questions = tuple(from_row(row) for row in rows)
    if complaints := unknown + problems(questions):
        raise ValueError(f"{path} needs correction:\n" + "\n".join(complaints))
    return questions


def from_row(row: Mapping[str, Any]) -> Question:
    """The question that one JSON object describes."""
    texts: dict[str, Any] = {key: str(row.get(key, "")) for key in _TEXTS}
    return Question(
        **texts,
        answers=tuple(row.get("answers", ())),
        evidence=_pieces(row.get("evidence", ())),
        items=tuple(_item(item) for item in row.get("items", ())),
        history=tuple(row.get("history", ())),
    )


def problems(questions: Sequence[Question]) -> list[str]:
    """What is wrong with a set, one line each; empty when all is well."""
    counts = Counter(question.id for question in questions)
    found = [f"{id_}: the id stands {count} times" for id_, count in counts.items() if count > 1]
    for question in questions:
        found += [f"{question.id or question.question}: {line}" for line in _problems(question, counts)]
    return found


def _problems(question: Question, ids: Mapping[str, int]) -> Iterable[str]:
    accepts = bool(question.answers or question.evidence or question.items)
    complaints = {
        f"kind {question.kind!r} is none of {', '.join(KINDS)}": question.kind not in KINDS,
        f"split {question.split!r} is none of {', '.join(SPLITS)}": question.split not in SPLITS,
        "the question is empty": not question.question.strip(),
        "an answerable question needs evidence": question.answerable and not question.evidence,
        "an unanswerable question has neither answers nor evidence": not question.answerable and accepts,
        "an unanswerable question says why in `why`": not question.answerable and not question.why,
        "a follow-up question needs its standalone form": bool(question.history) and not question.standalone,
        f"variant_of {question.variant_of!r} is no id of this set": bool(question.variant_of)
        and question.variant_of not in ids,
    }
    yield from (complaint for complaint, applies in complaints.items() if applies)
    patterns = [*question.answers, *(p for piece in question.pieces for p in piece)]
    for pattern in [*patterns, *(answer for item in question.items for answer in item.answers)]:
        if complaint := _unusable(pattern):
            yield complaint


def _item(row: Mapping[str, Any]) -> Item:
    return Item(row["name"], tuple(row["answers"]), _pieces(row.get("evidence", ())))


def _unusable(pattern: str) -> str:
    try:
        usable = as_regex(pattern) is not None or bool(normalise(pattern))
    except re.error as error:
        return f"{pattern!r} is no regular expression: {error}"
    return "" if usable else f"{pattern!r} has no word to look for"


def _pieces(rows: Sequence[Any]) -> tuple[Alternatives, ...]:
    """Pieces of evidence; a bare string is a piece without alternatives."""
    return tuple((row,) if isinstance(row, str) else tuple(row) for row in rows)
