"""A web page: its article through trafilatura. Must not know where the page came from."""

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
    import trafilatura

    charset = _CHARSET.search(data[:_HEAD])
    text = decoded(data, (charset[1] or charset[2]).decode("ascii", "ignore") if charset else "")
    page = trafilatura.bare_extraction(text, include_comments=False, include_tables=True, with_metadata=True)
    if page is None or isinstance(page, dict) or not page.text:
        raise Unreadable("no article was found in the page; save its text as .txt and give that.")
    return Raw(page.text, page.title or "", page.date or "", {"author": page.author} if page.author else {})
