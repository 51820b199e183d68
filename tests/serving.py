"""A page for tests to talk to: the real server over a real chatbot, in a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

import ui
from rag import Chatbot, Settings
from rag.serving.app import create_app
from rag.serving.listening import local_address, open_socket

BRIDGE = "The old bridge over the Lune was closed in May. Engineers from Lancaster found rust in its cables."
HARBOUR = "The harbour of Heysham handles ferries to the Isle of Man. It was opened by the Midland Railway in 1904."


@dataclass(frozen=True)
class Page:
    """Where a page answers, and the directory that it owns."""

    address: str
    data_dir: Path


@contextmanager
def running_page(home: Path, *texts: str, build: Callable[..., Any] = ui.build_page) -> Iterator[Page]:
    """A page that is ready, over these texts as its corpus; it has ended, and given its directory back, afterwards."""
    import uvicorn

    corpus = home / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts, start=1):
        (corpus / f"text-{number}.txt").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=home / "data", corpus_dir=corpus)
    listener = open_socket("127.0.0.1", [0])
    address = local_address("127.0.0.1", listener.getsockname()[1])
    app = create_app(lambda: Chatbot.open(settings), build, settings.data_dir, address=address)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx.Client(base_url=address, trust_env=False) as http:
            assert until_ready(http) == "ready"
        yield Page(address, settings.data_dir)
    finally:
        server.should_exit = True
        thread.join()
    assert not (settings.data_dir / "owner.json").exists(), "the data directory was not given back"


def until_ready(http: httpx.Client | TestClient) -> str:
    """Wait until opening has ended; how it ended."""
    pause = threading.Event()
    while (status := str(http.get("/readyz").json()["status"])) == "loading":
        pause.wait(0.1)
    return status


@contextmanager
def visitor(page: Page) -> Iterator[httpx.Client]:
    """A browser's half of the page: it has opened it, and keeps its cookie."""
    with httpx.Client(base_url=page.address, trust_env=False, timeout=60) as http:
        http.get("/").raise_for_status()
        yield http
