"""What an answer of ours said, read off its form. Knows how answers are laid out, and no conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answering.compose import OBJECTIONS

_MARKER = re.compile(r"\s*\[\d+\]")
_ITEM = re.compile(r"^\s*[-*]\s+(?P<phrase>[^:\n\[]{2,80}?)\s*(?::|\[\d+\])", re.MULTILINE)
_PLACES = ("first", "second", "third", "fourth", "fifth")
_MOST_PHRASE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Said:
    """An answer's short form, the sentence that it quotes, and the items of its list; empty where it has none."""

    phrase: str = ""
    quote: str = ""
    items: tuple[str, ...] = ()

    def item(self, ordinal: str) -> str:
        """The item at "first" to "fifth" or "last"; empty when there is none."""
        places = dict(zip(_PLACES, self.items, strict=False))
        return self.items[-1] if self.items and ordinal == "last" else places.get(ordinal, "")

    @property
    def name(self) -> str:
        """The short form, when it is a name."""
        parts = re.findall(r"[^\W\d]+", self.phrase)
        return self.phrase if parts and all(part[0].isupper() or part in ("of", "the", "and") for part in parts) else ""


def said(answer: str) -> Said:
    """What an answer said: a short line before a quoted sentence, or a list. A line without [n] quotes nothing."""
    told = [line for line in answer.splitlines() if not line.startswith(tuple(OBJECTIONS.values()))]
    lines = [_MARKER.sub("", line).strip() for line in told if _MARKER.search(line)]
    items = tuple(match["phrase"].strip() for match in _ITEM.finditer(answer))
    if items or not lines:
        return Said(items=items)
    short = lines[0] if len(lines) > 1 and len(lines[0].split()) <= _MOST_PHRASE_WORDS else ""
    return Said(short, lines[1] if short else lines[0])
