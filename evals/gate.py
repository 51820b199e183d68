"""Whether a run lost more questions than chance explains against the committed one. Knows nothing of how runs are made.

Two yes-or-no metrics are held: `correct` (answers and refusals) and `hit_rate@1` (the top hit), by kind and over all
kinds. A group fails when its losses outnumber its gains with p < 0.05 in the one-sided sign test (exact McNemar): 5
questions lost and none gained fail (p 0.031), 4 and none pass (0.063), 10 lost and 3 gained fail (0.046). The same code
on the same questions gives the same answers, so a run without a change never fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from evals.compare import Flips, flips, pairs
from evals.records import Run

LEVEL = 0.05
GATED = ("correct", "hit_rate@1")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why the gate fails (nothing when it passes), and every question that changed, in lines to print."""

    failures: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was lost beyond noise."""
        return not self.failures


def check(baseline: Run, run: Run) -> Outcome:
    """Compare a run with the committed one.

    A question of the baseline that the run lacks, or asks in other words, fails too: a set that shrinks in silence
    would pass for ever. Record a new baseline on purpose when the questions change.
    """
    asked = {new.id for _, new in pairs(baseline, run)}
    missing = [record.id for record in baseline.records if record.id not in asked]
    groups = [flip for metric in GATED for flip in flips(baseline, run, metric)]
    failures = [_describe(flip) for flip in groups if len(flip.lost) > len(flip.gained) and flip.p < LEVEL]
    if missing:
        failures.append(f"not asked as in the baseline: {', '.join(missing)}; record a new baseline on purpose")
    changed = [_describe(flip) for flip in groups if flip.kind != "all" and (flip.lost or flip.gained)]
    return Outcome(tuple(failures), tuple(changed))


def _describe(flip: Flips) -> str:
    sides = (
        f"{name} {len(ids)} ({', '.join(ids) or 'none'})"
        for name, ids in (("lost", flip.lost), ("gained", flip.gained))
    )
    return f"{flip.metric}, {flip.kind}: {', '.join(sides)}, p {flip.p:.3f}"
