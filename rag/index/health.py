"""Looks for damage in an index. Knows how to find it, not how to mend it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from rag.index.catalog import Catalog
from rag.index.chunking import passage_id
from rag.index.seal import CATALOG, VECTORS

# A search for so many stored vectors, spread evenly, has to find them.
SAMPLE = 1_000
_PROBE_SECONDS = 300
# Bytes free on the disk. An index of 10,000 passages takes about 60 MB, and twice that while it is copied.
LOW_SPACE, NO_SPACE = 512 << 20, 50 << 20


def free_space(folder: Path) -> int:
    """Bytes free where a folder is, or will be."""
    return shutil.disk_usage(next(place for place in (folder, *folder.absolute().parents) if place.exists())).free


def lost_catalog(folder: Path) -> str:
    """Says that a data directory has vectors and no documents, or nothing where that is not so."""
    path = folder / CATALOG
    if not (folder / VECTORS).exists() or (path.exists() and path.stat().st_size):
        return ""
    return (
        f"{path} is missing or empty, and with it the documents; put it back from a backup, "
        f"or move {folder} away and ingest the documents again."
    )


def catalog_faults(catalog: Catalog) -> list[str]:
    """What is wrong with the stored documents: SQLite's own checks, and texts that their passages contradict.

    SQLite's pages carry no checksum; a passage's id does, since it derives from the passage's words.

    Raises:
        IndexDamaged: the file cannot even be read through.
    """
    faults = [str(row[0]) for row in catalog.query("PRAGMA integrity_check(3)")]
    faults = [] if faults == ["ok"] else faults
    faults += [f"a row of {row[0]} belongs to no document" for row in catalog.query("PRAGMA foreign_key_check")]
    if faults:
        return faults
    for document in catalog.documents():
        seen: Counter[str] = Counter()
        for passage in catalog.passages_of(document.id):
            words = document.text[passage.start : passage.end]
            if words != passage.text or passage.id != passage_id(document.id, words, seen[words]):
                faults.append(f"the text of {document.title!r} is not what was stored")
                break
            seen[words] += 1
    return faults


def vector_faults(folder: Path) -> str:
    """What is wrong with a folder of vectors, or an empty string.

    Asked in a process of its own, since damaged files can crash their reader.
    """
    package = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((package, os.environ.get("PYTHONPATH", "")))}
    command = [sys.executable, "-P", "-m", "rag.index.probe", str(folder)]
    try:
        run = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
        found = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return f"reading them took over {_PROBE_SECONDS} seconds"
    except ValueError:
        return f"their reader crashed (exit status {run.returncode})"
    return str(found["fault"])
