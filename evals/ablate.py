"""One table of what each stage brings: rankings alone, the whole chain, other sizes. Knows no single answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from evals.questions import Question
from evals.records import Record, values
from evals.run import METHODS, ask_all, open_bot

SIZES = (80, 120, 160, 240)
RETRIEVAL = ("hit_rate@1", "recall@3", "recall@5", "mrr")
ANSWERS = ("correct_with_citation", "item_recall", "wrong_refusal", "refused")


def by_stage(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Means for each ranking and for the whole chain of one run; only the chain answers, so only it has all columns."""
    rows: dict[str, dict[str, float]] = {method: _means(records, RETRIEVAL, f"{method}.") for method in METHODS}
    chain = {**_means(records, RETRIEVAL, "answer."), **_means(records, ANSWERS)}
    return {**rows, "hybrid + reader": chain}


def by_size(
    questions: Sequence[Question], documents: Sequence[tuple[str, str]] = (), sizes: Sequence[int] = SIZES
) -> Iterator[tuple[str, dict[str, float]]]:
    """The whole chain for each passage size in tiktoken tokens, over the documents or else the shipped corpus."""
    for size in sizes:
        with open_bot(documents=documents, passage_tokens=size) as bot:
            records = list(ask_all(bot, questions))
        yield f"passages of {size}", {**_means(records, RETRIEVAL, "answer."), **_means(records, ANSWERS)}


def table(rows: Mapping[str, Mapping[str, float]]) -> Table:
    """The rows side by side."""
    shown = Table(title="Ablation (means)", title_justify="left")
    shown.add_column("setting")
    for metric in (*RETRIEVAL, *ANSWERS):
        shown.add_column(metric, justify="right")
    for name, means in rows.items():
        shown.add_row(name, *(f"{means[metric]:.3f}" if metric in means else "" for metric in (*RETRIEVAL, *ANSWERS)))
    return shown


def _means(records: Sequence[Record], metrics: Sequence[str], prefix: str = "") -> dict[str, float]:
    found = {metric: values(records, prefix + metric) for metric in metrics}
    return {metric: sum(column) / len(column) for metric, column in found.items() if column}
