"""What a data directory keeps of its page's visitors, and how one visitor's part of it goes. Knows no HTTP."""

from __future__ import annotations

from pathlib import Path

from rag.errors import DocumentNotFound
from rag.schema import Asks
from rag.serving.feedback import Feedback
from rag.serving.history import History, open_database


class Keeping:
    """Conversations and feedback of one data directory.

    Raises:
        DataDirectoryError: the file cannot be made, read or written.
    """

    def __init__(self, data_dir: Path) -> None:
        self._database = open_database(data_dir)
        self.path = self._database.path
        self.history = History(self._database)
        self.feedback = Feedback(self._database)

    def erase(self, bot: Asks, profile: str) -> None:
        """Forget all that is a profile's: conversations, feedback and the documents that it owns."""
        if not profile:
            return
        for document in bot.documents():
            if document.owner == profile:
                _forget(bot, document.id)
        self.history.erase(profile)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _forget(bot: Asks, document_id: str) -> None:
    try:
        bot.remove(document_id)
    except DocumentNotFound:
        return  # removed in another tab of the same browser in this moment
