"""What a request's body may be: of bearable size, and with files that were uploaded, not named by an address.

Plain ASGI middleware, because streams must pass through unbuffered. Knows the shape of Gradio's calls, no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rag.serving.guards import header, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_JSON_BYTES = 1_000_000
# A document, as a file or as text in JSON; the readers of documents have a limit of their own below this.
MOST_DOCUMENT_BYTES = 25_000_000
DRAIN_SECONDS = 2.0
_DOCUMENT = re.compile(r"/page/documents/(?:file|text)/?")
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]+:|[/\\]{2})", re.IGNORECASE)


class BodyLimit:
    """Refuses bodies that are too large, by what arrives and not only by what is announced; 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_DOCUMENT_BYTES if _DOCUMENT.fullmatch(scope["path"]) else MOST_JSON_BYTES
        counted = _Counted(receive, most)
        replied = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal replied
            if counted.is_over and not replied:
                return  # whatever was made of half a body
            replied = True
            await send(message)

        if _announced(scope) > most:
            counted.is_over = True
        else:
            with contextlib.suppress(_TooLargeError):
                await self._app(scope, counted, send_unless_refused)
        if counted.is_over and not replied:
            await counted.drain()
            await refuse(scope, send, 413, f"That is too large; {most:,} bytes are the most that is taken.")


class OwnFiles:
    """Refuses a call whose file is an address: Gradio would fetch it from there; 400."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        calls = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/gradio_api/")
        if not calls:
            await self._app(scope, receive, send)
            return
        # Small: the limit on bodies is checked before this.
        body = await _whole(receive)
        if names_an_address(body, header(scope, b"host")):
            await refuse(scope, send, 400, "A file is uploaded, not named by an address.")
            return
        await self._app(scope, _Replayed(body, receive), send)


def names_an_address(body: bytes, host: str) -> bool:
    """Whether a JSON body holds a file that lies at an address, other than an upload at this host.

    Args:
        body: what was sent; anything but JSON names none.
        host: our own, as the request gives it.
    """
    if b"path" not in body and b"\\u" not in body:
        return False
    try:
        return any(_is_elsewhere(one, host) for one in _objects(json.loads(body)))
    except RecursionError:
        return True  # nested beyond reason
    except ValueError:
        return False


def _is_elsewhere(value: dict[str, Any], host: str) -> bool:
    path, url = value.get("path"), value.get("url")
    if not isinstance(path, str):
        return False
    if _ADDRESS.match(path):
        return True
    if not isinstance(url, str) or not _ADDRESS.match(url):
        return False
    scheme, _, rest = url.strip().lower().partition("://")
    return scheme not in ("http", "https") or rest.partition("/")[0] != host


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _announced(scope: Scope) -> int:
    # Python refuses to read a number of thousands of digits; the first twenty say enough.
    length = header(scope, b"content-length")[:20]
    return int(length) if length.isdecimal() else 0


class _TooLargeError(Exception):
    """More has arrived than may; caught where it is raised, by the limit itself."""


class _Counted:
    """Receives a body up to a limit."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._taken = 0
        self._ended = False
        self.is_over = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._taken > self._most:
            self.is_over = True
            raise _TooLargeError
        return message

    async def drain(self) -> None:
        """Take what is still under way, so that its sender reads the answer; not for long, and no more than as much."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self._ended and self._taken <= 2 * self._most:
                    message = await self._receive()
                    self._taken += len(message.get("body", b""))
                    self._ended = not message.get("more_body", False)


async def _whole(receive: Receive) -> bytes:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


class _Replayed:
    """Receives a body that has been read already, then whatever comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
