"""Markdown with front matter. Must not know how Markdown is rendered."""

from __future__ import annotations

import re

from rag.documents.encodings import decoded
from rag.documents.raw import Raw

_FIELD = re.compile(r"([A-Za-z][\w -]*):(?:\s+(.*))?$")


def read_markdown(data: bytes) -> Raw:
    """Markdown; front matter (`key: value` between two lines of dashes) becomes title, published and metadata."""
    text = decoded(data)
    found = re.match(r"---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|$)", text, re.S)
    fields = _front_matter(found[1]) if found else None
    if not found or fields is None:
        return Raw(text)
    title, date = fields.pop("title", ""), fields.pop("date", "")
    return Raw(text[found.end() :], title, fields.pop("published", "") or date, fields)


def _front_matter(block: str) -> dict[str, str] | None:
    """The fields of a front matter block, or None where it is something else; nested values are left out."""
    fields: dict[str, str] = {}
    for line in block.splitlines():
        if not line.strip() or line[0] in " \t#-":
            continue
        found = _FIELD.match(line)
        if not found:
            return None
        fields[found[1].strip().lower()] = (found[2] or "").strip().strip("\"'")
    return {key: value for key, value in fields.items() if value}
