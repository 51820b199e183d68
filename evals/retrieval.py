"""`python -m evals.retrieval`: dense, lexical and hybrid retrieval side by side. Knows nothing of answers.

Two sets: Chroma's chunking evaluation (a passage is relevant when it overlaps a reference span) and the paragraphs of a
SQuAD file (relevant: a passage of the question's own paragraph).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.bootstrap import paired_interval
from evals.datasets import chroma, read_squad
from evals.paragraphs import Search, as_document, paragraph_documents, searchable
from evals.paths import shared_dir
from evals.questions import Question
from evals.retrieval_metrics import hit_rate, mrr
from evals.run import DEPTH, METHODS
from evals.scoring import found_in, locate
from rag.schema import Document, Hit
from rag.settings import Settings

Relevant = Callable[[Hit], frozenset[int]]
Scores = dict[str, dict[str, list[float]]]
METRICS = ("hit_rate@1", "hit_rate@5", "mrr")


def chroma_set(folder: Path) -> tuple[list[Document], list[tuple[str, Relevant]]]:
    """Documents and (question, relevance) pairs of Chroma's chunking evaluation."""
    data = chroma(folder)
    documents = [as_document(name, text) for name, text in data.documents]

    def relevant(question: Question) -> Relevant:
        spans = locate(question, documents)
        return lambda hit: found_in(hit, question, spans)

    return documents, [(question.question, relevant(question)) for question in data.questions]


def squad_set(file: Path, limit: int | None = None) -> tuple[list[Document], list[tuple[str, Relevant]]]:
    """Each paragraph of the first `limit` questions a document; relevant are the passages of the question's own."""
    rows = read_squad(file)[:limit]
    documents = paragraph_documents(row.context for row in rows)
    ids = {document.text: document.id for document in documents}

    def relevant(home: str) -> Relevant:
        return lambda hit: frozenset({0} if hit.passage.document_id == home else ())

    return documents, [(row.question, relevant(ids[row.context])) for row in rows]


def measure(search: Search, asked: Sequence[tuple[str, Relevant]], console: Console) -> Scores:
    """Each method's metrics, one value a question."""
    scores: Scores = {method: {metric: [] for metric in METRICS} for method in METHODS}
    for question, relevant in track(asked, description="searching", console=console):
        for method in METHODS:
            found = [relevant(hit) for hit in search(question, k=DEPTH, method=method)]
            for metric, value in zip(METRICS, (hit_rate(found, 1), hit_rate(found, 5), mrr(found)), strict=True):
                scores[method][metric].append(value)
    return scores


def rows(scores: Scores) -> dict[str, dict[str, object]]:
    """For each metric each method's mean, the better single method, and the interval of hybrid minus that."""
    found: dict[str, dict[str, object]] = {}
    for metric in METRICS:
        means = {method: sum(one[metric]) / len(one[metric]) for method, one in scores.items()}
        better = max(("dense", "lexical"), key=means.__getitem__)
        gain = paired_interval(scores[better][metric], scores["hybrid"][metric])
        found[metric] = {**means, "better": better, "gain": [gain.mean, gain.low, gain.high]}
    return found


def table(name: str, found: Mapping[str, Mapping[str, object]], questions: int) -> Table:
    """The rows for a terminal."""
    shown = Table(title=f"{name}: {questions} questions", title_justify="left")
    for heading in ("metric", *METHODS, "hybrid minus the better of the two, 95% interval"):
        shown.add_column(heading, justify="left" if heading == "metric" else "right")
    for metric, row in found.items():
        mean, low, high = cast("list[float]", row["gain"])
        cells = [f"{row[method]:.3f}" for method in METHODS]
        shown.add_row(metric, *cells, f"{mean:+.3f} ({low:+.3f} to {high:+.3f}) against {row['better']}")
    return shown


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both sets and print a table each; with `--json`, one object on the last line."""
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with retrieval/ and reader/ (default: the development data)")
    parser.add_argument("--limit", type=int, help="only the first questions of each set")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    options = parser.parse_args(arguments)
    folder = data_folder(options.data)
    sets = {
        "retrieval": chroma_set(folder / "retrieval"),
        "dev-squadshifts-wiki": squad_set(folder / "reader" / "dev-squadshifts-wiki.json.gz"),
    }
    console = Console(stderr=options.json)
    results: dict[str, object] = {}
    for name, (documents, everything) in sets.items():
        asked = everything[: options.limit]
        with TemporaryDirectory(prefix="rag-evals-") as index, searchable(documents, Path(index), Settings()) as one:
            found = rows(measure(one.search, asked, console))
        console.print(table(name, found, len(asked)))
        results[name] = {**found, "questions": len(asked)}
    if options.json:
        print(json.dumps(results))


def data_folder(given: Path | None) -> Path:
    """The folder of the development data.

    Raises:
        SystemExit: there is none; the message says how to name it.
    """
    shared = shared_dir()
    folder = given or (shared / "data" if shared else None)
    if folder is None or not folder.is_dir():
        raise SystemExit("No development data found; name its folder with --data or RAG_SHARED_DIR.")
    return folder


if __name__ == "__main__":
    main()
