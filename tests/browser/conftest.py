"""One server and one browser for all of the page's tests, and a visitor each who notices what a page must not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.browser.serving import BROWSER_FLAGS, PATIENCE, served_page

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def page_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the server that these tests share."""
    return tmp_path_factory.mktemp("page") / "data"


@pytest.fixture(scope="session")
def address(page_data: Path) -> Iterator[str]:
    """A page over the shipped corpus, whose models are loaded once."""
    with served_page(page_data) as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the page as a visitor of their own: `visit(width=360)`; all settings of a browser context may be given.

    Every request stays on the page's own server, and the console stays quiet.
    """
    with ExitStack() as contexts:
        strangers: list[str] = []
        complaints: list[str] = []

        def watch_request(request: Request) -> None:
            scheme, host = urlsplit(request.url)[:2]
            if scheme not in ("data", "blob") and f"{scheme}://{host}" != address:
                strangers.append(request.url)

        def open_page(width: int = 1440, height: int = 860, **settings: Any) -> Page:
            context = browser.new_context(viewport={"width": width, "height": height}, **settings)
            contexts.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("request", watch_request)
            page.on("websocket", lambda socket: strangers.append(socket.url))
            page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(address)
            expect(page.locator("#status .status-ready")).to_be_visible(timeout=PATIENCE)
            expect(page.locator("#documents li").first).to_be_attached()
            return page

        yield open_page
    assert strangers == [], "a request went elsewhere"
    assert complaints == []


@pytest.fixture
def page(visit: Visit) -> Page:
    """A visitor at a wide window."""
    return visit()
