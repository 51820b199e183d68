"""`python -m evals.fusion`: what each way of fusing two rankings finds, on development data. Knows no answers.

Each question is searched once by each ranking; every fusion is then tried on the same two lists.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.bootstrap import paired_interval
from evals.paragraphs import searchable
from evals.retrieval import METRICS, Relevant, chroma_set, data_folder, squad_set
from evals.retrieval_metrics import hit_rate, mrr
from evals.run import DEPTH
from rag.answering.retrieval import LEXICAL_WEIGHT, fuse
from rag.schema import Document, Hit
from rag.settings import Settings

Asked = Sequence[tuple[str, Relevant]]
Scores = dict[str, list[float]]
WEIGHTS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)


class Searched(NamedTuple):
    """A question's two rankings with their scores, the most BM25 could give, and the ids that are relevant."""

    dense: list[tuple[str, float]]
    lexical: list[tuple[str, float]]
    ceiling: float
    right: set[str]


def search_all(documents: Sequence[Document], asked: Asked, console: Console) -> list[Searched]:
    """Each question searched by each ranking."""
    settings = Settings()
    found = []
    with TemporaryDirectory(prefix="rag-evals-") as folder, searchable(documents, Path(folder), settings) as retriever:
        for question, relevant in track(asked, description="searching", console=console):
            dense = retriever.search(question, k=settings.candidates, method="dense")
            lexical = retriever.search(question, k=settings.candidates, method="lexical")
            right = {hit.passage.id for hit in (*dense, *lexical) if relevant(hit)}
            ceiling = retriever.index.lexical.ceiling(question)
            found.append(Searched(_scored(dense), _scored(lexical), ceiling, right))
    return found


def reciprocal_ranks(*rankings: Sequence[tuple[str, float]], k: int = 60) -> list[tuple[str, float]]:
    """Reciprocal rank fusion, the usual choice: the sum of 1 / (k + rank) (Cormack, Clarke & Buettcher 2009)."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, (id_, _) in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def judge(rankings: Sequence[Sequence[str]], right: Sequence[set[str]]) -> Scores:
    """The metrics of one ranking for each question, a value a question."""
    scores: Scores = {metric: [] for metric in METRICS}
    for ranking, wanted in zip(rankings, right, strict=True):
        found = [frozenset({0} if id_ in wanted else ()) for id_ in ranking[:DEPTH]]
        for metric, value in zip(METRICS, (hit_rate(found, 1), hit_rate(found, 5), mrr(found)), strict=True):
            scores[metric].append(value)
    return scores


def table(name: str, searched: Sequence[Searched]) -> Table:
    """A row for each ranking alone and for each fusion; the last column compares mrr with the better one alone."""
    ways: dict[str, Callable[[Searched], list[tuple[str, float]]]] = {
        "dense alone": lambda one: one.dense,
        "lexical alone": lambda one: one.lexical,
        "reciprocal ranks": lambda one: reciprocal_ranks(one.dense, one.lexical),
    }
    for weight in WEIGHTS:
        label = f"scores, lexical weight {weight}{' (used)' if weight == LEXICAL_WEIGHT else ''}"
        ways[label] = partial(_fused, weight=weight)
    right = [one.right for one in searched]
    rows = {label: judge([[id_ for id_, _ in way(one)] for one in searched], right) for label, way in ways.items()}
    better = max(list(rows.values())[:2], key=lambda scores: sum(scores["mrr"]))
    shown = Table(title=f"{name}: {len(searched)} questions", title_justify="left")
    for heading in ("fusion", *METRICS, "mrr minus the better one's, 95% interval"):
        shown.add_column(heading, justify="left" if heading == "fusion" else "right")
    for label, scores in rows.items():
        gain = paired_interval(better["mrr"], scores["mrr"])
        means = (f"{sum(scores[metric]) / len(searched):.3f}" for metric in METRICS)
        shown.add_row(label, *means, f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
    return shown


def _fused(one: Searched, weight: float) -> list[tuple[str, float]]:
    return fuse(one.dense, one.lexical, one.ceiling, weight)


def _scored(hits: Sequence[Hit]) -> list[tuple[str, float]]:
    return [(hit.passage.id, hit.score) for hit in hits]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each set: long documents, encyclopedia paragraphs, and questions typed into a search engine."""
    parser = argparse.ArgumentParser(prog="python -m evals.fusion", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with retrieval/ and reader/ (default: the development data)")
    parser.add_argument("--sample", type=int, default=500, help="questions of each set, drawn with a fixed seed")
    options = parser.parse_args(arguments)
    folder = data_folder(options.data)
    reader = folder / "reader"
    sets = {
        "retrieval": chroma_set(folder / "retrieval"),
        "dev-squadshifts-wiki": squad_set(reader / "dev-squadshifts-wiki.json.gz"),
        "train-nq": squad_set(reader / "train-nq.json.gz", limit=options.sample),
    }
    console = Console()
    for name, (documents, everything) in sets.items():
        asked = random.Random(name).sample(everything, min(options.sample, len(everything)))
        console.print(table(name, search_all(documents, asked, console)))


if __name__ == "__main__":
    main()
