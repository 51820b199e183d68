"""A reader's visit in a real browser: the first open, an answer, an honest no, a follow-up, and what follows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit
from tests.browser.doing import DISPUTED, QUESTION, UNANSWERABLE, ask
from tests.browser.serving import CHECKOUT, PATIENCE, free_port, served_page

pytestmark = pytest.mark.browser


def test_the_page_is_there_before_its_models_and_keeps_its_conversation_through_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    port = str(free_port())
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    with served_page(tmp_path / "data", "--port", port) as address:
        response = page.goto(address)
        assert response is not None
        assert "Loading models" in response.text()
        ask(page, QUESTION)  # while they load
        expect(page.locator("#chat .answer-text")).to_contain_text("Oskanian")
        expect(page.locator("#conversations li.here")).to_contain_text(QUESTION)
        page.goto("about:blank")  # what the tab keeps of the page stays
    with served_page(tmp_path / "data", "--port", port) as address:
        page.goto(address)
        expect(page.locator("#chat .question")).to_have_text(QUESTION)
        page.locator("#chat a.cite").first.click()
        expect(page.locator("#reader-text mark.quote").first).to_contain_text("Oskanian")
        expect(page.locator("#conversations li.here")).to_contain_text(QUESTION)
    context.close()


def test_an_answer_says_how_sure_it_is_in_words_and_the_number_on_demand(page: Page) -> None:
    ask(page, QUESTION)
    badge = page.locator("#chat details.verdict")
    expect(badge.locator("summary")).to_have_text(re.compile("Strong|Partial"))
    expect(badge.locator("div")).to_be_hidden()
    badge.locator("summary").click()
    expect(badge.locator("div")).to_contain_text(re.compile(r"\d+%"))


def test_why_a_passage_was_read_is_told(page: Page) -> None:
    ask(page, QUESTION)
    why = page.locator("#chat details.why")
    why.locator("summary").click()
    expect(why.locator(".signs").first).to_contain_text(re.compile(r"by meaning.*by words.*together: rank \d"))
    why.locator("a.place").first.click()
    expect(page.locator("#reader-text mark.quote").first).to_be_in_viewport()


def test_a_question_outside_the_documents_gets_an_honest_no_and_the_nearest_passage(page: Page) -> None:
    ask(page, UNANSWERABLE)
    card = page.locator("#chat .abstained")
    expect(card).to_contain_text("The documents do not say this.")
    expect(card).to_contain_text(UNANSWERABLE)
    expect(page.locator("#chat details.verdict summary")).to_have_text("Not in the documents")
    expect(page.locator("#chat a.cite")).to_have_count(0)
    card.locator("a.place").click()
    expect(page.locator("#reader-text mark.quote").first).to_be_in_viewport()


def test_a_refusal_suggests_a_question_that_is_answered(page: Page) -> None:
    ask(page, UNANSWERABLE)
    chip = page.locator("#chat .rephrase button")
    expect(chip).to_be_visible(timeout=PATIENCE)
    chip.click()
    expect(page.locator("#chat .tools")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("#answer-2 a.cite").first).to_be_visible()


def test_a_passage_that_disagrees_stands_beneath_the_answer_with_a_citation_of_its_own(page: Page) -> None:
    ask(page, DISPUTED)
    objection = page.locator("#chat .objection")
    expect(objection).to_contain_text("Disputed: Turkey denied")
    objection.locator("a.cite").click()
    expect(page.locator("#reader-text mark.quote").first).to_have_text(re.compile("^Turkey denied .*Armenia\\.$"))


def test_a_follow_up_shows_what_was_searched_for_which_can_be_changed(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "What does he say about Putin?")
    expect(page.locator("#chat .searched-text")).to_contain_text("Oskanian")
    page.locator("#chat button[name=again]").click()
    box = page.locator("#question textarea")
    expect(box).to_have_value(re.compile("Oskanian"))
    expect(box).to_be_focused()
    ask(page, "What does Oskanian say about Pashinyan?")
    expect(page.locator("#chat .question")).to_have_count(3)


def test_a_question_that_cannot_be_asked_stays_in_the_box(page: Page) -> None:
    long = "why " * 600
    page.locator("#question textarea").fill(long)
    page.locator("#send").click()
    expect(page.locator("#chat .note")).to_contain_text("2,000")
    expect(page.locator("#question textarea")).to_have_value(long)


def test_starters_and_follow_ups_are_offered_and_answered(page: Page) -> None:
    chips = page.locator("#chips button")
    expect(chips).to_have_count(3, timeout=PATIENCE)
    heading, middle = page.locator("#chat .empty").bounding_box(), page.locator("#conversation").bounding_box()
    assert heading is not None
    assert middle is not None
    assert abs(heading["x"] + heading["width"] / 2 - middle["x"] - middle["width"] / 2) < 12
    question = chips.first.text_content() or ""
    chips.first.click()
    expect(page.locator("#chat .question")).to_have_text(question.strip())
    expect(page.locator("#chat a.cite").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#chat .tools")).to_have_count(1, timeout=PATIENCE)
    expect(chips.filter(has_text=question)).to_have_count(0)


def test_asking_again_and_editing_take_the_place_of_the_last_answer(page: Page) -> None:
    ask(page, QUESTION)
    page.locator("#answer-1").evaluate("one => { one.title = 'the first answer'; }")
    page.locator("#chat button[name=retry]").click()
    expect(page.locator("#answer-1:not([title]) .tools")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#chat .question")).to_have_count(1)
    page.locator("#chat button[name=edit]").click()
    expect(page.locator("#editing")).to_be_visible()
    page.locator("#question textarea").fill("Who is Hikmet Hajiyev?")
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .question")).to_have_text("Who is Hikmet Hajiyev?")
    expect(page.locator("#chat .answer-text")).to_contain_text("Hajiyev", timeout=PATIENCE)
    expect(page.locator("#conversations .meta").first).to_contain_text("1 answer", timeout=PATIENCE)


def test_an_answer_is_copied_with_its_quotes(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.locator("#chat button[name=copy]").click()
    expect(page.locator("#news")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1] “" in copied
    assert "Oskanian" in copied


def test_a_judgement_and_its_reason_are_kept(page: Page) -> None:
    ask(page, QUESTION)
    page.locator("#chat button[name=bad]").click()
    page.get_by_label("The quote does not support it").check()
    page.locator("#complaint textarea").fill("It is about somebody else.")
    page.locator("#complaint button[value=send]").click()
    expect(page.locator("#chat button[name=bad]")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("#chat button[name=bad]")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)


def test_stop_ends_an_answer_and_the_next_one_comes(page: Page) -> None:
    page.locator("#question textarea").fill("Which countries does the article name, and what does each of them want?")
    page.locator("#question textarea").press("Enter")
    halt = page.locator("#stop")
    expect(halt).to_be_enabled()
    halt.click()
    expect(page.locator("#chat .tools")).to_have_count(1, timeout=PATIENCE)
    ask(page, QUESTION)
    expect(page.locator("#chat .answer-text").last).to_contain_text("Oskanian")


def test_the_command_line_asks_through_the_open_page(page: Page, page_data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from rag.cli import main; main()", "ask", QUESTION],
        cwd=CHECKOUT,
        env={**os.environ, "RAG_DATA_DIR": str(page_data)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Oskanian" in done.stdout
    assert "[1]" in done.stdout
    assert (page_data / "owner.json").exists(), "the page lost its data directory"
