"""Text is text: payloads in documents, titles, file names and questions neither run, nor load, nor cover anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.doing import ask, document, upload
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>window.ran=1;fetch('//BEACON/script')</script>",
    "<img src=//BEACON/img onerror=window.ran=1>",
    "<svg onload=window.ran=1><image href=//BEACON/svg /></svg>",
    "<iframe src=//BEACON/iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<style>@import url(//BEACON/style); body{display:none}</style>",
    "<link rel=stylesheet href=//BEACON/link>",
    "<meta http-equiv=refresh content='0;url=//BEACON/meta'>",
    "<base href=//BEACON/>",
    "![image](http://BEACON/markdown)",
    "[click](javascript:window.ran=1)",
    "<video src=//BEACON/video autoplay poster=//BEACON/poster></video>",
    "<audio src=//BEACON/audio autoplay></audio>",
    '<div style="background:url(//BEACON/css)">x</div>',
    "<table background=//BEACON/table><tr><td>x</td></tr></table>",
    "<div style='position:fixed;inset:0;z-index:99999;background:red' class=overlay>x</div>",
    "<dialog open class=overlay style='width:100vw;height:100vh'>x</dialog>",
    "<form action=//BEACON/form><input autofocus onfocus=window.ran=1></form>",
    "<object data=//BEACON/object></object><embed src=//BEACON/embed>",
    "<a href=//BEACON/ping ping=//BEACON/ping class=cite>[1]</a>",
    "<details open ontoggle=window.ran=1>x</details>",
    "${window.ran=1} `${window.ran=1}` {{value}} {{{value}}} {{#each this}}x{{/each}}",
    "<x onpointerover=window.ran=1 style='content:url(//BEACON/x)'>x</x>",
    "$$\\href{javascript:window.ran=1}{x}$$ \\(x\\)",
    "```mermaid\ngraph TD;A[<img src=//BEACON/mermaid>]-->B\n```",
    "&lt;img src=//BEACON/entity onerror=window.ran=1&gt;",
    "\"><img src=//BEACON/quote onerror=window.ran=1> ' onmouseover='window.ran=1",
)
OURS = "a article blockquote br button details div h2 header h3 li mark ol p q section span summary ul"


@pytest.fixture(scope="module")
def beacon() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that hears every request: its address, and the paths that it was asked for."""
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(404)

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


def check(page: Page, heard: list[str]) -> None:
    """Nothing ran, nothing was loaded, nothing lies over the page, and no element is there but ours."""
    page.wait_for_timeout(400)
    assert page.evaluate("window.ran") is None
    assert heard == []
    tags = page.evaluate(
        "[...new Set([...document.querySelectorAll('#reader-text *, #chat .message *, #documents *')]"
        ".map(one => one.tagName.toLowerCase()))]"
    )
    assert set(tags) <= {*OURS.split(), "input"}
    assert page.locator(".overlay").count() == 0
    assert page.evaluate(
        "!!document.elementFromPoint(innerWidth / 4, innerHeight - 40).closest('#side, #conversation')"
    )


def test_document_texts_titles_and_file_names_never_act(
    page: Page, beacon: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, heard = beacon
    payloads = [one.replace("BEACON", address) for one in PAYLOADS]
    walls = "\n\n".join(
        f"The keeper of lighthouse number {number} wrote {one} on its wall in {1900 + number}."
        for number, one in enumerate(payloads, start=1)
    )
    names = [one.replace("/", "").replace("\n", " ")[:80] for one in payloads[:6]]
    files = [tmp_path / f"{name}.txt" for name in names]
    for number, path in enumerate(files):
        path.write_text(f"Wall number {number} is white. " + payloads[number], encoding="utf-8")
    upload(page, *files)
    expect(page.locator("#documents li")).to_have_count(1 + len(files))
    page.locator("#open-text").click()
    page.get_by_label("Title", exact=True).fill("".join(payloads[1:3])[:200])
    page.get_by_label("Text", exact=True).fill(walls)
    page.locator("#add-text button[value=add]").click()
    expect(page.locator("#documents li")).to_have_count(2 + len(files), timeout=PATIENCE)
    check(page, heard)

    own = page.locator("#documents li:has(button.icon)")
    for number in range(own.count()):
        title = own.nth(number).locator(".name").text_content() or ""
        own.nth(number).locator(".name").click()
        expect(page.locator("#reader-title")).to_have_text(title)
        assert page.locator("#reader-text").evaluate("one => one.textContent") == document(page, title)["text"]
    check(page, heard)
    page.locator("#documents input").first.uncheck()
    for question in ("What did the keeper of lighthouse number 2 write on its wall?", "Who wrote in 1921?", "Why?"):
        ask(page, question)
    for link in page.locator("#chat a.cite").all():
        link.hover()
        link.click()
    for summary in page.locator("#chat summary").all():
        summary.click()
    check(page, heard)
    page.reload()
    expect(page.locator("#chat .tools")).to_have_count(3, timeout=PATIENCE)
    check(page, heard)


def test_questions_never_act(page: Page, beacon: tuple[str, list[str]]) -> None:
    address, heard = beacon
    for number, payload in enumerate(PAYLOADS[::4], start=1):
        asked = f"Who is Oskanian? {payload.replace('BEACON', address)}".replace("\n", " ")
        ask(page, asked)
        shown = page.locator("#chat .question").nth(number - 1).inner_text()
        assert " ".join(shown.split()) == " ".join(asked.split())
    check(page, heard)
    page.reload()
    expect(page.locator("#chat .tools")).to_have_count(len(PAYLOADS[::4]), timeout=PATIENCE)
    check(page, heard)
