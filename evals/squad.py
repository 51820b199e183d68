"""`python -m evals.squad FILE.json[.gz]`: a reader on SQuAD, by SQuAD 2.0's official figures. Knows no article.

Each question is read against its own paragraph; with `--open`, against the passages that hybrid retrieval finds among
all paragraphs of the file. Anything that satisfies `rag.schema.Reader` can be judged: `judge_reader` takes the object.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.datasets import SquadQuestion, read_squad
from evals.squad_metrics import Prediction, find_best_threshold, score_at
from rag.schema import Reader

Texts = Callable[[SquadQuestion], Sequence[str]]
TOP_K = 5


def predict(reader: Reader, questions: Iterable[SquadQuestion], texts: Texts) -> Iterator[Prediction]:
    """The best span over the texts of each question; a question without any text is predicted empty, surely."""
    for question in questions:
        candidates = texts(question)
        spans = [
            (span.score, text[span.start : span.end])
            for text, found in zip(candidates, reader.read(question.question, candidates), strict=True)
            for span in found[:1]
        ]
        score, answer = max(spans, default=(-1e9, ""))
        yield Prediction(question.id, question.answers, answer, score)


def figures(predictions: Sequence[Prediction], threshold: float) -> dict[str, float | int | None]:
    """All figures, 0 to 100: at `threshold`, without abstention, and at the best threshold for F1."""
    shipped = score_at(predictions, threshold)
    always = score_at(predictions, float("-inf"))
    best_f1, best_threshold = find_best_threshold(predictions)
    return {
        "exact": shipped.exact,
        "f1": shipped.f1,
        "has_ans_exact": shipped.has_ans_exact,
        "has_ans_f1": shipped.has_ans_f1,
        "no_ans_acc": shipped.no_ans_acc,
        "best_f1": best_f1,
        "best_threshold": best_threshold,
        "threshold": threshold,
        "exact_no_abstention": always.exact,
        "f1_no_abstention": always.f1,
        "total": len(predictions),
    }


def sample(questions: Sequence[SquadQuestion], count: int | None, seed: int) -> list[SquadQuestion]:
    """`count` questions drawn without replacement, in file order, by a generator seeded with `seed`; or all of them."""
    if count is None or count >= len(questions):
        return list(questions)
    return [questions[index] for index in sorted(random.Random(seed).sample(range(len(questions)), count))]


@contextmanager
def retrieved(questions: Sequence[SquadQuestion], k: int) -> Iterator[Texts]:
    """The passages that hybrid retrieval finds among all paragraphs of `questions`, `k` for each question."""
    from evals.paragraphs import paragraph_documents, searchable
    from rag.settings import Settings

    documents = paragraph_documents(question.context for question in questions)
    with TemporaryDirectory(prefix="rag-squad-") as folder, searchable(documents, Path(folder), Settings()) as found:
        yield lambda question: [hit.passage.text for hit in found.search(question.question, k=k)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the file, print a table and, with `--json`, one JSON object on the last line."""
    parser = argparse.ArgumentParser(prog="python -m evals.squad", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.json[.gz]")
    parser.add_argument("--open", action="store_true", help="retrieve from all paragraphs instead of the given one")
    parser.add_argument("--sample", type=int, metavar="N", help="only N questions")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which N questions")
    parser.add_argument("--reader", metavar="NAME", help="which reader (default: the one that answers today)")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    options = parser.parse_args(arguments)
    everything = read_squad(options.file)
    questions = sample(everything, options.sample, options.seed)
    reader, threshold = shipped_reader(options.reader)
    console = Console(stderr=options.json)
    asked = track(questions, description="reading", console=console)
    if options.open:
        with retrieved(everything, TOP_K) as texts:
            predictions = list(predict(reader, asked, texts))
    else:
        predictions = list(predict(reader, asked, lambda question: [question.context]))
    found = figures(predictions, threshold)
    table = Table(title=f"{options.file.name}: {len(questions)} questions{', open' if options.open else ''}")
    for name in ("figure", "value"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for name, value in found.items():
        table.add_row(name, "none in the file" if value is None else f"{value:.2f}".removesuffix(".00"))
    console.print(table)
    if options.json:
        print(json.dumps(found))


def shipped_reader(name: str | None = None) -> tuple[Reader, float]:
    """A reader by name, by default the one that answers today, and the log-odds below which it says nothing.

    Raises:
        ConfigurationError: there is no such reader.
    """
    from rag.answering.confidence import load_calibration
    from rag.answering.reader import open_reader
    from rag.index.encoder import open_encoder
    from rag.settings import Settings

    settings = Settings()
    chosen = name or settings.reader
    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    return open_reader(chosen, encoder), load_calibration(chosen).span


if __name__ == "__main__":
    main()
