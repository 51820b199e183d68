"""Keeps catalog and vectors in step: add, replace, remove, rebuild, mend. Knows nothing of files or questions.

The catalog decides what exists. Vectors are written before it says so and deleted after it stopped saying so; what an
interrupted write leaves behind is cleaned at the next open, and vectors that are damaged or lost are made again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from rag.errors import DataDirectoryError, DocumentError, DocumentNotFound, IndexDamaged
from rag.index.catalog import Catalog
from rag.index.chunking import Chunker, TokenCounter
from rag.index.health import catalog_faults, lost_catalog, vector_faults
from rag.index.lexical import Lexical
from rag.index.manifest import check, written
from rag.index.seal import CATALOG, VECTORS, Seal
from rag.index.store import Store
from rag.index.swap import draft_folder, finish_swap, replace_folder
from rag.schema import Document, Encoder, Passage

Outcome = Literal["added", "replaced", "unchanged"]
# Making deleted vectors unreadable copies all others, a second for about a thousand.
FORGET_AT_ONCE, FORGET_AT_CLOSE = 1_000, 20_000
_EMBED_AT_ONCE = 64  # a search waits while they are stored
_log = logging.getLogger(__name__)


class Index:
    """The documents of one data directory, searchable by meaning and by words."""

    store: Store

    def __init__(self, folder: Path, encoder: Encoder, tokens: int, overlap: int, *, rebuild: bool = False) -> None:
        """Open or create the index; check what the last close did not vouch for, and mend what can be.

        Args:
            folder: the data directory, owned by this process.
            encoder: turns passages into vectors.
            tokens: most tiktoken tokens of a passage.
            overlap: sentences that neighbouring passages share.
            rebuild: cut and embed the stored documents again instead of refusing other settings.

        Raises:
            IndexMismatch: the index was built with other settings.
            IndexDamaged, DataDirectoryError: it cannot be opened.
        """
        self.encoder = encoder
        self._folder = folder
        self._chunking = (tokens, overlap)
        self._counter: TokenCounter | None = None
        self._seal = Seal(folder)
        self._sound = False
        touched = self._seal.touched()
        self.catalog = self._open_catalog()
        self.lexical = Lexical(self.catalog)
        try:
            self._open(touched, rebuild)
        except BaseException:
            self.close()
            raise
        self._sound = True

    def add(self, document: Document) -> Outcome:
        """Index a document; one whose content is stored already costs nothing.

        Raises:
            DocumentError: the document holds no text.
        """
        known = self.catalog.content_hash(document.id)
        if known == document.content_hash:
            return "unchanged"
        passages = self._split(document)
        if not passages:
            raise DocumentError(f"{document.source} holds no text; nothing to index.")
        self._write(document, passages)
        return "replaced" if known else "added"

    def remove(self, document_id: str) -> None:
        """Forget a document: its text, its words, its vectors.

        Raises:
            DocumentNotFound: no document has this id.
        """
        self._require(document_id)
        stale = self.catalog.passage_ids(document_id)
        self._mark(forget=True)
        self.catalog.remove(document_id)
        self.store.delete(stale)
        self.catalog.set_meta("writing", "")
        if self.store.count() <= FORGET_AT_ONCE:
            self.forget()

    def forget(self) -> None:
        """Make what was removed or replaced unreadable in the files too; a very large index is left to a rebuild."""
        self.catalog.forget_words()
        if self.store.count() <= FORGET_AT_CLOSE:
            self.store.renew()
            self.catalog.set_meta("forget", "")

    def follow(self) -> None:
        """Learn what other processes wrote; nobody else writes to a data directory."""

    def count_tokens(self, text: str) -> int:
        """Budget tokens of a text; the tables are read when the first text is counted."""
        if self._counter is None:
            from rag.index.tokens import open_counter

            self._counter = open_counter()
        return self._counter(text)

    def close(self) -> None:
        """Forget what was deleted, release the files, and vouch for them."""
        sound, self._sound = self._sound, False
        try:
            if sound and self.catalog.meta("forget"):
                self.forget()
        finally:
            if hasattr(self, "store"):
                self.store.close()
            self.catalog.close()
            if sound:
                self._vouch()

    # ---- opening ---------------------------------------------------------------------------------------------------

    def _open_catalog(self) -> Catalog:
        lost = lost_catalog(self._folder)
        if lost:
            raise IndexDamaged(lost)
        return Catalog(self._folder / CATALOG)

    def _open(self, touched: frozenset[str] | None, rebuild: bool) -> None:
        """Check and mend the catalog, compare settings, then find the vectors sound or make them again."""
        if rebuild or touched is None or CATALOG in touched:
            self._check_catalog()
        if not rebuild:
            self._check_manifest()
        self._seal.lift()
        if rebuild:
            self._rebuild()
            return
        self._open_vectors(touched)
        self._reconcile()
        if self.catalog.meta("forget"):
            self.forget()

    def _check_catalog(self) -> None:
        faults = catalog_faults(self.catalog)
        if faults:
            raise IndexDamaged(
                f"{self._folder / CATALOG} is damaged ({'; '.join(faults)}); put it back from a backup, "
                f"or move {self._folder} away and ingest the documents again."
            )
        if self.catalog.damaged_words():
            self.catalog.rebuild_words()

    def _check_manifest(self) -> None:
        stored = self._fact("manifest")
        if stored:
            check(stored, self.encoder, *self._chunking)
        else:
            self._keep_manifest()

    def _keep_manifest(self) -> None:
        self._keep_fact("manifest", written(self.encoder, *self._chunking))

    def _open_vectors(self, touched: frozenset[str] | None) -> None:
        folder = self._folder / VECTORS
        finish_swap(folder)
        fault = ""
        if touched is None and folder.exists() and self.catalog.count():
            fault = vector_faults(folder)
        elif any(name.startswith(VECTORS) for name in touched or ()):
            fault = "their files were changed since they were closed"
        if not fault:
            try:
                self.store = Store(folder, self.catalog.known)
            except (DataDirectoryError, IndexDamaged) as error:
                fault = str(error)
        if fault:
            _log.warning("The vectors are made again from the stored text, since %s", fault)
            self._embed_anew((document_id, self.catalog.passages_of(document_id)) for document_id in self._ids())

    def _reconcile(self) -> None:
        """Make the vectors agree with the catalog where an interrupted write left them apart."""
        if not self.catalog.meta("writing") and self.store.count() == self.catalog.count():
            return
        wanted, stored = set(self.catalog.passage_ids()), set(self.store.ids())
        if stored - wanted:
            self._mark(forget=True)
            self.store.delete(sorted(stored - wanted))
        self._embed(list(self.catalog.passages(sorted(wanted - stored)).values()), self.store)
        self.catalog.set_meta("writing", "")

    # ---- writing ---------------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Cut and embed every stored document again, from the stored text, into a new folder of vectors."""
        # No manifest matches an empty one: a rebuild that is cut short has to be run again.
        self._keep_fact("manifest", "{}")
        self._embed_anew(self._cut_again())
        self.catalog.forget_words()
        self.catalog.set_meta("writing", "")
        self.catalog.set_meta("forget", "")
        self._keep_manifest()

    def _cut_again(self) -> Iterator[tuple[str, list[Passage]]]:
        for document in self.catalog.documents():
            passages = self._split(document)
            self.catalog.put(document, passages)
            yield document.id, passages

    def _embed_anew(self, documents: Iterator[tuple[str, list[Passage]]]) -> None:
        """Write the vectors of all documents into a new folder, and put it in the old one's place when it is whole."""
        folder = self._folder / VECTORS
        draft = Store(draft_folder(folder))
        try:
            for _, passages in documents:
                self._embed(passages, draft)
        finally:
            draft.close()
        replace_folder(folder)
        self.store = Store(folder, self.catalog.known)

    def _write(self, document: Document, passages: Sequence[Passage]) -> None:
        """Vectors first, then the catalog's one transaction, then the deletion of what is no longer there."""
        embedded = set(self.catalog.passage_ids(document.id))
        stale = embedded.difference(passage.id for passage in passages)
        self._mark(forget=bool(self.catalog.content_hash(document.id)))
        self._embed([passage for passage in passages if passage.id not in embedded], self.store)
        self.catalog.put(document, passages)
        self.store.delete(sorted(stale))
        self.catalog.set_meta("writing", "")

    def _embed(self, passages: Sequence[Passage], store: Store) -> None:
        for first in range(0, len(passages), _EMBED_AT_ONCE):
            part = passages[first : first + _EMBED_AT_ONCE]
            vectors = self.encoder.encode_passages([passage.text for passage in part])
            documents = [passage.document_id for passage in part]
            store.upsert([passage.id for passage in part], vectors, documents, self._facts())

    def _mark(self, *, forget: bool) -> None:
        """Note that vectors and catalog may differ until the mark is taken away, and that files hold deleted things."""
        with self.catalog.transaction():
            self.catalog.set_meta("writing", "yes")
            if forget:
                self.catalog.set_meta("forget", "yes")

    def _split(self, document: Document) -> list[Passage]:
        encoder = self.encoder
        chunker = Chunker(self.count_tokens, *self._chunking, encoder.count_tokens, encoder.max_tokens)
        return chunker.split(document)

    def _require(self, document_id: str) -> None:
        if not self.catalog.content_hash(document_id):
            raise DocumentNotFound(f"No document has the id {document_id!r}; list them with: rag documents")

    def _ids(self) -> list[str]:
        return [document.id for document in self.catalog.documents()]

    def _facts(self) -> dict[str, int]:
        """What is kept with a vector beside its document's id."""
        return {}

    def _vouch(self) -> None:
        self._seal.set()

    def _fact(self, key: str) -> str:
        return self.catalog.meta(key)

    def _keep_fact(self, key: str, value: str) -> None:
        self.catalog.set_meta(key, value)
