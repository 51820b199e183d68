"""The web application: headers, health, the local door and the mounted page. Knows neither layout nor retrieval."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from rag.errors import RagError
from rag.schema import Asks
from rag.serving.opening import Opening
from rag.serving.wire import failure

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1", "[::1]")

# Gradio's own pages need inline and evaluated scripts, so what this promises is "no other origin": nothing on the page
# can load from, or send to, another machine. That document text never runs is the work of rag.serving.render.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Served(Asks, Protocol):
    """A chatbot that can say in its data directory where it answers."""

    def announce(self, address: str, token: str) -> None:
        """Write the address and the token where only this user reads them."""


def create_app(
    open_bot: Callable[[], Served],
    page: Callable[[Opening[Served]], gr.Blocks],
    *,
    address: str = "",
    hosts: Sequence[str] = LOOPBACK_HOSTS,
) -> FastAPI:
    """The application, which opens its bot once it runs and closes it when it ends.

    Args:
        open_bot: opens the bot; called in a thread after the server starts, so that the page appears at once.
        page: lays the page out over the bot that is being opened.
        address: where this machine's command line reaches the server ("http://127.0.0.1:7860"); empty to tell nobody.
        hosts: names in the Host header that are answered; "*" for any.
    """
    from fastapi import FastAPI
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from rag.serving.local import local_router

    token = secrets.token_urlsafe(32)
    opening = Opening(open_bot, lambda bot: bot.announce(address, token) if address else None)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        opening.start()
        yield
        opening.close()

    # No generated API pages: they load their scripts from another origin.
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(SecurityHeaders)
    app.include_router(local_router(opening, token))
    _add_health(app, opening)
    _add_errors(app)
    return _mount(app, page(opening))


class SecurityHeaders:
    """Adds the policy to every response. Plain ASGI, because streams must pass through unbuffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _add_health(app: FastAPI, opening: Opening[Served]) -> None:
    from fastapi.responses import JSONResponse

    @app.get("/livez")
    def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        state = opening.state
        return JSONResponse({"status": state}, status_code=200 if state == "ready" else 503)


def _add_errors(app: FastAPI) -> None:
    from fastapi import HTTPException, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": "ServiceError", "message": str(error.detail)}, status_code=error.status_code)

    @app.exception_handler(RagError)
    def typed(_: Request, error: RagError) -> JSONResponse:
        return JSONResponse(failure(error).model_dump(), status_code=400)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return JSONResponse({"error": "ServiceError", "message": f"{place}: {first['msg']}"}, status_code=422)


def _mount(app: FastAPI, blocks: gr.Blocks) -> FastAPI:
    import gradio as gr

    assets = files("rag.serving") / "assets"
    css, script = ((assets / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    # Names of fonts that systems have; a Gradio font object would be fetched or served instead.
    sans = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=sans, font_mono=mono),
        # Not `css=`: Gradio would rewrite every rule to reach only what lies inside its innermost container.
        head=f"<style>{css}</style><script>{script}</script>",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
    )
    return mounted
