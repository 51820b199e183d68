"""Notes at a clean close what an index's files were, so that the next open sees what touched them. Knows no format.

Chroma does not notice a file that was lost or changed: it answers with fewer or other vectors. Comparing names, sizes
and times costs a fraction of a millisecond.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from pathlib import Path

CATALOG = "catalog.sqlite"
VECTORS = "vectors"
_FILE = "seal.json"
_CHUNK = 1 << 20

Note = tuple[int, int, int]  # size, time of the last change in nanoseconds, CRC-32


class Seal:
    """The seal of one data directory: there only while no process has its index open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted: dict[str, Note] = {}

    def touched(self) -> frozenset[str] | None:
        """Files that are not as the last close left them, or None when there was no clean close."""
        try:
            noted = json.loads((self._folder / _FILE).read_text(encoding="utf-8"))
            self._noted = {str(name): (int(size), int(time), int(crc)) for name, (size, time, crc) in noted.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        now = _files(self._folder)
        gone = self._noted.keys() - now.keys()
        # A copied directory has other times and the same content.
        changed = {name for name, path in now.items() if self._note(name, path)[::2] != self._noted.get(name, ())[::2]}
        return frozenset(gone | changed)

    def lift(self) -> None:
        """Take the seal away before the first write."""
        (self._folder / _FILE).unlink(missing_ok=True)

    def set(self) -> None:
        """Note the files as they are now, once they are on the disk. Without room for it the next open checks more."""
        with contextlib.suppress(OSError):
            notes = {name: self._note(name, path, sync=True) for name, path in _files(self._folder).items()}
            part = self._folder / f"{_FILE}.part"
            part.write_text(json.dumps(notes), encoding="utf-8")
            part.replace(self._folder / _FILE)

    def _note(self, name: str, path: Path, *, sync: bool = False) -> Note:
        """The file's size, time and CRC; it is read only where size or time are not the noted ones."""
        stat = path.stat()
        known = self._noted.get(name)
        if known and known[:2] == (stat.st_size, stat.st_mtime_ns):
            return known
        crc = 0
        with path.open("r+b" if sync else "rb") as file:
            if sync:
                os.fsync(file.fileno())
            while chunk := file.read(_CHUNK):
                crc = zlib.crc32(chunk, crc)
        return stat.st_size, stat.st_mtime_ns, crc


def _files(folder: Path) -> dict[str, Path]:
    """The index's files by their name in the folder."""
    paths = [folder / CATALOG, *(folder / VECTORS).rglob("*")]
    return {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
