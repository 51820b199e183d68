"""A parser that loops, swells, floods or crashes takes its child along, and one line says what happened."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from rag.documents import load
from rag.documents.raw import Unreadable
from rag.documents.sandbox import Limits, parse_apart
from rag.errors import DocumentError
from tests.samples import pdf

MILL = "The mill of Ardvale was built in 1790 by a miller from the hills."
LONG = b"The mill stands by the river and its wheel turns in spring only. " * 40_000

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


def test_the_child_reads_what_this_process_would(tmp_path: Path) -> None:
    from rag.documents.parse import parse

    data = pdf([MILL])
    assert parse_apart(data, "PDF") == parse(data, "PDF")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(wall_seconds=0.01), r"takes longer than 0\.01 seconds"),
        (Limits(cpu_seconds=1), r"takes longer than 1 seconds"),
        (Limits(memory=64 * 1024**2), "needs more than 64 MB of memory|cannot be read as text"),
        (Limits(result=100_000), "cannot be read as text"),
    ],
    ids=["wall", "cpu", "memory", "result"],
)
def test_a_child_over_its_limit_is_a_refusal(limits: Limits, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        parse_apart(LONG * 3, "text", limits)


def test_an_error_that_no_reader_expects_is_a_refusal_that_names_it() -> None:
    with pytest.raises(Unreadable, match=r"cannot be read as nonsense \(KeyError"):
        parse_apart(b"text", "nonsense")


def test_no_secret_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.documents import sandbox

    monkeypatch.setenv("RAG_SECRET", "hidden")
    monkeypatch.setattr(sandbox, "_ENTRY", "import os; raise SystemExit(str(sorted(os.environ)))")
    with pytest.raises(Unreadable) as caught:
        parse_apart(b"text", "text")
    assert "RAG_SECRET" not in str(caught.value)


def test_a_line_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "line.txt").open("wb") as file:
        for _ in range(100):
            file.write(b"a" * 1024**2)
    with pytest.raises(DocumentError, match="is larger than 20 MB; split it"):
        load(str(tmp_path / "line.txt"))


@pytest.mark.slow
@pytest.mark.parametrize("unit", [b"1", b"[", b"ab ", b"((", "e\u0301\u0316".encode()])
def test_a_hostile_line_of_19_mb_ends(tmp_path: Path, unit: bytes) -> None:
    (tmp_path / "line.txt").write_bytes(unit * (19 * 1024**2 // len(unit)))
    told = ""
    try:
        told = load(str(tmp_path / "line.txt")).text[:100]
    except DocumentError as error:
        told = str(error)
    whole = told.startswith(unicodedata.normalize("NFC", unit.decode()))
    assert whole or "takes longer than" in told or "memory" in told


def test_the_child_starts_from_any_folder_with_the_packages_of_its_parent(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([MILL]))
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the working folder')")
    checkout = Path(__file__).resolve().parents[1]
    program = (
        f"import sys; sys.path.append({str(checkout)!r}); from rag.documents import load; print(load('a.pdf').text)"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stdout.strip() == MILL
