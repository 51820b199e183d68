"""A web page: its article through trafilatura. Must not know where the page came from."""

from __future__ import annotations

from rag.documents.formats.text import decoded
from rag.documents.raw import Raw, Unreadable


def read_html(data: bytes) -> Raw:
    """A web page's main text, tables included, with the title, date and author that it declares."""
    import trafilatura

    page = trafilatura.bare_extraction(decoded(data), include_comments=False, include_tables=True, with_metadata=True)
    if page is None or isinstance(page, dict) or not page.text:
        raise Unreadable("no article was found in the page; save its text as .txt and give that.")
    return Raw(page.text, page.title or "", page.date or "", {"author": page.author} if page.author else {})
