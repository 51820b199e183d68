"""Fits the confidence on development questions: `python -m evals.calibrate [--reader trained] [--write]`.

Every question is asked of an index that holds all paragraphs of its file, as in use. Three kinds of question:
answerable ones; the same with their own paragraph left out of the search, so that only neighbours remain; and
adversarial ones, which look answerable and are not. The article's own questions take no part.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.datasets import SquadQuestion, read_squad
from evals.paragraphs import paragraph_documents
from evals.paths import shared_dir
from evals.squad import predict
from evals.squad_metrics import SquadScores, f1_score, score_at
from rag.answering.confidence import FILE, Calibration, Features, features
from rag.answering.evidence import gather
from rag.answering.reader import READERS, open_reader
from rag.answering.retrieval import Retriever
from rag.index.encoder import open_encoder
from rag.index.ingest import Index
from rag.schema import Encoder, Reader
from rag.settings import Settings

Kind = Literal["answerable", "left out", "adversarial"]
# Words that agree at least this far with an accepted answer are right; so is a sentence that holds one whole.
_RIGHT_F1 = 0.5
# Refusing an answerable question loses an answer that a user could have checked; this share of them is bearable.
_WRONG_REFUSALS = 0.05
_STRONG_PRECISION = 0.9
_LARGEST_GAP = 8.0
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Example:
    """The pieces of evidence for one question, by the reader's score: what speaks for each, and whether it is right."""

    kind: Kind
    found: tuple[tuple[Features, bool], ...]

    def best(self, calibration: Calibration | None) -> tuple[Features, bool]:
        """The likeliest piece; the one that the reader scores highest before there is a calibration."""
        if calibration is None:
            return self.found[0]
        return max(self.found, key=lambda one: calibration.probability(one[0]))


def collect(path: Path, count: int, reader: Reader, encoder: Encoder, settings: Settings) -> Iterator[Example]:
    """Examples from `count` questions of each kind in a SQuAD file, drawn with a fixed seed."""
    everything = read_squad(path)
    documents = paragraph_documents(row.context for row in everything)
    homes = {document.text: document.id for document in documents}
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder), encoder, settings.passage_tokens, settings.overlap_sentences)
        try:
            for document in documents:
                index.add(document)
            retriever = Retriever(index, settings.top_k, settings.candidates)
            for kind, row in track(draw(everything, count), description=path.name):
                others = [id_ for id_ in homes.values() if id_ != homes[row.context]]
                searched = others if kind == "left out" else None
                hits = retriever.search(row.question, documents=searched)
                found = gather(row.question, hits, reader)
                if not found:
                    continue
                answers = row.answers if kind == "answerable" else ()
                right = [any(_agrees(one.phrase, one.sentence, answer) for answer in answers) for one in found]
                told = features(row.question, found, hits, index.lexical.rarity)
                yield Example(kind, tuple(zip(told, right, strict=True)))
        finally:
            index.close()


def fit(examples: Sequence[Example], span: float) -> Calibration:
    """Logistic regression of `right` on the features, and the thresholds that its probabilities give.

    Which piece of evidence is the best depends on the fit, so it is fitted again to the pieces that it chose.
    `answer`: the highest that refuses at most 5% of the answerable questions. `strong`: the lowest above which nine of
    ten answers are right.
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
    answerable = probabilities[[one.kind == "answerable" for one in examples]]
    answer = float(np.quantile(answerable, _WRONG_REFUSALS))
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
    """How each kind of question fares at the fitted thresholds."""
    table = Table("questions", "n", "answered", "strong", "best answer right", title=str(calibration))
    for kind in ("answerable", "left out", "adversarial"):
        own = [one for one in examples if one.kind == kind]
        best = [one.best(calibration) for one in own]
        probabilities = [calibration.probability(features) for features, _ in best]
        shares = [np.mean([p >= limit for p in probabilities]) for limit in (calibration.answer, calibration.strong)]
        right = np.mean([is_right for _, is_right in best])
        table.add_row(kind, str(len(own)), *(f"{share:.1%}" for share in (*shares, right)))
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


def draw(rows: Sequence[SquadQuestion], count: int) -> list[tuple[Kind, SquadQuestion]]:
    """`count` answerable and as many unanswerable questions: adversarial where the file has them, else left out.

    "left out" stands for an answerable question whose own paragraph the search must not see.
    """
    generator = random.Random(0)
    answerable = [row for row in rows if row.answers]
    adversarial = [row for row in rows if not row.answers]
    generator.shuffle(answerable)
    generator.shuffle(adversarial)
    drawn: list[tuple[Kind, SquadQuestion]] = [("answerable", row) for row in answerable[:count]]
    if adversarial:
        return [*drawn, *(("adversarial", row) for row in adversarial[:count])]
    return [*drawn, *(("left out", row) for row in answerable[count : 2 * count])]


def _agrees(phrase: str, sentence: str, answer: str) -> bool:
    return f1_score(answer, phrase) >= _RIGHT_F1 or answer.lower() in sentence.lower()


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
    reader = open_reader(options.reader, encoder)
    files = [shared / "data" / "reader" / f"dev-{name}.json.gz" for name in ("squadshifts-wiki", "unansq")]
    examples = [one for file in files for one in collect(file, options.count, reader, encoder, settings)]
    calibration = fit(examples, fit_span(files[1], 4 * options.count, reader))
    Console().print(describe(examples, calibration), ablate(examples, calibration))
    if options.write:
        kept = json.loads(FILE.read_text())
        kept[options.reader] = {**asdict(calibration), "weights": calibration.weights._asdict()}
        FILE.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
