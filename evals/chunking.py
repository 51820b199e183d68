"""`python -m evals.chunking`: what passage size and overlap do to the reference spans found. Knows nothing of answers.

After Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024), on their data, with one
change: settings are compared at an equal number of retrieved tokens instead of an equal number of passages, which would
favour the longer ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from evals.bootstrap import Interval, interval
from evals.budget import CountTokens, Retrieved, within
from evals.datasets import Dataset, chroma
from evals.paragraphs import Search, as_document, searchable
from evals.retrieval import data_folder
from evals.retrieval_metrics import SpanScores, span_scores
from evals.scoring import locate
from rag.schema import Document
from rag.settings import Settings

SIZES = (80, 120, 160, 200, 256)
OVERLAPS = (0, 1, 2)
BUDGETS = (400, 800)
_DEPTH = 40  # passages asked for: more than the largest budget holds of the smallest size


@dataclass(frozen=True, slots=True)
class Row:
    """One setting at one budget, over all questions."""

    tokens: int
    overlap: int
    budget: int
    recall: Interval
    precision: Interval
    iou: Interval


def measure(
    search: Search, data: Dataset, documents: Sequence[Document], count: CountTokens, budgets: Sequence[int]
) -> dict[int, list[SpanScores]]:
    """For each budget of tokens the span scores of each question."""
    scores: dict[int, list[SpanScores]] = {budget: [] for budget in budgets}
    for question in data.questions:
        references = [span for span in locate(question, documents) if span]
        passages = [hit.passage for hit in search(question.question, k=_DEPTH)]
        ranked = [Retrieved(passage.document_id, passage.start, passage.text) for passage in passages]
        for budget in budgets:
            kept = within(ranked, budget, count)
            scores[budget].append(span_scores(references, [one.span for one in kept]))
    return scores


def sweep(
    folder: Path, sizes: Sequence[int], overlaps: Sequence[int], limit: int | None, console: Console
) -> list[Row]:
    """A row for each size, overlap and budget, on the data set in `folder`."""
    from rag.index.tokens import open_counter

    data = chroma(folder)
    data = Dataset(data.name, data.questions[:limit], data.documents)
    documents = [as_document(name, text) for name, text in data.documents]
    count = open_counter()
    found: list[Row] = []
    settings = [(tokens, overlap) for tokens in sizes for overlap in overlaps]
    for tokens, overlap in track(settings, description="settings", console=console):
        one = Settings(passage_tokens=tokens, overlap_sentences=overlap)
        with TemporaryDirectory(prefix="rag-chunks-") as index, searchable(documents, Path(index), one) as retriever:
            for budget, scores in measure(retriever.search, data, documents, count, BUDGETS).items():
                columns = zip(*((score.recall, score.precision, score.iou) for score in scores), strict=True)
                found.append(Row(tokens, overlap, budget, *(interval(column) for column in columns)))
    return found


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table for a decision page; `±` is half the width of the 95% bootstrap interval."""
    lines = [
        "| passage tokens | overlap (sentences) | retrieved tokens | recall | precision | IoU |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in sorted(rows, key=lambda row: (row.budget, row.tokens, row.overlap)):
        figures = (f"{one.mean:.3f} ± {(one.high - one.low) / 2:.3f}" for one in (row.recall, row.precision, row.iou))
        lines.append(f"| {row.tokens} | {row.overlap} | {row.budget} | {' | '.join(figures)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m evals.chunking", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with retrieval/ (default: the development data)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="passage sizes in tiktoken tokens")
    parser.add_argument("--overlaps", type=int, nargs="+", default=OVERLAPS, help="overlaps in sentences")
    parser.add_argument("--limit", type=int, help="only the first questions")
    options = parser.parse_args(arguments)
    folder = data_folder(options.data) / "retrieval"
    rows = sweep(folder, options.sizes, options.overlaps, options.limit, Console(stderr=True))
    print(markdown(rows))


if __name__ == "__main__":
    main()
