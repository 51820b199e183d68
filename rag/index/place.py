"""Where vectors lie, in a folder or on a server, and what an error there means to the reader. Knows no vector."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import DataDirectoryError, IndexDamaged, RagError, StoreError, StoreUnavailable

# SQLite's primary result codes for what the disk refuses: read-only, input or output error, full, cannot open.
_DISK_CODES = {8, 10, 13, 14}


@dataclass(frozen=True, slots=True)
class Server:
    """A Chroma server; `token` goes into its x-chroma-token header and into no message."""

    url: str
    tenant: str = "default_tenant"
    database: str = "default_database"
    token: str = field(default="", repr=False)


def not_opened(error: Exception, place: Path | Server) -> RagError:
    """The error of ours for a place that could not be opened."""
    if isinstance(error, RagError):
        return error
    if isinstance(place, Path) and not _is_of_disk(str(error)):
        return DataDirectoryError(
            f"The vectors in {place} cannot be opened ({error}); delete that folder and run: rag rebuild"
        )
    return meaning(error, place)


def meaning(error: Exception, place: Path | Server) -> RagError:
    """The error of ours that says what Chroma's means and what to do."""
    text = " ".join(str(error).split())[:200]
    if isinstance(place, Server):
        text = text.replace(place.token, "***") if place.token else text
        reason = f"{type(error).__name__}: {text}"
        return StoreUnavailable(
            f"The Chroma server {place.url} did not answer as expected ({reason}); "
            "check that it runs, RAG_CHROMA_URL and RAG_CHROMA_TOKEN."
        )
    if isinstance(error, OSError) or _is_of_disk(text):
        return DataDirectoryError(
            f"{place} cannot be read or written ({text}); check the disk's space and the folder's rights."
        )
    if isinstance(error, AttributeError | RuntimeError):  # what a closed client raises
        return StoreError(f"The vectors in {place} are closed ({text}); open the chatbot again.")
    return IndexDamaged(f"The vectors in {place} cannot be used ({text}); run: rag doctor --repair")


def _is_of_disk(text: str) -> bool:
    code = re.search(r"\(code: (\d+)\)", text)
    return bool(code and int(code[1]) & 0xFF in _DISK_CODES)
