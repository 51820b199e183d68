"""A first question from a cold start, on an index that exists: `python -m benchmarks.cold [--runs N]`.

Both programs start a Python process, load the same embedding model, open a persisted Chroma index of the same corpus
and find passages for one question. Ours also reads them, composes the answer and checks its citations.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import run_python
from rag.settings import default_corpus_dir

QUESTION = "Who is Recep Tayyip Erdogan?"


def main() -> None:
    """Print the medians of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each, after one to warm up")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        ours = {"RAG_DATA_DIR": str(Path(folder) / "ours")}
        stock = str(Path(folder) / "stock")
        offline = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
        command = ["-m", "benchmarks.stock_llamaindex"]
        run_python([*command, "build", str(default_corpus_dir()), stock], offline, runs=0)
        costs = {
            "rag ask": run_python(["-m", "rag", "ask", QUESTION], ours, runs),
            "LlamaIndex, persisted index": run_python([*command, "ask", stock, QUESTION], offline, runs),
        }
    table = Table("cold start to the end", "seconds", "peak MiB", title=f"Medians of {runs} runs")
    for name, cost in costs.items():
        table.add_row(name, f"{cost.seconds:.2f}", f"{cost.mebibytes:.0f}")
    Console().print(table)
    first, second = costs.values()
    Console().print(f"rag ask takes {first.seconds / second.seconds:.2f} of the time.")


if __name__ == "__main__":
    main()
