"""What every test may ask for, and two rules: nothing leaves this machine, and in CI nothing is skipped in silence.

Heavy parts are opened once per run and only when a test asks for them.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evals.paths import shared_dir

if TYPE_CHECKING:
    from rag import Chatbot
    from rag.schema import Encoder
    from tests.faulty import Serve
    from tests.serving import Page

NO_SHARED_DATA = "no shared development data: set RAG_SHARED_DIR, or put shared/ beside the checkout"
# For this process and its children: libraries that would call home are told not to.
OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before anything of ours or of a library reads it."""
    os.environ.update(OFFLINE)


# ---- in CI a skip is a failure -------------------------------------------------------------------------------------


def _forbidden_skip(reason: str) -> bool:
    """Whether this skip must fail: in CI every one, save for development data that a clone does not have."""
    return os.environ.get("RAG_CI") == "1" and "shared" not in reason.lower()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where CI forbids it."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips itself when it is collected."""
    report = yield
    if report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if _forbidden_skip(reason):
        report.outcome = "failed"
        report.longrepr = f"skipped, which RAG_CI=1 forbids: {reason}"


# ---- nothing leaves this machine -----------------------------------------------------------------------------------


class OutboundConnection(OSError):
    """A test reached out of this machine."""


def _is_local(host: object) -> bool:
    """Whether a host name or address means this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in {"", "localhost", "0.0.0.0", "::"}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _guarded_sockets() -> Iterator[list[str]]:
    """Refuse every connection, datagram and name look-up that is not for this machine; yields those refused."""
    refused: list[str] = []

    def refuse_unless_local(host: object) -> None:
        if not _is_local(host):
            refused.append(str(host))
            raise OutboundConnection(f"tests run offline; something reached for {host!r}")

    def guarded_method(name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def method(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]  # connect(address), sendto(data, [flags,] address)
            if isinstance(address, tuple):  # a Unix socket's is a path
                refuse_unless_local(address[0])
            return original(self, *arguments)

        return method

    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        refuse_unless_local(host)
        return look_up(host, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded_method(name))
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield refused


@pytest.fixture(autouse=True)
def refused_hosts(_guarded_sockets: list[str]) -> Iterator[list[str]]:
    """The hosts that this test reached for. Any left at its end fails it, even where the error was swallowed."""
    _guarded_sockets.clear()
    yield _guarded_sockets
    assert not _guarded_sockets, f"tests run offline; this one reached for {_guarded_sockets}"


# ---- where things are ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Default folders of this run alone, so that no test writes among the user's documents."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAG_DATA_DIR", str(home / "data"))
        patch.setenv("RAG_CACHE_DIR", str(home / "cache"))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data; without it the test is skipped."""
    folder = shared_dir()
    if folder is None:
        pytest.skip(NO_SHARED_DATA)
    return folder


@pytest.fixture(scope="session")
def article_path(shared: Path) -> Path:
    """The original article as a raw page dump."""
    return next((shared / "article").glob("*.txt"))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser that the page's tests drive: `RAG_CHROMIUM`, else the first Chromium on the PATH."""
    names = (os.environ.get("RAG_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium: install it, or name one in RAG_CHROMIUM")
    return found


# ---- parts of the product ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def encoder(_own_folders: None) -> Encoder:
    """The default encoder."""
    from rag import Settings
    from rag.index.encoder import open_encoder

    settings = Settings()
    return open_encoder(settings.embedding_model, settings.cache_dir)


@pytest.fixture(scope="session")
def corpus_bot(_own_folders: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatbot]:
    """A chatbot over the shipped corpus, shared by the whole run: ask it, and change nothing."""
    from rag import Chatbot, Settings

    with Chatbot.open(Settings(data_dir=tmp_path_factory.mktemp("corpus") / "data")) as bot:
        yield bot


@pytest.fixture(scope="session")
def page(_own_folders: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A running page over one document, `tests.serving.BRIDGE`: whoever adds another one removes it."""
    from tests.serving import BRIDGE, running_page

    with running_page(tmp_path_factory.mktemp("page"), BRIDGE) as running:
        yield running


@pytest.fixture
def bot_factory(tmp_path: Path) -> Iterator[Callable[..., Chatbot]]:
    """Opens chatbots: `bot_factory("a text", "another", top_k=3)`, each in a data directory of its own.

    The texts become documents, text-1.txt and so on; keyword arguments are settings. All are closed after the test.
    """
    from rag import Chatbot, Settings

    opened: list[Chatbot] = []

    def open_bot(*texts: str, **settings: Any) -> Chatbot:
        home = tmp_path / f"bot-{len(opened) + 1}"
        corpus = home / "corpus"
        corpus.mkdir(parents=True)
        for number, text in enumerate(texts, start=1):
            (corpus / f"text-{number}.txt").write_text(text, encoding="utf-8")
        folders: dict[str, Any] = {"data_dir": home / "data", "corpus_dir": corpus if texts else None}
        bot = Chatbot.open(Settings(**(folders | settings)))
        opened.append(bot)
        return bot

    yield open_bot
    for bot in opened:
        bot.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a language model's server that does one thing wrong: `serve(act)` gives its address and its calls."""
    from tests.faulty import faulty_servers

    with faulty_servers() as start:
        yield start
