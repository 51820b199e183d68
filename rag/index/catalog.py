"""Documents and passages in SQLite: the index's one truth. Knows nothing of vectors or of ranking.

A passage is searchable only while it stands here, so one SQLite transaction makes a document all old or all new.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import DataDirectoryError, IndexDamaged, RagError
from rag.schema import Document, Passage, Shelved

SCHEMA_VERSION = 1
_TOKENIZER = "unicode61 remove_diacritics 2"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL, content_hash TEXT NOT NULL,
    published TEXT NOT NULL, owner TEXT NOT NULL, metadata TEXT NOT NULL, added TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, document_id TEXT NOT NULL REFERENCES documents (id),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_of_document ON passages (document_id, ordinal);
CREATE VIRTUAL TABLE IF NOT EXISTS lexical USING fts5 (
    text, content='passages', content_rowid='number', tokenize='porter {_TOKENIZER}'
);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, content='passages', content_rowid='number', tokenize='{_TOKENIZER}', detail=none
);
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (words, row);
"""
# Deleted text is overwritten and never spilt into temporary files, so that forgetting a document forgets its bytes.
# A transaction that was acknowledged outlives a power cut.
_PRAGMAS = (
    "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;"
)
_PASSAGE = """SELECT p.id, p.document_id, d.title, d.source, p.text, p.ordinal, p.start, p."end"
FROM passages p JOIN documents d ON d.id = p.document_id"""
_DOCUMENT = "SELECT id, title, source, text, content_hash, published, owner, metadata FROM documents"
_COUNTS = "SELECT d.id, (SELECT count(*) FROM passages p WHERE p.document_id = d.id), d.added FROM documents d"
_FULL_TEXT = ("lexical", "words")
_DISK_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}


class Catalog:
    """The SQLite file. One connection, shared by threads behind a lock."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.executescript(f"{_PRAGMAS} {_SCHEMA}")
        except sqlite3.OperationalError as error:
            raise DataDirectoryError(
                f"{path} cannot be opened ({error}); check the folder's rights and space."
            ) from error
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{path} is not a readable index ({error}); move its folder away and ingest the documents again."
            ) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all. Nested transactions join the outer one."""
        with self._lock:
            outermost = self._depth == 0
            self._depth += 1
            try:
                if outermost:
                    self.query("BEGIN IMMEDIATE")
                yield
                if outermost:
                    self.query("COMMIT")
            except BaseException:
                if outermost and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def query(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of one statement.

        Raises:
            DataDirectoryError: the index is closed, or the disk refuses.
            IndexDamaged: the file's content makes no sense.
        """
        with self._lock:
            try:
                return self._connection.execute(statement, tuple(parameters)).fetchall()
            except sqlite3.IntegrityError:
                raise
            except sqlite3.ProgrammingError as error:
                raise DataDirectoryError(f"The index is closed ({error}); open the chatbot again.") from error
            except sqlite3.DatabaseError as error:
                raise _typed(error) from error

    def meta(self, key: str) -> str:
        """A stored fact about the index, or an empty string."""
        rows = self.query("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else ""

    def set_meta(self, key: str, value: str) -> None:
        """Store a fact about the index."""
        self.query(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
        )

    def documents(self) -> tuple[Document, ...]:
        """All documents, oldest first."""
        return tuple(_document(row) for row in self.query(f"{_DOCUMENT} ORDER BY added, rowid"))

    def shelf(self) -> tuple[Shelved, ...]:
        """All documents with their number of passages and the time they were added, oldest first."""
        counts = {str(row[0]): row[1:] for row in self.query(_COUNTS)}
        # What another thread adds in between is missing here, and seen the next time.
        known = [one for one in self.documents() if one.id in counts]
        return tuple(Shelved(one, int(str(counts[one.id][0])), str(counts[one.id][1])) for one in known)

    def document(self, document_id: str) -> Document | None:
        """One document, or None."""
        rows = self.query(f"{_DOCUMENT} WHERE id = ?", (document_id,))
        return _document(rows[0]) if rows else None

    def unowned(self) -> tuple[str, ...] | None:
        """Ids of the documents that belong to nobody in particular, or None when all do."""
        if not self.query("SELECT 1 FROM documents WHERE owner <> '' LIMIT 1"):
            return None
        return tuple(str(row[0]) for row in self.query("SELECT id FROM documents WHERE owner = ''"))

    def content_hash(self, document_id: str) -> str:
        """What the stored text hashes to; empty for an unknown document."""
        rows = self.query("SELECT content_hash FROM documents WHERE id = ?", (document_id,))
        return str(rows[0][0]) if rows else ""

    def put(self, document: Document, passages: Sequence[Passage], added: str = "") -> None:
        """Add or replace a document with its passages, in both full-text tables too.

        Args:
            document: what to keep.
            passages: what it was cut into.
            added: when, as an ISO date; now by default. A replaced document keeps its first date.
        """
        added = added or datetime.now(UTC).isoformat(timespec="microseconds")
        with self.transaction():
            self._drop_passages(document.id)
            self.query(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "title = excluded.title, source = excluded.source, text = excluded.text, "
                "content_hash = excluded.content_hash, published = excluded.published, owner = excluded.owner, "
                "metadata = excluded.metadata",
                (
                    document.id,
                    document.title,
                    document.source,
                    document.text,
                    document.content_hash,
                    document.published,
                    document.owner,
                    json.dumps(dict(document.metadata), ensure_ascii=False),
                    added,
                ),
            )
            for passage in passages:
                self.query(
                    'INSERT INTO passages (id, document_id, ordinal, start, "end", text) VALUES (?, ?, ?, ?, ?, ?)',
                    (passage.id, document.id, passage.ordinal, passage.start, passage.end, passage.text),
                )
            for table in _FULL_TEXT:
                self.query(
                    f"INSERT INTO {table} (rowid, text) SELECT number, text FROM passages WHERE document_id = ?",
                    (document.id,),
                )

    def remove(self, document_id: str) -> None:
        """Forget a document and its passages."""
        with self.transaction():
            self._drop_passages(document_id)
            self.query("DELETE FROM documents WHERE id = ?", (document_id,))
            self.forget_words()

    def forget_words(self) -> None:
        """Make deleted words unreadable: FTS5 only marks them; merged into one, its segments hold them no longer."""
        for table in _FULL_TEXT:
            self.query(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    def rebuild_words(self) -> None:
        """Write both full-text tables anew from the passages."""
        with self.transaction():
            for table in _FULL_TEXT:
                self.query(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")

    def damaged_words(self) -> list[str]:
        """Full-text tables that disagree with the passages."""
        return [table for table in _FULL_TEXT if not self._agrees(table)]

    def passage_ids(self, document_id: str = "") -> list[str]:
        """Ids of a document's passages in reading order; of all passages without a document."""
        where, parameters = ("WHERE document_id = ?", (document_id,)) if document_id else ("", ())
        return [str(row[0]) for row in self.query(f"SELECT id FROM passages {where} ORDER BY number", parameters)]

    def count(self) -> int:
        """How many passages are stored."""
        return int(str(self.query("SELECT count(*) FROM passages")[0][0]))

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are passages."""
        rows = self.query(
            "SELECT id FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
        )
        return {str(row[0]) for row in rows}

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Those of the passages that exist, by id."""
        rows = self.query(f"{_PASSAGE} WHERE p.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
        return {str(row[0]): Passage(*row) for row in rows}  # type: ignore[arg-type]

    def passages_of(self, document_id: str) -> list[Passage]:
        """A document's passages in reading order."""
        rows = self.query(f"{_PASSAGE} WHERE p.document_id = ? ORDER BY p.ordinal", (document_id,))
        return [Passage(*row) for row in rows]  # type: ignore[arg-type]

    def _agrees(self, table: str) -> bool:
        try:
            self.query(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
        except IndexDamaged:
            return False
        return True

    def _drop_passages(self, document_id: str) -> None:
        for table in _FULL_TEXT:
            self.query(
                f"INSERT INTO {table} ({table}, rowid, text) SELECT 'delete', number, text FROM passages "
                "WHERE document_id = ?",
                (document_id,),
            )
        self.query("DELETE FROM passages WHERE document_id = ?", (document_id,))


def _document(row: Sequence[object]) -> Document:
    identity, title, source, text, content_hash, published, owner, metadata = (str(value) for value in row)
    try:
        details = json.loads(metadata)
    except ValueError as error:
        raise IndexDamaged(f"The stored details of {title!r} cannot be read ({error}); run: rag doctor") from error
    return Document(identity, title, source, text, content_hash, published, owner, details)


def _typed(error: sqlite3.DatabaseError) -> RagError:
    """What SQLite's error means to the reader: the disk refuses, or what it gave back makes no sense."""
    if (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF in _DISK_CODES:
        return DataDirectoryError(
            f"The index cannot be read or written ({error}); check the disk's space and the folder's rights."
        )
    return IndexDamaged(f"The index's catalog.sqlite is damaged ({error}); run: rag doctor")
