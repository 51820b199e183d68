"""What a request must be to reach the page: made by the page itself or by a program, for a route that the page uses.

Plain ASGI middleware, because streams must pass through unbuffered. Knows Gradio's routes, nothing of what they do.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from rag.errors import ServiceError
from rag.serving.wire import failure

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_API = "/gradio_api/"
# Gradio's routes that the page and its API need. All others are closed: those that take files or serve them, that
# fetch an address for the caller (proxy=, file=http...), watch the server (monitoring) or edit it (vibe).
_OPEN = re.compile(
    r"(?:info|app_id|startup-events|queue/join|queue/data|queue/status|cancel|reset|component_server|theme\.css"
    r"|heartbeat/[\w-]+|call/(?:v2/)?(?:ask|search)(?:/[\w-]+)?|(?:run|api)/\w+|mcp(?:/.*)?)/?",
    re.ASCII | re.DOTALL,
)
_CLOSED = re.compile(r"/(?:monitoring|login|logout)(?:/.*)?", re.DOTALL)
BUSY = "The page is busy: too many questions are waiting already. Please try again in a moment."


class OwnOrigin:
    """Refuses what another site makes a browser send: a foreign Origin, or a request across sites that opens no page.

    Programs send neither header and pass. That the Host is one of ours is checked before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] in ("http", "websocket") and _is_foreign(scope):
            await refuse(scope, send, 403, "Only this page's own requests are answered here.")
            return
        await self._app(scope, receive, send)


class KnownRoutes:
    """Answers 404 for the routes of Gradio that this page has no use for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] in ("http", "websocket") and not is_open(scope["path"]):
            await refuse(scope, send, 404, "There is nothing here.")
            return
        await self._app(scope, receive, send)


class BusyLine:
    """Says in one line that the queue is full, where Gradio tells its own numbers; 503."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not re.match(r"/gradio_api/(?:queue/join|call/)", scope["path"]):
            await self._app(scope, receive, send)
            return
        is_busy = False

        async def send_unless_busy(message: Message) -> None:
            nonlocal is_busy
            if message["type"] == "http.response.start" and message["status"] == 503:
                is_busy = True
            if not is_busy:
                await send(message)

        await self._app(scope, receive, send_unless_busy)
        if is_busy:
            await refuse(scope, send, 503, BUSY)


def is_open(path: str) -> bool:
    """Whether the page uses what lies at this path."""
    if path.startswith(_API):
        return _OPEN.fullmatch(path.removeprefix(_API)) is not None
    return _CLOSED.fullmatch(path) is None


def _is_foreign(scope: Scope) -> bool:
    origin = header(scope, b"origin")
    if origin and origin.partition("://")[2] != header(scope, b"host"):
        return True
    site = header(scope, b"sec-fetch-site") or "none"
    opens = scope.get("method") == "GET" and header(scope, b"sec-fetch-mode") == "navigate"
    return site not in ("none", "same-origin") and not opens


def header(scope: Scope, name: bytes) -> str:
    """A header's value in lower case; empty when the request has none."""
    return next((value.decode("latin-1").lower() for key, value in scope["headers"] if key == name), "")


async def refuse(scope: Scope, send: Send, status: int, line: str) -> None:
    """Answer with this status and one line."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    told = failure(ServiceError(line)).model_dump()
    # Gradio's page shows what it finds under "detail".
    body = json.dumps({**told, "detail": line}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
