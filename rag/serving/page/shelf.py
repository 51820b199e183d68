"""The documents as the page's sidebar and reader ask for them, in JSON. Knows HTTP, not how a document is read.

A visitor sees the documents of nobody in particular and their own; another's do not exist for them.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict

from rag.errors import DocumentError, DocumentNotFound
from rag.schema import Asks, Document, IngestReport, Progress, Shelved
from rag.sentences import sentence_spans
from rag.serving.opening import Opening
from rag.serving.profile import profile_of, visible
from rag.serving.public import source_name


class Shelf(Asks, Protocol):
    """What the sidebar needs of a chatbot."""

    def shelf(self) -> tuple[Shelved, ...]:
        """Every document, with what is indexed of it."""

    def ingest(
        self,
        sources: Sequence[str],
        *,
        owner: str = "",
        names: Mapping[str, str] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Add or replace documents of an owner, under these names."""

    def ingest_text(self, text: str, title: str = "", *, owner: str = "") -> IngestReport:
        """Add or replace a text of an owner."""


class Pasted(BaseModel):
    """Body of POST /page/documents/text."""

    model_config = ConfigDict(extra="forbid")

    title: str = ""
    text: str


class Address(BaseModel):
    """Body of POST /page/documents/address."""

    model_config = ConfigDict(extra="forbid")

    url: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the sidebar; `own` when it is the visitor's, who alone may delete it."""

    id: str
    title: str
    source: str
    published: str
    added: str
    passages: int
    own: bool


@dataclass(frozen=True, slots=True)
class Readable:
    """A document in the reader; `sentences` are the offsets, start and end, of each."""

    id: str
    title: str
    source: str
    published: str
    publisher: str
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one thing to be added: "added", "replaced" or "unchanged", or the reason why it failed."""

    outcome: str = ""
    title: str = ""
    passages: int = 0
    failed: str | None = None


def visitor(request: Request) -> str:
    """The profile of whoever sends the request."""
    return profile_of(request)


Profile = Annotated[str, Depends(visitor)]


def shelf_router(opening: Opening[Shelf]) -> APIRouter:
    """GET /documents, GET and DELETE /documents/{id}, POST /documents/file, /documents/text and /documents/address."""
    router = APIRouter(prefix="/documents")

    @router.get("")
    def listed(profile: Profile) -> list[Listed]:
        return [_listed(one, profile) for one in _seen(opening.bot, profile)]

    @router.get("/{document_id:path}")
    def read(document_id: str, profile: Profile, request: Request) -> Response:
        document = _document(opening.bot, document_id, profile)
        return _text_once(document, request)

    @router.delete("/{document_id:path}", status_code=204)
    def delete(document_id: str, profile: Profile) -> None:
        document = _document(opening.bot, document_id, profile)
        if not profile or document.owner != profile:
            raise HTTPException(403, f"“{document.title}” is everybody's here; only `rag remove` deletes it.")
        opening.bot.remove(document.id)

    @router.post("/file")
    def add_file(file: UploadFile, profile: Profile) -> Added:
        owner = _keeper(profile)
        name = PurePath((file.filename or "").replace("\\", "/")).name[:200] or "file"
        with tempfile.TemporaryDirectory(prefix="rag-upload-") as folder:
            path = Path(folder) / f"upload{''.join(re.findall(r'[.][A-Za-z0-9]{1,12}$', name))}"
            with path.open("wb") as target:
                shutil.copyfileobj(file.file, target)
            return _told(opening.bot, opening.bot.ingest([str(path)], owner=owner, names={str(path): name}), owner)

    @router.post("/text")
    def add_text(body: Pasted, profile: Profile) -> Added:
        owner = _keeper(profile)
        return _told(opening.bot, opening.bot.ingest_text(body.text, body.title.strip(), owner=owner), owner)

    @router.post("/address")
    def add_address(body: Address, profile: Profile) -> Added:
        owner = _keeper(profile)
        url = body.url.strip()
        if not re.match(r"https?://", url, re.IGNORECASE):
            raise DocumentError(f"{url}: is no web address; give one that begins with https:// or http://.")
        return _told(opening.bot, opening.bot.ingest([url], owner=owner), owner)

    return router


def _keeper(profile: str) -> str:
    if not profile:
        raise DocumentError("This browser keeps no cookies, so what you add could not be kept yours; allow them first.")
    return profile


def _seen(bot: Shelf, profile: str) -> list[Shelved]:
    return [one for one in bot.shelf() if one.document in visible([one.document], profile)]


def _document(bot: Shelf, document_id: str, profile: str) -> Document:
    for document in visible(bot.documents(), profile):
        if document.id == document_id:
            return document
    raise HTTPException(404, str(DocumentNotFound("This document is no longer here; it may have been deleted.")))


def _listed(one: Shelved, profile: str) -> Listed:
    document = one.document
    return Listed(
        id=document.id,
        title=document.title,
        source=source_name(document.source),
        published=document.published,
        added=one.added,
        passages=one.passages,
        own=bool(profile) and document.owner == profile,
    )


def _text_once(document: Document, request: Request) -> Response:
    """The document, or "not modified" for a browser that has this text already."""
    from pydantic import TypeAdapter

    # The sum is the text's; what is sent along with the text has a version of its own.
    mark = f'"{document.content_hash}-2"'
    headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    readable = Readable(
        document.id,
        document.title,
        source_name(document.source),
        document.published,
        document.metadata.get("publisher", ""),
        document.text,
        tuple(sentence_spans(document.text)),
    )
    body = TypeAdapter(Readable).dump_json(readable)
    return Response(body, media_type="application/json", headers=headers)


def _told(bot: Shelf, report: IngestReport, owner: str) -> Added:
    if report.failed:
        return Added(failed="; ".join(report.failed.values()))
    outcomes = {"added": report.added, "replaced": report.replaced, "unchanged": report.unchanged}
    for outcome, titles in outcomes.items():
        for title in titles:
            passages = [
                one.passages for one in bot.shelf() if (one.document.owner, one.document.title) == (owner, title)
            ]
            return Added(outcome, title, passages[-1] if passages else 0)
    raise DocumentError("Nothing in it could be read.")
