"""Whole documents on a Chroma server, beside the vectors: what several processes agree on. Knows no catalog, no model.

A document is a record in slices, and one head that names its version; the head is written last and deleted first, so a
document is all old or all new to everybody. A version is a hash of the record: slices of two versions never mix.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.errors import IndexDamaged
from rag.index.store import Store
from rag.schema import Document, Passage

# Chroma Cloud takes at most 16 KiB of text in a record; a character has at most four bytes.
_SLICE = 4_000
_PAGE = 250
_COLLECTION = "rag-documents"


@dataclass(frozen=True, slots=True)
class Head:
    """Which version of a document counts, and in how many slices it lies."""

    version: str
    slices: int


@dataclass(frozen=True, slots=True)
class Record:
    """A document with its passages, as all processes see it; `added` is an ISO date, `written` tells writes apart."""

    document: Document
    passages: tuple[Passage, ...]
    added: str
    written: str = field(default_factory=lambda: uuid.uuid4().hex)

    def text(self) -> str:
        """The record as JSON; a passage is its id, start and end."""
        one = self.document
        return json.dumps(
            {
                "title": one.title,
                "source": one.source,
                "text": one.text,
                "content_hash": one.content_hash,
                "published": one.published,
                "owner": one.owner,
                "metadata": dict(one.metadata),
                "passages": [[passage.id, passage.start, passage.end] for passage in self.passages],
                "added": self.added,
                "written": self.written,
            },
            ensure_ascii=False,
            sort_keys=True,
        )

    @property
    def head(self) -> Head:
        """What names this record."""
        text = self.text()
        return Head(hashlib.sha256(text.encode()).hexdigest()[:24], -(-len(text) // _SLICE))


class SharedDocuments:
    """The documents, their versions, and a few facts, in a collection of one server."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records = store.collection(_COLLECTION)

    def fact(self, key: str) -> str:
        """What all processes know under this key, or an empty string."""
        return self._texts([f"fact/{key}"]).get(f"fact/{key}", "")

    def keep_fact(self, key: str, value: str) -> None:
        """Tell all processes."""
        self._upsert([f"fact/{key}"], [value], [{"kind": "fact"}])

    def revision(self) -> str:
        """A mark that is another one after every change."""
        return self.fact("revision")

    def announce(self) -> None:
        """Let the others see that something changed. Called after every change, so that none is overlooked."""
        self.keep_fact("revision", uuid.uuid4().hex)

    def heads(self) -> dict[str, Head]:
        """Every document's head, by document id."""
        return {fact["document_id"]: _head(fact) for fact in self._facts("head")}

    def head(self, document_id: str) -> Head | None:
        """One document's head."""
        with self._store.guarded():
            found = self._records.get(ids=[f"head/{document_id}"], include=["metadatas"])["metadatas"]
        return _head(found[0]) if found else None

    def read(self, document_id: str, head: Head) -> Record | None:
        """The record that a head names, or None when it was replaced meanwhile."""
        names = _slice_names(document_id, head)
        slices = self._texts(names)
        if len(slices) < len(names):
            return None
        return _record(document_id, "".join(slices[name] for name in names))

    def write(self, record: Record) -> None:
        """Write the slices, then the head: from then on all processes see this version, whole."""
        document_id, head = record.document.id, record.head
        self.write_slices(record)
        fact = {"kind": "head", "document_id": document_id, "version": head.version, "slices": head.slices}
        self._upsert([f"head/{document_id}"], [""], [fact])
        self.announce()

    def write_slices(self, record: Record) -> None:
        """Write the slices alone: nobody sees them before there is a head."""
        document_id, head, text = record.document.id, record.head, record.text()
        slices = [text[number * _SLICE : (number + 1) * _SLICE] for number in range(head.slices)]
        fact = {"kind": "slice", "document_id": document_id, "version": head.version, "written": int(time.time())}
        self._upsert(_slice_names(document_id, head), slices, [fact] * head.slices)

    def withdraw(self, document_id: str) -> None:
        """Delete a document's head: from then on no process sees the document."""
        self._delete([f"head/{document_id}"])
        self.announce()

    def drop_slices(self, document_id: str, head: Head) -> None:
        """Delete a version's slices."""
        self._delete(_slice_names(document_id, head))

    def has_orphans(self) -> bool:
        """Whether there are slices that no head names: being written at this moment, or left by a writer that died."""
        heads = self.heads().values()
        with self._store.guarded():
            count = int(self._records.count())
        return count > len(heads) + sum(head.slices for head in heads) + len(self._facts("fact"))

    def drop_orphans(self, before: float) -> None:
        """Delete slices that no head names and that were written before this time, in seconds since 1970."""
        named = {(document_id, head.version) for document_id, head in self.heads().items()}
        for fact in self._facts("slice"):
            if (fact["document_id"], fact["version"]) not in named and fact["written"] < before:
                with self._store.guarded():
                    self._records.delete(
                        where={"$and": [{"document_id": fact["document_id"]}, {"version": fact["version"]}]}
                    )

    def _facts(self, kind: str) -> list[dict[str, Any]]:
        facts: list[dict[str, Any]] = []
        while True:
            with self._store.guarded():
                page = self._records.get(where={"kind": kind}, limit=_PAGE, offset=len(facts), include=["metadatas"])
            facts += page["metadatas"]
            if len(page["ids"]) < _PAGE:
                return facts

    def _texts(self, names: Sequence[str]) -> dict[str, str]:
        texts: dict[str, str] = {}
        for first in range(0, len(names), _PAGE):
            with self._store.guarded():
                page = self._records.get(ids=list(names[first : first + _PAGE]), include=["documents"])
            texts |= dict(zip(page["ids"], page["documents"], strict=True))
        return texts

    def _upsert(self, names: Sequence[str], texts: Sequence[str], facts: Sequence[dict[str, Any]]) -> None:
        for first in range(0, len(names), _PAGE):
            part = slice(first, first + _PAGE)
            with self._store.guarded():
                # A collection needs vectors; nobody searches these.
                self._records.upsert(
                    ids=list(names[part]),
                    embeddings=[[1.0]] * len(names[part]),
                    documents=list(texts[part]),
                    metadatas=list(facts[part]),
                )

    def _delete(self, names: Sequence[str]) -> None:
        for first in range(0, len(names), _PAGE):
            with self._store.guarded():
                self._records.delete(ids=list(names[first : first + _PAGE]))


def _slice_names(document_id: str, head: Head) -> list[str]:
    return [f"slice/{document_id}/{head.version}/{number}" for number in range(head.slices)]


def _head(fact: dict[str, Any]) -> Head:
    return Head(str(fact["version"]), int(fact["slices"]))


def _record(document_id: str, text: str) -> Record:
    try:
        fields = json.loads(text)
        spans, added, written = fields.pop("passages"), str(fields.pop("added")), str(fields.pop("written"))
        document = Document(document_id, **fields)
        passages = tuple(
            Passage(id_, document_id, document.title, document.source, document.text[start:end], ordinal, start, end)
            for ordinal, (id_, start, end) in enumerate(spans)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"The server's record of {document_id!r} cannot be read ({error}).") from error
    return Record(document, passages, added, written)
