"""Measures of knowing when not to answer. Pure functions over confidences and errors; knows nothing of texts.

Sources: risk and coverage from Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (NeurIPS
2017); AURC from Geifman, Uziel and El-Yaniv (ICLR 2019); calibration error from Guo et al., "On Calibration of Modern
Neural Networks" (ICML 2017); negative rejection from Chen et al., "Benchmarking Large Language Models in
Retrieval-Augmented Generation" (AAAI 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """With every answer of at least this confidence given: the share of all questions answered, and the share wrong."""

    confidence: float
    coverage: float
    risk: float


def wrong_refusal(*, answerable: bool, abstained: bool) -> float | None:
    """1 for a refused answerable question, 0 for an answered one, None when unanswerable; the mean is the rate."""
    return float(abstained) if answerable else None


def negative_rejection(*, answerable: bool, abstained: bool) -> float | None:
    """1 for a refused unanswerable question, 0 for an answered one, None when answerable; the mean is the rate."""
    return None if answerable else float(abstained)


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool], asked: int | None = None) -> list[RiskPoint]:
    """The risk-coverage curve of the answers given, from the surest on.

    coverage = answers at or above a confidence / `asked`; risk = wrong ones among them / those answers. An answer to an
    unanswerable question is wrong. Answers of equal confidence enter together, for no threshold separates them. The
    curve ends at the coverage that was reached: what a refused question would have been answered is not known.

    Args:
        confidences: of the answers given, from 0 to 1.
        wrong: whether each of them is wrong.
        asked: number of all questions, refused ones included; by default the answers given.
    """
    ranked = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    points: list[RiskPoint] = []
    errors = 0
    for count, (confidence, is_wrong) in enumerate(ranked, 1):
        errors += is_wrong
        if count == len(ranked) or ranked[count][0] < confidence:
            points.append(RiskPoint(confidence, count / (asked or len(ranked)), errors / count))
    return points


def aurc(points: Sequence[RiskPoint]) -> float:
    """Area under the risk-coverage curve / coverage reached: the mean risk, weighted with the coverage a point adds."""
    area, covered = 0.0, 0.0
    for point in points:
        area += point.risk * (point.coverage - covered)
        covered = point.coverage
    return area / covered if covered else 0.0


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: sum over `bins` equal widths of (bin's share) * |share right - mean confidence|.

    Bin b holds confidences in (b/bins, (b+1)/bins], the first one 0 too. 0 without answers.
    """
    members: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, is_right in zip(confidences, right, strict=True):
        members[max(0, ceil(round(confidence * bins, 9)) - 1)].append((confidence, is_right))  # 0.7 * 10 > 7
    gaps = (abs(sum(is_right - confidence for confidence, is_right in rows)) for rows in members)
    return sum(gaps) / len(confidences) if confidences else 0.0
