"""What is fetched from the web, and what is not: every server here is on this machine."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag import Chatbot
from rag.documents.addresses import is_public
from rag.documents.web import MAX_BYTES, Fetched, fetch
from rag.errors import DocumentError
from tests.samples import pdf

MILL = "The mill of Ardvale was built in 1790 by a miller from the hills."
PAGE = f"""<!doctype html><html><head><title>The mill of Ardvale</title></head><body><article>
<h1>The mill of Ardvale</h1><p>{MILL} It has three floors and one wheel, which turns only in spring.</p>
<p>Today it is a museum that can be visited from May to October on every day but Monday.</p></article></body></html>"""
PUBLIC = "93.184.216.34"
Headers = dict[str, str]


class Site:
    """What a server on this machine answers at each path, and what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, Headers, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.port = 0

    def put(self, path: str, body: bytes | str, kind: str = "text/html", status: int = 200, **headers: str) -> str:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {"Content-Type": kind, **told}, data)
        return self.url(path)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on loopback."""
    it = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            it.asked.append((self.headers["Host"], self.path))
            status, headers, body = it.pages.get(self.path, (404, {"Content-Type": "text/html"}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    it.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield it
    server.shutdown()
    thread.join()
    server.server_close()


def private(url: str, **options: object) -> Fetched:
    """Fetch from this machine, as a setting allows it."""
    return fetch(url, is_allowed=lambda _: True, ports=(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "198.18.0.1", "192.0.2.1", "192.0.0.9", "192.88.99.1", "224.0.0.1",
        "239.1.1.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
        "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
        "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1",
        "3fff::1", "5f00::1", "nonsense", "",
    ],
)  # fmt: skip
def test_address_that_is_not_public_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_address_that_is_public_is_told(address: str) -> None:
    assert is_public(address)


ENCODED = """
import sys
from rag.documents.web import fetch
from rag.errors import DocumentError
for host in sys.argv[1:]:
    try:
        fetch(f"http://{host}/", seconds=5)
        print("fetched", host)
    except DocumentError as error:
        print("refused" if "public internet" in str(error) or "not a web address" in str(error) else error, host)
"""


def test_encoded_hosts_are_refused_as_the_resolver_reads_them() -> None:
    hosts = (
        "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "0", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "100.64.1.1",
        "169.254.169.254", "[fe80::1]", "127\u30020\u30020\u30021", "localhost",
    )  # fmt: skip
    # In a process of its own, where the machine's real resolver reads them; none of these names asks a server.
    root = Path(__file__).resolve().parents[1]
    run = subprocess.run([sys.executable, "-c", ENCODED, *hosts], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:-1] == [f"refused {host}" for host in hosts]


def test_a_name_that_resolves_anew_is_looked_up_once_and_the_checked_address_is_connected_to(
    refused_hosts: list[str],
) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    with pytest.raises(DocumentError, match="cannot be fetched"):
        fetch("http://rebinding.test/", resolve=resolve)
    assert asked == ["rebinding.test"]
    assert refused_hosts == [PUBLIC]  # the test run's own guard stopped it there
    refused_hosts.clear()


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(DocumentError, match=r"both\.test is not on the public internet"):
        fetch("http://both.test/", resolve=lambda host, port: [PUBLIC, "127.0.0.1"])


def test_a_redirect_to_a_private_host_is_refused(site: Site) -> None:
    target = site.put("/inside", PAGE)
    start = site.put("/", "", status=302, Location=target.replace("127.0.0.1", "inside.test"))
    addresses = {"127.0.0.1": ["127.0.0.1"], "inside.test": ["127.0.0.2"]}
    with pytest.raises(DocumentError, match=r"inside\.test is not on the public internet"):
        fetch(start, is_allowed=lambda a: a == "127.0.0.1", ports=(), resolve=lambda host, port: addresses[host])
    assert [path for _, path in site.asked] == ["/"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("ftp://127.0.0.1/", "not a web address"),
        ("file:///etc/passwd", "not a web address"),
        ("http://127.0.0.1:22/", "asks for port 22; only"),
        ("", "not a web address|redirects more"),
        ("http://a:b/", "redirects to what is no address"),
        ("http://me:secret@127.0.0.1/", "holds a name or a password"),
    ],
)
def test_a_redirect_is_checked_as_the_first_address_is(site: Site, target: str, reason: str) -> None:
    start = site.put("/", "", status=301, Location=target)
    with pytest.raises(DocumentError, match=reason):
        fetch(start, is_allowed=lambda _: True, ports=(site.port,))


def test_three_redirects_are_followed_and_a_fourth_is_not(site: Site) -> None:
    for step in range(4):
        site.put(f"/{step}", "", status=307, Location=f"/{step + 1}")
    site.put("/4", PAGE)
    assert private(site.url("/1")).suffix == ".html"
    with pytest.raises(DocumentError, match="redirects more than 3 times"):
        private(site.url("/0"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/a.txt", "begins with https"),
        ("http:///a", "not a web address"),
        ("https://me:secret@example.com/", "holds a name or a password"),
        ("http://example.com:8080/", "asks for port 8080; only 80 and 443"),
        ("http://exa\tmple.com/", "not a web address"),
        ("http://example.com/" + "a" * 3_000, "has 3,019 characters"),
        ("http://xn--a/", "not a web address"),
        ("http://a..b/", "not a web address"),
        (f"http://{'a' * 64}.com/", "not a web address"),
    ],
)
def test_an_address_that_cannot_be_visited_is_refused_unvisited(url: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        fetch(url)


def test_host_header_and_encryption_keep_the_name() -> None:
    heard: list[bytes] = []
    with _listening(lambda conversation: heard.append(conversation.recv(4096))) as port:
        for scheme in ("http", "https"):
            with pytest.raises(DocumentError):
                private(f"{scheme}://named.test:{port}/", resolve=lambda host, port: ["127.0.0.1"], seconds=5)
    assert f"Host: named.test:{port}".encode() in heard[0]
    assert b"named.test" in heard[1]  # the name in the clear at the start of TLS


def test_proxy_variables_are_ignored(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert private(site.put("/", PAGE)).data == PAGE.encode()


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_slow_drip_ends_in_time(part: str) -> None:
    def drip(conversation: socket.socket) -> None:
        conversation.recv(4096)
        if part == "body":
            conversation.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        for _ in range(100):
            conversation.sendall(b"a")
            time.sleep(0.05)

    with _listening(drip) as port, pytest.raises(DocumentError, match=r"did not arrive within 0\.5 seconds"):
        private(f"http://127.0.0.1:{port}/", seconds=0.5)


def test_a_look_up_that_hangs_ends_in_time() -> None:
    answered = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        answered.wait(30)
        return ["127.0.0.1"]

    with pytest.raises(DocumentError, match=r"did not arrive within 0\.2 seconds"):
        private("http://slow.example/", resolve=hang, seconds=0.2)
    answered.set()


def test_more_than_ten_megabytes_are_refused_packed_or_not(site: Site) -> None:
    big = bytes(MAX_BYTES + 1)
    site.put("/plain", big, "text/plain")
    site.put("/packed", gzip.compress(big), "text/plain", Content_Encoding="gzip")
    for path in ("/plain", "/packed"):
        with pytest.raises(DocumentError, match="is larger than 10 MB"):
            private(site.url(path))


@pytest.mark.parametrize(
    ("kind", "status", "headers", "reason"),
    [
        ("image/png", 200, {}, "gives image/png, which is not read"),
        ("application/octet-stream", 200, {}, "octet-stream, which is not read"),
        ("", 200, {}, "of no stated kind"),
        ("text/html", 404, {}, "answers with status 404"),
        ("text/html", 206, {}, "answers with status 206"),
        ("text/html", 200, {"Content_Encoding": "br"}, "compressed as br"),
        ("text/html", 200, {"Content_Encoding": "gzip"}, "broken compression"),
    ],
)
def test_what_is_not_read_is_refused(site: Site, kind: str, status: int, headers: Headers, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        private(site.put("/", "words", kind, status, **headers))


@pytest.mark.parametrize("packed", [gzip.compress(PAGE.encode())[:-20], gzip.compress(b"one") + gzip.compress(b"two")])
def test_a_page_that_arrives_in_part_is_refused(site: Site, packed: bytes) -> None:
    with pytest.raises(DocumentError, match="cut or in parts"):
        private(site.put("/", packed, "text/html", Content_Encoding="gzip"))


@pytest.mark.parametrize(
    ("path", "kind", "suffix"),
    [
        ("/a", "text/html; charset=utf-8", ".html"),
        ("/a.md", "text/plain", ".md"),
        ("/a.html", "text/plain", ".txt"),
        ("/a", "application/pdf", ".pdf"),
        ("/a", "application/json", ".json"),
        ("/a.jsonl", "text/plain", ".jsonl"),
    ],
)
def test_the_stated_type_tells_the_kind(site: Site, path: str, kind: str, suffix: str) -> None:
    assert private(site.put(path, "words", kind)).suffix == suffix


def test_text_is_read_in_the_stated_charset(site: Site) -> None:
    text = "Déjà vu à l'été"
    assert private(site.put("/", text.encode("cp850"), "text/plain; charset=cp850")).data.decode() == text
    assert private(site.put("/", text, "text/plain; charset=punycode")).data.decode() == text


def test_an_address_becomes_a_document_when_private_hosts_are_allowed(
    site: Site, bot_factory: Callable[..., Chatbot]
) -> None:
    page, paper = site.put("/mill", PAGE), site.put("/paper.pdf", pdf([MILL]), "application/pdf")
    bot = bot_factory(allow_private_hosts=True)
    report = bot.ingest([page, paper, site.url("/gone")])
    assert (report.added, list(report.failed)) == (("The mill of Ardvale", "paper"), [site.url("/gone")])
    assert [document.source for document in bot.documents()] == [page, paper]
    assert bot.ingest([page]).unchanged == ("The mill of Ardvale",)


def test_a_private_host_is_refused_by_default(site: Site, bot_factory: Callable[..., Chatbot]) -> None:
    url = site.put("/mill", PAGE)
    assert "asks for port" in bot_factory().ingest([url]).failed[url]
    assert site.asked == []


@contextmanager
def _listening(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    """A bare server that talks to each caller in turn; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    conversation, _ = server.accept()
                    with conversation:
                        talk(conversation)
            except OSError:
                return  # the caller hung up, or the server is closed

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)
