"""Keeps catalog and vectors in step: add, replace, remove, rebuild, reconcile. Knows nothing of files or questions.

The catalog decides what exists. Vectors are written before it says so and deleted after it stopped saying so; what an
interrupted write leaves behind is cleaned at the next open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rag.errors import DocumentError, DocumentNotFound, IndexMismatch
from rag.index.catalog import SCHEMA_VERSION, Catalog
from rag.index.chunking import Chunker, TokenCounter
from rag.index.lexical import Lexical
from rag.index.store import METRIC, Store
from rag.schema import Document, Encoder, Passage

Outcome = Literal["added", "replaced", "unchanged"]


class Index:
    """The documents of one data directory, searchable by meaning and by words."""

    def __init__(self, folder: Path, encoder: Encoder, tokens: int, overlap: int, *, rebuild: bool = False) -> None:
        """Open or create the index, and clean up after an interrupted write.

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
        self.catalog = Catalog(folder / "catalog.sqlite")
        self.store = Store(folder / "vectors")
        self.lexical = Lexical(self.catalog)
        self._chunking = (tokens, overlap)
        self._counter: TokenCounter | None = None
        try:
            if rebuild:
                self._rebuild()
            self._check_manifest()
            self._reconcile()
        except BaseException:
            self.close()
            raise

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
        self._write(document, passages, embedded=frozenset(self.catalog.passage_ids(document.id)))
        return "replaced" if known else "added"

    def remove(self, document_id: str) -> None:
        """Forget a document in both indexes.

        Raises:
            DocumentNotFound: no document has this id.
        """
        if not self.catalog.content_hash(document_id):
            raise DocumentNotFound(f"No document has the id {document_id!r}; list them with: rag documents")
        stale = self.catalog.passage_ids(document_id)
        self.catalog.set_meta("writing", "yes")
        self.catalog.remove(document_id)
        self.store.delete(stale)
        self.catalog.set_meta("writing", "")

    def count_tokens(self, text: str) -> int:
        """Budget tokens of a text; the tables are read when the first text is counted."""
        if self._counter is None:
            from rag.index.tokens import open_counter

            self._counter = open_counter()
        return self._counter(text)

    def close(self) -> None:
        """Release the files."""
        self.store.close()
        self.catalog.close()

    def _rebuild(self) -> None:
        """Cut and embed every stored document again, from the stored text."""
        # No manifest matches an empty one: a rebuild that is cut short has to be run again.
        self.catalog.set_meta("manifest", "{}")
        self.store.clear()
        for document in self.catalog.documents():
            self._write(document, self._split(document), embedded=frozenset())
        self.catalog.set_meta("manifest", self._manifest())

    def _write(self, document: Document, passages: Sequence[Passage], embedded: frozenset[str]) -> None:
        """Vectors first, then the catalog's one transaction, then the deletion of what is no longer there."""
        stale = set(self.catalog.passage_ids(document.id)).difference(passage.id for passage in passages)
        fresh = [passage for passage in passages if passage.id not in embedded]
        vectors = self.encoder.encode_passages([passage.text for passage in fresh])
        self.catalog.set_meta("writing", "yes")
        self.store.upsert([passage.id for passage in fresh], vectors, [document.id] * len(fresh))
        self.catalog.put(document, passages)
        self.store.delete(sorted(stale))
        self.catalog.set_meta("writing", "")

    def _split(self, document: Document) -> list[Passage]:
        encoder = self.encoder
        chunker = Chunker(self.count_tokens, *self._chunking, encoder.count_tokens, encoder.max_tokens)
        return chunker.split(document)

    def _manifest(self) -> str:
        tokens, overlap = self._chunking
        return json.dumps(
            {
                "model": self.encoder.name,
                "dimension": self.encoder.dimension,
                "metric": METRIC,
                "passage_tokens": tokens,
                "overlap_sentences": overlap,
                "schema": SCHEMA_VERSION,
            }
        )

    def _check_manifest(self) -> None:
        stored, current = self.catalog.meta("manifest"), self._manifest()
        if not stored:
            self.catalog.set_meta("manifest", current)
            return
        old, new = json.loads(stored), json.loads(current)
        changed = [f"{key} {old.get(key)!r} -> {value!r}" for key, value in new.items() if old.get(key) != value]
        if changed:
            raise IndexMismatch(
                f"The index was built with other settings ({', '.join(changed)}); "
                "run `rag rebuild` to index the stored documents again, or restore the setting."
            )

    def _reconcile(self) -> None:
        """Make the vectors agree with the catalog where an interrupted write left them apart."""
        if not self.catalog.meta("writing") and self.store.count() == self.catalog.count():
            return
        wanted, stored = set(self.catalog.passage_ids()), set(self.store.ids())
        self.store.delete(sorted(stored - wanted))
        missing = list(self.catalog.passages(sorted(wanted - stored)).values())
        vectors = self.encoder.encode_passages([passage.text for passage in missing])
        self.store.upsert([p.id for p in missing], vectors, [p.document_id for p in missing])
        self.catalog.set_meta("writing", "")
