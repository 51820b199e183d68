"""A chat over one article of the user's own, in a data directory of its own. Knows nothing of pages."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import DocumentError, RagError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.chatbot import Chatbot


def article_settings(article: Path, settings: Settings) -> Settings:
    """The settings with no corpus and a data directory that belongs to this path alone."""
    name = hashlib.sha256(str(article.resolve()).encode()).hexdigest()[:16]
    return settings.model_copy(update={"corpus_dir": None, "data_dir": settings.data_dir / "articles" / name})


def open_article(article: Path, settings: Settings) -> Chatbot:
    """A chatbot that knows this article alone, read again if the file has changed.

    Args:
        article: the file.
        settings: as `article_settings` made them.

    Raises:
        DocumentError: the file cannot be read.
        RagError: the data directory or a model cannot be opened.
    """
    from rag.chatbot import Chatbot

    bot = Chatbot.open(settings)
    try:
        failed = bot.ingest([str(article.resolve())]).failed
        if failed:
            raise DocumentError("; ".join(failed.values()))
    except RagError:
        bot.close()
        raise
    return bot
