"""One SQLite file that this user alone may read. Knows nothing of what is kept in it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import DataDirectoryError

Row = tuple[Any, ...]


class Database:
    """One connection, shared by threads behind a lock; what is deleted is overwritten in the file.

    Args:
        path: the file, made if need be.
        schema: statements that create what is missing.

    Raises:
        DataDirectoryError: the file cannot be made, read or written.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            # No write-ahead log: it would hold deleted words until its next checkpoint.
            self._connection.executescript(
                "PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA journal_mode = DELETE; "
                f"PRAGMA temp_store = MEMORY; {schema}"
            )
        except (OSError, sqlite3.Error) as error:
            raise DataDirectoryError(f"{path} cannot be used ({error}); move it away, or check its rights.") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside happen together or not at all; transactions do not nest."""
        with self._lock:
            self.run("BEGIN IMMEDIATE")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def run(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of one statement.

        Raises:
            DataDirectoryError: the file cannot be read or written, or is closed.
        """
        with self._lock:
            try:
                return self._connection.execute(statement, tuple(parameters)).fetchall()
            except sqlite3.Error as error:
                raise DataDirectoryError(
                    f"{self.path} cannot be used ({error}); check its rights and space."
                ) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
