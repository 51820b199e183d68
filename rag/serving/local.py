"""The door of a running page for the command line of the same user. Knows nothing of Gradio.

Open only to loopback addresses with the token that the data directory's owner file holds.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import StreamingResponse

from rag.errors import RagError
from rag.schema import Asks, Document, IngestReport
from rag.serving.opening import Opening
from rag.serving.wire import Asked, Removed, Sources, answer_line, failure_line


def local_router(opening: Opening[Asks], token: str) -> APIRouter:
    """POST /local/ask (JSON lines of growing answers), /local/ingest, /local/remove; GET /local/documents."""

    def guard(request: Request, authorization: Annotated[str, Header()] = "") -> None:
        if not _is_loopback(request) or not _same(authorization, f"Bearer {token}"):
            raise HTTPException(403, "Only the command line of this machine's owner may come in here.")

    router = APIRouter(prefix="/local", dependencies=[Depends(guard)])

    @router.post("/ask")
    def ask(body: Asked) -> StreamingResponse:
        return StreamingResponse(_lines(opening, body), media_type="application/x-ndjson")

    @router.post("/ingest")
    def ingest(body: Sources) -> IngestReport:
        return opening.bot.ingest(body.sources, dry_run=body.dry_run)

    @router.get("/documents")
    def documents() -> tuple[Document, ...]:
        return opening.bot.documents()

    @router.post("/remove")
    def remove(body: Removed) -> None:
        opening.bot.remove(body.document_id)

    return router


def _lines(opening: Opening[Asks], body: Asked) -> Iterator[bytes]:
    # The status is sent before the first answer is made, so an error travels as the last line.
    try:
        for answer in opening.bot.stream(body.question, history=body.history, documents=body.documents):
            yield answer_line(answer)
    except RagError as error:
        yield failure_line(error)


def _is_loopback(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _same(given: str, expected: str) -> bool:
    # Bytes, because compare_digest refuses text outside ASCII, which a stranger may well send.
    return hmac.compare_digest(given.encode(), expected.encode())
