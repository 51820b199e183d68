"""Records in JSON or JSON lines. A file is one text: the records follow each other under their titles.

Must not know any publisher's schema: only the few field names that most exports share, at whatever depth they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.documents.encodings import decoded
from rag.documents.raw import Raw, Unreadable

_TEXT = ("text", "body", "content", "article", "articlebody", "context", "answer", "content_text")
_SHORT_TEXT = ("abstract", "summary", "description")  # taken where there is no other
_TITLE = ("title", "headline", "name", "question")
_DATE = ("date", "published", "published_at", "publish_date", "pubdate", "datepublished", "date_published")
_AUTHOR = ("author", "authors", "byline")
_DEEPEST = 20  # records lie in fewer objects and lists than that


@dataclass(frozen=True, slots=True)
class _Record:
    text: str
    title: str = ""
    date: str = ""
    author: str = ""


def read_json(data: bytes) -> Raw:
    """JSON with records anywhere in it; JSON lines too, which many exports name .json."""
    text = decoded(data)
    try:
        value = _parsed(text)
    except ValueError as error:
        try:
            return _joined(list(_of_lines(text)))
        except Unreadable:
            raise Unreadable(f"is not JSON ({error}); mend it, or save the text alone as .txt.") from error
    return _joined(list(_records(value)))


def read_jsonl(data: bytes) -> Raw:
    """One JSON record a line; blank lines are passed over."""
    return _joined(list(_of_lines(decoded(data))))


def _of_lines(text: str) -> Iterator[_Record]:
    # Only "\n" ends a line: a string in JSON may hold the other characters that Python takes for line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            value = _parsed(line) if line.strip() else None
        except ValueError as error:
            raise Unreadable(f"line {number} is not JSON ({error}); mend that line.") from error
        yield from _records(value)


def _parsed(text: str) -> object:
    """The value, None for the NaN and Infinity that some programs write."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("it is nested without end") from error


def _records(value: object, depth: int = 0) -> list[_Record]:
    """The records in a JSON value: itself if it has a text, else those in its items, else its summary."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        texts = [_Record(item.strip()) for item in value if isinstance(item, str) and not depth and item.strip()]
        return texts or [record for item in value for record in _records(item, depth + 1)]
    if not isinstance(value, Mapping):
        return []
    own = _record(value, _TEXT)
    if own:
        return [own]
    inside = [record for item in value.values() for record in _records(item, depth + 1)]
    summary = _record(value, _SHORT_TEXT)
    return inside or ([summary] if summary else [])


def _record(fields: Mapping[str, object], names: Sequence[str]) -> _Record | None:
    """The record that an object is by these names of its text, or None. Field names count without case."""
    known = {key.casefold(): value for key, value in fields.items()}
    text = "\n\n".join(dict.fromkeys(filter(None, (_paragraphs(known.get(name)) for name in names))))
    title, date, author = (_first(known, names) for names in (_TITLE, _DATE, _AUTHOR))
    day = re.match(r"\d{4}-\d\d-\d\d", date)
    date = day[0] if day else "" if re.fullmatch(r"[\d.]{5,}", date) else date  # seconds since 1970 are no date to show
    return _Record(text, title, date, author) if text else None


def _paragraphs(value: object) -> str:
    """A field's value as text: words, or a list of paragraphs, which may be objects with a text of their own."""
    if isinstance(value, list):
        pieces = (
            record.text if isinstance(item, Mapping) and (record := _record(item, _TEXT)) else _words(item)
            for item in value
        )
        return "\n\n".join(filter(None, pieces))
    return "" if isinstance(value, Mapping) else _words(value)


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
        names = ", ".join(_TEXT[:3])
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
