"""The documents that pieces of evidence stand in. Knows the catalog, nothing of questions."""

from __future__ import annotations

from rag.answering.evidence import Evidence, with_speaker
from rag.errors import DocumentNotFound
from rag.index.catalog import Catalog
from rag.schema import Document


class Sources:
    """Looks documents up while they are quoted."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def document(self, document_id: str) -> Document:
        """The document with this id.

        Raises:
            DocumentNotFound: it was removed since it was searched.
        """
        document = self._catalog.document(document_id)
        if document is None:
            raise DocumentNotFound(f"The document {document_id!r} was removed while it was read; please ask again.")
        return document

    def of(self, evidence: Evidence) -> Document:
        """The document that the evidence stands in."""
        return self.document(evidence.hit.passage.document_id)

    def with_speaker(self, evidence: Evidence) -> Evidence:
        """The evidence with the sentences before it that name who speaks or what is meant."""
        return with_speaker(evidence, self.document)
