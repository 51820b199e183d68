"""Damage is found: each kind ends in an error that says what to do, or in an index that was mended, never in less."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from rag import Settings
from rag.doctor import Check, examine, repair
from rag.errors import DataDirectoryError, IndexDamaged, IndexMismatch, RagError
from rag.index.ingest import Index
from rag.index.lock import DataDirectoryLock
from rag.index.opening import open_index
from rag.index.store import Store
from rag.schema import Document

if TYPE_CHECKING:
    from rag.schema import Encoder, Vectors

ROOT = Path(__file__).resolve().parents[1]
TOKENS = 32
# Chroma writes its vector files when a collection has had a thousand writes; before that it replays a log.
MANY = 1_040
INDEX_FILES = (
    "catalog.sqlite", "chroma.sqlite3", "data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin",
    "link_lists.bin", "seal.json", "owner.json", "lock",
)  # fmt: skip
DAMAGE = ("junk", "junk in the middle", "cut in half", "emptied", "deleted")


def document(text: str, id_: str = "d") -> Document:
    return Document(id_, f"Title {id_}", f"{id_}.txt", text, hashlib.sha256(text.encode()).hexdigest())


def damage(path: Path, how: str) -> None:
    """Damage a file, always in the same way."""
    size = path.stat().st_size
    noise = hashlib.shake_256(b"noise").digest(max(size, 200))
    if how == "junk":
        path.write_bytes(noise)
    elif how == "junk in the middle":
        content = path.read_bytes()
        path.write_bytes(content[: size // 3] + noise[: size // 3] + content[2 * (size // 3) :])
    elif how == "cut in half":
        os.truncate(path, size // 2)
    elif how == "emptied":
        os.truncate(path, 0)
    else:
        path.unlink()


def check_complete(index: Index, passages: int) -> None:
    """Every passage is stored, and found by each of the two searches."""
    assert index.catalog.count() == passages
    assert sorted(index.store.ids()) == sorted(index.catalog.passage_ids())
    assert index.store.unseen(2 * MANY) == []
    assert index.catalog.damaged_words() == []
    assert len(index.lexical.search("ferry", 2 * MANY)) == passages


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """The data directory of an index of `MANY` passages, closed."""
    folder = tmp_path_factory.mktemp("large") / "data"
    lock = DataDirectoryLock(folder)
    lock.acquire()
    index = Index(folder, encoder, TOKENS, 0)
    sentences = (
        f"The ferry number {n} carries goats, violins and {n % 7} tractors over the lake." for n in range(MANY)
    )
    index.add(document(" ".join(sentences)))
    assert index.catalog.count() == MANY
    index.close()
    owner = (folder / "owner.json").read_bytes()
    lock.release()
    (folder / "owner.json").write_bytes(owner)
    return folder


@pytest.fixture
def small(tmp_path: Path, encoder: Encoder) -> Path:
    """The data directory of an index of two passages, closed."""
    folder = tmp_path / "data"
    folder.mkdir()
    index = Index(folder, encoder, TOKENS, 0)
    index.add(document("The ferry crosses the lake at noon.", "one"))
    index.add(document("The old ferry carries bicycles and goats.", "two"))
    index.close()
    return folder


def settings(folder: Path, **more: Any) -> Settings:
    return Settings(data_dir=folder, corpus_dir=None, passage_tokens=TOKENS, **more)


def states(checks: Iterator[Check]) -> dict[str, str]:
    return {check.name: check.state for check in checks}


# ---- each kind of damage -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", INDEX_FILES)
def test_damaged_file_ends_in_an_error_or_in_a_mended_index(
    name: str, large: Path, tmp_path: Path, encoder: Encoder
) -> None:
    for how in ("junk in the middle", "cut in half", "deleted"):
        folder = tmp_path / how.replace(" ", "-")
        shutil.copytree(large, folder)
        damage(next(folder.rglob(name)), how)
        lock = DataDirectoryLock(folder)
        lock.acquire()
        if name == "catalog.sqlite":
            with pytest.raises(IndexDamaged, match=r"ingest the documents again|rag doctor"):
                Index(folder, encoder, TOKENS, 0)
        else:
            index = Index(folder, encoder, TOKENS, 0)
            check_complete(index, MANY)
            index.close()
        lock.release()
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("sealed", [True, False], ids=["after a clean close", "after a kill"])
@pytest.mark.parametrize("name", ["", "data_level0.bin", "length.bin", "chroma.sqlite3"])
def test_lost_vector_files_are_made_again(
    name: str, sealed: bool, large: Path, tmp_path: Path, encoder: Encoder
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(large, folder)
    if not sealed:
        (folder / "seal.json").unlink()
    segment = next(path for path in (folder / "vectors").iterdir() if path.is_dir())
    if name:
        damage(next(folder.rglob(name)), "junk")
    else:
        shutil.rmtree(segment)
    index = Index(folder, encoder, TOKENS, 0)
    check_complete(index, MANY)
    index.close()


def test_copied_data_directory_is_taken_as_it_is(small: Path, tmp_path: Path, encoder: Encoder) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(small, copied, copy_function=shutil.copyfile)  # with new times
    (segment,) = (path for path in (copied / "vectors").iterdir() if path.is_dir())
    index = Index(copied, encoder, TOKENS, 0)
    check_complete(index, 2)
    index.close()
    assert segment.exists()


@pytest.mark.parametrize("how", [how for how in DAMAGE if how != "deleted"])
def test_damaged_documents_are_an_error_that_says_how_to_go_on(how: str, small: Path, encoder: Encoder) -> None:
    damage(small / "catalog.sqlite", how)
    with pytest.raises(IndexDamaged, match=r"catalog\.sqlite.*(ingest the documents again|rag doctor)"):
        Index(small, encoder, TOKENS, 0)
    with pytest.raises(IndexDamaged):
        repair(settings(small))
    found = {check.name: check for check in examine(settings(small))}
    assert found["documents"].state == "fail"


def test_changed_letter_in_a_stored_text_is_noticed(small: Path, encoder: Encoder) -> None:
    path = small / "catalog.sqlite"
    content = path.read_bytes()
    assert content.count(b"crosses the lake") == 2  # the document's text and the passage's
    path.write_bytes(content.replace(b"crosses the lake", b"crosses the cake"))
    with pytest.raises(IndexDamaged, match="'Title one' is not what was stored"):
        Index(small, encoder, TOKENS, 0)


def test_damaged_words_are_written_again(small: Path, encoder: Encoder) -> None:
    index = Index(small, encoder, TOKENS, 0)
    index.catalog.query("DELETE FROM lexical_data WHERE id > 10")
    assert index.catalog.damaged_words() == ["lexical"]
    index._sound = False  # it dies here
    index.close()
    index = Index(small, encoder, TOKENS, 0)
    check_complete(index, 2)
    index.close()


class Reversed:
    """A model of the same name and dimension, with other vectors."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimension, self.max_tokens = encoder.name, encoder.dimension, encoder.max_tokens

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode_passages(texts)[:, ::-1].copy()

    def encode_query(self, text: str) -> Vectors:
        return self._encoder.encode_query(text)[::-1].copy()


def test_model_of_the_same_name_and_dimension_is_noticed(small: Path, encoder: Encoder) -> None:
    with pytest.raises(IndexMismatch, match=r"other vectors under the same name.*rag rebuild"):
        Index(small, Reversed(encoder), TOKENS, 0)
    Index(small, Reversed(encoder), TOKENS, 0, rebuild=True).close()
    with pytest.raises(IndexMismatch):
        Index(small, encoder, TOKENS, 0)


@pytest.mark.parametrize("sealed", [True, False], ids=["after a clean close", "after a kill"])
def test_vectors_compared_by_another_metric_are_made_again(sealed: bool, small: Path, encoder: Encoder) -> None:
    store = Store(small / "vectors")
    page = next(store.pages("embeddings", "metadatas"))
    store._client.delete_collection("passages")
    other = store._client.create_collection(
        "passages", embedding_function=None, configuration={"hnsw": {"space": "l2"}}
    )
    other.add(ids=page["ids"], embeddings=page["embeddings"], metadatas=page["metadatas"])
    store.close()
    with pytest.raises(IndexDamaged, match="compared by 'l2', not by 'cosine'"):
        Store(small / "vectors")
    if not sealed:
        (small / "seal.json").unlink()
    index = Index(small, encoder, TOKENS, 0)
    check_complete(index, 2)
    best = index.store.search(encoder.encode_query("The ferry crosses the lake at noon."), 1)
    assert best[0][1] == pytest.approx(1.0, abs=1e-4)
    index.close()


# ---- a disk that refuses -------------------------------------------------------------------------------------------

_FILLER = """
import hashlib, resource, sys
from pathlib import Path
from rag import Settings
from rag.errors import RagError
from rag.index.encoder import open_encoder
from rag.index.ingest import Index
from rag.schema import Document

folder, cache, room = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
index = Index(folder, open_encoder("all-MiniLM-L6-v2", cache), 32, 0)
most = max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
resource.setrlimit(resource.RLIMIT_FSIZE, (most + room, most + room))
try:
    for n in range(400):
        text = f"The ferry number {n} crosses the lake. " * 20
        index.add(Document(f"n{n}", "t", "s", text, hashlib.sha256(text.encode()).hexdigest()))
        print("ack", n, flush=True)
    index.close()
except RagError as error:
    print(type(error).__name__, str(error), flush=True)
"""


@pytest.mark.parametrize("room", [1_000, 60_000])
def test_full_disk_is_an_error_and_loses_nothing_acknowledged(room: int, small: Path, encoder: Encoder) -> None:
    command = [sys.executable, "-c", _FILLER, str(small), str(Settings().cache_dir), str(room)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    *acknowledged, last = run.stdout.splitlines()
    assert last.startswith("DataDirectoryError"), (run.stdout[-500:], run.stderr[-500:])
    assert "space" in last
    index = Index(small, encoder, TOKENS, 0)
    stored = {one.id for one in index.catalog.documents()}
    assert stored >= {f"n{line.split()[1]}" for line in acknowledged}
    check_complete(index, index.catalog.count())
    index.close()


_READ_ONLY = """
import os, sys
import filelock  # while this user can still read the installation
from pathlib import Path
from rag.errors import RagError
from rag.index.catalog import Catalog
from rag.index.lock import DataDirectoryLock
if os.geteuid() == 0:
    os.setuid(65534)
folder = Path(sys.argv[1])
try:
    lock = DataDirectoryLock(folder)
    lock.acquire()
    print("locked", flush=True)
    Catalog(folder / "catalog.sqlite").set_meta("key", "value")
    print("written")
except RagError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("only_the_file", [False, True])
def test_read_only_data_directory_is_an_error(only_the_file: bool, small: Path) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to other users
        Path(place).chmod(0o755)
        folder = Path(place) / "data"
        shutil.copytree(small, folder)
        (folder / "catalog.sqlite").chmod(0o444)
        folder.chmod(0o777 if only_the_file else 0o555)
        run = subprocess.run(
            [sys.executable, "-c", _READ_ONLY, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        folder.chmod(0o755)
    said = run.stdout.splitlines()
    assert said[-1].startswith("DataDirectoryError"), run.stdout
    assert ("locked" in said) is only_the_file
    assert "readonly" in said[-1] if only_the_file else "RAG_DATA_DIR" in said[-1]


# ---- rag doctor ----------------------------------------------------------------------------------------------------


def test_doctor_finds_nothing_wrong_with_a_sound_index(small: Path, encoder: Encoder) -> None:
    for _ in range(2):  # looking changes nothing
        found = states(examine(settings(small)))
        assert set(found.values()) == {"ok"}
        assert found.keys() >= {"data directory", "disk space", "embedding model", "reader", "language model", "lock"}
        assert found.keys() >= {"documents", "settings", "words", "vectors"}
    index = Index(small, encoder, TOKENS, 0)
    check_complete(index, 2)
    index.close()


def test_little_space_is_told_at_the_start_and_by_the_doctor(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=tmp_path, corpus_dir=None)
    open_index(settings, encoder).close()
    assert "are free" not in caplog.text
    monkeypatch.setattr("rag.index.health.shutil.disk_usage", lambda _: SimpleNamespace(free=40 << 20))
    open_index(settings, encoder).close()
    assert f"Only 42 MB are free where {tmp_path} is; make room" in caplog.text
    assert next(one.state for one in examine(settings) if one.name == "disk space") == "fail"


def test_doctor_says_that_an_unused_directory_is_empty(tmp_path: Path) -> None:
    assert states(examine(settings(tmp_path / "new")))["index"] == "ok"


def test_doctor_says_who_holds_the_lock(small: Path) -> None:
    lock = DataDirectoryLock(small)
    lock.acquire()
    checks = {check.name: check for check in examine(settings(small))}
    lock.release()
    assert checks["lock"].state == "warn"
    assert str(os.getpid()) in checks["lock"].said
    assert "vectors" not in checks


def test_doctor_finds_lost_vectors_and_repairs_them(small: Path, encoder: Encoder) -> None:
    store = Store(small / "vectors")
    store.delete(store.ids()[:1])
    store.close()
    checks = {check.name: check for check in examine(settings(small))}
    assert checks["vectors"].state == "fail"
    assert "1 passages have no vector" in checks["vectors"].said
    assert checks["vectors"].fix == "run: rag doctor --repair"
    assert repair(settings(small)) == "Indexed 2 documents again: 2 passages."
    assert set(states(examine(settings(small))).values()) == {"ok"}


def test_doctor_finds_other_settings_and_repairs_the_index_for_them(small: Path) -> None:
    other = Settings(data_dir=small, corpus_dir=None, passage_tokens=64)
    checks = {check.name: check for check in examine(other)}
    assert checks["settings"].state == "fail"
    assert "passage_tokens 32 -> 64" in checks["settings"].said
    repair(other)
    assert set(states(examine(other)).values()) == {"ok"}


def test_doctor_command_prints_a_line_for_each_check_and_fails_when_one_does(small: Path) -> None:
    own = {"RAG_DATA_DIR": str(small), "RAG_CORPUS_DIR": "", "RAG_PASSAGE_TOKENS": str(TOKENS)}

    def doctor(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", "doctor", *options]
        environment = os.environ | own
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    shutil.rmtree(small / "vectors")
    run = doctor()
    assert run.returncode == 1, run.stderr
    assert "fail  vectors:" in run.stdout
    assert "rag doctor --repair" in run.stdout
    run = doctor("--repair")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "ok    vectors: 2 vectors" in run.stdout


def test_closing_leaves_a_seal_and_opening_takes_it_away(small: Path, encoder: Encoder) -> None:
    assert json.loads((small / "seal.json").read_text()).keys() > {"catalog.sqlite"}
    index = Index(small, encoder, TOKENS, 0)
    assert not (small / "seal.json").exists()
    index.close()
    assert (small / "seal.json").exists()


def test_refused_open_leaves_the_seal_as_it_was(small: Path, encoder: Encoder) -> None:
    before = (small / "seal.json").read_bytes()
    with pytest.raises(IndexMismatch):
        Index(small, encoder, 64, 0)
    assert (small / "seal.json").read_bytes() == before


def test_closed_index_says_so(small: Path, encoder: Encoder) -> None:
    index = Index(small, encoder, TOKENS, 0)
    index.close()
    asked: list[Callable[[], object]] = [
        index.catalog.documents,
        lambda: index.store.search(encoder.encode_query("ferry"), 1),
    ]
    for ask in asked:
        with pytest.raises(RagError, match="closed"):
            ask()
    with pytest.raises(DataDirectoryError):
        index.add(document("The mine closed in spring.", "three"))
