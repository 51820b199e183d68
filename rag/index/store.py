"""Vectors in Chroma, in a folder or on a server: the only module that imports chromadb. Knows ids, vectors, filters."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import DataDirectoryError, IndexDamaged, RagError, StoreError, StoreUnavailable
from rag.index.residue import blank_residue
from rag.index.swap import draft_folder, finish_swap, replace_folder

if TYPE_CHECKING:
    from rag.schema import Vectors

METRIC = "cosine"
_COLLECTION = "passages"
# SQLite, which Chroma uses too, takes at most 32,766 values in one statement.
_DOCUMENTS_AT_ONCE = 5_000
# Chroma Cloud refuses more than 300 records in one call.
_RECORDS_AT_ONCE = 250
_SERVER_SECONDS = 60.0
# SQLite's primary result codes for what the disk refuses: read-only, input or output error, full, cannot open.
_DISK_CODES = {8, 10, 13, 14}

Known = Callable[[Sequence[str]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Server:
    """A Chroma server; `token` goes into its x-chroma-token header and into no message."""

    url: str
    tenant: str = "default_tenant"
    database: str = "default_database"
    token: str = field(default="", repr=False)


class Store:
    """A Chroma collection that always gets our own vectors and never an embedding function."""

    def __init__(self, place: Path | Server, known: Known | None = None) -> None:
        """Open or create the collection.

        Args:
            place: a folder that this process owns, or a server that others may write to as well.
            known: of some ids, those that exist; a search passes over all others. Without it all exist.

        Raises:
            DataDirectoryError: the folder cannot be opened.
            IndexDamaged: its vectors are compared by another metric.
            StoreUnavailable: the server does not answer.
        """
        self._place = place
        self._known = known
        self._collection: Any = None
        self._lock = threading.RLock()  # a folder is swapped for another between two calls, never during one
        if isinstance(place, Path):
            finish_swap(place)
        self._connect()

    def upsert(
        self, ids: Sequence[str], vectors: Vectors, document_ids: Sequence[str], facts: Mapping[str, int] | None = None
    ) -> None:
        """Write vectors of shape (len(ids), dimension) with further `facts`, in batches that Chroma accepts."""
        with self.guarded():
            size = self._batch()
            for first in range(0, len(ids), size):
                part = slice(first, first + size)
                self._collection.upsert(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    metadatas=[{"document_id": document_id, **(facts or {})} for document_id in document_ids[part]],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids; unknown ones are passed over."""
        with self.guarded():
            size = self._batch()
            for first in range(0, len(ids), size):
                self._collection.delete(ids=list(ids[first : first + size]))

    def search(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Known ids with cosine similarities, best first, at most `k`.

        Args:
            vector: a unit vector of shape (dimension,).
            k: how many.
            documents: only vectors of these document ids.
        """
        if documents is None:
            return self._nearest(vector, k, None)
        named = list(dict.fromkeys(documents))
        hits: list[tuple[str, float]] = []
        for first in range(0, len(named), _DOCUMENTS_AT_ONCE):
            hits += self._nearest(vector, k, {"document_id": {"$in": named[first : first + _DOCUMENTS_AT_ONCE]}})
        return sorted(hits, key=lambda hit: -hit[1])[:k]

    def ids(self) -> list[str]:
        """Every stored id."""
        return [id_ for page in self.pages() for id_ in page["ids"]]

    def pages(self, *include: str) -> Iterator[Any]:
        """Everything stored, in Chroma's own results of at most one batch each; `include` names what beside the ids."""
        offset = 0
        while True:
            with self.guarded():
                size = self._batch()
                page = self._collection.get(limit=size, offset=offset, include=list(include))
            yield page
            if len(page["ids"]) < size:
                return
            offset += size

    def ids_of(self, document_id: str) -> list[str]:
        """Every stored id of one document."""
        ids: list[str] = []
        while True:
            with self.guarded():
                size, where = self._batch(), {"document_id": document_id}
                page = self._collection.get(where=where, limit=size, offset=len(ids), include=[])["ids"]
            ids += page
            if len(page) < size:
                return ids

    def missing(self, ids: Sequence[str]) -> list[str]:
        """Those of the ids that hold no vector."""
        with self.guarded():
            size, stored = self._batch(), set()
            for first in range(0, len(ids), size):
                stored |= set(self._collection.get(ids=list(ids[first : first + size]), include=[])["ids"])
        return [id_ for id_ in ids if id_ not in stored]

    def unseen(self, most: int) -> list[str]:
        """Of at most `most` stored ids, spread evenly, those that a search for their own vector does not find."""
        import numpy as np

        ids = self.ids()
        if not ids:
            return []
        sample = ids[:: -(-len(ids) // most)]
        with self.guarded():
            stored = self._collection.get(ids=sample, include=["embeddings"])
            vectors = np.asarray(stored["embeddings"], dtype=np.float32)
            found = self._collection.query(query_embeddings=vectors, n_results=10, include=["distances"])
        rows = zip(stored["ids"], found["ids"], found["distances"] or [], strict=True)
        # Of many equal vectors a search may return others than this one: at the same place, so nothing is lost.
        seen = {id_ for id_, near, far in rows if id_ in near or (far and far[-1] < 1e-4)}
        return [id_ for id_ in sample if id_ not in seen]

    def count(self) -> int:
        """How many vectors are stored."""
        with self.guarded():
            return int(self._collection.count())

    def clear(self) -> None:
        """Forget everything, the collection's dimension included."""
        with self.guarded():
            self._client.delete_collection(self._collection.name)
            self.reopen()

    def collection(self, name: str) -> Any:
        """The collection of this name, beside this store's own."""
        # ef_search: enough that a search among up to a few hundred passages is exhaustive.
        configuration: Any = {"hnsw": {"space": METRIC, "ef_search": 200, "ef_construction": 200}}
        with self.guarded():
            return self._client.get_or_create_collection(name, embedding_function=None, configuration=configuration)

    def reopen(self) -> None:
        """Look the collection up again, where another process may have replaced it."""
        self._collection = self.collection(self._collection.name)

    def renew(self) -> None:
        """Copy what is left into new files: Chroma's own keep what was deleted. Only in a folder."""
        if not isinstance(self._place, Path):
            return
        fresh = Store(draft_folder(self._place))
        try:
            for page in self.pages("embeddings", "metadatas"):
                if page["ids"]:
                    fresh.upsert(page["ids"], page["embeddings"], [fact["document_id"] for fact in page["metadatas"]])
        finally:
            fresh.close()
        with self.guarded():
            self.close()
            replace_folder(self._place)
            self._connect()

    def close(self) -> None:
        """Release the files or the connection."""
        with self._lock:
            self._client.close()
            if isinstance(self._place, Path):
                blank_residue(self._place)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turns what Chroma raises inside into errors of ours."""
        with self._lock:
            try:
                yield
            except RagError:
                raise
            except Exception as error:
                raise self._typed(error) from error

    def _nearest(self, vector: Vectors, k: int, where: Any) -> list[tuple[str, float]]:
        """At most `k` known ids; more are asked for while unknown ones take their places."""
        size = k
        while True:
            with self.guarded():
                found = self._collection.query(
                    query_embeddings=[vector], n_results=size, where=where, include=["distances"]
                )
            ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
            known = ids if self._known is None else set(self._known(ids))
            hits = [(id_, 1.0 - float(far)) for id_, far in zip(ids, distances, strict=True) if id_ in known]
            if len(hits) >= k or len(ids) < size:
                return hits[:k]
            size *= 4

    def _batch(self) -> int:
        most = int(self._client.get_max_batch_size())
        return most if isinstance(self._place, Path) else min(most, _RECORDS_AT_ONCE)

    def _connect(self) -> None:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        place = self._place
        try:
            if isinstance(place, Path):
                self._client: Any = chromadb.PersistentClient(str(place), settings=quiet)
                name = _COLLECTION
            else:
                self._client = chromadb.HttpClient(
                    place.url.rstrip("/"),
                    ssl=place.url.startswith("https:"),
                    headers={"x-chroma-token": place.token} if place.token else None,
                    tenant=place.tenant,
                    database=place.database,
                    settings=quiet,
                )
                self._client._server._session.timeout = _SERVER_SECONDS  # Chroma waits for ever, and has no setting
                name = f"rag-{_COLLECTION}"
            self._collection = self.collection(name)
        except Exception as error:
            raise self._not_opened(error) from error
        settings = self._collection.configuration_json
        space = (settings.get("hnsw") or settings.get("spann") or {}).get("space")
        if space != METRIC:
            self._client.close()
            raise IndexDamaged(f"The vectors are compared by {space!r}, not by {METRIC!r}; run: rag doctor --repair")

    def _not_opened(self, error: Exception) -> RagError:
        if isinstance(self._place, Path):
            return DataDirectoryError(
                f"The vectors in {self._place} cannot be opened ({error}); delete that folder and run: rag rebuild"
            )
        return error if isinstance(error, RagError) else self._typed(error)

    def _typed(self, error: Exception) -> RagError:
        """The error of ours that says what Chroma's means and what to do."""
        text = " ".join(str(error).split())[:200]
        if isinstance(self._place, Server):
            text = text.replace(self._place.token, "***") if self._place.token else text
            reason = f"{type(error).__name__}: {text}"
            return StoreUnavailable(
                f"The Chroma server {self._place.url} did not answer as expected ({reason}); "
                "check that it runs, RAG_CHROMA_URL and RAG_CHROMA_TOKEN."
            )
        code = re.search(r"\(code: (\d+)\)", text)
        if isinstance(error, OSError) or (code and int(code.group(1)) & 0xFF in _DISK_CODES):
            return DataDirectoryError(
                f"{self._place} cannot be read or written ({text}); check the disk's space and the folder's rights."
            )
        if isinstance(error, AttributeError | RuntimeError):  # what a closed client raises
            return StoreError(f"The vectors in {self._place} are closed ({text}); open the chatbot again.")
        return IndexDamaged(f"The vectors in {self._place} cannot be used ({text}); run: rag doctor --repair")
