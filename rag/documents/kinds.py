"""What a file is: its first bytes decide, and its name where they say nothing. Must not know how it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.documents.raw import Unreadable

_KINDS: Mapping[str, str] = {
    ".txt": "text",
    ".text": "text",
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".html": "HTML",
    ".htm": "HTML",
    ".xhtml": "HTML",
    ".mhtml": "MHTML",
    ".mht": "MHTML",
    ".pdf": "PDF",
    ".docx": "Word",
    ".json": "JSON",
    ".jsonl": "JSON lines",
    ".ndjson": "JSON lines",
}
SUFFIXES = tuple(_KINDS)
# How files of other kinds begin. Enough to say what was given by mistake; anything else binary is refused as such.
_OTHERS: Mapping[bytes, str] = {
    b"\x89PNG": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"RIFF": "a sound, film or picture",
    b"OggS": "a sound or film",
    b"ID3": "a sound",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"BZh": "a bzip2 archive; unpack it first",
    b"\xfd7zXZ\x00": "an xz archive; unpack it first",
    b"(\xb5/\xfd": "a zstd archive; unpack it first",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_RICH = b"{\\rtf"
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_PDF_HEAD = 1024  # a PDF may begin with a few bytes of something else
# Browsers write a remark before a page that they save.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\b[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*){0,5}(?:<!doctype\s+html\b|<html\b)",
    re.I | re.S,
)


def kind_of(data: bytes, suffix: str) -> str:
    """The kind of a file, one of the keys of `rag.documents.formats.READERS`.

    Args:
        data: its bytes.
        suffix: the end of its name with the dot, in any case; "" for none.

    Raises:
        Unreadable: it is of a kind that is not read, protected by a password, or not what its name says.
    """
    suffix = suffix.lower()
    named = "text" if not suffix else _KINDS.get(suffix, "")
    found = _seen(data, suffix)
    if found:
        return found
    if data.startswith(_OFFICE):
        if _LOCKED in data:
            raise Unreadable("is protected by a password; save it without one.")
        raise Unreadable("is an old Office file; save it as .docx or PDF.")
    if data.startswith(_RICH):
        raise Unreadable("is an RTF file; save it as .docx or .txt.")
    # A text may begin with the letters of a signature, but it holds no NUL.
    other = next((w for s, w in _OTHERS.items() if data.startswith(s) and (b"\x00" in data or not s.isascii())), "")
    if other:
        raise Unreadable(f"is binary: {other}." if ";" in other else f"is binary: {other}; give a text instead.")
    if not named:
        kinds = ", ".join(SUFFIXES)
        raise Unreadable(f"files ending in {suffix!r} are not read; give one of {kinds} or a file without an ending.")
    if named in ("PDF", "Word"):
        raise Unreadable(f"is named {suffix} but holds no {named} document; give it its right ending.")
    return named


def _seen(data: bytes, suffix: str) -> str:
    """The kind that the first bytes prove, or ""."""
    if data.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:_PDF_HEAD]):
        return "PDF"
    if data.startswith(b"PK\x03\x04"):
        return "Word"  # its reader looks for the document inside
    return "HTML" if _PAGE.match(data) else ""
