"""How far a mean may be off: bootstrap intervals and the sign test. Knows nothing of what the numbers measure.

Sources: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13 (percentile interval); Koehn,
"Statistical Significance Tests for Machine Translation Evaluation" (EMNLP 2004) for the paired form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the bounds that hold it in 95 of 100 resamples."""

    mean: float
    low: float
    high: float

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0


def interval(values: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """The mean of `values` with its 95% percentile interval: the 2.5th and 97.5th percentile of resampled means.

    Questions are drawn with replacement, `resamples` times, by a generator seeded with `seed`: equal input gives an
    equal interval. A kind of few questions has a wide one; of one question, none (low = mean = high).

    Raises:
        ValueError: there is no value.
    """
    import numpy as np

    if not values:
        raise ValueError("No interval without values; leave the cell empty.")
    row = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, len(row), size=(resamples, len(row)))
    low, high = np.percentile(row[picks].mean(axis=1), [2.5, 97.5])
    return Interval(float(row.mean()), float(low), float(high))


def paired_interval(
    before: Sequence[float], after: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """The mean of `after - before`, question by question, with its 95% interval: the paired bootstrap.

    Raises:
        ValueError: the two are not about the same questions (unequal lengths), or empty.
    """
    differences = [new - old for old, new in zip(before, after, strict=True)]
    return interval(differences, seed=seed, resamples=resamples)


def sign_test(losses: int, gains: int) -> float:
    """One-sided p of at least `losses` losses among losses + gains when both are equally likely.

    p = sum over i >= losses of C(n, i) / 2^n with n = losses + gains; the exact form of McNemar's test (McNemar 1947;
    Dietterich, "Approximate Statistical Tests", 1998). 1 when nothing changed.
    """
    changed = losses + gains
    return sum(comb(changed, count) for count in range(losses, changed + 1)) / float(2**changed)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed, interpolated linearly between neighbours, as numpy does."""
    import numpy as np

    return float(np.percentile(np.asarray(values, dtype=np.float64), percent))
