"""A run as tables for the terminal and for the README, and its worst cases. Knows nothing of how a run was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from evals.abstention_metrics import RiskPoint, aurc, calibration_error, risk_coverage
from evals.bootstrap import interval, percentile
from evals.questions import KINDS
from evals.records import Record, Run, values

# The least that each kind has to reach, on the mean of one metric: (metric, floor).
FLOORS = {
    "fact": ("correct_with_citation", 0.90),
    "why_how": ("correct_with_citation", 0.75),
    "list": ("item_recall", 0.70),
    "multi_part": ("item_recall", 0.70),
    "follow_up": ("correct_with_citation", 0.75),
    "unanswerable": ("refused", 0.75),
}
COLUMNS = (
    "hit_rate@1",
    "hit_rate@5",
    "recall@5",
    "mrr",
    "str_em",
    "item_recall",
    "f1",
    "citation_precision",
    "citation_recall",
    "correct_with_citation",
    "wrong_refusal",
    "refused",
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run that are not a mean over questions."""

    aurc: float
    calibration_error: float
    p50: float
    p95: float
    curve: tuple[RiskPoint, ...]


def by_kind(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The records of each kind that occurs, in the order of `KINDS`, then all of them."""
    names = [kind for kind in KINDS if any(record.kind == kind for record in records)]
    return {**{name: [record for record in records if record.kind == name] for name in names}, "all": list(records)}


def summary(records: Sequence[Record]) -> Summary:
    """Risk-coverage and calibration of the answers given, and latency in seconds over all questions."""
    judged = [record for record in records if "correct" in record.scores]
    answered = [record for record in judged if not record.abstained]
    confidences = [record.confidence for record in answered]
    right = [record.scores["correct"] == 1.0 for record in answered]
    curve = risk_coverage(confidences, [not one for one in right], len(judged))
    seconds = [record.seconds for record in records]
    return Summary(
        aurc=aurc(curve),
        calibration_error=calibration_error(confidences, right),
        p50=percentile(seconds, 50) if seconds else 0.0,
        p95=percentile(seconds, 95) if seconds else 0.0,
        curve=tuple(curve),
    )


def cell(records: Sequence[Record], metric: str) -> str:
    """The mean with its bootstrap interval, as `0.82 [0.74, 0.90]`; empty where the metric does not apply."""
    found = values(records, metric)
    if not found:
        return ""
    one = interval(found)
    return f"{one.mean:.2f} [{one.low:.2f}, {one.high:.2f}]"


def metrics_table(run: Run, columns: Sequence[str] = COLUMNS) -> Table:
    """Metrics down, kinds across: means, below them 95% bootstrap intervals, over the questions a metric is about."""
    groups = by_kind(run.records)
    table = Table(title=f"{escape(run.name)}: mean, 95% interval", title_justify="left")
    table.add_column("metric", no_wrap=True)
    for name, records in groups.items():
        table.add_column(f"{name}\n{len(records)}", justify="right", no_wrap=True)
    for metric in columns:
        cells = [cell(records, metric) for records in groups.values()]
        if any(cells):
            table.add_row(metric, *(text.replace(" [", "\n").replace(", ", "-").removesuffix("]") for text in cells))
    return table


def floors_table(run: Run) -> Table:
    """For each kind the metric that has a floor, its value, and whether the floor is reached."""
    table = Table(title="Floors by kind", title_justify="left")
    for heading in ("kind", "metric", "value", "floor", ""):
        table.add_column(heading, justify="right" if heading in {"value", "floor"} else "left")
    for kind, records in by_kind(run.records).items():
        metric, floor = FLOORS.get(kind, ("wrong_refusal", 0.08) if kind == "all" else ("correct", 0.0))
        if found := values(records, metric):
            mean = sum(found) / len(found)
            reached = mean <= floor if metric == "wrong_refusal" else mean >= floor
            limit = f"≤ {floor:.2f}" if metric == "wrong_refusal" else f"≥ {floor:.2f}"
            table.add_row(
                kind, metric, f"{mean:.2f}", limit if floor else "none", "" if reached else "[red]below[/red]"
            )
    return table


def summary_line(run: Run) -> str:
    """Abstention, latency and the verbatim rate in one line."""
    one = summary(run.records)
    verbatim = values(run.records, "verbatim")
    rate = f"{sum(verbatim) / len(verbatim):.3f}" if verbatim else "none cited"
    return (
        f"AURC {one.aurc:.3f} · calibration error {one.calibration_error:.3f} · verbatim quotes {rate} · "
        f"latency p50 {1000 * one.p50:.0f} ms, p95 {1000 * one.p95:.0f} ms"
    )


def markdown(run: Run, columns: Sequence[str] = COLUMNS) -> str:
    """The table for a README: kinds down, metrics across, means only."""
    lines = [f"| kind | n | {' | '.join(columns)} |", "| --- " * (len(columns) + 2) + "|"]
    for name, records in by_kind(run.records).items():
        means = [values(records, metric) for metric in columns]
        cells = [f"{sum(found) / len(found):.2f}" if found else "" for found in means]
        lines.append(f"| {name} | {len(records)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def worst(records: Sequence[Record], count: int = 10) -> list[Record]:
    """The wrong answers, surest first, then the wrong refusals, least sure first."""
    wrong = [record for record in records if record.scores.get("correct", 1.0) < 1.0]
    return sorted(wrong, key=lambda one: (one.abstained, one.confidence if one.abstained else -one.confidence))[:count]


def why_failed(record: Record) -> str:
    """Where a wrong answer went wrong: the first stage that lost it."""
    held = [rank for rank, seen in enumerate(record.retrieved, 1) if seen.pieces]
    reasons: list[tuple[bool, str]] = [
        (bool(record.error), f"the chatbot failed: {record.error}"),
        (not record.answerable, "answered, though the documents do not say it"),
        (record.needed > 0 and not held, f"no evidence among the first {len(record.retrieved)} passages"),
        (record.abstained, f"refused, though passage {min(held, default=0)} holds evidence"),
        (
            0.0 < record.scores.get("item_recall", 0.0) < 1.0,
            f"{record.scores.get('item_recall', 0.0):.0%} of its parts",
        ),
        (record.scores.get("citation_recall", 0.0) == 0.0, f"read past the evidence in passage {min(held, default=0)}"),
    ]
    return next(
        (reason for applies, reason in reasons if applies), "cited evidence, but the accepted answer is missing"
    )


def worst_table(run: Run, count: int = 10) -> Table:
    """The worst cases with what was retrieved and why they failed."""
    table = Table(title=f"The {count} worst cases", title_justify="left", show_lines=True)
    for heading in ("question", "expected", "answered", "retrieved first", "why it failed"):
        table.add_column(heading, overflow="fold")
    for record in worst(run.records, count):
        first = record.retrieved[0].text if record.retrieved else ""
        answer = f"{record.confidence:.2f} {'refused: ' if record.abstained else ''}{record.text}"
        asked = f"{record.id}\n{record.question}"
        table.add_row(_short(asked), _short(record.expected), _short(answer), _short(first), escape(why_failed(record)))
    return table


def _short(text: str, length: int = 160) -> str:
    return escape(text if len(text) <= length else text[: length - 1] + "…")
