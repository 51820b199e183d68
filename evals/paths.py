"""Where the development data lies, when it is there. The only module that knows."""

from __future__ import annotations

import os
from pathlib import Path


def shared_dir() -> Path | None:
    """The folder of development data: `RAG_SHARED_DIR`, else `shared/` beside the checkout, else None."""
    named = os.environ.get("RAG_SHARED_DIR")
    folder = Path(named) if named else Path(__file__).resolve().parents[1].parent / "shared"
    return folder if folder.is_dir() else None
