"""A visitor's documents: adding several, failures that explain themselves, choosing which to ask, deleting, privacy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.doing import ask, document, upload
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser

HARBOUR = "Greta Holm painted the lighthouse of Ystad red in May 1931. The harbour master was Olof Berg."
PAINTED = "Who painted the lighthouse of Ystad?"


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.txt"
    path.write_text(HARBOUR, encoding="utf-8")
    return path


def row(page: Page, title: str) -> str:
    return f'#documents li:has(.name:text-is("{title}"))'


def test_several_files_are_added_at_once_and_one_that_fails_says_why(page: Page, harbour: Path, tmp_path: Path) -> None:
    mill = tmp_path / "mill.md"
    mill.write_text("# The mill\n\nThe mill of Lund burned down in 1877.", encoding="utf-8")
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n0000")
    upload(page, harbour, photo, mill)
    expect(page.locator(row(page, "harbour"))).to_contain_text(re.compile(r"1 passage.*yours"))
    expect(page.locator(row(page, "The mill"))).to_be_visible()
    failed = page.locator("#tickets .failed")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("photo.png")
    expect(failed.locator(".meta")).to_contain_text(re.compile("not read|give one of|text"))
    failed.locator("button").click()
    expect(failed).to_have_count(0)


def test_an_added_document_is_read_asked_alone_and_deleted(page: Page, harbour: Path) -> None:
    upload(page, harbour)
    page.locator(row(page, "harbour")).locator(".name").click()
    expect(page.locator("#reader-title")).to_have_text("harbour")
    expect(page.locator("#reader-text")).to_have_text(HARBOUR)
    page.locator("#documents input").first.uncheck()
    expect(page.locator("#scope")).to_have_text("Only 1 of 2 documents are asked.")
    ask(page, PAINTED)
    expect(page.locator("#chat .answer-text")).to_contain_text("Greta Holm")
    ask(page, "Who is Kevork Oskanian?")
    expect(page.locator("#chat .abstained")).to_have_count(1)

    page.locator(row(page, "harbour")).locator("button.icon").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("harbour")
    dialog.locator("button[value=no]").click()
    expect(page.locator(row(page, "harbour"))).to_be_visible()
    page.locator(row(page, "harbour")).locator("button.icon").click()
    dialog.locator("button[value=yes]").click()
    expect(page.locator(row(page, "harbour"))).to_have_count(0)
    page.locator("#documents input").first.check()
    ask(page, PAINTED)
    expect(page.locator("#chat .abstained")).to_have_count(2)


def test_with_no_document_ticked_the_page_says_so_instead_of_answering(page: Page) -> None:
    page.locator("#documents input").first.uncheck()
    expect(page.locator("#scope")).to_contain_text("No document is ticked")
    ask(page, "Who is Kevork Oskanian?")
    expect(page.locator("#chat .note")).to_contain_text("No document is ticked")


def test_pasted_text_becomes_a_document(page: Page) -> None:
    page.locator("#open-text").click()
    page.get_by_label("Title", exact=True).fill("A note on the harbour")
    page.get_by_label("Text", exact=True).fill(HARBOUR)
    page.locator("#add-text button[value=add]").click()
    expect(page.locator(row(page, "A note on the harbour"))).to_be_visible(timeout=PATIENCE)
    assert document(page, "A note on the harbour")["text"] == HARBOUR


def test_an_address_that_cannot_be_read_says_why(page: Page) -> None:
    page.locator("#open-address").click()
    page.get_by_label("Address", exact=True).fill("http://127.0.0.1:9/article")
    page.locator("#add-address button[value=add]").click()
    expect(page.locator("#tickets .failed")).to_contain_text("127.0.0.1", timeout=PATIENCE)


def test_two_visitors_never_see_each_others_documents_or_conversations(visit: Visit, harbour: Path) -> None:
    ann, ben = visit(), visit()
    upload(ann, harbour)
    ask(ann, PAINTED)
    expect(ann.locator("#chat .answer-text")).to_contain_text("Greta Holm")
    theirs = document(ann, "harbour")["id"]
    conversation = ann.evaluate("sessionStorage.getItem('conversation')")

    ben.reload()
    expect(ben.locator("#documents li")).to_have_count(1)
    expect(ben.locator("#conversations li")).to_have_count(0)
    ask(ben, PAINTED)
    expect(ben.locator("#chat .abstained")).to_have_count(1)
    # Not by their ids either. Asked beside the page, whose console would tell of a refusal.
    for path in (f"page/documents/{theirs}", f"export/{conversation}.md"):
        assert ben.request.get(f"{ben.url}{path}").status == 404
    assert not ben.request.delete(f"{ben.url}page/documents/{theirs}").ok
    assert not ben.request.delete(f"{ben.url}page/conversations/{conversation}").ok
    ben.evaluate("id => sessionStorage.setItem('conversation', id)", conversation)
    ben.reload()
    expect(ben.locator("#documents li")).to_have_count(1)
    expect(ben.locator("#chat .question")).to_have_count(0)
    ann.reload()
    expect(ann.locator("#chat .answer-text")).to_contain_text("Greta Holm", timeout=PATIENCE)
    expect(ann.locator("#documents li")).to_have_count(2)
