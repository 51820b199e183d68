"""Ask an article: cited answers from your own documents, with no LLM, no key and no network.

    from rag import Chatbot
    with Chatbot.open() as bot:
        print(bot.ask("Who is Recep Tayyip Erdogan?").text)

Importing this package loads no model and reads no setting.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.chatbot import Chatbot, Conversation
    from rag.errors import RagError
    from rag.schema import Answer, Citation, Document, Hit, IngestReport, Passage, Turn
    from rag.settings import Settings

_HOMES = {
    "Answer": "rag.schema",
    "Chatbot": "rag.chatbot",
    "Citation": "rag.schema",
    "Conversation": "rag.chatbot",
    "Document": "rag.schema",
    "Hit": "rag.schema",
    "IngestReport": "rag.schema",
    "Passage": "rag.schema",
    "RagError": "rag.errors",
    "Settings": "rag.settings",
    "Turn": "rag.schema",
}
__all__ = [
    "Answer",
    "Chatbot",
    "Citation",
    "Conversation",
    "Document",
    "Hit",
    "IngestReport",
    "Passage",
    "RagError",
    "Settings",
    "Turn",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
