"""A corpus folder: described by corpus.toml, or just files; what cannot be read is told and the rest goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.documents.corpus import fingerprint, load_corpus
from rag.errors import ConfigurationError

LAKE = "The ferry crosses the lake at noon. It carries bicycles and goats."
MINE = "The copper mine closed in spring. Its lamps were sold at an auction."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lake.txt").write_text(LAKE)
    (tmp_path / "mine.md").write_text(f"# The mine\n\n{MINE}")
    return tmp_path


def test_plain_files_need_no_description(folder: Path) -> None:
    corpus = load_corpus(folder)
    assert [(one.title, one.source) for one in corpus.documents] == [
        ("lake", "corpus/lake.txt"),
        ("The mine", "corpus/mine.md"),
    ]
    assert corpus.documents[0].text == LAKE
    assert corpus.failed == {}


def test_description_names_the_files_and_says_what_they_are(folder: Path) -> None:
    (folder / "notes.txt").write_text("Notes that are no document of the corpus.")
    (folder / "corpus.toml").write_text(
        '[[document]]\nfile = "lake.txt"\ntitle = "On ferries"\npublished = "2020-10-01"\n'
        'publisher = "The Valley"\nrights = "ours"\n\n[[document]]\nfile = "mine.md"\n'
    )
    ferry, mine = load_corpus(folder).documents
    assert (ferry.title, ferry.published) == ("On ferries", "2020-10-01")
    assert (ferry.metadata["publisher"], ferry.metadata["rights"]) == ("The Valley", "ours")
    assert mine.title == "The mine"
    assert "publisher" not in mine.metadata


def test_ids_do_not_depend_on_where_the_folder_lies(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "lake.txt").write_text(LAKE)
    assert load_corpus(elsewhere).documents[0].id == load_corpus(folder).documents[0].id


def test_unreadable_and_missing_files_are_told_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (folder / "corpus.toml").write_text("".join(
        f'[[document]]\nfile = "{name}"\n' for name in ("lake.txt", "photo.txt", "gone.txt")
    ))  # fmt: skip
    corpus = load_corpus(folder)
    assert [one.text for one in corpus.documents] == [LAKE]
    assert sorted(corpus.failed) == ["gone.txt", "photo.txt"]
    assert "is binary" in corpus.failed["photo.txt"]
    assert "names gone.txt" in corpus.failed["gone.txt"]


@pytest.mark.parametrize(
    "text", ["no toml at all", "title = 'no table'", "[[document]]\ntitle = 'no file'", "document = 5"]
)
def test_description_that_cannot_be_used_names_the_file_and_the_fix(text: str, folder: Path) -> None:
    (folder / "corpus.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"corpus\.toml cannot be used.*\[\[document\]\] table with a `file`"):
        load_corpus(folder)


def test_missing_or_empty_folder_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for read in (fingerprint, load_corpus):
        with pytest.raises(ConfigurationError, match=r"gone does not exist; set RAG_CORPUS_DIR"):
            read(tmp_path / "gone")
        with pytest.raises(ConfigurationError, match=r"empty: the folder holds no files.*RAG_CORPUS_DIR"):
            read(tmp_path / "empty")


def test_folder_may_be_named_relatively_or_by_a_link(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "link").symlink_to(folder)
    monkeypatch.chdir(folder.parent)
    for name in (folder.name, "link"):
        assert load_corpus(Path(name)).documents == load_corpus(folder).documents
        assert fingerprint(Path(name)) == fingerprint(folder)


def test_fingerprint_changes_with_any_file_and_only_then(folder: Path) -> None:
    seen = [fingerprint(folder)]
    assert fingerprint(folder) == seen[0]
    stat = (folder / "lake.txt").stat()
    (folder / "lake.txt").write_text(LAKE.replace("noon", "dusk"))  # of the same length
    os.utime(folder / "lake.txt", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    seen.append(fingerprint(folder))
    (folder / "new.txt").write_text("A new file.")
    seen.append(fingerprint(folder))
    (folder / "new.txt").rename(folder / "renamed.txt")
    seen.append(fingerprint(folder))
    (folder / "renamed.txt").unlink()
    assert fingerprint(folder) == seen[1]
    assert len(set(seen)) == 4
