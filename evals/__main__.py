"""`python -m evals`: ask the question set, print what came out, keep it, compare it. Wires the parts; computes nothing.

python -m evals                                  the article set over the shipped corpus
python -m evals --corpus PATH                    the same questions over another account of it
python -m evals --json run.json --html run.html  keep the run, and a report with plots
python -m evals --compare A.json B.json          what changed, and whether it is beyond noise
python -m evals --gate evals/baseline.json       fail on a net loss of questions beyond noise
python -m evals --ablate                         rankings, reader and passage sizes in one table
python -m evals --baseline llamaindex            the stock LlamaIndex pipeline beside ours
python -m evals --dataset squad FILE             other people's data: squad, llamaindex, chroma, cast
python -m evals --candidates feedback.jsonl      thumbs-down answers as rows to complete for the set
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from evals import ablate, baseline, compare, gate, records, report, table
from evals.candidates import candidates, read_feedback
from evals.datasets import FORMATS, Dataset
from evals.llm_judge import make_judge, open_llm
from evals.questions import SPLITS, load
from evals.records import Record, Run
from evals.run import METHODS, ask_all, open_bot
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.chatbot import Chatbot


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 1 when the gate fails and 2 when something could not be read."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140)  # a log has no width of its own
    try:
        if options.compare:
            console.print(
                compare.report(*(records.load(path) for path in options.compare)), markup=False, highlight=False
            )
            return 0
        if options.candidates:
            known = [question.question for question in load()]
            for row in candidates(read_feedback(options.candidates), known):
                print(json.dumps(row, ensure_ascii=False))
            return 0
        return _evaluate(options, console)
    except (RagError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _evaluate(options: argparse.Namespace, console: Console) -> int:
    data = _questions(options)
    if options.ablate:
        _ablate(data, console)
        return 0
    judge = make_judge(open_llm(options.llm)) if options.llm else None
    with open_bot(options.corpus, data.documents) as bot:
        asked = track(data.questions, description=data.name, console=console)
        rows = tuple(ask_all(bot, asked, method=options.method, judge=judge))
        if options.baseline:
            rows = tuple(_beside(bot, data, rows, console))
        run = Run(data.name, datetime.now(UTC).isoformat(timespec="seconds"), machine(), _settings(options), rows)
    judged = ("faithfulness", "relevancy", "correctness", "term_f1", "term_f1_as_typed")
    console.print(table.metrics_table(run, (*table.COLUMNS, *judged)))
    if options.dataset is None:
        console.print(table.floors_table(run))
    console.print(table.worst_table(run), table.summary_line(run), sep="\n")
    _keep(run, options)
    return _gate(run, options.gate, console) if options.gate else 0


def _questions(options: argparse.Namespace) -> Dataset:
    """The set that the options choose, cut to split and limit."""
    if options.dataset is not None:
        name, path = options.dataset
        if name not in FORMATS:
            raise ValueError(f"{name!r} is no known format; use one of: {', '.join(FORMATS)}.")
        data = FORMATS[name](Path(path))
        return Dataset(data.name, data.questions[: options.limit], data.documents)
    chosen = [question for question in load() if options.split in {"all", question.split}]
    return Dataset(f"article, {options.split} split", tuple(chosen[: options.limit]))


def _ablate(data: Dataset, console: Console) -> None:
    with open_bot(documents=data.documents) as bot:
        rows = ablate.by_stage(list(ask_all(bot, track(data.questions, description="stages", console=console))))
    sizes = ablate.by_size(data.questions, data.documents)
    rows |= dict(track(sizes, description="sizes", total=len(ablate.SIZES), console=console))
    console.print(ablate.table(rows))


def _beside(bot: Chatbot, data: Dataset, rows: Sequence[Record], console: Console) -> list[Record]:
    """The records with the stock pipeline's scores added, after printing both columns."""
    from rag.index.tokens import open_counter
    from rag.settings import Settings

    documents = bot.documents()
    with baseline.stock(documents, Settings().embedding_model) as peer:
        sides = (baseline.ours(bot), peer)
        scored = baseline.add_scores(rows, data.questions, sides, documents, count=open_counter())
    console.print(baseline.table(scored, [side.name for side in sides]))
    return scored


def _keep(run: Run, options: argparse.Namespace) -> None:
    if options.json:
        records.save(run, options.json)
    if options.html:
        options.html.write_text(report.html(run), encoding="utf-8")
    if options.plot:
        options.plot.write_text(report.correct_by_kind(run), encoding="utf-8")
    if options.markdown:
        print(table.markdown(run))


def _gate(run: Run, path: Path, console: Console) -> int:
    outcome = gate.check(records.load(path), run)
    lines = [*(f"changed: {line}" for line in outcome.changed), *(f"FAILED: {line}" for line in outcome.failures)]
    verdict = "The gate passes." if outcome.passed else "The gate fails."
    console.print("\n".join([*lines, verdict]), markup=False, highlight=False)
    return 0 if outcome.passed else 1


def machine() -> str:
    """This machine, in words."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _settings(options: argparse.Namespace) -> dict[str, str]:
    """What chose the answers: the chatbot's settings, without the folders of this machine, and the ranking."""
    from rag.settings import Settings

    folders = {"data_dir", "cache_dir", "corpus_dir"}
    shown = {name: str(value) for name, value in Settings().model_dump().items() if name not in folders}
    corpus = options.corpus.name if options.corpus else "the set's own documents" if options.dataset else "shipped"
    return {**shown, "corpus": corpus, "retrieval metrics of": options.method}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=("all", *SPLITS), default="all", help="which part of the article set")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N questions")
    parser.add_argument("--corpus", type=Path, metavar="PATH", help="ask about this file or folder")
    parser.add_argument("--method", choices=METHODS, default="hybrid", help="the ranking that retrieval metrics judge")
    parser.add_argument("--llm", metavar="MODULE:NAME", help="an LLM as a judge")
    parser.add_argument("--json", type=Path, metavar="OUT", help="keep the run")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write the report")
    parser.add_argument("--plot", type=Path, metavar="OUT.svg", help="write the bars by kind alone")
    parser.add_argument("--markdown", action="store_true", help="print the table for a README too")
    parser.add_argument("--baseline", choices=("llamaindex",), help="a peer to measure beside ours")
    parser.add_argument("--dataset", nargs=2, metavar=("FORMAT", "PATH"), help=f"other data: {', '.join(FORMATS)}")
    commands = parser.add_mutually_exclusive_group()
    commands.add_argument("--compare", type=Path, nargs=2, metavar=("A.json", "B.json"), help="compare two runs")
    commands.add_argument("--gate", type=Path, metavar="BASELINE.json", help="fail on a loss beyond noise")
    commands.add_argument("--ablate", action="store_true", help="what each stage and passage size brings")
    commands.add_argument("--candidates", type=Path, metavar="FEEDBACK.jsonl", help="thumbs down -> rows to complete")
    return parser


if __name__ == "__main__":
    sys.exit(main())
