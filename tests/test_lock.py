"""One process owns a data directory; the operating system gives it back when that process dies."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.errors import DataDirectoryBusy, DataDirectoryError
from rag.index.lock import DataDirectoryLock

_HOLDER = """
import sys
from pathlib import Path
from rag.index.lock import DataDirectoryLock
lock = DataDirectoryLock(Path(sys.argv[1]))
lock.acquire()
lock.announce("http://127.0.0.1:7860", "a token")
print("held", flush=True)
sys.stdin.read()
lock.release()
"""
_SEEKER = """
import sys, time
from pathlib import Path
from rag.errors import DataDirectoryBusy
from rag.index.lock import DataDirectoryLock
lock = DataDirectoryLock(Path(sys.argv[1]))
began = time.monotonic()
try:
    lock.acquire()
except DataDirectoryBusy as busy:
    print(time.monotonic() - began, busy.address)
"""


@contextmanager
def held_by_another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The data directory, owned by a child until the end of the block."""
    command = [sys.executable, "-c", _HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
        assert child.stdin is not None
        child.stdin.close()


def test_second_process_is_refused_within_a_second_and_told_who_answers(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    lock = DataDirectoryLock(folder)
    lock.acquire()
    lock.announce("http://127.0.0.1:7860", "a token")
    done = subprocess.run([sys.executable, "-c", _SEEKER, str(folder)], capture_output=True, text=True, check=True)
    seconds, address = done.stdout.split()
    assert float(seconds) < 1
    assert address == "http://127.0.0.1:7860"
    lock.release()


def test_refusal_names_the_process_and_what_to_do(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path) as child:
        with pytest.raises(DataDirectoryBusy, match=rf"{tmp_path}.*process {child.pid}.*RAG_DATA_DIR") as caught:
            DataDirectoryLock(tmp_path).acquire()
        assert (caught.value.address, caught.value.token) == ("http://127.0.0.1:7860", "a token")
    DataDirectoryLock(tmp_path).acquire()


def test_directory_of_a_killed_process_is_free_and_its_address_forgotten(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert (tmp_path / "owner.json").exists()
        lock = DataDirectoryLock(tmp_path)
        lock.acquire()
    assert json.loads((tmp_path / "owner.json").read_text()) == {"pid": os.getpid()}
    lock.release()
    assert not (tmp_path / "owner.json").exists()


def test_one_process_cannot_take_it_twice_either(tmp_path: Path) -> None:
    first, second = DataDirectoryLock(tmp_path), DataDirectoryLock(tmp_path)
    first.acquire()
    with pytest.raises(DataDirectoryBusy):
        second.acquire()
    second.release()  # harmless: it was never its own
    with pytest.raises(DataDirectoryBusy):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_token_is_for_the_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "owner.json").write_text("{}")
    (tmp_path / "owner.json").chmod(0o666)
    lock = DataDirectoryLock(tmp_path)
    lock.acquire()
    for _ in range(2):
        assert stat.S_IMODE((tmp_path / "owner.json").stat().st_mode) == 0o600
        lock.announce("http://127.0.0.1:7860", "a token")
    lock.release()


def test_unreadable_owner_file_still_refuses(tmp_path: Path) -> None:
    lock = DataDirectoryLock(tmp_path)
    lock.acquire()
    (tmp_path / "owner.json").write_text("no json")
    with pytest.raises(DataDirectoryBusy, match="process unknown"):
        DataDirectoryLock(tmp_path).acquire()
    lock.release()


def test_directory_that_cannot_be_made_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    for folder in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(DataDirectoryError, match=rf"{folder} cannot be written.*RAG_DATA_DIR"):
            DataDirectoryLock(folder).acquire()


def test_lock_is_given_back_when_its_owner_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "owner.json").mkdir()
    lost = DataDirectoryLock(tmp_path)
    with pytest.raises(DataDirectoryError, match="cannot be written"):
        lost.acquire()
    (tmp_path / "owner.json").rmdir()
    lock = DataDirectoryLock(tmp_path)
    lock.acquire()
    lock.release()
