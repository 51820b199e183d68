"""What a visitor does, as steps for the tests: ask, add a document, look at what is marked. Asserts nothing itself."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.serving import PATIENCE

QUESTION = "Who is Kevork Oskanian?"
DISPUTED = "What shot down the Sukhoi S-25?"
UNANSWERABLE = "Who won the football World Cup in 2018?"
# Every piece of marked text, where the browser shows it, and where it lies.
MARKED = "[...document.querySelectorAll('#reader-text mark.quote')].map(one => one.textContent).join('')"
IN_VIEW = """[...document.querySelectorAll('#reader-text mark.quote')].every(one => {
    const pane = document.querySelector('#reader-text').getBoundingClientRect();
    return [...one.getClientRects()].every(box => {
        const under = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return box.top >= pane.top && box.bottom <= pane.bottom && one.contains(under);
    });
})"""


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    before = page.locator("#chat .tools").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .tools")).to_have_count(before + 1, timeout=PATIENCE)


def open_side(page: Page) -> None:
    """Bring the sidebar into view, where it is a drawer."""
    toggle = page.locator('.toggle[aria-controls="side"]')
    if toggle.is_visible() and toggle.get_attribute("aria-expanded") != "true":
        toggle.click()


def upload(page: Page, *files: Path) -> None:
    """Add files through the sidebar, and wait until nothing is being added any longer."""
    page.locator("#files").set_input_files([str(path) for path in files])
    expect(page.locator("#tickets progress")).to_have_count(0, timeout=PATIENCE)


def document(page: Page, title: str) -> dict[str, str]:
    """A document as the server gives it to this visitor."""
    found: dict[str, str] = page.evaluate(
        """async (title) => {
            const list = await (await fetch("page/documents")).json();
            const id = list.find((one) => one.title === title).id;
            return (await fetch(`page/documents/${encodeURIComponent(id)}`)).json();
        }""",
        title,
    )
    return found


def cited_range(page: Page, number: int = 0) -> tuple[int, int]:
    """Start and end, in characters of the document, that a citation of the page points at."""
    href = page.locator("#chat a.cite").nth(number).get_attribute("href") or ""
    start, end = href.split(";")[1].split(",")
    return int(start), int(end)
