"""A library adds files, uploads and pasted texts, says what it would do, and is whole after an interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import Chatbot, Settings
from tests.samples import pdf

FERRY = "The old ferry carries bicycles and goats across the lake."
MINE = "The copper mine closed in spring. Its lamps were sold at an auction."

Bots = Callable[..., Chatbot]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(bot_factory: Bots, tmp_path: Path) -> None:
    for name, text in (("a.txt", FERRY), ("b.txt", MINE), ("c.txt", "")):
        (tmp_path / name).write_text(text)
    bot = bot_factory()
    sources = [str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")]
    bot.ingest(sources[:1])
    (tmp_path / "a.txt").write_text(MINE)
    report = bot.ingest(sources, dry_run=True)
    assert (report.added, report.replaced, list(report.failed)) == (("b",), ("a",), [str(tmp_path / "c.txt")])
    assert [document.text for document in bot.documents()] == [FERRY]
    assert bot.ingest(sources[1:2], dry_run=True).added == bot.ingest(sources[1:2]).added == ("b",)
    assert bot.ingest(sources[1:2], dry_run=True).unchanged == ("b",)


def test_an_upload_is_known_by_its_own_name(bot_factory: Bots, tmp_path: Path) -> None:
    (tmp_path / "tmp1").write_bytes(pdf([MINE]))
    (tmp_path / "tmp2").write_text("")
    sources = [str(tmp_path / "tmp1"), str(tmp_path / "tmp2"), str(tmp_path / "tmp3")]
    names = dict(zip(sources, ("mine.pdf", "empty.md", "gone.md"), strict=True))
    told: list[tuple[int, int, str]] = []
    bot = bot_factory()
    report = bot.ingest(sources, owner="ida", names=names, progress=lambda *step: told.append(step))
    (document,) = bot.documents()
    assert (document.source, document.title, document.owner) == ("mine.pdf", "mine", "ida")
    assert told == [(1, 3, "mine.pdf"), (2, 3, "empty.md"), (3, 3, "gone.md")]
    assert sorted(report.failed) == ["empty.md", "gone.md"]
    assert report.failed["empty.md"].startswith("empty.md: is empty")
    assert report.failed["gone.md"].startswith("gone.md: does not exist")
    (tmp_path / "tmp4").write_text(FERRY)
    again = bot.ingest([str(tmp_path / "tmp4")], owner="ida", names={str(tmp_path / "tmp4"): "mine.pdf"})
    assert "holds no PDF" in again.failed["mine.pdf"]


def test_a_pasted_text_is_a_document_and_replaces_the_one_of_its_title(bot_factory: Bots) -> None:
    bot = bot_factory()
    assert bot.ingest_text(FERRY, "Ferries", owner="ida").added == ("Ferries",)
    assert bot.ingest_text(MINE, "Ferries", owner="ida").replaced == ("Ferries",)
    assert bot.ingest_text(MINE, "Ferries").added == ("Ferries",)
    first, second = bot.documents()
    assert (first.source, first.owner, first.text) == ("pasted text: Ferries", "ida", MINE)
    assert first.id != second.id


@pytest.mark.parametrize(
    ("text", "title"),
    [(f"# On ferries\n\n{FERRY}", "On ferries"), (FERRY, FERRY), (f"{FERRY} {MINE}", None), ("x" * 300, None)],
)
def test_a_pasted_text_without_a_title_takes_its_own(bot_factory: Bots, text: str, title: str | None) -> None:
    bot = bot_factory()
    bot.ingest_text(text)
    (document,) = bot.documents()
    assert document.title == (title or document.title)
    assert len(document.title) <= 80


@pytest.mark.parametrize(("text", "reason"), [(" \n", "is empty"), ("word " * 5_000_000, "larger than 20 MB")])
def test_a_pasted_text_that_cannot_be_read_is_told(bot_factory: Bots, text: str, reason: str) -> None:
    assert reason in bot_factory().ingest_text(text, "Mine").failed["Mine"]


def test_an_interrupted_ingest_keeps_what_was_finished(bot_factory: Bots, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FERRY)
    (tmp_path / "b.txt").write_text(MINE)
    bot = bot_factory()

    def stop(done: int, total: int, name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bot.ingest([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], progress=stop)
    assert [document.text for document in bot.documents()] == [FERRY]
    assert bot.ingest([str(tmp_path / "b.txt")]).added == ("b",)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_leaves_every_document_whole_or_absent(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.txt").write_text(f"Text number {number}. {MINE} {FERRY} " * 20)
    data = tmp_path / "data"
    settings = {"RAG_DATA_DIR": str(data), "RAG_CORPUS_DIR": ""}
    # Started in a shell's background, a process inherits that Ctrl-C is ignored.
    program = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('rag', run_name='__main__')"
    )
    command = [sys.executable, "-c", program, "ingest", *(str(tmp_path / f"{n}.txt") for n in range(300))]
    root = Path(__file__).resolve().parents[1]
    running = subprocess.Popen(
        command, cwd=root, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    catalog = data / "catalog.sqlite"
    while running.poll() is None and not (catalog.exists() and catalog.stat().st_size > 200_000):
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == 130, told
    assert "whole or not at all" in told
    with Chatbot.open(Settings(data_dir=data, corpus_dir=None)) as bot:
        known = bot.documents()
        assert 0 < len(known) < 300
        for document in known:
            passages = bot.search(document.text.split(". ")[0], documents=[document.id], k=1)
            assert passages[0].passage.text in document.text
