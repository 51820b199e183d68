"""A web page, as HTML or saved with its pictures as MHTML: its article through trafilatura.

Must not know where the page came from.
"""

from __future__ import annotations

import re

from rag.documents.encodings import decoded
from rag.documents.raw import Raw, Unreadable

# Where a page names its encoding; browsers look no further either.
_HEAD = 2_048
_CHARSET = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\b[^>]*?\bencoding=["']([\w.:-]+)""", re.I
)


def read_html(data: bytes) -> Raw:
    """A web page's main text, tables included, with the title, date and author that it declares."""
    charset = _CHARSET.search(data[:_HEAD])
    return _article(decoded(data, (charset[1] or charset[2]).decode("ascii", "ignore") if charset else ""))


def read_mhtml(data: bytes) -> Raw:
    """The page in what browsers save as one file: a message whose first part in HTML it is."""
    from email import message_from_bytes

    parts = message_from_bytes(data).walk()
    page = next((part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    content = page.get_payload(decode=True) if page else None
    if page is None or not isinstance(content, bytes):
        raise Unreadable("holds no web page; save the page again, or give its text as .txt.")
    charset = page.get_content_charset()
    return _article(decoded(content, charset)) if charset else read_html(content)


def _article(text: str) -> Raw:
    import trafilatura

    page = trafilatura.bare_extraction(text, include_comments=False, include_tables=True, with_metadata=True)
    if page is None or isinstance(page, dict) or not page.text:
        raise Unreadable("no article was found in the page; save its text as .txt and give that.")
    return Raw(page.text, page.title or "", page.date or "", {"author": page.author} if page.author else {})
