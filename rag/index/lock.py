"""One process owns a data directory. Knows nothing of what lies in it.

Chroma gives no protection of its own: two processes on one directory corrupt it while both exit 0.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from rag.errors import DataDirectoryBusy, DataDirectoryError


class DataDirectoryLock:
    """An exclusive lock on a data directory, released by the operating system when its process ends."""

    def __init__(self, data_dir: Path) -> None:
        from filelock import FileLock

        self._data_dir = data_dir
        self._owner = data_dir / "owner.json"
        # One lock per Chatbot: threads of one process share the object, so ownership is not per thread.
        self._lock = FileLock(data_dir / "lock", thread_local=False)

    def acquire(self) -> None:
        """Take the lock at once, creating the directory.

        Raises:
            DataDirectoryBusy: another process owns the directory; carries its address if it announced one.
            DataDirectoryError: the directory cannot be created or written.
        """
        from filelock import Timeout

        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._write({"pid": os.getpid()})
        except Timeout:
            raise self._busy() from None
        except OSError as error:
            self._lock.release()
            fix = "make room on the disk" if error.errno == errno.ENOSPC else "set RAG_DATA_DIR to a folder of your own"
            raise DataDirectoryError(
                f"The data directory {self._data_dir} cannot be written ({error.strerror or error}); {fix}."
            ) from error

    def announce(self, address: str, token: str) -> None:
        """Say where this process answers questions for others on this machine, and with which token."""
        self._write({"pid": os.getpid(), "address": address, "token": token})

    def release(self) -> None:
        """Give the directory back; harmless when it was never taken."""
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def _write(self, owner: dict[str, object]) -> None:
        part = self._owner.with_suffix(".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(owner, file)
        part.replace(self._owner)

    def _busy(self) -> DataDirectoryBusy:
        try:
            owner = json.loads(self._owner.read_text())
        except (OSError, ValueError):
            owner = {}
        pid = owner.get("pid", "unknown")
        return DataDirectoryBusy(
            f"The data directory {self._data_dir} is in use by process {pid}; close that, or set RAG_DATA_DIR.",
            address=str(owner.get("address", "")),
            token=str(owner.get("token", "")),
        )
