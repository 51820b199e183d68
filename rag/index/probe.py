"""A process that reads a folder of vectors and says what is wrong with it: `python -m rag.index.probe FOLDER`.

Damaged files can crash Chroma's reader, so nobody reads doubtful ones in a process that has more to do.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rag.errors import RagError
from rag.index.health import SAMPLE
from rag.index.store import Store


def fault_of(folder: Path) -> str:
    """What keeps the folder's vectors from being found, or an empty string."""
    try:
        store = Store(folder)
        stored, unseen = store.count(), store.unseen(SAMPLE)
        store.close()
    except RagError as error:
        return str(error)
    return f"a search finds not all of the {stored:,} vectors; {len(unseen)} of those tried are lost" if unseen else ""


if __name__ == "__main__":
    print(json.dumps({"fault": fault_of(Path(sys.argv[1]))}))
