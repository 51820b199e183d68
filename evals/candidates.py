"""Stored thumbs-down answers -> rows to complete for a question set. Knows the feedback format, nothing of the page.

Feedback is JSON Lines, as `rag feedback --json` prints them, one object per answer that was judged:
{"question": str, "standalone_question": str, "answer": str, "verdict": "strong" | "partial" | "none",
"thumb": "up" | "down", "reason": str, "created": ISO 8601 time, "documents": [document id...], "citations": [{...}]}.

A candidate is a row of `evals.questions` that lacks what only a person can say: its kind, its accepted answers and its
evidence. Until those are filled in, loading the set refuses it by name. `note` keeps what the user saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evals.squad_metrics import normalise

_NOTED = ("standalone_question", "answer", "verdict", "reason", "created", "documents", "citations")


def read_feedback(path: Path) -> list[dict[str, Any]]:
    """The rows of a feedback file.

    Raises:
        ValueError: a line is no JSON object with a question and a thumb; the message gives its number.
    """
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number} is not JSON ({error}); correct or delete it.") from error
        if not isinstance(row, dict) or not row.get("question") or row.get("thumb") not in {"up", "down"}:
            raise ValueError(f'{path}, line {number} needs "question" and "thumb" ("up" or "down").')
        rows.append(row)
    return rows


def candidates(feedback: Iterable[Mapping[str, Any]], known: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    """A row for each question with a thumb down, once, unless the set asks it already.

    Args:
        feedback: rows of a feedback file.
        known: questions that the set has.
    """
    seen = {normalise(question) for question in known}
    for row in feedback:
        question = str(row["question"])
        key = normalise(question)
        if row["thumb"] != "down" or key in seen:
            continue
        seen.add(key)
        note = {name: row.get(name) for name in _NOTED}
        identity = f"candidate-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
        yield {
            "id": identity,
            "kind": "",
            "split": "dev",
            "question": question,
            "answers": [],
            "evidence": [],
            "note": note,
        }
