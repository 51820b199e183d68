"""What changed between two runs, question by question, and whether it is beyond noise. Knows nothing of the asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.bootstrap import Interval, paired_interval, sign_test
from evals.records import Record, Run
from evals.table import by_kind

METRICS = (
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
    "correct",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One metric over the questions that both runs scored: both means and the interval of their difference."""

    metric: str
    questions: int
    before: float
    after: float
    difference: Interval


@dataclass(frozen=True, slots=True)
class Flips:
    """The questions of one kind whose yes-or-no metric changed, by id, and the one-sided p of so many losses."""

    kind: str
    metric: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]

    @property
    def p(self) -> float:
        """Chance of at least these losses if a changed question were as likely gained as lost (sign test)."""
        return sign_test(len(self.lost), len(self.gained))


def pairs(before: Run, after: Run) -> list[tuple[Record, Record]]:
    """The records of both runs about the same question, matched by id and wording."""
    known = {(record.id, record.question): record for record in before.records}
    both = ((known.get((record.id, record.question)), record) for record in after.records)
    return [(old, new) for old, new in both if old is not None]


def changes(before: Run, after: Run, metrics: Sequence[str] = METRICS) -> list[Change]:
    """Each metric that both runs have, with the paired bootstrap interval of its difference."""
    found: list[Change] = []
    for metric in metrics:
        scored = [
            (old.scores[metric], new.scores[metric])
            for old, new in pairs(before, after)
            if metric in old.scores and metric in new.scores
        ]
        if scored:
            olds, news = [old for old, _ in scored], [new for _, new in scored]
            difference = paired_interval(olds, news)
            found.append(Change(metric, len(scored), sum(olds) / len(olds), sum(news) / len(news), difference))
    return found


def flips(before: Run, after: Run, metric: str) -> list[Flips]:
    """The questions that a yes-or-no metric (1 or 0) lost and gained, by kind and over all kinds."""
    olds = {new.id: old for old, new in pairs(before, after)}
    found: list[Flips] = []
    for kind, records in by_kind([record for record in after.records if record.id in olds]).items():
        steps = [(new.id, new.scores.get(metric, 0.0) - olds[new.id].scores.get(metric, 0.0)) for new in records]
        lost = tuple(id_ for id_, step in steps if step < 0)
        found.append(Flips(kind, metric, lost, tuple(id_ for id_, step in steps if step > 0)))
    return found


def report(before: Run, after: Run) -> str:
    """The whole comparison as text: metrics with their verdict, then the questions that changed."""
    lines = [f"{before.name} -> {after.name}: {len(pairs(before, after))} questions in both runs"]
    for change in changes(before, after):
        one = change.difference
        verdict = "beyond noise" if one.beyond_noise else "within noise"
        lines.append(
            f"  {change.metric:<22} {change.before:.3f} -> {change.after:.3f}  "
            f"{one.mean:+.3f} [{one.low:+.3f}, {one.high:+.3f}]  {verdict}  (n {change.questions})"
        )
    for metric in ("correct", "hit_rate@1"):
        for flip in flips(before, after, metric)[:-1]:
            if flip.lost:
                lines.append(f"  {metric}, {flip.kind}, lost: {', '.join(flip.lost)}")
            if flip.gained:
                lines.append(f"  {metric}, {flip.kind}, gained: {', '.join(flip.gained)}")
    return "\n".join(lines)
