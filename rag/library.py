"""What a chatbot knows: adds, replaces and forgets documents, one write at a time. Knows no question.

Reading, which is slow, happens outside the lock that writing takes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.errors import DocumentError
from rag.schema import Document, IngestReport, Progress

if TYPE_CHECKING:
    from rag.index.ingest import Index

# Each may take a gigabyte for as long as a parser is given.
READ_AT_ONCE = 2
Outcome = Literal["added", "replaced", "unchanged"]


class Library:
    """The documents of one index.

    Args:
        index: where they are kept.
        allow_private_hosts: whether an address may name a private host or any port.
    """

    def __init__(self, index: Index, *, allow_private_hosts: bool = False) -> None:
        self._index = index
        self._allow_private_hosts = allow_private_hosts
        self._writing = threading.Lock()
        self._reading = threading.BoundedSemaphore(READ_AT_ONCE)

    def ingest(
        self,
        sources: Sequence[str],
        *,
        owner: str = "",
        names: Mapping[str, str] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Add files, folders and web pages, or replace what came from the same place before.

        Args:
            sources: paths, and addresses that begin with http:// or https://.
            owner: whose documents these are.
            names: what to call single files, by source as given: for a file that was put somewhere temporary.
            dry_run: report what would be done, and write nothing.
            progress: called with (done, total, name) after each file.

        Returns:
            What was done; a source that cannot be read is in `failed`, with the reason, and the others go on.
        """
        names = names or {}
        failed: dict[str, str] = {}
        found: list[tuple[str, str]] = []
        for source in map(str, sources):
            try:
                found += [(source, names[source])] if source in names else [(place, "") for place in _places(source)]
            except DocumentError as error:
                failed[source] = str(error)
        outcomes = _Outcomes()
        for done, (place, name) in enumerate(found, start=1):
            try:
                document = self._read(place, name, owner)
                outcomes.add(self._would(document) if dry_run else self._keep(document), document.title)
            except DocumentError as error:
                failed[name or place] = str(error)
            if progress is not None:
                progress(done, len(found), name or place)
        return outcomes.report(failed=failed)

    def ingest_text(self, text: str, title: str = "", *, owner: str = "") -> IngestReport:
        """Add a pasted text, or replace the one that the same owner pasted under the same title.

        Returns:
            What was done; a text that is blank or too long is in `failed`, with the reason.
        """
        from rag.documents.making import make_pasted

        outcomes = _Outcomes()
        try:
            with self._reading:
                document = make_pasted(text, title, owner=owner)
            outcomes.add(self._keep(document), document.title)
        except DocumentError as error:
            return outcomes.report(failed={title or "pasted text": str(error)})
        return outcomes.report()

    def remove(self, document_id: str) -> None:
        """Forget a document: text, vectors and words.

        Raises:
            DocumentNotFound: no document has this id.
        """
        with self._writing:
            self._index.remove(document_id)

    def sync_corpus(self, folder: Path | None) -> IngestReport:
        """Ingest the corpus folder when it is new or changed, and forget what is no longer in it.

        Raises:
            ConfigurationError: the folder cannot be used.
        """
        from rag.documents.corpus import fingerprint, load_corpus

        catalog = self._index.catalog
        if folder is None:
            return IngestReport()
        mark = fingerprint(folder)
        if catalog.meta("corpus") == mark:
            return IngestReport()
        corpus = load_corpus(folder)
        outcomes = _Outcomes()
        for document in corpus.documents:
            outcomes.add(self._keep(document), document.title)
        before = set(json.loads(catalog.meta("corpus_ids") or "[]"))
        gone = sorted(before - {document.id for document in corpus.documents})
        removed = tuple(identity for identity in gone if catalog.content_hash(identity))
        for identity in removed:
            self.remove(identity)
        catalog.set_meta("corpus_ids", json.dumps([document.id for document in corpus.documents]))
        catalog.set_meta("corpus", mark)
        return outcomes.report(failed=corpus.failed, removed=removed)

    def _read(self, place: str, name: str, owner: str) -> Document:
        from rag.documents.addresses import is_public
        from rag.documents.files import load
        from rag.documents.making import make
        from rag.documents.web import PORTS, fetch, is_url

        if not is_url(place):
            with self._reading:
                return load(place, owner=owner, source_name=name)
        private = self._allow_private_hosts
        fetched = fetch(place, is_allowed=_anywhere if private else is_public, ports=() if private else PORTS)
        with self._reading:
            return make(fetched.data, fetched.suffix, name or place, owner=owner, fallback=fetched.name)

    def _keep(self, document: Document) -> Outcome:
        with self._writing:
            return self._index.add(document)

    def _would(self, document: Document) -> Outcome:
        """What keeping a document would come to."""
        known = self._index.catalog.content_hash(document.id)
        return "unchanged" if known == document.content_hash else "replaced" if known else "added"


class _Outcomes:
    """Titles by what became of them."""

    def __init__(self) -> None:
        self._titles: dict[Outcome, list[str]] = {"added": [], "replaced": [], "unchanged": []}

    def add(self, outcome: Outcome, title: str) -> None:
        self._titles[outcome].append(title)

    def report(self, *, failed: Mapping[str, str] | None = None, removed: Sequence[str] = ()) -> IngestReport:
        lists = {name: tuple(titles) for name, titles in self._titles.items()}
        return IngestReport(**lists, removed=tuple(removed), failed=failed or {})


def _places(source: str) -> Iterator[str]:
    """The addresses and paths of files that a source stands for."""
    from rag.documents.files import find_files
    from rag.documents.web import is_url

    yield from [source] if is_url(source) else map(str, find_files(source))


def _anywhere(_: str) -> bool:
    return True
