"""Puts a writer together from an index and the settings. Knows which parts it needs, and no part's inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.llm.check import Checker, load_limits
from rag.answering.llm.providers import open_llm
from rag.answering.llm.writer import Writer, WriterLimits, load_skip_below
from rag.errors import DocumentNotFound
from rag.index.ingest import Index
from rag.schema import Document
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def open_writer(llm: LLM | None, index: Index, settings: Settings) -> Writer | None:
    """A writer with the given model, else with the one that the settings name; None when there is neither.

    Raises:
        ConfigurationError, MissingPackage: the settings name a model that cannot be opened.
    """
    chosen = llm if llm is not None else open_llm(settings)
    if chosen is None:
        return None

    def find(document_id: str) -> Document:
        document = index.catalog.document(document_id)
        if document is None:
            raise DocumentNotFound(f"The document {document_id!r} was removed while it was read; please ask again.")
        return document

    limits = WriterLimits(settings.llm_timeout, settings.llm_context, load_skip_below(settings.reader))
    checker = Checker(index.encoder, index.lexical.rarity, find, load_limits())
    return Writer(chosen, checker, index.count_tokens, find, limits)
