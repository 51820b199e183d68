"""The catalog writes all or nothing, and forgets bytes when it forgets a document."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import DataDirectoryError, IndexDamaged
from rag.index.catalog import Catalog
from rag.schema import Document, Passage


def document(id_: str, text: str, owner: str = "") -> Document:
    return Document(
        id_, f"Title of {id_}", f"{id_}.txt", text, f"hash of {text}", "2020-10-01", owner, {"rights": "ours"}
    )


def passages(of: Document, *texts: str) -> list[Passage]:
    return [
        Passage(f"{of.id}-{text}", of.id, of.title, of.source, text, number, number * 100, number * 100 + len(text))
        for number, text in enumerate(texts)
    ]


def put(catalog: Catalog, id_: str, *texts: str, owner: str = "") -> Document:
    one = document(id_, " ".join(texts), owner)
    catalog.put(one, passages(one, *texts))
    return one


def check_full_text(catalog: Catalog) -> None:
    """Raise if a full-text table disagrees with the passages."""
    for table in ("lexical", "words"):
        catalog.query(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def test_document_and_passages_come_back_as_they_were(catalog: Catalog) -> None:
    one = put(catalog, "a", "first words", "second words")
    assert catalog.document("a") == one
    assert catalog.documents() == (one,)
    assert catalog.content_hash("a") == one.content_hash
    assert catalog.passages_of("a") == passages(one, "first words", "second words")
    assert catalog.passages(["a-second words", "unknown"]) == {"a-second words": passages(one, "", "second words")[1]}
    assert catalog.passage_ids("a") == catalog.passage_ids() == ["a-first words", "a-second words"]


def test_unknown_document_is_nothing(catalog: Catalog) -> None:
    assert catalog.document("a") is None
    assert catalog.content_hash("a") == ""
    assert catalog.passages_of("a") == []
    assert catalog.passages([]) == {}


def test_documents_come_oldest_first_also_after_a_replacement(catalog: Catalog) -> None:
    for id_ in ("c", "a", "b"):
        put(catalog, id_, "words")
    put(catalog, "c", "other words")
    assert [one.id for one in catalog.documents()] == ["c", "a", "b"]


def test_replaced_document_keeps_none_of_its_old_passages(catalog: Catalog) -> None:
    put(catalog, "a", "old text", "kept text")
    put(catalog, "a", "kept text", "new text")
    assert catalog.passage_ids("a") == ["a-kept text", "a-new text"]
    assert catalog.count() == 2
    assert not catalog.query("SELECT 1 FROM vocabulary WHERE term = 'old'")
    check_full_text(catalog)


def test_a_write_that_fails_midway_changes_nothing(catalog: Catalog) -> None:
    old = put(catalog, "a", "old text")
    changed = replace(old, text="new text")
    twice = passages(changed, "new text", "new text")  # one id twice: the second insert fails
    with pytest.raises(Exception, match="UNIQUE"):
        catalog.put(changed, twice)
    assert catalog.documents() == (old,)
    assert catalog.passage_ids() == ["a-old text"]
    check_full_text(catalog)


def test_nested_transactions_are_undone_with_the_outer_one(catalog: Catalog) -> None:
    def write_and_fail() -> None:
        with catalog.transaction():
            put(catalog, "a", "some text")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_and_fail()
    assert catalog.documents() == ()
    put(catalog, "b", "works again")
    assert [one.id for one in catalog.documents()] == ["b"]


def test_removed_document_leaves_no_row_and_no_bytes_behind(catalog: Catalog, tmp_path: Path) -> None:
    for number in range(20):
        put(catalog, f"other-{number}", f"ordinary words number{number}")
    put(catalog, "secret", "zyzzyvaquark flimflamorium", "grobblesnatch " * 2_000)
    written = (tmp_path / "catalog.sqlite").read_bytes()
    catalog.remove("secret")
    assert catalog.document("secret") is None
    assert catalog.passage_ids("secret") == []
    assert catalog.count() == 20
    check_full_text(catalog)
    left = (tmp_path / "catalog.sqlite").read_bytes()
    for word in (b"zyzzyvaquark", b"limflamorium", b"robblesnatch", b"Title of secret", b"secret.txt"):
        assert word in written
        assert word not in left
    assert b"ordinary words number7" in left


def test_owned_documents_are_told_apart(catalog: Catalog) -> None:
    put(catalog, "a", "words")
    assert catalog.unowned() is None
    put(catalog, "b", "words", owner="ann")
    assert catalog.unowned() == ("a",)


def test_facts_are_kept_and_overwritten(catalog: Catalog) -> None:
    assert catalog.meta("manifest") == ""
    catalog.set_meta("manifest", "one")
    catalog.set_meta("manifest", "two")
    assert catalog.meta("manifest") == "two"


def test_threads_never_see_half_a_document(catalog: Catalog) -> None:
    put(catalog, "a", "text 0", "more 0")
    seen: set[tuple[str, ...]] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(tuple(passage.text[-1] for passage in catalog.passages_of("a")))

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for number in range(1, 10):
        put(catalog, "a", f"text {number}", f"more {number}")
    done.set()
    for watcher in watchers:
        watcher.join()
    assert seen <= {(str(number), str(number)) for number in range(10)}


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    first = Catalog(tmp_path / "catalog.sqlite")
    one = put(first, "a", "words")
    first.close()
    second = Catalog(tmp_path / "catalog.sqlite")
    assert second.documents() == (one,)
    second.close()


def test_file_that_is_no_catalog_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").write_bytes(b"no database at all, but long enough" * 50)
    with pytest.raises(IndexDamaged, match=r"catalog\.sqlite.*move its folder away"):
        Catalog(tmp_path / "catalog.sqlite")


def test_file_in_a_missing_folder_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DataDirectoryError, match=r"catalog\.sqlite cannot be opened"):
        Catalog(tmp_path / "missing" / "catalog.sqlite")
