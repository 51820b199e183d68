"""SQuAD 2.0's official measures. Pure functions; knows nothing of readers, files or of the article.

Source: the official script evaluate-v2.0.py of Rajpurkar, Jia and Liang, "Know What You Don't Know: Unanswerable
Questions for SQuAD" (ACL 2018). The script thresholds a no-answer probability; here a prediction carries the log-odds
of "answered" against "no answer", so the same rule reads: predict nothing when `score < threshold`.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Prediction:
    """One question of a SQuAD file: its accepted answers (none when unanswerable), the best span, its log-odds."""

    id: str
    golds: tuple[str, ...]
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class SquadScores:
    """Figures from 0 to 100; None where the file has no question of that sort."""

    exact: float
    f1: float
    has_ans_exact: float | None
    has_ans_f1: float | None
    no_ans_acc: float | None


def normalise(text: str) -> str:
    """Lower case without ASCII punctuation, articles (a, an, the) and extra white space: `normalize_answer`."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(gold: str, predicted: str) -> float:
    """1 when both are equal after normalisation, else 0: `compute_exact`."""
    return float(normalise(gold) == normalise(predicted))


def f1_score(gold: str, predicted: str) -> float:
    """Token F1 = 2PR / (P + R) over the normalised bags of words; two empty texts score 1: `compute_f1`."""
    gold_tokens, predicted_tokens = normalise(gold).split(), normalise(predicted).split()
    if not gold_tokens or not predicted_tokens:
        return float(gold_tokens == predicted_tokens)
    shared = (Counter(gold_tokens) & Counter(predicted_tokens)).total()
    if shared == 0:
        return 0.0
    precision, recall = shared / len(predicted_tokens), shared / len(gold_tokens)
    return 2 * precision * recall / (precision + recall)


def raw_scores(prediction: Prediction) -> tuple[float, float]:
    """(exact, F1) of the span as predicted, the best over the accepted answers: `get_raw_scores`."""
    golds = [gold for gold in prediction.golds if normalise(gold)] or [""]
    text = prediction.text
    return max(exact_match(gold, text) for gold in golds), max(f1_score(gold, text) for gold in golds)


def score_at(predictions: Sequence[Prediction], threshold: float) -> SquadScores:
    """All figures when spans below `threshold` become empty answers: `apply_no_ans_threshold`, `make_eval_dict`.

    An unanswerable question scores 1 (exact and F1) for an empty answer and 0 for any other; an answerable one scores 0
    for an empty answer. No-answer accuracy is the mean over the unanswerable ones.
    """
    has_ans: list[tuple[float, float]] = []
    no_ans: list[tuple[float, float]] = []
    for prediction in predictions:
        empty = (float(not prediction.golds),) * 2
        scores = empty if prediction.score < threshold else raw_scores(prediction)
        (has_ans if prediction.golds else no_ans).append(scores)
    both = has_ans + no_ans
    return SquadScores(
        exact=_percent(both, 0) or 0.0,
        f1=_percent(both, 1) or 0.0,
        has_ans_exact=_percent(has_ans, 0),
        has_ans_f1=_percent(has_ans, 1),
        no_ans_acc=_percent(no_ans, 0),
    )


def find_best_threshold(predictions: Sequence[Prediction], measure: int = 1) -> tuple[float, float]:
    """(best figure from 0 to 100, threshold that gives it): `find_best_thresh`.

    Starting from empty answers everywhere (right for each unanswerable question), spans are let in from the highest
    log-odds down: an answerable question adds its score, an unanswerable one with a span takes 1 away.

    Args:
        predictions: one per question; at least one.
        measure: 0 for exact match, 1 for F1.
    """
    ranked = sorted(predictions, key=lambda prediction: -prediction.score)
    current = best = float(sum(not prediction.golds for prediction in ranked))
    threshold = ranked[0].score + 1.0  # above every span: nothing is answered
    for prediction in ranked:
        current += raw_scores(prediction)[measure] if prediction.golds else -float(bool(prediction.text))
        if current > best:
            best, threshold = current, prediction.score
    return 100.0 * best / len(ranked), threshold


def _percent(scores: Sequence[tuple[float, float]], column: int) -> float | None:
    return 100.0 * sum(row[column] for row in scores) / len(scores) if scores else None
