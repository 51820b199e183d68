"""The web application: its headers, its host names, its ports. A real server over a real chatbot."""

from __future__ import annotations

import re

import httpx
import pytest

import ui
from rag.errors import ConfigurationError
from rag.serving.listening import hosts_for, local_address, open_socket
from tests.serving import Page


def test_every_response_forbids_other_origins(page: Page) -> None:
    for path in ("/", "/livez", "/config", "/local/documents", "/no-such-page"):
        policy = httpx.get(page.address + path, trust_env=False).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert not re.search(r"https?:|\*|//", policy)


def test_only_known_host_names_are_answered(page: Page) -> None:
    for host, status in (("evil.example", 400), ("127.0.0.1.evil.example", 400), ("localhost:1", 200)):
        assert httpx.get(f"{page.address}/livez", headers={"Host": host}, trust_env=False).status_code == status


def test_the_page_itself_names_no_other_origin_to_load_from(page: Page) -> None:
    html = httpx.get(page.address, trust_env=False).text
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*", html)
    theme = httpx.get(f"{page.address}/theme.css", trust_env=False).text
    assert "--font: ui-sans-serif" in theme.replace("'", "")
    assert not re.findall(r"@import|@font-face|url\([\"']?(?:https?:)?//[^)]*", theme)


def test_a_taken_port_is_passed_over_or_named() -> None:
    with open_socket("127.0.0.1", [0]) as first:
        taken = first.getsockname()[1]
        with open_socket("127.0.0.1", [taken, 0]) as second:
            assert second.getsockname()[1] != taken
        with pytest.raises(ConfigurationError, match=f"{taken}.*--port"):
            open_socket("127.0.0.1", [taken])
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1"):
        open_socket("192.0.2.1", [0])


@pytest.mark.parametrize(
    ("host", "address", "named"),
    [
        ("127.0.0.1", "http://127.0.0.1:80", "localhost"),
        ("localhost", "http://127.0.0.1:80", "localhost"),
        ("::1", "http://[::1]:80", "[::1]"),
        ("0.0.0.0", "http://127.0.0.1:80", "*"),
        ("192.168.1.5", "", "192.168.1.5"),
    ],
)
def test_the_command_line_is_told_a_loopback_address_or_none(host: str, address: str, named: str) -> None:
    assert local_address(host, 80) == address
    assert named in hosts_for(host)


def test_a_second_page_says_where_the_first_one_is(
    page: Page, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_DATA_DIR", str(page.data_dir))
    assert ui.main(["--no-browser"]) == 1
    assert capsys.readouterr().err.strip() == f"The page is open already, at {page.address}"
