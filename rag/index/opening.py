"""Opens the index that the settings ask for: this directory's own, or one on a Chroma server. Knows no question."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from rag.index.ingest import Index
    from rag.index.place import Server
    from rag.schema import Encoder
    from rag.settings import Settings

_log = logging.getLogger(__name__)


def open_index(settings: Settings, encoder: Encoder, *, rebuild: bool = False) -> Index:
    """The index in `settings.data_dir`, or the one on the server at `settings.chroma_url`.

    Args:
        settings: where the index is and how documents are cut.
        encoder: turns passages into vectors.
        rebuild: cut and embed the stored documents again instead of refusing other settings.

    Raises:
        ConfigurationError: the server's address cannot be used.
        IndexMismatch, IndexDamaged, DataDirectoryError, StoreUnavailable: the index cannot be opened.
    """
    _warn_of_little_space(settings.data_dir)
    limits = (settings.passage_tokens, settings.overlap_sentences)
    server = server_of(settings)
    if server is None:
        from rag.index.ingest import Index

        return Index(settings.data_dir, encoder, *limits, rebuild=rebuild)
    from rag.index.shared import SharedIndex

    return SharedIndex(settings.data_dir, encoder, *limits, server=server, rebuild=rebuild)


def _warn_of_little_space(folder: Path) -> None:
    from rag.index.health import NO_SPACE, free_space

    free = free_space(folder)
    if free < NO_SPACE:
        _log.warning("Only %.0f MB are free where %s is; make room before documents are added.", free / 1e6, folder)


def server_of(settings: Settings) -> Server | None:
    """The Chroma server that the settings name, if they name one.

    Raises:
        ConfigurationError: its address is none, or holds a password, which messages would show.
    """
    if not settings.chroma_url:
        return None
    from rag.index.place import Server

    address = urlsplit(settings.chroma_url)
    if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc:
        raise ConfigurationError(
            "RAG_CHROMA_URL cannot be used: it is like http://localhost:8000 or https://api.trychroma.com, "
            "without a user or password; a token goes into RAG_CHROMA_TOKEN."
        )
    token = settings.chroma_token.get_secret_value()
    return Server(settings.chroma_url, settings.chroma_tenant, settings.chroma_database, token)
