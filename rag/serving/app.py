"""The web application: guards, headers, health, doors and the mounted page. Knows neither layout nor retrieval."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.errors import RagError
from rag.schema import Hit
from rag.serving.keeping import Keeping
from rag.serving.opening import Opening
from rag.serving.page.shelf import Shelf
from rag.serving.wire import failure

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Visitors whose state is held at once; the one that came first goes when another comes.
MOST_SESSIONS = 1_000
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


class Served(Shelf, Protocol):
    """A chatbot of this process, which says in its data directory where it answers."""

    def search(self, question: str, *, k: int | None = None, documents: Sequence[str] | None = None) -> tuple[Hit, ...]:
        """The best passages, without an answer."""

    def announce(self, address: str, token: str) -> None:
        """Write the address and the token where only this user reads them."""


def create_app(
    open_bot: Callable[[], Served],
    page: Callable[[Opening[Served], Keeping], gr.Blocks],
    data_dir: Path,
    *,
    address: str = "",
    hosts: Sequence[str] = LOOPBACK_HOSTS,
) -> FastAPI:
    """The application, which opens its bot once it runs and closes it when it ends.

    Args:
        open_bot: opens the bot; called in a thread after the server starts, so that the page appears at once.
        page: lays the page out over the bot that is being opened and what is kept of its visitors.
        data_dir: where conversations are kept, and uploads while they are read.
        address: where this machine's command line reaches the server ("http://127.0.0.1:7860"); empty to tell nobody.
        hosts: names in the Host header that are answered; "*" for any.

    Raises:
        DataDirectoryError: the data directory cannot be written.
    """
    from fastapi import FastAPI

    from rag.serving.downloads import downloads_router
    from rag.serving.local import local_router
    from rag.serving.page.routes import page_router
    from rag.serving.page.shells import FOLDER, static_files

    token = secrets.token_urlsafe(32)
    opening = Opening(open_bot, lambda bot: bot.announce(address, token) if address else None)
    keeping = Keeping(data_dir)
    uploads = data_dir / "uploads"

    # No generated API pages: they load their scripts from another origin.
    lifespan = _lifespan(opening, keeping, uploads)
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    _guard(app, hosts)
    app.include_router(local_router(opening, token))
    app.include_router(downloads_router(keeping.history))
    app.include_router(page_router(opening, keeping))
    app.mount(f"/{FOLDER}", static_files())
    _add_health(app, opening)
    _add_errors(app)
    # Gradio reads these where it needs them, from the environment alone.
    os.environ.update(GRADIO_TEMP_DIR=str(uploads), GRADIO_ANALYTICS_ENABLED="False")
    return _mount(app, page(opening, keeping), address)


def _lifespan(
    opening: Opening[Served], keeping: Keeping, uploads: Path
) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    """Opens the bot when the server runs, and leaves no upload behind, whichever way the last run ended."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _empty(uploads)
        opening.start()
        yield
        opening.close()
        keeping.close()
        _empty(uploads)

    return lifespan


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
                    (b"cross-origin-resource-policy", b"same-origin"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _guard(app: FastAPI, hosts: Sequence[str]) -> None:
    """Put everything that a request passes in its way; the last one added is met first."""
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from rag.serving.bodies import BodyLimit, OwnFiles
    from rag.serving.guards import BusyLine, KnownRoutes, OwnOrigin
    from rag.serving.profile import ProfileCookie

    for inner in (ProfileCookie, OwnFiles, BodyLimit, BusyLine, KnownRoutes, OwnOrigin):
        app.add_middleware(inner)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(SecurityHeaders)


def _empty(folder: Path) -> None:
    """Make the folder anew, for this user alone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


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


class _Iterators(dict[str, "AsyncIterator[Any]"]):
    """Answers that grow. A stop and the end of one may meet: Gradio then forgets it twice, which is no error."""

    def __delitem__(self, event: str) -> None:
        self.pop(event, None)


def _mount(app: FastAPI, blocks: gr.Blocks, address: str) -> FastAPI:
    from importlib.util import find_spec

    import gradio as gr

    from rag.serving.page.shells import head, icon

    # Names of fonts that systems have; a Gradio font object would be fetched or served instead.
    sans = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    blocks.state_session_capacity = MOST_SESSIONS
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=sans, font_mono=mono),
        head=head(),
        favicon_path=str(icon()),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        # The tools `ask` and `search`, where the extra `mcp` is installed.
        mcp_server=find_spec("mcp") is not None,
    )
    if blocks.mcp_server_obj and address:
        # Its tools call this server; where that is, no request may say.
        blocks.mcp_server_obj._local_url = address
    served = next(inner for route in mounted.routes if isinstance(inner := getattr(route, "app", None), gr.routes.App))
    served.iterators = _Iterators()
    mounted.state.end_heartbeats = served.stop_event.set
    return mounted
