"""Texts as documents, searchable with the product's own index and retriever, without the files and cleaning between.

Knows the index and retrieval stages; nothing of questions or metrics.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.schema import Document, Hit
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.answering.retrieval import Retriever

Search = Callable[..., tuple[Hit, ...]]


def as_document(name: str, text: str) -> Document:
    """A document named `name` whose text is exactly `text`, so that offsets of a data set stay true."""
    return Document(name, name, name, text, hashlib.sha256(text.encode()).hexdigest())


def paragraph_documents(texts: Iterable[str]) -> list[Document]:
    """A document for each distinct text, in order, named by its place."""
    return [as_document(f"paragraph-{number:05}", text) for number, text in enumerate(dict.fromkeys(texts))]


@contextmanager
def searchable(documents: Iterable[Document], folder: Path, settings: Settings) -> Iterator[Retriever]:
    """A retriever over an index of the documents in `folder`, closed afterwards.

    Args:
        documents: what to index.
        folder: an empty folder for the index.
        settings: model, chunking and candidates; its data_dir is not touched.
    """
    from rag.answering.retrieval import Retriever
    from rag.index.encoder import open_encoder
    from rag.index.ingest import Index

    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    index = Index(folder, encoder, settings.passage_tokens, settings.overlap_sentences)
    try:
        for document in documents:
            index.add(document)
        yield Retriever(index, settings.top_k, settings.candidates)
    finally:
        index.close()
