"""Blanks what a folder of vectors holds beside vectors. Knows the layout of Chroma's HNSW files.

Chroma writes room for vectors to come as its memory happens to be: whatever the process held there before, the words
and vectors of a deleted document too, would lie in the file.
"""

from __future__ import annotations

import logging
import struct
from pathlib import Path

_log = logging.getLogger(__name__)
# header.bin of Chroma's hnswlib: its version, the offset of level 0, room, vectors in use, bytes for each, ...
_HEADER = struct.Struct("<iQQQQ")
_VERSION = 1
_LENGTH_BYTES = 4
_CHUNK = 1 << 20


def blank_residue(folder: Path) -> None:
    """Overwrite the unused room in the vector files of a closed folder with zeros; used room stays as it is."""
    for header in folder.glob("*/header.bin"):
        try:
            version, _, _, used, size = _HEADER.unpack_from(header.read_bytes())
            if version == _VERSION:
                _blank_from(used * size, header.with_name("data_level0.bin"))
                _blank_from(used * _LENGTH_BYTES, header.with_name("length.bin"))
        except (OSError, struct.error) as error:
            _log.warning("Unused room in %s could not be blanked (%s)", header.parent, error)


def _blank_from(start: int, path: Path) -> None:
    """Zeros from `start` to the file's end, if it holds anything else there."""
    end = path.stat().st_size
    with path.open("rb") as file:
        file.seek(start)
        if all(chunk.count(0) == len(chunk) for chunk in iter(lambda: file.read(_CHUNK), b"")):
            return
    with path.open("r+b") as file:
        for place in range(start, end, _CHUNK):
            file.seek(place)
            file.write(bytes(min(_CHUNK, end - place)))
