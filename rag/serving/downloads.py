"""GET /export/<conversation>.<md|html|json>: a visitor's own conversation as a file. Knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from rag.errors import ConversationError
from rag.serving.export import to_html, to_json, to_markdown
from rag.serving.history import History, Kept
from rag.serving.profile import profile_of

_FORMATS: dict[str, tuple[Callable[[Kept], str], str]] = {
    "md": (to_markdown, "text/markdown"),
    "html": (to_html, "text/html"),
    "json": (to_json, "application/json"),
}


def downloads_router(history: History) -> APIRouter:
    """The route; 404 for a conversation that is not the visitor's."""
    router = APIRouter(prefix="/export")

    @router.get("/{conversation}.{kind}")
    def export(conversation: str, kind: Literal["md", "html", "json"], request: Request) -> Response:
        try:
            kept = history.load(profile_of(request), conversation)
        except ConversationError as error:
            raise HTTPException(404, str(error)) from None
        write, media = _FORMATS[kind]
        headers = {
            # A download, never a page of this origin: what it holds came from documents.
            "Content-Disposition": f'attachment; filename="conversation.{kind}"',
            "Cache-Control": "no-store",
        }
        return Response(write(kept).encode("utf-8", "replace"), media_type=f"{media}; charset=utf-8", headers=headers)

    return router
