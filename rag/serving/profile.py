"""Who is asking: a browser, known by a cookie that only it and the server see. Knows nothing of what is kept for it.

The cookie holds 256 random bits. No script of the page can read it (HttpOnly), no other site's form can send it along
(SameSite=Lax), and what the rest of the program gets is its hash, so that neither a file nor a log holds the key.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rag.schema import Document

if TYPE_CHECKING:
    import gradio as gr
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "rag_profile"
# The longest that browsers allow.
_MAX_AGE = 400 * 24 * 3600
_KEY = re.compile(rf"(?:^|[;,\s]){COOKIE}=([\w-]{{43}})(?:;|$)", re.ASCII)


def profile_of(request: gr.Request | Request) -> str:
    """The profile of the browser that sends a request; empty when it sends no cookie of ours."""
    return _profile(dict(request.headers).get("cookie", ""))


def visible(documents: Iterable[Document], profile: str) -> tuple[Document, ...]:
    """The documents that a profile may see: those of nobody in particular, and its own."""
    return tuple(one for one in documents if one.owner in ("", profile))


class ProfileCookie:
    """Gives a browser its cookie when it opens the page. Plain ASGI, because streams must pass through unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        opens = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
        if not opens:
            await self._app(scope, receive, send)
            return
        key = _key(_cookies(scope)) or secrets.token_urlsafe(32)
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{COOKIE}={key}; Path=/; Max-Age={_MAX_AGE}; HttpOnly; SameSite=Lax{secure}"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Set again at each visit: its age counts from the last one. A page with a cookie is nobody else's.
                message["headers"] = [
                    *message["headers"],
                    (b"set-cookie", cookie.encode()),
                    (b"cache-control", b"no-store"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> str:
    return "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")


def _key(header: str) -> str:
    # Other programs of this machine share our cookie jar, and what they put into it may be no proper cookie at all.
    found = _KEY.search(header)
    return found[1] if found else ""


def _profile(header: str) -> str:
    key = _key(header)
    return hashlib.sha256(f"profile {key}".encode()).hexdigest() if key else ""
