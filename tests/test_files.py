"""Files become Documents, or one clear line says why not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.documents import MAX_BYTES, find_files, load
from rag.errors import DocumentError

STORY = "The mill stands by the river. It was built in 1790."


def _write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_a_text_file_becomes_a_document(tmp_path: Path) -> None:
    document = load(_write(tmp_path / "mill.txt", STORY), owner="ida")
    assert (document.text, document.title, document.owner, document.published) == (STORY, "mill", "ida", "")
    assert document.source == str((tmp_path / "mill.txt").resolve())
    assert dict(document.metadata) == {}


def test_id_derives_from_owner_and_source_alone(tmp_path: Path) -> None:
    source = _write(tmp_path / "mill.txt", STORY)
    first, other = load(source), load(source, owner="ida")
    _write(tmp_path / "mill.txt", STORY + " It turns.")
    again = load(source)
    assert len(first.id) == 16
    assert first.id == again.id != other.id
    assert first.content_hash != again.content_hash
    assert first.content_hash == other.content_hash


def test_source_name_replaces_the_path(tmp_path: Path) -> None:
    here = load(_write(tmp_path / "a.txt", STORY), source_name="corpus/a.txt")
    (tmp_path / "moved").mkdir()
    there = load(_write(tmp_path / "moved" / "a.txt", STORY), source_name="corpus/a.txt")
    assert here == there
    assert here.source == "corpus/a.txt"


def test_title_and_date_of_the_caller_win_and_count_in_the_hash(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.md", f"---\ntitle: Mine\npublished: 2001-01-01\n---\n{STORY}")
    own, given = load(source), load(source, title="Yours", published="2002-02-02")
    assert (own.title, own.published) == ("Mine", "2001-01-01")
    assert (given.title, given.published) == ("Yours", "2002-02-02")
    assert own.content_hash != given.content_hash


def test_front_matter_leaves_the_text_and_becomes_metadata(tmp_path: Path) -> None:
    matter = (
        '---\r\ntitle: "A mill: its story"\r\ndate: 2020-01-02\r\npublisher: The Press\r\ntags:\r\n  - x\r\n---\r\n'
    )
    document = load(_write(tmp_path / "a.md", matter + "# Heading\r\n\r\n" + STORY))
    assert document.text == f"# Heading\n\n{STORY}"
    assert (document.title, document.published) == ("A mill: its story", "2020-01-02")
    assert dict(document.metadata) == {"publisher": "The Press"}


@pytest.mark.parametrize("text", ["---\nA scene break opens this text.\n---\nThe rest.", "---\ntitle: never closed"])
def test_dashes_that_are_no_front_matter_stay(tmp_path: Path, text: str) -> None:
    assert load(_write(tmp_path / "a.md", text)).text == text


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", f"Intro.\n\n# The mill\n\n{STORY}", "The mill"),
        ("a.md", f"```\n# not a title\n```\n\n{STORY}", "a"),
        ("README", f"# Mill #\n\n{STORY}", "Mill"),
        ("old.mill.TXT", STORY, "old.mill"),
    ],
)
def test_title_is_the_first_heading_or_the_name(tmp_path: Path, name: str, text: str, title: str) -> None:
    assert load(_write(tmp_path / name, text)).title == title


def test_a_page_dump_gives_its_headline_and_lists_what_was_dropped(tmp_path: Path) -> None:
    dump = (Path(__file__).parent / "page_dumps" / "news_cookie_banner.txt").read_text(encoding="utf-8")
    document = load(_write(tmp_path / "a.txt", "\n".join(line[2:] for line in dump.split("\n"))))
    assert document.title == document.text.split("\n")[0] == "River town rebuilds its bridge after the spring flood"
    assert document.published == "2021-04-12"
    assert "Accept all\nManage preferences" in document.metadata["dropped"]


FRENCH = "Le vieux moulin près de l'église a été vendu à un garçon très âgé. Voilà où nous en sommes arrivés, hélas."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    assert load(_write(tmp_path / "a.txt", FRENCH.encode(encoding))).text == FRENCH


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
def test_russian_in_its_old_encodings_is_read(tmp_path: Path, encoding: str) -> None:
    text = "Старая мельница стоит у реки уже двести лет. Никто не помнит, кто её построил и зачем."
    assert load(_write(tmp_path / "a.txt", text.encode(encoding))).text == text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t\r\n", "is empty"),
        ("a.txt", "\ufeff\u200b \u00a0\n".encode(), "holds no text"),
        ("a.md", b"---\ntitle: only\n---\n", "holds no text"),
        ("a.txt", b"some\x00text", "is binary"),
        ("a", b"\x89PNG\r\n\x1a\n", "is binary"),
        ("a.txt", b"\x01\x02\x03\x04 words", "is binary"),
        ("a.csv", b"plain,enough", r"'\.csv' are not read; give one of \.txt"),
        ("a.tar.gz", b"\x1f\x8b", r"a gzip archive; unpack it first"),
        ("a.txt", b"{\\rtf1 words}", "is an RTF file"),
        ("a.html", b"<html><body></body></html>", "no article"),
    ],
)
def test_what_is_not_a_text_is_refused_with_name_and_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(DocumentError, match=reason) as caught:
        load(_write(tmp_path / name, content))
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(DocumentError, match=r"big\.txt: is larger than 20 MB; split it"):
        load(str(tmp_path / "big.txt"))


@pytest.mark.parametrize("read", [load, find_files])
@pytest.mark.parametrize(
    ("source", "reason"), [("gone.txt", "does not exist"), ("a\0b", "check the path|not a path"), ("x" * 5000, "read")]
)
def test_a_path_that_is_no_file_is_refused(tmp_path: Path, read: object, source: str, reason: str) -> None:
    assert callable(read)
    with pytest.raises(DocumentError, match=reason):
        read(str(tmp_path / source) if "\0" not in source else source)


@pytest.mark.parametrize("read", [load, find_files])
def test_a_link_to_itself_and_an_empty_path_are_refused(tmp_path: Path, read: Callable[[str], object]) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(DocumentError, match="leads back to itself"):
        read(str(tmp_path / "loop"))
    with pytest.raises(DocumentError, match="names nothing"):
        read("")


def test_a_folder_and_a_pipe_are_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is a folder"):
        load(str(tmp_path))
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(DocumentError, match="not a regular file"):
        load(str(tmp_path / "pipe.txt"))


PROBE = """
import os, sys
from rag.documents import find_files, load
from rag.errors import DocumentError
load(sys.argv[2])  # loads Python's own files, which may be root's alone too
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    for path in find_files(sys.argv[1]):
        load(str(path))
except DocumentError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("closed", "reason"),
    [("secret.txt", "cannot be read (Permission denied)"), ("sub", "is a folder that may not be opened")],
)
def test_what_may_not_be_read_is_told_by_name(tmp_path: Path, closed: str, reason: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.txt", "secret.txt", "sub/b.txt"):
        _write(tmp_path / name, STORY)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (tmp_path / closed).chmod(0)
    command = [sys.executable, "-c", PROBE, str(tmp_path), str(tmp_path / "a.txt")]
    root = Path(__file__).parent.parent
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    (tmp_path / closed).chmod(0o755)
    assert f"{tmp_path / closed}: {reason}" in run.stdout, run.stderr


def test_what_cannot_be_stored_or_shown_leaves_text_title_and_name(tmp_path: Path) -> None:
    title, text = r"Half \ud800 a\u0000 pair\n\u202eof marks", r"The mill \udfff is old."
    record = f'{{"title": "{title}", "text": "{text}", "author": "A\\u0007nn"}}'
    document = load(_write(tmp_path / "a.json", record))
    assert (document.title, document.text) == ("Half a pair of marks", "The mill is old.")
    assert document.metadata["author"] == "Ann"
    odd = [os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/caf\xe8.txt", b"/caf\xe9.txt")]
    known = [load(_write(Path(name), STORY)) for name in odd]
    assert all((one.title + one.source).encode() for one in known)
    assert known[0].id != known[1].id


def test_a_folder_is_walked_in_order_without_hidden_files_and_links_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    for name in ("b/z.txt", "b/.hidden.txt", "a.txt", ".git/config", "c.md", "b/a.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _write(folder / name, STORY)
    _write(tmp_path / "outside.txt", STORY)
    (folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "same.txt").symlink_to(folder / "a.txt")
    (folder / "broken.txt").symlink_to(folder / "gone.txt")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    found = [str(path.relative_to(folder.resolve())) for path in find_files(str(folder))]
    assert found == ["a.txt", "c.md", "b/a.txt", "b/z.txt"]


def test_a_file_is_found_as_itself_and_an_empty_folder_is_refused(tmp_path: Path) -> None:
    source = _write(tmp_path / "a.txt", STORY)
    assert find_files(source) == [Path(source).resolve()]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError, match="holds no files"):
        find_files(str(tmp_path / "empty"))
