"""Vectors in a real Chroma: written in batches, filtered by document, ranked by cosine, gone when deleted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag.errors import DataDirectoryError
from rag.index.residue import blank_residue
from rag.index.store import Store

if TYPE_CHECKING:
    from rag.schema import Vectors


ROOT = Path(__file__).resolve().parents[1]


def unit(*degrees: float) -> Vectors:
    """Vectors in a plane, at these angles."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1).astype(np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "vectors")
    yield opened
    opened.close()


def test_search_ranks_by_cosine(store: Store) -> None:
    store.upsert(["far", "near", "same", "opposite"], unit(90, 60, 0, 180), ["d"] * 4)
    found = store.search(unit(0)[0], 10)
    assert [id_ for id_, _ in found] == ["same", "near", "far", "opposite"]
    assert [score for _, score in found] == pytest.approx([1.0, 0.5, 0.0, -1.0], abs=1e-5)
    assert store.search(unit(0)[0], 2) == found[:2]


def test_search_is_restricted_to_the_documents_named(store: Store) -> None:
    store.upsert(["a", "b", "c"], unit(0, 10, 20), ["one", "two", "three"])
    query = unit(0)[0]
    assert [id_ for id_, _ in store.search(query, 10, ["two"])] == ["b"]
    assert [id_ for id_, _ in store.search(query, 10, ["three", "one"])] == ["a", "c"]
    assert store.search(query, 10, []) == []
    assert store.search(query, 10, ["unknown"]) == []


def test_empty_store_finds_nothing(store: Store) -> None:
    assert store.search(unit(0)[0], 5) == []
    assert store.search(unit(0)[0], 5, ["d"]) == []
    store.upsert([], unit(), [])
    store.delete([])
    assert store.count() == 0


def test_same_id_is_written_over(store: Store) -> None:
    store.upsert(["a"], unit(90), ["old"])
    store.upsert(["a"], unit(0), ["new"])
    assert store.count() == 1
    assert dict(store.search(unit(0)[0], 5, ["new"])) == {"a": pytest.approx(1.0, abs=1e-5)}
    assert store.search(unit(0)[0], 5, ["old"]) == []


def test_deleted_ids_are_gone_and_unknown_ones_are_passed_over(store: Store) -> None:
    store.upsert(["a", "b"], unit(0, 10), ["d", "d"])
    store.delete(["a", "unknown"])
    assert store.ids() == ["b"]
    assert [id_ for id_, _ in store.search(unit(0)[0], 5)] == ["b"]


def test_more_than_one_batch_is_written_and_deleted_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real_upsert, sizes = store._collection.upsert, []

    def counted(**batch: object) -> None:
        sizes.append(len(batch["ids"]))  # type: ignore[arg-type]
        real_upsert(**batch)

    monkeypatch.setattr(store._client, "get_max_batch_size", lambda: 4)
    monkeypatch.setattr(store._collection, "upsert", counted)
    ids = [f"p{number}" for number in range(10)]
    store.upsert(ids, unit(*range(10)), [f"d{number}" for number in range(10)])
    assert sizes == [4, 4, 2]
    assert sorted(store.ids()) == ids
    for number in (3, 4, 9):  # each with its own vector and document
        found = dict(store.search(unit(number)[0], 1, [f"d{number}"]))
        assert found == {f"p{number}": pytest.approx(1.0, abs=1e-5)}
    store.delete(ids[:9])
    assert store.ids() == ["p9"]


def test_more_vectors_than_chroma_takes_at_once_are_stored(store: Store) -> None:
    count = store._client.get_max_batch_size() + 5
    store.upsert([str(number) for number in range(count)], unit(*np.linspace(0, 90, count)), ["d"] * count)
    assert store.count() == count


def test_cleared_store_takes_vectors_of_another_length(store: Store) -> None:
    store.upsert(["a"], unit(0), ["d"])
    store.clear()
    assert store.count() == 0
    store.upsert(["a"], np.eye(5, dtype=np.float32)[:1], ["d"])
    assert [id_ for id_, _ in store.search(np.eye(5, dtype=np.float32)[0], 1)] == ["a"]


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    first = Store(tmp_path / "vectors")
    first.upsert(["a", "b"], unit(0, 90), ["d", "e"])
    first.close()
    second = Store(tmp_path / "vectors")
    assert sorted(second.ids()) == ["a", "b"]
    assert [id_ for id_, _ in second.search(unit(90)[0], 1)] == ["b"]
    second.close()


def test_folder_that_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("a file, no folder")
    with pytest.raises(DataDirectoryError, match=r"vectors cannot be opened.*rag rebuild"):
        Store(tmp_path / "vectors")


_REFUSED = """
import resource, sys
from pathlib import Path
import numpy as np
from rag.errors import DataDirectoryError
from rag.index.store import Store

store, vectors = Store(Path(sys.argv[1]) / "v"), np.eye(384, dtype=np.float32)
store.upsert([f"a{n}" for n in range(20)], vectors[:20], ["d"] * 20)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
most = max(path.stat().st_size for path in Path(sys.argv[1]).rglob("*") if path.is_file())
resource.setrlimit(resource.RLIMIT_FSIZE, (most + 40_000, hard))
for attempt in range(2):
    try:
        store.upsert([f"{attempt}.{n}" for n in range(300)], vectors[:300], ["d"] * 300)
    except DataDirectoryError as error:
        print("refused", len(store.search(vectors[0], 5)), "space" in str(error), flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
try:
    Store(Path(sys.argv[1]) / "new")
except DataDirectoryError as error:
    print("space" in str(error))
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
store.upsert(["z"], vectors[50:51], ["d"])
print("stored", store.missing(["z"]), store.unseen(1_000), Store(Path(sys.argv[1]) / "new").count(), flush=True)
"""


def test_process_goes_on_after_the_disk_was_full(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _REFUSED, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stdout.splitlines() == [*["refused 5 True"] * 2, "True", "stored [] [] 0"], run.stderr[-500:]


def test_room_for_vectors_to_come_holds_nothing_after_a_close(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    ids = [str(number) for number in range(40)]
    store = Store(folder)
    store.upsert(ids, unit(*range(0, 200, 5)), ["d"] * 40)
    store.close()
    (level,) = folder.glob("*/data_level0.bin")
    lengths = level.with_name("length.bin")
    assert not any(level.read_bytes()[len(level.read_bytes()) // 2 :])  # there is room for a hundred
    header = (level.parent / "header.bin").read_bytes()
    used, size = (int.from_bytes(header[at : at + 8], "little") for at in (20, 28))
    for path, start in ((level, used * size), (lengths, used * 4)):
        path.write_bytes(path.read_bytes()[:start].ljust(path.stat().st_size, b"!"))
    store = Store(folder)
    store.close()
    assert b"!!!" not in level.read_bytes() + lengths.read_bytes()
    store = Store(folder)
    assert store.unseen(100) == []
    assert sorted(store.ids()) == sorted(ids)
    store.close()


def test_vectors_in_use_are_not_blanked(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    angles = np.linspace(0, 359, 1_200).tolist()
    store = Store(folder)
    store.upsert([str(number) for number in range(len(angles))], unit(*angles), ["d"] * len(angles))
    store.close()
    written = {path: path.read_bytes() for path in folder.glob("*/*.bin")}
    assert any(any(content) for content in written.values())
    store = Store(folder)
    assert store.unseen(len(angles)) == []
    store.close()
    assert {path: path.read_bytes() for path in folder.glob("*/*.bin")} == written


def test_vector_files_of_an_unknown_layout_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    store = Store(folder)
    store.upsert(["a"], unit(0), ["d"])
    store.close()
    (header,) = folder.glob("*/header.bin")
    level = header.with_name("data_level0.bin")
    for changed in (b"\2" + header.read_bytes()[1:], b"\1"):
        header.write_bytes(changed)
        level.write_bytes(b"!" * level.stat().st_size)
        blank_residue(folder)
        assert not level.read_bytes().strip(b"!")
