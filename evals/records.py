"""What one run of the evals saw: frozen records and their JSON form. Knows nothing of how they are made or shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A retrieved passage, shortened to `text` for reading, and the numbers of the needed pieces that it holds."""

    passage: str
    text: str
    pieces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One question as it was answered.

    `scores` maps a metric's name to its value for this question; a metric that does not apply is left out, so that a
    mean is always over the questions that the metric is about.
    """

    id: str
    kind: str
    split: str
    question: str
    standalone: str
    answerable: bool
    text: str
    abstained: bool
    verdict: str
    confidence: float
    seconds: float
    expected: str = ""
    quotes: tuple[str, ...] = ()
    retrieved: tuple[Seen, ...] = ()
    needed: int = 0
    error: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """All records of one run, with what a reader needs to judge or repeat it."""

    name: str
    created: str
    machine: str
    settings: Mapping[str, str]
    records: tuple[Record, ...]


def save(runs: Run, path: Path) -> None:
    """Write a run as one JSON object, a record a line, so that two runs can be compared with a line-wise diff too."""
    head = asdict(runs)
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in head.pop("records"))
    opening = json.dumps({"format": FORMAT, **head}, ensure_ascii=False)
    path.write_text(f'{opening[:-1]}, "records": [\n{rows}\n]}}\n', encoding="utf-8")


def load(path: Path) -> Run:
    """Read a run.

    Raises:
        ValueError: the file is no run of this format.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        raise ValueError(f"{path} is no run of format {FORMAT}; make one with: python -m evals --json {path}")
    return Run(**{**data, "records": tuple(_record(row) for row in data["records"])})


def values(records: Sequence[Record], metric: str) -> list[float]:
    """The metric of each record that has it."""
    return [record.scores[metric] for record in records if metric in record.scores]


def _record(row: dict[str, Any]) -> Record:
    row["quotes"] = tuple(row["quotes"])
    row["retrieved"] = tuple(Seen(seen["passage"], seen["text"], tuple(seen["pieces"])) for seen in row["retrieved"])
    return Record(**row)
