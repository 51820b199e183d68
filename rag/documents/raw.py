"""What a format's reader hands on, and how it says no. Knows no format, no file and no cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Raw:
    """What a reader found in the bytes; text is not yet cleaned. `pages` are the offsets where pages 1, 2, ... start.

    `published` is a date that the source itself gives as its own; when a file was made is metadata["created"].
    """

    text: str
    title: str = ""
    published: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[int, ...] = ()


class Unreadable(Exception):
    """Why bytes are not a document; whoever knows their name puts it in front and raises DocumentError."""
