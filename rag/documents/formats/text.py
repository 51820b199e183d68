"""Plain text: the bytes in their encoding. Must not know what the text says."""

from __future__ import annotations

from rag.documents.encodings import decoded
from rag.documents.raw import Raw


def read_text(data: bytes) -> Raw:
    """Plain text in UTF-8, in UTF-16 or UTF-32, or in the most likely older encoding."""
    return Raw(decoded(data))
