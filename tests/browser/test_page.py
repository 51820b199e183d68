"""A reader's visit, in a real browser: the page, an answer, its quote, an honest no, and nothing leaves the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.serving import BROWSER_FLAGS, CHECKOUT, served_page

pytestmark = pytest.mark.browser

PATIENCE = 90_000  # milliseconds; models load slowly on a busy machine
QUESTION = "Who is Kevork Oskanian?"
UNANSWERABLE = "Who won the football World Cup in 2018?"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page") / "data"


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    with served_page(data_dir) as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A visitor of its own, whose every request stays on this machine and whose console stays quiet."""
    context = browser.new_context(viewport={"width": 1440, "height": 700})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    hosts: set[str | None] = set()
    complaints: list[str] = []
    opened.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    opened.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
    opened.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(address)
    yield opened
    context.close()
    assert hosts <= {"127.0.0.1", None}, "a request left the machine"
    assert complaints == []


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    answered = page.locator("#chat .verdict").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .verdict")).to_have_count(answered + 1, timeout=PATIENCE)


def ready(page: Page) -> None:
    expect(page.locator(".status-ready")).to_be_visible(timeout=PATIENCE)


def test_the_page_is_there_before_its_models_and_becomes_ready(browser: Browser, tmp_path: Path) -> None:
    with served_page(tmp_path / "data") as address:
        opened = browser.new_page()
        response = opened.goto(address, timeout=PATIENCE)
        assert response is not None
        assert "Loading models" in response.text()
        expect(opened.locator(".status-ready")).to_have_text("Ready · 1 document", timeout=PATIENCE)
        opened.close()


def test_a_question_asked_while_models_load_is_answered_when_they_have(browser: Browser, tmp_path: Path) -> None:
    with served_page(tmp_path / "data") as address:
        opened = browser.new_page()
        opened.goto(address, timeout=PATIENCE)
        opened.set_default_timeout(PATIENCE)
        ask(opened, QUESTION)
        expect(opened.locator("#chat .answer-text")).to_contain_text("Oskanian")
        opened.close()


def test_an_answer_has_a_number_whose_quote_is_in_the_document(page: Page) -> None:
    ready(page)
    ask(page, QUESTION)
    expect(page.locator("#chat a.cite").first).to_have_text("[1]")
    quote = page.locator("#c-1-1 mark.quote").text_content() or ""
    document = (CHECKOUT / "corpus" / "turkey-azerbaijan-2020.md").read_text(encoding="utf-8")
    assert "Oskanian" in quote
    assert " ".join(quote.split()) in " ".join(document.split())


def test_clicking_a_number_brings_its_words_into_view(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 500})  # where the quote cannot be in view already
    ready(page)
    ask(page, QUESTION)
    mark = page.locator("#c-1-1 mark.quote")
    expect(mark).not_to_be_in_viewport()
    page.locator("#chat a.cite").first.click()
    expect(mark).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#c-1-1")).to_have_class(re.compile("flash"))


def test_an_old_answers_number_shows_its_own_sources_again(page: Page) -> None:
    ready(page)
    ask(page, QUESTION)
    ask(page, "Who is Hikmet Hajiyev?")
    expect(page.locator("#c-1-1 mark.quote")).to_be_hidden()
    page.locator('#chat a.cite[href="#c-1-1"]').first.click()
    expect(page.locator("#c-1-1 mark.quote")).to_be_visible()
    expect(page.locator("#c-2-1 mark.quote")).to_be_hidden()


def test_a_question_outside_the_documents_gets_an_honest_no(page: Page) -> None:
    ready(page)
    ask(page, UNANSWERABLE)
    expect(page.locator("#chat .verdict")).to_have_text("Not in the documents")
    expect(page.locator("#chat a.cite")).to_have_count(0)
    expect(page.locator("#sources article.source:not(.other)")).to_have_count(0)
    expect(page.locator("#sources details.others")).not_to_have_attribute("open", "")


def test_a_question_that_cannot_be_asked_stays_in_the_box(page: Page) -> None:
    ready(page)
    long = "why " * 600
    page.locator("#question textarea").fill(long)
    page.locator("#send").click()
    expect(page.locator("#chat .note")).to_contain_text("2,000")
    expect(page.locator("#question textarea")).to_have_value(long)


def test_starters_are_offered_asked_and_gone(page: Page) -> None:
    ready(page)
    chips = page.locator("#starters button:visible")
    expect(chips.first).to_be_visible()
    question = chips.first.text_content() or ""
    chips.first.click()
    expect(page.locator("#chat .question")).to_have_text(question.strip())
    expect(page.locator("#chat a.cite").first).to_be_visible()
    expect(chips).to_have_count(0)
    page.locator("#clear").click()
    expect(page.locator("#chat .question")).to_have_count(0)
    expect(chips.first).to_be_visible()


def test_two_visitors_do_not_see_each_other(page: Page, browser: Browser, address: str) -> None:
    ready(page)
    ask(page, QUESTION)
    other = browser.new_context().new_page()
    other.goto(address)
    ask(other, "What about his university?")
    assert "Oskanian" not in (other.locator("#chat .question").text_content() or "")
    expect(page.locator("#chat .question")).to_have_count(1)
    expect(other.locator("#chat .searched")).to_have_count(0)
    other.context.close()


PAYLOADS = (
    "<img src=//192.0.2.1/a onerror=document.title='hit'> ![a](//192.0.2.1/b) ${document.title='hit'} `x` {{value}}"
)


def test_what_a_visitor_types_never_acts(page: Page) -> None:
    ready(page)
    title = page.title()
    ask(page, PAYLOADS + " Oskanian")
    expect(page.locator("#chat .question")).to_have_text(PAYLOADS + " Oskanian")
    expect(page.locator("#chat img")).to_have_count(0)
    assert page.title() == title


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_sticks_out_of_the_page(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ready(page)
    ask(page, QUESTION + " " + "x" * 200)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_command_line_asks_through_the_open_page(page: Page, data_dir: Path) -> None:
    ready(page)
    done = subprocess.run(
        [sys.executable, "-c", "from rag.cli import main; main()", "ask", QUESTION],
        cwd=CHECKOUT,
        env={**os.environ, "RAG_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Oskanian" in done.stdout
    assert "[1]" in done.stdout
    assert (data_dir / "owner.json").exists(), "the page lost its data directory"
