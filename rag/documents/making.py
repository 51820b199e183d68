"""Bytes with a name -> a Document: tells the kind, has it parsed, and says what the document is called.

Must not know where the bytes came from: a file, the web or a page's upload.
"""

from __future__ import annotations

import hashlib

from rag.documents.kinds import kind_of
from rag.documents.parse import Parsed, parse
from rag.documents.raw import Unreadable
from rag.documents.sandbox import parse_apart
from rag.documents.whitespace import one_line
from rag.errors import DocumentError
from rag.schema import Document

MAX_BYTES = 20 * 1024 * 1024
# A plain text up to here is parsed in this process: starting another takes longer than reading it.
_SHORT = 32 * 1024
_TITLE_LENGTH = 80


def make(
    data: bytes, suffix: str, name: str, *, owner: str = "", title: str = "", published: str = "", fallback: str = ""
) -> Document:
    """The document in `data`.

    Args:
        data: its bytes.
        suffix: the end of its name, which tells the kind where the bytes do not.
        name: becomes Document.source, from which (with `owner`) the id derives.
        owner: whose it is.
        title: wins over what the document says.
        published: the same.
        fallback: the title of a document that has none.

    Raises:
        DocumentError: it is empty, too large, protected, of a kind that is not read, or holds no text.
    """
    # A name need not be UTF-8; what is stored must be.
    name = name.encode("utf-8", "backslashreplace").decode()
    try:
        parsed = _parsed(data, suffix)
    except Unreadable as error:
        raise DocumentError(f"{name}: {error}") from error
    return _document(
        parsed, name, owner, one_line(title) or parsed.title or one_line(fallback), published or parsed.published
    )


def make_pasted(text: str, title: str, *, owner: str = "") -> Document:
    """The document in a pasted text. Its source is "pasted text: TITLE".

    Without a title it takes that of the text, or its first line.

    Raises:
        DocumentError: the text is empty or too long.
    """
    try:
        parsed = _parsed(text.encode("utf-8", "ignore"), ".txt")
    except Unreadable as error:
        raise DocumentError(f"{title or 'The pasted text'}: {error}") from error
    title = one_line(title) or parsed.title or _shortened(parsed.text.split("\n", 1)[0])
    return _document(parsed, f"pasted text: {title}", owner, title, parsed.published)


def _parsed(data: bytes, suffix: str) -> Parsed:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES // 1024**2} MB; split it into smaller files.")
    if not data.strip():
        raise Unreadable("is empty; give a file with text in it.")
    kind = kind_of(data, suffix)
    return parse(data, kind) if kind in ("text", "Markdown") and len(data) <= _SHORT else parse_apart(data, kind)


def _document(parsed: Parsed, name: str, owner: str, title: str, published: str) -> Document:
    pages = parsed.metadata.get("pages", "")
    return Document(
        id=_sha256(owner, name)[:16],
        title=title,
        source=name,
        text=parsed.text,
        content_hash=_sha256(parsed.text, title, published, *filter(None, (pages,))),
        published=published,
        owner=owner,
        metadata=parsed.metadata,
    )


def _shortened(line: str) -> str:
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
