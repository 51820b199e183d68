"""Conversations that outlive the server, each known to one browser profile alone. Knows no HTTP and no layout.

An answer is kept whole, with its quotes, offsets and sources, beside the content hash that each document it names had
at that time: an old citation opens as long as the hash is the same, and says so when it is not.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.errors import ConversationError, DataDirectoryError
from rag.schema import Answer, Document

if TYPE_CHECKING:
    from rag.serving.database import Database

FILE_NAME = "conversations.sqlite"
# Bounds of one profile: beyond the first the oldest conversation goes, beyond the second a new one has to be begun.
MOST_CONVERSATIONS = 500
MOST_TURNS = 200
LONGEST_TITLE = 80

SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, profile TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS conversations_of_profile ON conversations (profile, updated);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    answer TEXT NOT NULL, hashes TEXT NOT NULL, created TEXT NOT NULL,
    thumb TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', judged TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (conversation, number)
);
"""

Thumb = Literal["up", "down", ""]
Standing = Literal["same", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list; times are ISO 8601, UTC."""

    id: str
    title: str
    created: str
    updated: str
    turns: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept answer; `hashes` maps each document it names to the content hash of that time."""

    number: int
    answer: Answer
    hashes: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    thumb: Thumb = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole conversation, oldest answer first."""

    id: str
    title: str
    created: str
    updated: str
    entries: tuple[Entry, ...] = ()


class History:
    """Every profile's conversations.

    Whoever asks gives a profile (`rag.serving.profile`); an empty one has no conversations and can keep none. A
    conversation of another profile does not exist for it: everything here then raises ConversationError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def conversations(self, profile: str) -> tuple[Summary, ...]:
        """The profile's conversations, the newest first."""
        rows = self._database.run(
            "SELECT c.id, c.title, c.created, c.updated, count(t.number) FROM conversations c "
            "LEFT JOIN turns t ON t.conversation = c.id WHERE c.profile = ? GROUP BY c.id "
            "ORDER BY c.updated DESC, c.rowid DESC",
            (profile,),
        )
        return tuple(Summary(*row) for row in rows)

    def start(self, profile: str, question: str) -> str:
        """Begin a conversation, titled by its first question; its id, which cannot be guessed.

        Raises:
            ConversationError: the profile is empty.
        """
        if not profile:
            raise ConversationError("This browser keeps no cookies, so the conversation cannot be kept.")
        conversation, now = secrets.token_urlsafe(16), _now()
        with self._database.transaction():
            self._database.run(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", (conversation, profile, _title(question), now, now)
            )
            self._database.run(
                "DELETE FROM conversations WHERE profile = ?1 AND id NOT IN (SELECT id FROM conversations "
                "WHERE profile = ?1 ORDER BY updated DESC, rowid DESC LIMIT ?2)",
                (profile, MOST_CONVERSATIONS),
            )
        return conversation

    def append(self, profile: str, conversation: str, answer: Answer, documents: Iterable[Document]) -> int:
        """Keep a whole answer as the last of its conversation; its number, from 1.

        Args:
            profile: whose conversation.
            conversation: its id.
            answer: what to keep.
            documents: those of the time, among them the ones that the answer names.

        Raises:
            ConversationError: the profile has no such conversation, or it is full.
        """
        with self._database.transaction():
            last = self._last(profile, conversation)
            if last >= MOST_TURNS:
                raise ConversationError(f"This conversation holds {MOST_TURNS} answers; please begin another one.")
            self._put(conversation, last + 1, answer, documents)
        return last + 1

    def replace_last(self, profile: str, conversation: str, answer: Answer, documents: Iterable[Document]) -> int:
        """Keep an answer in the place of the last one, whose feedback goes with it; its number. Raises as `append`."""
        with self._database.transaction():
            last = self._last(profile, conversation)
            self._database.run("DELETE FROM turns WHERE conversation = ? AND number = ?", (conversation, last))
            self._put(conversation, max(last, 1), answer, documents)
        return max(last, 1)

    def load(self, profile: str, conversation: str) -> Kept:
        """A conversation with all of its answers.

        Raises:
            ConversationError: the profile has no such conversation.
            DataDirectoryError: it was kept by a version that this one cannot read.
        """
        rows = self._database.run(
            "SELECT id, title, created, updated FROM conversations WHERE id = ? AND profile = ?",
            (conversation, profile),
        )
        if not rows:
            raise _unknown()
        turns = self._database.run(
            "SELECT number, answer, hashes, created, thumb, reason FROM turns WHERE conversation = ? ORDER BY number",
            (conversation,),
        )
        found, title, created, updated = rows[0]
        return Kept(found, title, created, updated, tuple(self._entry(row) for row in turns))

    def rename(self, profile: str, conversation: str, title: str) -> None:
        """Give a conversation another title, or the one "Untitled" for an empty text. Raises as `load`."""
        changed = self._database.run(
            "UPDATE conversations SET title = ? WHERE id = ? AND profile = ? RETURNING id",
            (_title(title), conversation, profile),
        )
        if not changed:
            raise _unknown()

    def delete(self, profile: str, conversation: str) -> None:
        """Forget a conversation with its answers and their feedback. Raises ConversationError as `load`."""
        gone = self._database.run(
            "DELETE FROM conversations WHERE id = ? AND profile = ? RETURNING id", (conversation, profile)
        )
        if not gone:
            raise _unknown()

    def erase(self, profile: str) -> None:
        """Forget all of a profile's conversations, and give their room in the file back."""
        self._database.run("DELETE FROM conversations WHERE profile = ?", (profile,))
        self._database.run("VACUUM")

    def _last(self, profile: str, conversation: str) -> int:
        rows = self._database.run(
            "SELECT (SELECT coalesce(max(number), 0) FROM turns WHERE conversation = c.id) FROM conversations c "
            "WHERE id = ? AND profile = ?",
            (conversation, profile),
        )
        if not rows:
            raise _unknown()
        return int(rows[0][0])

    def _put(self, conversation: str, number: int, answer: Answer, documents: Iterable[Document]) -> None:
        from pydantic import TypeAdapter

        named = {hit.passage.document_id for hit in answer.hits}
        named |= {citation.passage.document_id for citation in answer.citations}
        hashes = {one.id: one.content_hash for one in documents if one.id in named}
        row = (TypeAdapter(Answer).dump_json(answer).decode(), TypeAdapter(dict[str, str]).dump_json(hashes).decode())
        now = _now()
        self._database.run(
            "INSERT INTO turns (conversation, number, answer, hashes, created) VALUES (?, ?, ?, ?, ?)",
            (conversation, number, *row, now),
        )
        self._database.run("UPDATE conversations SET updated = ? WHERE id = ?", (now, conversation))

    def _entry(self, row: tuple[object, ...]) -> Entry:
        from pydantic import TypeAdapter, ValidationError

        number, answer, hashes, *rest = row
        try:
            read = TypeAdapter(Answer).validate_json(str(answer))
            known = TypeAdapter(dict[str, str]).validate_json(str(hashes))
        except ValidationError as error:
            raise DataDirectoryError(
                f"{self._database.path} holds an answer that this version cannot read; move the file away."
            ) from error
        return Entry(int(str(number)), read, known, *rest)  # type: ignore[arg-type]


def open_database(data_dir: Path) -> Database:
    """The file of a data directory that holds conversations and their feedback.

    Raises:
        DataDirectoryError: it cannot be made, read or written.
    """
    from rag.serving.database import Database

    return Database(data_dir / FILE_NAME, SCHEMA)


def standing(entry: Entry, documents: Iterable[Document]) -> dict[str, Standing]:
    """For each document that a kept answer names, whether its offsets still fit the document of today."""
    today = {one.id: one.content_hash for one in documents}
    found: dict[str, Standing] = {}
    for document_id, then in entry.hashes.items():
        now = today.get(document_id)
        found[document_id] = "gone" if now is None else "same" if now == then else "changed"
    return found


def standing_line(state: Standing, title: str) -> str:
    """What to say beside an old quote; nothing when its document is as it was."""
    return {
        "same": "",
        "changed": f"“{title}” has changed since this answer; the quote is as it stood then.",
        "gone": f"“{title}” is no longer here; the quote is as it stood when this was answered.",
    }[state]


def _title(question: str) -> str:
    words = " ".join(question.split())
    if len(words) > LONGEST_TITLE:
        words = words[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
    return words or "Untitled"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _unknown() -> ConversationError:
    return ConversationError("There is no such conversation here; it may have been deleted.")
