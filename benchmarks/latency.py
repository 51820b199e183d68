"""How long a question takes once the chatbot is open: `python -m benchmarks.latency [--rounds N]`.

Reading is measured alone too: the passages that retrieval finds for each question, read in one batch.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from evals.bootstrap import percentile
from rag import Chatbot, Settings
from rag.answering.reader import open_reader
from rag.index.encoder import open_encoder

QUESTIONS = (
    "Who is Recep Tayyip Erdogan?",
    "Where do the Azerbaijani cargo planes fly to?",
    "Why would Russia want to punish Pashinyan?",
    "When were the joint exercises held?",
    "Which towns were Azerbaijani forces close to regaining?",
)
PASSAGES = 5


def main() -> None:
    """Print how long asking and reading take, in milliseconds, and what the reader adds to memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="how often each question is asked")
    rounds = parser.parse_args().rounds
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder, Chatbot.open(Settings(data_dir=Path(folder))) as bot:
        passages = {q: [hit.passage.text for hit in bot.search(q, k=PASSAGES)] for q in QUESTIONS}
        asking = _milliseconds(bot.ask, rounds)
    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    before = psutil.Process().memory_info().rss
    reader = open_reader(settings.reader, encoder)
    reading = _milliseconds(lambda question: reader.read(question, passages[question]), rounds)
    added = (psutil.Process().memory_info().rss - before) / 2**20
    table = Table("milliseconds", "p50", "p95", title=f"{len(asking)} questions each")
    for name, values in (("ask", asking), (f"read {PASSAGES} passages", reading)):
        table.add_row(name, f"{percentile(values, 50):.0f}", f"{percentile(values, 95):.0f}")
    Console().print(table)
    Console().print(f"The reader adds {added:.0f} MiB of memory.")


def _milliseconds(answer: Callable[[str], object], rounds: int) -> list[float]:
    """How long each call took, after one that is not counted."""
    answer(QUESTIONS[0])
    taken = []
    for question in QUESTIONS * rounds:
        began = time.perf_counter()
        answer(question)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


if __name__ == "__main__":
    main()
