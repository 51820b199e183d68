"""A question on its way: it is seen at once, says its place in the queue, can be stopped, and is never lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.serving.guards import BUSY
from tests.browser.conftest import Visit
from tests.browser.doing import QUESTION, UNANSWERABLE, ask
from tests.browser.serving import PATIENCE, free_port, served_page

pytestmark = pytest.mark.browser

LONG = "Which countries does the article name, and what does each of them want?"


def crowd(page: Page, size: int) -> None:
    """So many others ask at the same time."""
    for number in range(size):
        asked = page.request.post(f"{page.url}gradio_api/call/v2/ask", data={"question": f"{LONG} {number}"})
        assert asked.ok


def send(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def test_a_question_in_the_queue_is_seen_says_its_place_and_is_answered_in_turn(page: Page) -> None:
    crowd(page, 14)
    send(page, QUESTION)
    expect(page.locator("#chat .question")).to_have_text(QUESTION)
    expect(page.locator("#chat .note")).to_have_text(
        re.compile(r"Waiting: (\d+ questions? before yours|yours is next)")
    )
    expect(page.locator("#question textarea")).to_have_value("")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")  # out of impatience
    expect(page.locator("#news")).to_contain_text("One question at a time")
    expect(page.locator("#chat .answer-text")).to_contain_text("Oskanian", timeout=PATIENCE)
    expect(page.locator("#chat .question")).to_have_count(1)


def test_a_question_in_the_queue_can_be_stopped_and_comes_back_into_the_box(page: Page) -> None:
    ask(page, QUESTION)
    crowd(page, 14)
    send(page, LONG)
    expect(page.locator("#chat .note")).to_contain_text("Waiting")
    page.locator("#stop").click()
    expect(page.locator("#chat .question")).to_have_count(1)
    expect(page.locator("#question textarea")).to_have_value(LONG)
    expect(page.locator("#question textarea")).to_be_focused()
    page.locator("#send").click()
    expect(page.locator("#chat .tools")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("#conversations .meta")).to_contain_text("2 answers")


def test_a_busy_page_says_so_beneath_the_question_and_hides_no_answer(browser: Browser, address: str) -> None:
    context = browser.new_context()  # without the watch on its console, which tells of every refusal
    page = context.new_page()
    page.goto(address)
    ask(page, QUESTION)
    full = {"error": "ServiceError", "message": BUSY, "detail": BUSY}
    page.route("**/gradio_api/queue/join**", lambda route: route.fulfill(status=503, json=full))
    send(page, LONG)
    expect(page.locator("#chat .note")).to_have_text(BUSY)
    expect(page.locator(".toast-body")).to_be_attached()  # Gradio's own word for it, which nobody needs beside ours
    expect(page.locator(".toast-body")).to_be_hidden()
    expect(page.locator("#question textarea")).to_have_value(LONG)
    top = page.locator("#answer-1 .answer-text")
    assert top.evaluate(
        """one => {
            const box = one.getBoundingClientRect();
            return one.contains(document.elementFromPoint(box.left + 20, box.bottom - 8));
        }"""
    ), "something lies over the conversation"
    page.unroute("**/gradio_api/queue/join**")
    page.locator("#send").click()
    expect(page.locator("#chat .note")).to_have_count(1)
    expect(page.locator("#chat .verdict")).to_have_count(2, timeout=PATIENCE)
    context.close()


def test_a_question_sent_and_left_behind_at_once_grows_into_no_other_conversation(page: Page) -> None:
    ask(page, QUESTION)
    for wait in (0, 60, 300):
        send(page, LONG)
        page.wait_for_timeout(wait)
        page.locator("#new-conversation").click()
        expect(page.locator("#chat .question")).to_have_count(0)
        page.wait_for_timeout(1500)
        expect(page.locator("#chat .question")).to_have_count(0)
    ask(page, "Who is Hikmet Hajiyev?")
    expect(page.locator("#chat .question")).to_have_count(1)
    expect(page.locator("#conversations li.here")).to_contain_text("1 answer")


@pytest.mark.parametrize("height", [480, 860])
def test_the_question_stays_in_view_above_an_answer_that_is_longer_than_the_window(visit: Visit, height: int) -> None:
    page = visit(width=360, height=height)
    for question in (QUESTION, UNANSWERABLE):
        ask(page, question)
        expect(page.locator("#chat .question").last).to_be_in_viewport()
        expect(page.locator("#chat .answer-text").last).to_be_in_viewport()


def test_what_is_half_typed_outlives_a_reload_and_is_asked_once(page: Page) -> None:
    box = page.locator("#question textarea")
    box.fill("Who is Kevork")
    page.reload()
    expect(box).to_have_value("Who is Kevork")
    ask(page, QUESTION)
    expect(page.locator("#conversations li.here")).to_contain_text(QUESTION)
    page.reload()
    expect(page.locator("#chat .question")).to_have_text(QUESTION)
    expect(box).to_have_value("")


def test_a_page_left_open_finds_its_server_again_after_a_restart(browser: Browser, tmp_path: Path) -> None:
    port = str(free_port())
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    with served_page(tmp_path / "data", "--port", port) as address:
        page.goto(address)
        ask(page, QUESTION)
        expect(page.locator("#conversations li.here")).to_contain_text(QUESTION)
        page.evaluate("window.stale = true")
    send(page, "Where does he work?")
    expect(page.locator(".toast-body")).to_be_visible()  # that the connection is lost
    with served_page(tmp_path / "data", "--port", port):
        page.wait_for_function("!window.stale")  # the page has loaded itself again
        expect(page.locator("#status .status-ready")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#chat .question")).to_have_text(QUESTION)
        expect(page.locator("#question textarea")).to_have_value("Where does he work?")
        ask(page, "Where does he work?")
        expect(page.locator("#chat .searched-text")).to_contain_text("Oskanian")
        expect(page.locator("#conversations li.here")).to_contain_text("2 answers")
    context.close()
