"""Fits the confidence on development questions: `python -m evals.calibrate [--reader trained] [--write]`.

What the questions are: `evals.examples`. The article's own questions take no part.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.datasets import read_squad
from evals.examples import KINDS, Bench, Example, document_examples, paragraph_examples
from evals.paths import shared_dir
from evals.squad import predict
from evals.squad_metrics import SquadScores, score_at
from rag.answering.confidence import FILE, Calibration, Features
from rag.answering.reader import READERS, open_reader
from rag.index.encoder import open_encoder
from rag.schema import Reader
from rag.settings import Settings

# Refusing an answerable question loses an answer that a user could have checked; 8% of them is bearable, less a margin
# of one for what a sample of this size does not tell.
_WRONG_REFUSALS = 0.07
_STRONG_PRECISION = 0.9
_LARGEST_GAP = 8.0
_ROUNDS = 3


def fit(examples: Sequence[Example], span: float) -> Calibration:
    """Logistic regression of `right` on the features, and the thresholds that its probabilities give.

    Which piece of evidence is the best depends on the fit, so it is fitted again to the pieces that it chose.
    `answer`: the highest that refuses at most 7% of the answerable questions, each set of them counting alike.
    `strong`: the lowest above which nine of ten answers are right.
    """
    calibration = _fit_once(examples, [one.best(None) for one in examples], span)
    for _ in range(_ROUNDS):
        calibration = _fit_once(examples, [one.best(calibration) for one in examples], span)
    return calibration


def _fit_once(examples: Sequence[Example], best: Sequence[tuple[Features, bool]], span: float) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    rows = np.array([features for features, _ in best])
    right = np.array([is_right for _, is_right in best])
    model = LogisticRegression(C=100.0, max_iter=1000).fit(rows, right)
    probabilities = model.predict_proba(rows)[:, 1]
    answer = _refusing(examples, probabilities, _WRONG_REFUSALS)
    order = np.argsort(-probabilities)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    sure = np.flatnonzero(precision >= _STRONG_PRECISION)
    strong = float(probabilities[order][sure[-1]]) if len(sure) else 1.0
    bias = float(model.intercept_[0])
    return Calibration(
        weights=Features(*(round(float(weight), 4) for weight in model.coef_[0])),
        bias=round(bias, 4),
        answer=round(answer, 4),
        strong=round(max(strong, answer), 4),
        span=round(span, 4),
    )


def _refusing(examples: Sequence[Example], probabilities: NDArray[np.float64], share: float) -> float:
    """The probability below which this share of the answerable questions lies, on the mean over the sets."""
    answerable = np.array([one.kind == "answerable" for one in examples])
    sources = np.array([one.source for one in examples])[answerable]
    weights = 1.0 / np.array([np.sum(sources == source) for source in sources])
    order = np.argsort(probabilities[answerable])
    below = np.cumsum(weights[order]) / weights.sum()
    return float(probabilities[answerable][order][np.searchsorted(below, share)])


def fit_span(path: Path, count: int, reader: Reader) -> float:
    """The threshold with the best F1 on `count` questions, each read against its own paragraph.

    Only thresholds at which F1 on answerable and accuracy on unanswerable questions are within 8 points take part.
    """
    rows = random.Random(0).sample(read_squad(path), count)
    asked = track(rows, description=f"{path.name}, own paragraphs")
    predictions = list(predict(reader, asked, lambda row: [row.context]))
    scored = [(score_at(predictions, limit), limit) for limit in np.arange(-6.0, 6.0, 0.1).round(2).tolist()]
    balanced = [(one.f1, limit) for one, limit in scored if _gap(one) <= _LARGEST_GAP]
    return float(max(balanced)[1])


def _gap(scores: SquadScores) -> float:
    return abs((scores.has_ans_f1 or 0.0) - (scores.no_ans_acc or 0.0))


def describe(examples: Sequence[Example], calibration: Calibration) -> Table:
    """How each kind of question of each set fares at the fitted thresholds."""
    table = Table("questions", "n", "answered", "strong", "best answer right", title=str(calibration))
    for source in dict.fromkeys(one.source for one in examples):
        for kind in KINDS:
            best = [one.best(calibration) for one in examples if (one.source, one.kind) == (source, kind)]
            if not best:
                continue
            probabilities = [calibration.probability(features) for features, _ in best]
            limits = (calibration.answer, calibration.strong)
            shares = [np.mean([p >= limit for p in probabilities]) for limit in limits]
            right = np.mean([is_right for _, is_right in best])
            table.add_row(f"{source}: {kind}", str(len(best)), *(f"{share:.1%}" for share in (*shares, right)))
    return table


def ablate(examples: Sequence[Example], calibration: Calibration) -> Table:
    """How well right answers are told from all others (area under the ROC curve) with and without each feature."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    names = Features._fields
    best = [one.best(calibration) for one in examples]
    rows = np.array([features for features, _ in best])
    right = np.array([is_right for _, is_right in best])
    chosen = {"all": names, "reader alone": names[:1]}
    chosen |= {f"without {gone}": tuple(name for name in names if name != gone) for gone in names[1:]}
    table = Table("features", "AUC", title="Right answers against all others")
    for label, kept in chosen.items():
        columns = rows[:, [names.index(name) for name in kept]]
        model = LogisticRegression(C=100.0, max_iter=1000).fit(columns, right)
        table.add_row(label, f"{roc_auc_score(right, model.predict_proba(columns)[:, 1]):.3f}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect, fit, print, and with `--write` keep the numbers."""
    parser = argparse.ArgumentParser(prog="python -m evals.calibrate", description=__doc__)
    parser.add_argument("--reader", choices=READERS, default="trained")
    parser.add_argument("--count", type=int, default=300, help="questions of each kind and file")
    parser.add_argument("--write", action="store_true", help=f"keep the fitted numbers in {FILE.name}")
    options = parser.parse_args(arguments)
    shared = shared_dir()
    if shared is None:
        parser.error("the development data is not here; set RAG_SHARED_DIR to its folder")
    settings = Settings()
    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    bench = Bench(open_reader(options.reader, encoder), encoder, settings)
    files = [shared / "data" / "reader" / f"dev-{name}.json.gz" for name in ("squadshifts-wiki", "unansq")]
    examples = [one for file in files for one in paragraph_examples(file, options.count, bench)]
    examples += document_examples(shared / "data" / "retrieval", bench)
    calibration = fit(examples, fit_span(files[1], 4 * options.count, bench.reader))
    Console().print(describe(examples, calibration), ablate(examples, calibration))
    if options.write:
        kept = json.loads(FILE.read_text())
        kept[options.reader] = {**asdict(calibration), "weights": calibration.weights._asdict()}
        FILE.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
