"""The article reader: a citation opens the exact words, wherever they stand, however long the document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.doing import DISPUTED, IN_VIEW, MARKED, QUESTION, UNANSWERABLE, ask, cited_range, document, upload
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser

ARTICLE = "Ankara behind Baku, Moscow waiting: the 2020 war over Nagorno-Karabakh"
# Resolves when the text has not moved for so many frames.
AT_REST = """() => new Promise((done) => {
    const pane = document.querySelector("#reader-text");
    let last = NaN, still = 0;
    const look = () => {
        still = pane.scrollTop === last && pane.getBoundingClientRect().left < 40 ? still + 1 : 0;
        last = pane.scrollTop;
        if (still > 30) done();
        else requestAnimationFrame(look);
    };
    look();
})"""
TWICE = "The lighthouse of Ystad was painted red by Greta Holm.\n\n"
FILLER = "Nothing of note happened in the harbour on day {} of that year, said the log. "


def test_the_whole_document_is_there_from_the_start_with_what_is_known_of_it(page: Page) -> None:
    expect(page.locator("#reader-title")).to_have_text(ARTICLE)
    expect(page.locator("#reader-about")).to_contain_text("Al-Monitor")
    assert page.locator("#reader-text").evaluate("one => one.textContent") == document(page, ARTICLE)["text"]


@pytest.mark.parametrize("width", [360, 1440])
def test_a_citation_opens_the_exact_words_in_view(visit: Visit, width: int) -> None:
    page = visit(width=width, height=600)
    ask(page, QUESTION)
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#reader-text mark.phrase").first).to_be_visible()
    start, end = cited_range(page)
    assert page.evaluate(MARKED) == document(page, ARTICLE)["text"][start:end]
    page.wait_for_function(IN_VIEW)
    expect(page.locator("#reader-text mark.quote").first).to_have_class(re.compile("pulse"))
    expect(page.locator("#reader-text .passage").first).to_be_attached()


def test_in_the_drawer_of_a_phone_the_words_stay_where_they_were_brought(visit: Visit) -> None:
    page = visit(width=320, height=640)
    ask(page, DISPUTED)
    for number in (1, -1, 0):  # the denial, which stands behind what is denied, and the answer, which stands above
        page.locator("#chat a.cite").nth(number).click()
        start, end = cited_range(page, number)
        assert page.evaluate(MARKED) == document(page, ARTICLE)["text"][start:end]
        page.evaluate(AT_REST)
        assert page.evaluate(IN_VIEW)
        page.keyboard.press("Escape")


def test_a_number_opens_by_keyboard_and_escape_returns_to_the_question(page: Page) -> None:
    ask(page, QUESTION)
    link = page.locator("#chat a.cite").first
    link.focus()
    expect(page.locator("#tip")).to_contain_text("Oskanian")
    expect(link).to_have_accessible_name(re.compile("^Source 1: .*Oskanian"))
    link.press("Enter")
    expect(page.locator("#tip")).to_be_hidden()
    expect(page.locator("#reader-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#question textarea")).to_be_focused()


def test_hovering_over_a_number_shows_its_quote(page: Page) -> None:
    ask(page, QUESTION)
    page.locator("#chat a.cite").first.hover()
    expect(page.locator("#tip")).to_be_visible()
    quote = (page.locator("#tip").text_content() or "").strip("“”")
    assert quote in " ".join(document(page, ARTICLE)["text"].split())


def test_an_old_answers_number_still_opens_its_own_words(page: Page) -> None:
    ask(page, QUESTION)
    ask(page, "Who is Hikmet Hajiyev?")
    page.locator("#answer-1 a.cite").first.click()
    expect(page.locator("#reader-text mark.quote").first).to_contain_text("Oskanian")
    page.reload()
    expect(page.locator("#answer-1 a.cite").first).to_be_visible(timeout=PATIENCE)
    page.locator("#answer-1 a.cite").first.click()
    expect(page.locator("#reader-text mark.quote").first).to_contain_text("Oskanian")


def test_a_sentence_that_occurs_twice_in_a_long_document_is_marked_where_it_was_cited(
    page: Page, tmp_path: Path
) -> None:
    # Two hundred kilobytes, letters beyond the basic plane before the words, and the same sentence at both ends.
    days = "".join(FILLER.format(day) + ("\n\n" if day % 5 == 0 else "") for day in range(2_500))
    path = tmp_path / "log of the harbour.txt"
    path.write_text(f"The log 𝕬 🜁 of the harbour.\n\n{TWICE}{days}\n\n{TWICE}The end.", encoding="utf-8")
    upload(page, path)
    title = "log of the harbour"
    row = page.locator("#documents li", has_text="harbour")
    expect(row).to_be_visible(timeout=PATIENCE)
    title = row.locator(".name").text_content() or title
    page.locator("#documents li input").first.uncheck()
    ask(page, "Who painted the lighthouse of Ystad?")
    text = document(page, title)["text"]
    first, second = (found.start() for found in re.finditer("The lighthouse of Ystad", text))
    page.locator("#chat a.cite").first.click()
    start, end = cited_range(page)
    assert start in (first, second)
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()
    assert page.evaluate(MARKED) == text[start:end]
    page.wait_for_function(IN_VIEW)
    # Pointed at the other occurrence, the same words are marked there and nowhere else.
    other = second if start == first else first
    shown = page.evaluate(
        """async ([id, start, end]) => {
            const reader = await import("/look/reader.js");
            const sum = document.querySelector("#chat a.cite").getAttribute("href").split("~")[1];
            await reader.open(id, {at: {id, quote: [start, end], passage: [start, end], phrase: null, sum}});
            const before = document.createRange();
            before.setStart(document.querySelector("#reader-text"), 0);
            before.setEndBefore(document.querySelector("#reader-text mark.quote"));
            return [...before.toString()].length;
        }""",
        [document(page, title)["id"], other, other + end - start],
    )
    assert shown == other
    assert page.evaluate(MARKED) == text[start:end]


def test_a_document_that_has_changed_says_so_instead_of_marking_other_words(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "harbour.txt"
    path.write_text("Greta Holm painted the lighthouse of Ystad red.", encoding="utf-8")
    upload(page, path)
    page.locator("#documents input").first.uncheck()
    ask(page, "Who painted the lighthouse of Ystad?")
    path.write_text("A note was added. Nobody painted the lighthouse of Ystad.", encoding="utf-8")
    upload(page, path)
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#reader-note")).to_contain_text("has changed since")
    expect(page.locator("#reader-note")).to_contain_text("Greta Holm")
    expect(page.locator("#reader-text mark")).to_have_count(0)


def test_each_sentence_has_an_address_that_opens_it_in_another_tab_and_after_a_reload(page: Page) -> None:
    ask(page, QUESTION)
    page.locator("#chat a.cite").first.click()
    start, end = cited_range(page)
    words = document(page, ARTICLE)["text"][start:end]
    with page.context.expect_page() as opening:
        page.locator("#chat a.cite").first.click(modifiers=["ControlOrMeta"])
    other = opening.value
    assert other.url == page.url
    expect(other.locator("#reader-text mark.quote").first).to_be_visible(timeout=PATIENCE)
    assert other.evaluate(MARKED) == words
    other.wait_for_function(IN_VIEW)
    ask(page, "Who is Hikmet Hajiyev?")  # whose words are now in the reader, until its page is loaded again
    page.reload()
    expect(page.locator("#chat .tools")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()
    assert page.evaluate(MARKED) == words


def test_an_address_that_outlived_its_text_marks_no_other_words(page: Page) -> None:
    ask(page, QUESTION)
    href = page.locator("#chat a.cite").first.get_attribute("href") or ""
    other = page.context.new_page()
    other.goto(page.url.partition("#")[0] + href[:-1] + ("0" if href[-1] != "0" else "1"))
    expect(other.locator("#reader-note")).to_contain_text("has changed since", timeout=PATIENCE)
    expect(other.locator("#reader-text mark")).to_have_count(0)


def test_an_honest_no_leaves_no_other_answers_words_marked(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()
    ask(page, UNANSWERABLE)
    expect(page.locator("#reader-text mark")).to_have_count(0)
    page.locator("#chat .abstained a.place").click()
    expect(page.locator("#reader-text mark.quote").first).to_be_in_viewport()
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()


def test_a_number_opens_its_words_while_the_answer_still_grows(page: Page) -> None:
    page.locator("#question textarea").fill("Who is Kevork Oskanian and who is Hikmet Hajiyev?")
    page.locator("#question textarea").press("Enter")
    page.locator("#chat a.cite").first.click()
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()
    expect(page.locator("#chat .tools")).to_have_count(1, timeout=PATIENCE)
    start, end = cited_range(page)
    assert page.evaluate(MARKED) == document(page, ARTICLE)["text"][start:end]


def test_each_sentence_has_an_id_of_its_own_by_which_it_opens(page: Page) -> None:
    read = document(page, ARTICLE)
    places = page.evaluate(
        """() => [...document.querySelectorAll("#reader-text [id]")].map((one) => {
            const before = document.createRange();
            before.setStart(document.querySelector("#reader-text"), 0);
            before.setEndBefore(one);
            return [one.id, [...before.toString()].length];
        })"""
    )
    assert len(places) > 40
    assert [f"s-{start}" for _, start in places] == [name for name, _ in places]
    name, start = places[30]
    page.goto(f"{page.url}#{name}")
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()
    page.wait_for_function(IN_VIEW)
    words = page.evaluate(MARKED)
    assert words == read["text"][start : start + len(words)]
    page.reload()
    expect(page.locator(f"#{name} mark.quote").first).to_be_visible(timeout=PATIENCE)
    page.wait_for_function(IN_VIEW)
    assert page.evaluate(MARKED) == words
