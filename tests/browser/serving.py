"""A page for a browser to visit: the real server in a process of its own. Knows nothing of browsers' tests."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 90_000  # milliseconds; models load slowly on a busy machine
CHECKOUT = Path(__file__).resolve().parents[2]
# Nothing that a browser does on its own account: no updates, no accounts, no first-run pages.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served_page(data_dir: Path, *arguments: str) -> Iterator[str]:
    """The address of `python ui.py` over `data_dir`, which may still be loading its models."""
    command = [sys.executable, "ui.py", "--no-browser", "--port", "0", *arguments]
    environment = {**os.environ, "RAG_DATA_DIR": str(data_dir)}
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first_line = process.stdout.readline()
            found = re.search(r"http://\S+", first_line)
            assert found, f"the page said {first_line!r} instead of its address"
            yield found[0]
        finally:
            process.terminate()
            process.wait(30)
