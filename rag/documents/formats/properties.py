"""What office programs write into a file's properties: which of it is worth keeping. Knows no format."""

from __future__ import annotations

import re

# Left by the program rather than written by a person.
_EMPTY_TITLE = re.compile(
    r"(?:untitled|document|microsoft word)\b.{0,40}|.*\.(?:docx?|rtf|tex|dvi|indd|qxd|pdf|pages)", re.I
)


def usable_title(title: str) -> str:
    """The title on one line, or "" where it only repeats a file's or a program's name."""
    line = " ".join(title.split())
    return "" if _EMPTY_TITLE.fullmatch(line) else line


def told(**properties: str) -> dict[str, str]:
    """The properties that say something, each on one line."""
    lines = {name: " ".join(value.split()) for name, value in properties.items()}
    return {name: line for name, line in lines.items() if line}
