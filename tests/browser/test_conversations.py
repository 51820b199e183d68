"""Conversations as a visitor keeps them: a list to open, rename, export and delete, and one button that deletes all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.doing import QUESTION, ask, upload
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser


def menu(page: Page, title: str, name: str) -> None:
    """Click an entry of a conversation's menu."""
    row = page.locator("#conversations li", has_text=title)
    row.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollTop") == 0, "the menu moved the page"
    row.get_by_text(name, exact=True).click()


def test_a_new_conversation_begins_empty_and_the_old_one_opens_again(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator("#conversations li.here")).to_contain_text(QUESTION)
    page.locator("#new-conversation").click()
    expect(page.locator("#chat .question")).to_have_count(0)
    ask(page, "Who is Hikmet Hajiyev?")
    expect(page.locator("#conversations li")).to_have_count(2)
    page.locator("#conversations .name", has_text=QUESTION).click()
    expect(page.locator("#chat .question")).to_have_text(QUESTION)
    ask(page, "What does he say about Putin?")
    expect(page.locator("#chat .searched-text")).to_contain_text("Oskanian")


def test_a_conversation_is_renamed_and_deleted(page: Page) -> None:
    ask(page, QUESTION)
    menu(page, QUESTION, "Rename")
    page.get_by_label("Name", exact=True).fill("The researcher <b>&amp;</b> ${1+1}")
    page.keyboard.press("Enter")
    named = page.locator("#conversations .name")
    expect(named).to_have_text("The researcher <b>&amp;</b> ${1+1}")
    page.reload()
    expect(named).to_have_text("The researcher <b>&amp;</b> ${1+1}")
    menu(page, "The researcher", "Delete")
    page.locator("#confirm button[value=yes]").click()
    expect(page.locator("#conversations li")).to_have_count(0)
    expect(page.locator("#chat .question")).to_have_count(0)


def test_an_open_menu_stays_open_while_the_list_is_asked_for_again(page: Page) -> None:
    ask(page, QUESTION)
    page.locator("#conversations summary").click()
    with page.expect_response("**/page/conversations"):
        page.evaluate("import('/look/conversations.js').then((list) => list.refresh())")
    expect(page.locator("#conversations").get_by_text("Rename", exact=True)).to_be_visible()


@pytest.mark.parametrize(("name", "suffix"), [("Markdown", ".md"), ("HTML", ".html"), ("JSON", ".json")])
def test_a_conversation_is_saved_as_a_file(page: Page, tmp_path: Path, name: str, suffix: str) -> None:
    ask(page, QUESTION)
    with page.expect_download() as saving:
        menu(page, QUESTION, f"Save as {name}")
    expect(page.locator("#conversations details[open]")).to_have_count(0)
    path = tmp_path / f"saved{suffix}"
    saving.value.save_as(path)
    assert saving.value.suggested_filename.endswith(suffix)
    saved = path.read_text(encoding="utf-8")
    assert QUESTION in saved
    if suffix == ".json":
        assert "Oskanian" in json.dumps(json.loads(saved))
    if suffix == ".html":
        other = page.context.new_page()
        other.goto(path.as_uri())
        anchor = other.locator('a[href^="#"]').first
        target = (anchor.get_attribute("href") or "").removeprefix("#")
        assert other.locator(f'[id="{target}"]').count() == 1
        other.close()


def test_delete_my_data_deletes_all_of_it_and_the_page_says_where_it_was_kept(
    page: Page, page_data: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Greta Holm painted the lighthouse of Ystad red.", encoding="utf-8")
    upload(page, note)
    ask(page, QUESTION)
    page.locator("#open-settings").click()
    expect(page.locator("#kept")).to_contain_text(str(page_data))
    page.locator("#erase").click()
    page.locator("#confirm button[value=yes]").click()
    expect(page.locator("#chat .question")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("#conversations li")).to_have_count(0)
    expect(page.locator("#documents li")).to_have_count(1)
    expect(page.locator("#documents li")).not_to_contain_text(re.compile("yours"))
