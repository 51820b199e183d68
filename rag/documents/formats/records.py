"""Records in JSON or JSON lines. A file is one text: the records follow each other under their titles.

Must not know any publisher's schema: only the few field names that most exports share.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.documents.encodings import decoded
from rag.documents.raw import Raw, Unreadable

_TEXT = ("text", "body", "content")
_TITLE = ("title", "headline", "name")
_DATE = ("date", "published", "published_at", "publish_date", "pubdate")
_AUTHOR = ("author", "authors", "byline")


@dataclass(frozen=True, slots=True)
class _Record:
    text: str
    title: str
    date: str
    author: str


def read_json(data: bytes) -> Raw:
    """A JSON record, a list of records, or an object with such a list in one of its fields."""
    try:
        return _joined(_records(json.loads(decoded(data))))
    except ValueError as error:
        raise Unreadable(f"is not JSON ({error}); mend it, or save the text alone as .txt.") from error


def read_jsonl(data: bytes) -> Raw:
    """One JSON record a line; blank lines are passed over."""
    records: list[_Record] = []
    for number, line in enumerate(decoded(data).splitlines(), start=1):
        try:
            records += _records(json.loads(line)) if line.strip() else []
        except ValueError as error:
            raise Unreadable(f"line {number} is not JSON ({error}); mend that line.") from error
    return _joined(records)


def _records(value: object) -> list[_Record]:
    """The records in a JSON value: itself, its items, or the items of its one field that holds some."""
    if isinstance(value, list):
        return [record for item in value if isinstance(item, dict) and (record := _record(item))]
    if not isinstance(value, dict):
        return []
    own = _record(value)
    return [own] if own else next((found for item in value.values() if (found := _listed(item))), [])


def _listed(value: object) -> list[_Record]:
    return _records(value) if isinstance(value, list) else []


def _record(fields: Mapping[str, object]) -> _Record | None:
    """The record that an object is, or None where it has no text. Field names count without case."""
    known = {key.casefold(): value for key, value in fields.items()}
    text = "\n\n".join(filter(None, (_words(known.get(name)) for name in _TEXT)))
    title, date, author = (_first(known, names) for names in (_TITLE, _DATE, _AUTHOR))
    day = re.match(r"\d{4}-\d\d-\d\d", date)
    return _Record(text, title, day[0] if day else date, author) if text else None


def _first(known: Mapping[str, object], names: Sequence[str]) -> str:
    return next(filter(None, (_words(known.get(name)) for name in names)), "")


def _words(value: object) -> str:
    """A field's value as words: text, a number, an object with a name, or a list of these."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        return _words(value.get("name"))
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, value)))
    return ""


def _joined(records: Sequence[_Record]) -> Raw:
    """One record as it is; several under headings of their own, with date and author below."""
    if not records:
        names = ", ".join(_TEXT)
        raise Unreadable(f"holds no record with a text; name the field that holds it one of: {names}.")
    if len(records) == 1:
        (one,) = records
        return Raw(one.text, one.title, one.date, {"author": one.author} if one.author else {})
    pieces = []
    for number, record in enumerate(records, start=1):
        about = ", ".join(filter(None, (record.date, record.author)))
        title = " ".join(record.title.split()) or f"Record {number}"
        pieces.append("\n\n".join(filter(None, (f"# {title}", about, record.text))))
    return Raw("\n\n".join(pieces), metadata={"records": str(len(records))})
