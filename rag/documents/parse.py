"""Bytes of a known kind -> cleaned text with what the source says about itself. Knows no file, address or document.

What runs in the sandbox's child process, and in this one for short plain texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from rag.documents.clean import clean
from rag.documents.formats import READERS
from rag.documents.pages import follow
from rag.documents.raw import Raw, Unreadable
from rag.documents.whitespace import fenced_lines, one_line, printable, tidy

# Text that may have been copied from a browser's window. The other formats hold what their authors put in.
_MAY_BE_DUMPS = ("text", "Markdown", "HTML", "MHTML")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document's text and what is known of it; `title` and `published` are empty where the source does not say."""

    text: str
    title: str
    published: str
    metadata: Mapping[str, str]


def parse(data: bytes, kind: str) -> Parsed:
    """Read and clean a document.

    Dropped blocks are in metadata["dropped"], a blank line apart; offsets of pages in metadata["pages"], a JSON list.

    Args:
        data: the document's bytes.
        kind: one of the keys of `rag.documents.formats.READERS`.

    Raises:
        Unreadable: the bytes hold no text of this kind.
    """
    raw = READERS[kind](data)
    parsed = _cleaned(raw) if kind in _MAY_BE_DUMPS else _tidied(raw)
    if not parsed.text:
        raise Unreadable("holds no text; give a file with at least one sentence.")
    about = {name: printable(value) for name, value in parsed.metadata.items()}
    return Parsed(parsed.text, one_line(parsed.title), one_line(parsed.published), about)


def _cleaned(raw: Raw) -> Parsed:
    cleaned = clean(raw.text)
    title = raw.title or _first_heading(cleaned.text) or cleaned.title
    dropped = {"dropped": "\n\n".join(cleaned.dropped)} if cleaned.dropped else {}
    return Parsed(cleaned.text, title, raw.published or cleaned.published, {**raw.metadata, **dropped})


def _tidied(raw: Raw) -> Parsed:
    text = tidy(raw.text)
    pages = {"pages": json.dumps(follow(raw.pages, raw.text, text))} if raw.pages else {}
    return Parsed(text, raw.title, raw.published, {**raw.metadata, **pages})


def _first_heading(text: str) -> str:
    lines = text.split("\n")
    marked = zip(lines, fenced_lines(lines), strict=True)
    return next((line[2:].strip(" #") for line, fenced in marked if not fenced and line.startswith("# ")), "")
