"""Vectors in Chroma: the only module that imports chromadb. Knows ids, vectors and filters, never text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import DataDirectoryError

if TYPE_CHECKING:
    from rag.schema import Vectors

METRIC = "cosine"
_COLLECTION = "passages"


class Store:
    """A Chroma collection that always gets our own vectors and never an embedding function."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        try:
            self._client: Any = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
            self._collection = self._open()
        except (OSError, ValueError, chromadb.errors.ChromaError) as error:
            raise DataDirectoryError(
                f"The vectors in {folder} cannot be opened ({error}); delete that folder and run: rag rebuild"
            ) from error

    def upsert(self, ids: Sequence[str], vectors: Vectors, document_ids: Sequence[str]) -> None:
        """Write vectors of shape (len(ids), dimension), in batches that Chroma accepts."""
        size = self._client.get_max_batch_size()
        for first in range(0, len(ids), size):
            part = slice(first, first + size)
            self._collection.upsert(
                ids=list(ids[part]),
                embeddings=vectors[part],
                metadatas=[{"document_id": document_id} for document_id in document_ids[part]],
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids; unknown ones are passed over."""
        size = self._client.get_max_batch_size()
        for first in range(0, len(ids), size):
            self._collection.delete(ids=list(ids[first : first + size]))

    def search(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Ids with cosine similarities, best first, at most `k`.

        Args:
            vector: a unit vector of shape (dimension,).
            k: how many.
            documents: only vectors of these document ids.
        """
        if documents is not None and not documents:
            return []
        where: Any = None if documents is None else {"document_id": {"$in": list(documents)}}
        k = min(k, self.count())
        if k == 0:
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(id_, 1.0 - float(distance)) for id_, distance in zip(found["ids"][0], distances, strict=True)]

    def ids(self) -> list[str]:
        """Every stored id."""
        return list(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        """How many vectors are stored."""
        return int(self._collection.count())

    def clear(self) -> None:
        """Forget everything, the collection's dimension included."""
        self._client.delete_collection(_COLLECTION)
        self._collection = self._open()

    def close(self) -> None:
        """Release the files."""
        self._client.close()

    def _open(self) -> Any:
        # ef_search: enough that a search among up to a few hundred passages is exhaustive.
        configuration: Any = {"hnsw": {"space": METRIC, "ef_search": 200, "ef_construction": 200}}
        return self._client.get_or_create_collection(_COLLECTION, embedding_function=None, configuration=configuration)
