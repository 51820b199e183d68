"""`python -m evals.refusals [--reader trained] [--write]`: below which confidence a refusal is right.

With a language model as the writer, the reader's refusal keeps the model from being asked only where it is right at
least 95 times of 100. Development questions are asked of a chatbot over 250 paragraphs of their file: those
with an answer, and as many without (adversarial ones, or the same with their paragraph left out of the search). A
refusal is right when the question has no answer there. Run it again after the reader or its calibration has changed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.bootstrap import interval
from evals.datasets import read_squad
from evals.examples import draw
from evals.paths import shared_dir
from rag import Chatbot, Settings
from rag.answering.llm.check import FILE
from rag.answering.reader import READERS

FILES = ("dev-squadshifts-wiki.json.gz", "dev-unansq.json.gz")
RIGHT = 0.95
_PARAGRAPHS = 250  # of each file: the documents that a search has to choose from
_LEAST = 30  # refusals that a threshold has to rest on


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: how confident the answer would have been, and whether there was none to give."""

    confidence: float
    right: bool


def collect(path: Path, count: int, reader: str) -> Iterator[Refusal]:
    """The refusals among `count` answerable and as many unanswerable questions of a SQuAD file, drawn with a seed."""
    everything = read_squad(path)
    first = set(list(dict.fromkeys(row.context for row in everything))[:_PARAGRAPHS])
    rows = [row for row in everything if row.context in first]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), corpus_dir=None, reader=reader, llm="")
        with Chatbot.open(settings) as bot:
            titles = {context: f"paragraph {n}" for n, context in enumerate(dict.fromkeys(row.context for row in rows))}
            for context, title in track(titles.items(), description=f"{path.name}, ingesting"):
                bot.ingest_text(context, title)
            ids = {document.title: document.id for document in bot.documents()}
            for kind, row in track(draw(rows, count), description=f"{path.name}, asking"):
                own = ids.get(titles[row.context], "")
                others = [id_ for id_ in ids.values() if id_ != own] if kind == "left out" else None
                answer = bot.ask(row.question, documents=others)
                if answer.abstained:
                    yield Refusal(answer.confidence, right=kind != "answerable")


def fit(refusals: Sequence[Refusal]) -> float:
    """The highest confidence below which at least 95% of the refusals are right; 0 when there is none.

    A threshold rests on at least 30 refusals.
    """
    ranked = sorted(refusals, key=lambda one: one.confidence)
    best = right = 0
    for count, one in enumerate(ranked, start=1):
        right += one.right
        last_of_its_kind = count == len(ranked) or ranked[count].confidence > one.confidence
        if last_of_its_kind and count >= _LEAST and right / count >= RIGHT:
            best = count
    if not best:
        return 0.0
    if best == len(ranked):
        return 1.0
    return round((ranked[best - 1].confidence + ranked[best].confidence) / 2, 5)


def describe(refusals: Sequence[Refusal], limit: float) -> Table:
    """How many refusals there are on each side of the limit, and how many of them are right."""
    table = Table("refusals", "n", "right", "95% interval", title=f"The model is not asked below {limit}")
    below = [one for one in refusals if one.confidence < limit]
    above = [one for one in refusals if one.confidence >= limit]
    for label, own in (("all", list(refusals)), ("model not asked", below), ("model asked", above)):
        if own:
            found = interval([float(one.right) for one in own])
            table.add_row(label, str(len(own)), f"{found.mean:.1%}", f"{found.low:.1%} to {found.high:.1%}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect, fit, print, and with `--write` keep the number."""
    parser = argparse.ArgumentParser(prog="python -m evals.refusals", description=__doc__)
    parser.add_argument("--reader", choices=READERS, default="trained")
    parser.add_argument("--count", type=int, default=300, help="questions of each kind and file")
    parser.add_argument("--write", action="store_true", help=f"keep the fitted number in {FILE.name}")
    options = parser.parse_args(arguments)
    shared = shared_dir()
    if shared is None:
        parser.error("the development data is not here; set RAG_SHARED_DIR to its folder")
    files = [shared / "data" / "reader" / name for name in FILES]
    refusals = [one for file in files for one in collect(file, options.count, options.reader)]
    limit = fit(refusals)
    Console().print(describe(refusals, limit))
    if options.write:
        kept = json.loads(FILE.read_text())
        kept["skip_llm_below"] = {**kept.get("skip_llm_below", {}), options.reader: limit}
        FILE.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
