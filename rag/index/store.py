"""Vectors in Chroma, in a folder or on a server: the only module that imports chromadb. Knows ids, vectors, filters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import DataDirectoryError, IndexDamaged, RagError
from rag.index.place import Server, meaning, not_opened
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

Known = Callable[[Sequence[str]], Collection[str]]


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
        self._client: Any = None
        self._collection: Any = None
        self._stuck = False
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
            if self._client is not None:
                self._client.close()
            if isinstance(self._place, Path):
                blank_residue(self._place)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turns what Chroma raises inside into errors of ours."""
        with self._lock:
            if self._stuck:
                self._reconnect()
            try:
                yield
            except RagError:
                raise
            except Exception as error:
                typed = meaning(error, self._place)
                # A statement that the disk cut short keeps Chroma's own lock, and all after it wait for a quarter hour.
                self._stuck = isinstance(typed, DataDirectoryError)
                raise typed from error

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
                self._client = chromadb.PersistentClient(str(place), settings=quiet)
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
            self._let_go()
            raise not_opened(error, self._place) from error
        settings = self._collection.configuration_json
        space = (settings.get("hnsw") or settings.get("spann") or {}).get("space")
        if space != METRIC:
            self._client.close()
            raise IndexDamaged(f"The vectors are compared by {space!r}, not by {METRIC!r}; run: rag doctor --repair")

    def _reconnect(self) -> None:
        self._stuck = False
        self._let_go()
        try:
            self._connect()
        except RagError:
            self._stuck = True
            raise

    def _let_go(self) -> None:
        """Close the client, and have Chroma forget one that did not open: it would give it to the next who asks."""
        from chromadb.api.shared_system_client import SharedSystemClient

        client, self._client = self._client, None
        if client is not None:
            client.close()
        else:
            SharedSystemClient._identifier_to_system.pop(str(self._place), None)
