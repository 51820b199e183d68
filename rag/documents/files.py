"""A file -> a Document: finds it, checks that it can be read, decodes it. One function per format, bytes -> Raw.

Must not know how a text is cleaned nor who asks for it.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.documents.clean import clean
from rag.documents.whitespace import fenced_lines
from rag.errors import DocumentError
from rag.schema import Document

MAX_BYTES = 20 * 1024 * 1024
_IMAGES = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"OggS")
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\x7fELF")
_BINARY_STARTS = (b"%PDF-", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"SQLite format 3", *_IMAGES, *_ARCHIVES)
_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# The encodings that files still come in, commonest first; the guess is better for not trying all others.
_OLDER = tuple(
    "cp1252 cp1251 cp1250 shift_jis gb18030 euc_kr big5 euc_jp koi8_r cp1253 cp1254 cp1255 cp1256 cp1257 cp1258".split()
)
_FIELD = re.compile(r"([A-Za-z][\w -]*):(?:\s+(.*))?$")


@dataclass(frozen=True, slots=True)
class Raw:
    """What a format's reader found in the bytes; text is not yet cleaned."""

    text: str
    title: str = ""
    published: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


class _Unreadable(Exception):
    """Why bytes are not a text; `load` adds the file's name."""


def load(source: str, *, owner: str = "", title: str = "", published: str = "", source_name: str = "") -> Document:
    """The file `source` as a cleaned Document.

    `title` and `published` win over what the file says. `source_name` replaces the resolved path as Document.source,
    from which (with `owner`) the id derives. Dropped blocks are in metadata["dropped"], a blank line apart.

    Raises:
        DocumentError: the file is missing, empty, binary, too large, of an unknown kind, or cannot be opened.
    """
    path = _regular_file(source)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DocumentError(f"{source}: files ending in {path.suffix!r} are not read; give one of {_known_kinds()}.")
    try:
        raw = reader(_bytes(path))
    except _Unreadable as error:
        raise DocumentError(f"{source}: {error}") from error
    except OSError as error:
        raise DocumentError(f"{source}: cannot be read ({error.strerror}); check the file's permissions.") from error
    cleaned = clean(raw.text)
    if not cleaned.text:
        raise DocumentError(f"{source}: holds no text; give a file with at least one sentence.")
    # A file name need not be UTF-8; what is stored must be.
    named = (source_name or str(path)).encode("utf-8", "replace").decode()
    title = title or raw.title or _first_heading(cleaned.text) or cleaned.title or Path(named).stem
    published = published or raw.published or cleaned.published
    dropped = {"dropped": "\n\n".join(cleaned.dropped)} if cleaned.dropped else {}
    return Document(
        id=_sha256(owner, named)[:16],
        title=title,
        source=named,
        text=cleaned.text,
        content_hash=_sha256(cleaned.text, title, published),
        published=published,
        owner=owner,
        metadata={**raw.metadata, **dropped},
    )


def find_files(source: str) -> list[Path]:
    """The file `source`, or every file of the folder `source` in sorted order, as resolved paths, each once.

    Hidden files and folders are skipped; a link is followed only to a file inside the folder.

    Raises:
        DocumentError: nothing is there, or the folder holds no file.
    """
    try:
        root = Path(source).resolve()
        if not root.is_dir():
            return [_regular_file(source)]
    except (OSError, ValueError) as error:
        raise DocumentError(f"{source!r}: cannot be read ({error}); check the path.") from error
    found: dict[Path, None] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = (Path(folder) / name).resolve()
            if not name.startswith(".") and path.is_relative_to(root) and path.is_file():
                found[path] = None
    if not found:
        raise DocumentError(f"{source}: the folder holds no files; put documents into it or name another.")
    return list(found)


def read_text(data: bytes) -> Raw:
    """Plain text in UTF-8, in UTF-16 with its mark, or in the most likely older encoding."""
    return Raw(_decoded(data))


def read_markdown(data: bytes) -> Raw:
    """Markdown; front matter (`key: value` between two lines of dashes) becomes title, published and metadata."""
    text = _decoded(data)
    found = re.match(r"---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|$)", text, re.S)
    fields = _front_matter(found[1]) if found else None
    if not found or fields is None:
        return Raw(text)
    title, date = fields.pop("title", ""), fields.pop("date", "")
    return Raw(text[found.end() :], title, fields.pop("published", "") or date, fields)


def read_html(data: bytes) -> Raw:
    """A saved web page: its main text, tables included, with the title and date that it declares."""
    import trafilatura

    page = trafilatura.bare_extraction(_decoded(data), include_comments=False, include_tables=True, with_metadata=True)
    if page is None or isinstance(page, dict) or not page.text:
        raise _Unreadable("no article was found in the page; save its text as .txt and give that.")
    return Raw(page.text, page.title or "", page.date or "")


READERS: Mapping[str, Callable[[bytes], Raw]] = {
    "": read_text,
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}


def _known_kinds() -> str:
    return ", ".join(suffix for suffix in READERS if suffix) + " or a file without an ending"


def _regular_file(source: str) -> Path:
    try:
        path = Path(source).resolve()
        if path.is_file():
            return path
        reason = _why_not_a_file(path)
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check the path and its permissions."
    except ValueError:  # a NUL character in the path
        raise DocumentError(f"{source!r}: is not a path; give the path of a file.") from None
    raise DocumentError(f"{source or '(empty path)'}: {reason}")


def _why_not_a_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder; give the files in it one by one, or ingest the folder."
    if path.exists():
        return "is not a regular file; copy its contents into one."
    return "does not exist; check the path."


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _Unreadable(f"is larger than {MAX_BYTES // 1024**2} MB; split it into smaller files.")
    if not data.strip():
        raise _Unreadable("is empty; give a file with text in it.")
    return data


def _decoded(data: bytes) -> str:
    """The bytes as text; the encoding is guessed only where they are not UTF-8.

    Raises:
        _Unreadable: they look like something other than text.
    """
    advice = "is binary, not text; save it as text in UTF-8."
    wide = next((name for mark, name in _WIDE.items() if data.startswith(mark)), None)
    if wide is None and (data.startswith(_BINARY_STARTS) or b"\x00" in data):
        raise _Unreadable(advice)
    try:
        text = data.decode(wide or "utf-8-sig")
    except UnicodeDecodeError:
        text = _guessed(data)
    controls = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", text))
    if controls > len(text) / 100:
        raise _Unreadable(advice)
    return text


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=list(_OLDER)))
    if not matches:
        raise _Unreadable("is in no encoding that could be told; save it as text in UTF-8.")
    # Accented letters of French and Polish share their bytes: of two equal guesses the commoner encoding is taken.
    ties = [match for match in matches if (match.chaos, match.coherence) == (matches[0].chaos, matches[0].coherence)]
    return str(min(ties, key=lambda match: _OLDER.index(match.encoding)))


def _front_matter(block: str) -> dict[str, str] | None:
    """The fields of a front matter block, or None where it is something else; nested values are left out."""
    fields: dict[str, str] = {}
    for line in block.splitlines():
        if not line.strip() or line[0] in " \t#-":
            continue
        found = _FIELD.match(line)
        if not found:
            return None
        fields[found[1].strip().lower()] = (found[2] or "").strip().strip("\"'")
    return {key: value for key, value in fields.items() if value}


def _first_heading(text: str) -> str:
    lines = text.split("\n")
    marked = zip(lines, fenced_lines(lines), strict=True)
    return next((line[2:].strip(" #") for line, fenced in marked if not fenced and line.startswith("# ")), "")


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
