"""An index on a Chroma server that several processes write to. Knows who decides there: the server's documents.

This process's catalog only follows them: it is copied from the server, and can be thrown away at any time.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import IndexDamaged
from rag.index.catalog import Catalog
from rag.index.ingest import Index, Outcome
from rag.index.place import Server
from rag.index.server import Head, Record, SharedDocuments
from rag.index.store import Store
from rag.schema import Document, Encoder, Passage

# What no head names may be a document that another process is writing; after an hour it is left from one that died.
_ORPHAN_SECONDS = 3_600
_VERSION = "version:"


class SharedIndex(Index):
    """The documents of one Chroma database, searchable by meaning there and by words here."""

    def __init__(
        self, folder: Path, encoder: Encoder, tokens: int, overlap: int, *, server: Server, rebuild: bool = False
    ) -> None:
        """Open the index; arguments and errors as for `Index`, and StoreUnavailable when the server does not answer."""
        self._server = server
        self._revision = ""
        self._following = threading.RLock()
        super().__init__(folder, encoder, tokens, overlap, rebuild=rebuild)

    def add(self, document: Document) -> Outcome:
        """Index a document for all processes; one whose content is stored already costs nothing."""
        self.follow()
        return super().add(document)

    def remove(self, document_id: str) -> None:
        """Forget a document in all processes; the server's own files are the server's to clean."""
        self.follow()
        self._require(document_id)
        with self._following:
            before = self._documents.head(document_id)
            self._documents.withdraw(document_id)
            self._drop(document_id)
            self._settle(document_id, before)

    def forget(self) -> None:
        """Make deleted words unreadable in this process's files."""
        self.catalog.forget_words()
        self.catalog.set_meta("forget", "")

    def follow(self) -> None:
        """Copy what other processes wrote since the last look; one request when they wrote nothing."""
        revision = self._documents.revision()
        if revision == self._revision:
            return
        with self._following:
            self.store.reopen()
            self._check_manifest()
            self._copy()
            self._revision = revision

    # ---- opening ---------------------------------------------------------------------------------------------------

    def _open_catalog(self) -> Catalog:
        place = f"{self._server.url} {self._server.tenant} {self._server.database}"
        path = self._folder / f"server-{hashlib.sha256(place.encode()).hexdigest()[:12]}.sqlite"
        catalog: Catalog | None = None
        try:
            catalog = Catalog(path)
            whole = str(catalog.query("PRAGMA quick_check(1)")[0][0]) == "ok" and not catalog.damaged_words()
        except IndexDamaged:
            whole = False
        if catalog is not None and whole:
            return catalog
        if catalog is not None:
            catalog.close()
        path.unlink()  # only a copy: the server has it all
        return Catalog(path)

    def _open(self, touched: frozenset[str] | None, rebuild: bool) -> None:
        del touched  # notes on this directory's own index, which is left alone here
        self.store = Store(self._server, self.catalog.known)
        self._documents = SharedDocuments(self.store)
        if rebuild:
            self._rebuild()
        self._check_manifest()
        self.follow()
        if self.store.count() != self.catalog.count() or self._documents.has_orphans():
            self._sweep()

    def _copy(self, *, embed: bool = True) -> None:
        """Bring this process's catalog to what the server's heads say."""
        heads, versions = self._documents.heads(), self._versions()
        for gone in versions.keys() - heads.keys():
            self._drop(gone)
        for document_id, head in heads.items():
            if versions.get(document_id) == head.version:
                continue
            record = self._documents.read(document_id, head)
            if record is None:  # replaced at this moment; its writer announces that next
                continue
            if embed:
                self._embed_missing(record.passages)
            self._keep(record)

    def _sweep(self) -> None:
        """Embed what lacks a vector, and delete what a writer that died has left."""
        before = time.time() - _ORPHAN_SECONDS
        self._embed_missing(list(self.catalog.passages(self.catalog.passage_ids()).values()))
        for page in list(self.store.pages("metadatas")):
            facts = zip(page["ids"], page["metadatas"], strict=True)
            old = [id_ for id_, fact in facts if fact["written"] < before]
            known = self.catalog.known(old)
            self.store.delete([id_ for id_ in old if id_ not in known])
        self._documents.drop_orphans(before)

    # ---- writing ---------------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Cut and embed all documents again; processes with other settings refuse to answer from then on."""
        self._copy(embed=False)
        self._keep_fact("manifest", "{}")
        self._documents.announce()
        self.store.clear()
        for document in self.catalog.documents():
            self._write(document, self._split(document))
        self._keep_manifest()
        self._documents.announce()

    def _write(self, document: Document, passages: Sequence[Passage]) -> None:
        """Vectors and slices, then the head, then the deletion of what the version before had alone."""
        record = Record(document, tuple(passages), self._added(document.id))
        self._embed_missing(passages)
        with self._following:  # a question's look at the server meanwhile would copy the old version back
            before = self._documents.head(document.id)
            self._documents.write(record)
            self._keep(record)
            self._settle(document.id, before)

    def _settle(self, document_id: str, before: Head | None) -> None:
        """Delete what the version before had, and every vector of the document that the version that counts has not.

        Another process may make another version count meanwhile, which then lacks vectors that were deleted here. So
        each deletion is followed by a look at what counts, whose vectors are made again where they are missing.
        """
        if before is not None:
            self._documents.drop_slices(document_id, before)
        named = {passage.id for passage in self._counting(document_id)}
        self.store.delete([id_ for id_ in self.store.ids_of(document_id) if id_ not in named])
        self._embed_missing(self._counting(document_id))

    def _counting(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of the version that counts; none of a document that was removed or is just being replaced."""
        head = self._documents.head(document_id)
        record = self._documents.read(document_id, head) if head else None
        return record.passages if record else ()

    def _embed_missing(self, passages: Sequence[Passage]) -> None:
        lacking = set(self.store.missing([passage.id for passage in passages]))
        self._embed([passage for passage in passages if passage.id in lacking], self.store)

    def _keep(self, record: Record) -> None:
        """Copy a document into this process's catalog."""
        with self.catalog.transaction():
            if self.catalog.content_hash(record.document.id):
                self.catalog.set_meta("forget", "yes")
            self.catalog.put(record.document, record.passages, record.added)
            self.catalog.set_meta(f"{_VERSION}{record.document.id}", record.head.version)

    def _added(self, document_id: str) -> str:
        """When a document was first added, as an ISO date; now for a new one."""
        rows = self.catalog.query("SELECT added FROM documents WHERE id = ?", (document_id,))
        return str(rows[0][0]) if rows else datetime.now(UTC).isoformat(timespec="microseconds")

    def _drop(self, document_id: str) -> None:
        with self.catalog.transaction():
            self.catalog.remove(document_id)
            self.catalog.query("DELETE FROM meta WHERE key = ?", (f"{_VERSION}{document_id}",))

    def _versions(self) -> dict[str, str]:
        """Which version of each document this process's catalog holds."""
        rows = self.catalog.query("SELECT key, value FROM meta WHERE key LIKE ?", (f"{_VERSION}%",))
        return {str(key).removeprefix(_VERSION): str(value) for key, value in rows}

    def _facts(self) -> dict[str, int]:
        """When a vector was written, in seconds since 1970: what its document does not name is swept by age."""
        return {"written": int(time.time())}

    def _vouch(self) -> None:
        """Nothing to vouch for: what is kept here is a copy, looked through at each open."""

    def _fact(self, key: str) -> str:
        return self._documents.fact(key)

    def _keep_fact(self, key: str, value: str) -> None:
        self._documents.keep_fact(key, value)
