"""What may reach the page: its own requests and programs', of bearable size, for the routes that it uses."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.serving.bodies import MOST_DOCUMENT_BYTES, MOST_JSON_BYTES, names_an_address
from rag.serving.guards import is_open
from tests.serving import Page, until_ready

ROOT = Path(__file__).resolve().parents[1]
ASK = "/gradio_api/call/ask"
BODY = {"data": ["When was the old bridge closed?", None]}


def post(page: Page, path: str = ASK, **given: object) -> httpx.Response:
    return httpx.post(page.address + path, trust_env=False, timeout=60, **({"json": BODY} | given))  # type: ignore[arg-type]


# ---- who asks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "https://", "http://[", "x"]
)
def test_another_origin_changes_and_reads_nothing(page: Page, origin: str) -> None:
    assert post(page, headers={"Origin": origin}).status_code == 403
    for method in ("GET", "OPTIONS", "PUT", "PATCH", "DELETE"):
        response = httpx.request(method, page.address + "/config", headers={"Origin": origin}, trust_env=False)
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers


def test_the_page_itself_and_programs_are_answered(page: Page) -> None:
    for headers in ({}, {"Origin": page.address}, {"Origin": page.address, "Sec-Fetch-Site": "same-origin"}):
        assert post(page, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_link_to_the_page_and_no_more(page: Page, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    assert post(page, headers=headers).status_code == 403
    assert post(page, headers=headers | {"Sec-Fetch-Mode": "navigate"}).status_code == 403
    assert httpx.get(page.address, headers=headers, trust_env=False).status_code == 403
    opened = httpx.get(page.address, headers=headers | {"Sec-Fetch-Mode": "navigate"}, trust_env=False)
    assert opened.status_code == 200


# ---- for what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "proxy=http://127.0.0.1:1/x",
        "proxy=https://example.org/x",
        "file=http://127.0.0.1:1/x",
        "file=https://example.org/x",
        "file=/etc/passwd",
        "file/etc/passwd",
        "upload",
        "upload_progress?upload_id=x",
        "stream/x/y/1/playlist.m3u8",
        "deep_link?session_hash=x",
        "runs",
        "openapi.json",
        "vibe-code/",
        "dev/reload",
        "custom_component/1/2/3/4",
        "profiling/summary",
        "call/reply/1",
        "",
    ],
)
def test_what_the_page_has_no_use_for_is_not_there(page: Page, path: str) -> None:
    assert httpx.get(f"{page.address}/gradio_api/{path}", trust_env=False).status_code == 404
    assert post(page, f"/gradio_api/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/monitoring", "/monitoring/summary", "/monitoring/x", "/login", "/logout"])
def test_nobody_watches_the_page_at_work(page: Page, path: str) -> None:
    assert httpx.get(page.address + path, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/theme.css", "/livez", "/readyz", "/gradio_api/info", "/gradio_api/app_id", "/favicon.ico"],
)
def test_what_the_page_uses_is_there(page: Page, path: str) -> None:
    assert is_open(path)
    assert httpx.get(page.address + path, trust_env=False).status_code == 200


def test_the_file_of_conversations_is_served_by_no_route(page: Page) -> None:
    for path in (f"gradio_api/file={page.data_dir}/conversations.sqlite", "file=conversations.sqlite", "look/../../x"):
        assert httpx.get(f"{page.address}/{path}", trust_env=False).status_code == 404


def uploaded(**fields: object) -> bytes:
    return json.dumps({"data": [[{"meta": {"_type": "gradio.FileData"}, **fields}]], "fn_index": 0}).encode()


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "http://127.0.0.1:1/x"},
        {"path": "HTTPS://example.org/x"},
        {"path": " http://example.org"},
        {"path": "ftp://example.org/x"},
        {"path": "file:///etc/passwd"},
        {"path": "//example.org/x"},
        {"path": "/tmp/x", "url": "http://example.org/x"},
        {"path": "/tmp/x", "url": "http://here:80@example.org/x"},
        {"path": "/tmp/x", "url": "data:text/html,x"},
    ],
)
def test_a_file_that_is_an_address_is_refused_before_anything_fetches_it(page: Page, fields: dict[str, str]) -> None:
    assert names_an_address(uploaded(**fields), "here:80")
    escaped = uploaded(**fields).replace(b'"path"', b'"\\u0070ath"')
    assert names_an_address(escaped, "here:80")
    response = post(page, "/gradio_api/queue/join", json=None, content=uploaded(**fields))
    assert (response.status_code, "\n" in response.json()["message"]) == (400, False)


@pytest.mark.parametrize(
    "body",
    [
        uploaded(path="/tmp/x/a.txt"),
        uploaded(path="C:\\x\\a.txt"),
        uploaded(path="/tmp/x", url="http://here:80/file=/tmp/x"),
        b'{"data": ["What is the path to http://example.org?"]}',
        b"no JSON with a path",
    ],
)
def test_other_bodies_name_no_address(body: bytes) -> None:
    assert not names_an_address(body, "here:80")


def test_a_body_nested_beyond_reason_is_refused(page: Page) -> None:
    deep = b'{"path": ' + b"[" * 200_000
    assert post(page, json=None, content=deep).status_code in (400, 422)
    assert httpx.get(f"{page.address}/livez", trust_env=False).status_code == 200


# ---- of what size --------------------------------------------------------------------------------------------------


def pieces(size: int) -> Iterator[bytes]:
    """A body that does not announce how long it is."""
    for _ in range(size // 50_000 + 1):
        yield b" " * 50_000


@pytest.mark.parametrize("path", [ASK, "/local/ask", "/page/feedback", "/gradio_api/mcp/"])
def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(page: Page, path: str) -> None:
    large = MOST_JSON_BYTES + 1
    for body in (b" " * large, pieces(large)):
        response = post(page, path, json=None, content=body)
        assert response.status_code == 413
        assert "1,000,000 bytes" in response.json()["message"]


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30])
def test_a_false_content_length_does_not_help(page: Page, length: str) -> None:
    host, _, port = page.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = f"POST {ASK} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {length}\r\n\r\n{{}}"
        connection.sendall(head.encode())
        assert re.match(rb"HTTP/1.1 4(?:00|13) ", connection.recv(100))


def test_a_document_may_be_larger_but_not_endless(page: Page) -> None:
    assert post(page, "/page/documents/text", json=None, content=b" " * MOST_JSON_BYTES * 2).status_code == 422
    assert post(page, "/page/documents/text", json=None, content=pieces(MOST_DOCUMENT_BYTES)).status_code == 413

    def form() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        yield from pieces(MOST_DOCUMENT_BYTES)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    sent = post(page, "/page/documents/file", json=None, content=form(), headers=headers)
    assert sent.status_code == 413


# ---- where, and until when -----------------------------------------------------------------------------------------


def test_uploads_lie_in_a_private_folder_of_the_data_directory(page: Page) -> None:
    assert stat.S_IMODE((page.data_dir / "uploads").stat().st_mode) == 0o700
    assert Path(os.environ["GRADIO_TEMP_DIR"]).name == "uploads"
    config = httpx.get(f"{page.address}/config", trust_env=False).json()
    assert config["analytics_enabled"] is False


@pytest.mark.slow
def test_an_answer_that_is_running_when_the_server_is_told_to_end_is_finished(tmp_path: Path) -> None:
    (tmp_path / "data" / "uploads").mkdir(parents=True)
    (tmp_path / "data" / "uploads" / "left-over.txt").write_text("of a killed page")
    environment = {**os.environ, "RAG_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "ui.py", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found
            given: dict[str, Any] = {"base_url": found[0], "trust_env": False, "timeout": 60}
            with httpx.Client(**given) as http, httpx.Client(**given) as idle:
                assert until_ready(http) == "ready"
                assert list((tmp_path / "data" / "uploads").iterdir()) == []
                token = json.loads((tmp_path / "data" / "owner.json").read_text())["token"]
                question = {"question": "Who is Kevork Oskanian?"}
                authorized = {"Authorization": f"Bearer {token}"}
                # An open page holds this stream for as long as it is open.
                with (
                    idle.stream("GET", "/gradio_api/heartbeat/abc"),
                    http.stream("POST", "/local/ask", json=question, headers=authorized) as response,
                ):
                    lines = response.iter_lines()
                    first = json.loads(next(lines))
                    process.send_signal(signal.SIGTERM)
                    *_, last = [first, *map(json.loads, lines)]
            assert not first["text"]
            assert last["citations"]
            assert process.wait(30) is not None
        finally:
            process.kill()
    assert not (tmp_path / "data" / "owner.json").exists()
