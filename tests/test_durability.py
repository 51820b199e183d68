"""A document is all old or all new, whenever the process dies: measured by killing one, again and again."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag import Settings
from rag.errors import IndexDamaged
from rag.index.ingest import Index
from rag.index.store import Store
from rag.index.swap import draft_folder, finish_swap, replace_folder

if TYPE_CHECKING:
    from rag.schema import Encoder

ROOT = Path(__file__).resolve().parents[1]
TOKENS = 32
KILLS, BATCHES = 10, 5
# Reads "SEED"; the process that it forks opens the index and adds, replaces and removes documents, saying so.
_WRITER = """
import hashlib, json, os, random, sys
import chromadb, numpy, onnxruntime, tokenizers  # before the fork, and unused in this process
from pathlib import Path
from rag.index.encoder import open_encoder
from rag.index.ingest import Index
from rag.schema import Document

NOUNS = "ferry goat mine lamp bridge mill violin tractor orchard tower canal market bell quarry".split()

def say(*words):
    print(json.dumps(words), flush=True)

def write(folder, cache, seed, rounds):
    choose = random.Random(seed)
    index = Index(Path(folder), open_encoder("all-MiniLM-L6-v2", Path(cache)), 32, 0)
    say("begin")
    for step in range(rounds):
        id_ = f"d{choose.randrange(5)}"
        if index.catalog.content_hash(id_) and choose.random() < 0.25:
            say("try", id_, "")
            index.remove(id_)
            say("ack", id_, "")
            continue
        version = f"{seed}x{step}"
        text = " ".join(
            f"In version {version} of {id_} the {choose.choice(NOUNS)} number {n} is beside a {choose.choice(NOUNS)}."
            for n in range(choose.randrange(2, 9))
        )
        say("try", id_, text)
        index.add(Document(id_, f"Title {id_}", f"{id_}.txt", text, hashlib.sha256(text.encode()).hexdigest()))
        say("ack", id_, text)
    say("end")
    index.close()

for line in sys.stdin:
    seed, rounds = map(int, line.split())
    child = os.fork()
    if child == 0:
        write(sys.argv[1], sys.argv[2], seed, rounds)
        os._exit(0)
    say("pid", child)
    os.waitpid(child, 0)
    say("over")
"""
_ROUNDS = 10


@dataclass
class Run:
    """What a writer said before it ended or was killed."""

    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    tried: tuple[str, str] | None = None
    seconds: float = 0.0
    ended: bool = False


class Writers:
    """One process that forks writers over a data directory."""

    def __init__(self, folder: Path, cache: Path) -> None:
        command = [sys.executable, "-c", _WRITER, str(folder), str(cache)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def run(self, seed: int, doomed: int = 0, kill_after: float = 0.0) -> Run:
        """Let one write; kill it so many seconds after it began write number `doomed`, from 1 on; never with 0."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seed} {_ROUNDS}\n")
        self._process.stdin.flush()
        said, run, began, pid, writes = self._lines(), Run(), 0.0, 0, 0
        for word, *rest in said:
            match word:
                case "pid":
                    pid = int(rest[0])
                case "begin":
                    began = time.monotonic()
                case "try":
                    run.tried = (rest[0], rest[1])
                    writes += 1
                    if writes == doomed:
                        time.sleep(kill_after)
                        with contextlib.suppress(ProcessLookupError):  # it was quicker
                            os.kill(pid, signal.SIGKILL)
                case "ack":
                    run.acknowledged.append((rest[0], rest[1]))
                    run.tried = None
                case "end":
                    run.ended, run.seconds = True, time.monotonic() - began
                case "over":
                    break
        return run

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _lines(self) -> Iterator[list[str]]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield from _words(line)


def _words(line: str) -> Iterator[list[str]]:
    """What one line says; a line that a kill cut short says nothing, and the next one follows it at once."""
    for start in range(len(line)):
        if line[start] == "[":
            try:
                yield list(json.loads(line[start:]))
            except ValueError:
                continue
            return


def place_of_death(folder: Path, run: Run) -> str:
    """Where in a write the process was killed, as its files tell."""
    if run.ended:
        return "after the last write"
    if (folder / "vectors.next").exists() or (folder / "vectors.gone").exists():
        return "while deleted vectors were being forgotten"
    with sqlite3.connect(folder / "catalog.sqlite") as catalog:
        marked = catalog.execute("SELECT value FROM meta WHERE key = 'writing'").fetchone()
    catalog.close()
    return "between a document's first and last store write" if marked and marked[0] else "outside a write"


def check_whole(index: Index, expected: dict[str, str], run: Run) -> None:
    """What was acknowledged is there, whole; what was not is there wholly or not at all; nothing is left over."""
    stored = {document.id: document.text for document in index.catalog.documents()}
    undecided = dict([run.tried]) if run.tried else {}
    for id_ in expected.keys() | stored.keys() | undecided.keys():
        allowed = {expected.get(id_, "")} | ({undecided[id_]} if id_ in undecided else set())
        assert stored.get(id_, "") in allowed
    for document in index.catalog.documents():
        assert index.catalog.passages_of(document.id) == index._split(document)
    assert sorted(index.store.ids()) == sorted(index.catalog.passage_ids())
    assert index.catalog.damaged_words() == []
    assert index.store.unseen(1_000) == []
    assert index.catalog.meta("writing") == ""
    searched = index.encoder.encode_query("Which version is beside the ferry?")
    found = {id_ for id_, _ in index.store.search(searched, 500)}
    assert found == set(index.catalog.passage_ids())
    assert {id_ for id_, _ in index.lexical.search("version number", 500)} == found


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_killed_process_leaves_every_document_all_old_or_all_new(
    batch: int, tmp_path: Path, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    choose = random.Random(batch)
    writers = Writers(folder, Settings().cache_dir)
    expected: dict[str, str] = {}
    seconds = 1.0
    places: Counter[str] = Counter()
    after_first = 0
    for attempt in range(3 * KILLS):
        if places.total() - places["after the last write"] == KILLS:
            break
        # The first one is let alone, to learn how long it takes; the others die in their first, second, ... write.
        doomed = attempt if attempt <= _ROUNDS else _ROUNDS // 2
        run = writers.run(1_000 * batch + attempt, doomed, choose.uniform(0, seconds / _ROUNDS))
        seconds = run.seconds if run.seconds and not attempt else seconds
        places[place_of_death(folder, run)] += 1
        after_first += bool(run.acknowledged) and not run.ended
        expected = {**expected, **dict(run.acknowledged)}
        expected = {id_: text for id_, text in expected.items() if text}
        index = Index(folder, encoder, TOKENS, 0)
        check_whole(index, expected, run)
        expected = {document.id: document.text for document in index.catalog.documents()}
        index.close()
        assert not {path.name for path in folder.iterdir()} & {"vectors.next", "vectors.gone"}
    writers.close()
    killed = places.total() - places["after the last write"]
    with capsys.disabled():
        print(f"\nbatch {batch}: {killed} kills, {after_first} after the first write; {dict(places)}")
    assert killed == KILLS
    assert after_first >= 0.8 * KILLS


def unit(*degrees: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_vectors_that_no_document_knows_yet_take_no_place_in_a_search(tmp_path: Path) -> None:
    store = Store(tmp_path / "vectors", lambda ids: {id_ for id_ in ids if id_.startswith("known")})
    store.upsert([f"orphan-{n}" for n in range(300)], unit(*np.linspace(0, 10, 300)), ["new"] * 300)
    store.upsert(["known-a", "known-b", "known-c"], unit(20, 30, 40), ["d", "d", "e"])
    query = unit(0)[0]
    assert [id_ for id_, _ in store.search(query, 2)] == ["known-a", "known-b"]
    assert [id_ for id_, _ in store.search(query, 10)] == ["known-a", "known-b", "known-c"]
    assert [id_ for id_, _ in store.search(query, 2, ["new", "e"])] == ["known-c"]
    store.close()


def test_forty_thousand_documents_can_be_named_in_a_search(tmp_path: Path) -> None:
    store = Store(tmp_path / "vectors")
    store.upsert(["a", "b", "c"], unit(0, 10, 20), ["one", "two", "three"])
    names = [f"d{n}" for n in range(40_000)]
    assert [id_ for id_, _ in store.search(unit(0)[0], 5, ["three", *names, "one"])] == ["a", "c"]
    assert store.search(unit(0)[0], 5, names) == []
    store.close()


@pytest.mark.parametrize("stage", ["draft", "no old folder", "both", "done"])
def test_swap_cut_short_anywhere_leaves_one_whole_folder(stage: str, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    folder.mkdir()
    (folder / "old").touch()
    draft = draft_folder(folder)
    draft.mkdir()
    (draft / "new").touch()
    if stage in ("no old folder", "both"):
        folder.rename(tmp_path / "vectors.gone")
    if stage == "both":
        draft.rename(folder)
    if stage == "done":
        replace_folder(folder)
    finish_swap(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors"]
    assert [path.name for path in folder.iterdir()] == ["old" if stage == "draft" else "new"]


def test_lost_catalog_is_not_taken_for_an_empty_one(tmp_path: Path, encoder: Encoder) -> None:
    Index(tmp_path, encoder, TOKENS, 0).close()
    (tmp_path / "catalog.sqlite").unlink()
    with pytest.raises(IndexDamaged, match=r"catalog\.sqlite is missing or empty.*backup"):
        Index(tmp_path, encoder, TOKENS, 0)
    shutil.rmtree(tmp_path / "vectors")
    Index(tmp_path, encoder, TOKENS, 0).close()
