"""Everybody can use the page: keyboard alone, a phone, light and dark, and what axe-core checks."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.doing import IN_VIEW, QUESTION, UNANSWERABLE, ask, open_side
from tests.browser.serving import PATIENCE

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# Whatever sticks out of the window to the right, unless it lies in something that scrolls or is a closed drawer.
STICKS_OUT = """[...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && one.checkVisibility({visibilityProperty: true});
}).map(one => one.outerHTML.slice(0, 80))"""


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(visit: Visit, scheme: Scheme) -> None:
    page = visit(color_scheme=scheme)
    assert serious(page) == []
    ask(page, QUESTION)
    expect(page.locator("#chips button").first).to_be_visible(timeout=PATIENCE)
    assert serious(page) == []
    ask(page, UNANSWERABLE)
    page.locator("#chat .why summary").first.click()
    assert serious(page) == []
    page.locator("#open-text").click()
    assert serious(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_sticks_out_of_the_page(visit: Visit, width: int, scheme: Scheme) -> None:
    page = visit(width=width, height=760, color_scheme=scheme)
    ask(page, QUESTION + " " + "x" * 200)
    ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(STICKS_OUT) == []


def test_a_phone_reads_and_chooses_in_drawers(visit: Visit) -> None:
    page = visit(width=360, height=640, has_touch=True, is_mobile=True)
    expect(page.locator("#side")).to_be_hidden()
    expect(page.locator("#reader")).to_be_hidden()
    ask(page, QUESTION)
    page.locator("#chat a.cite").first.tap()
    expect(page.locator("#reader mark.quote").first).to_be_visible()
    page.wait_for_function(IN_VIEW)
    page.locator("#reader-close").tap()
    expect(page.locator("#reader")).to_be_hidden()
    open_side(page)
    expect(page.locator("#documents li").first).to_be_visible()
    page.locator("#new-conversation").tap()
    expect(page.locator("#side")).to_be_hidden()
    expect(page.locator("#chat .question")).to_have_count(0)


def test_a_drawer_keeps_the_keyboard_until_it_closes(visit: Visit) -> None:
    page = visit(width=360, height=640)
    page.locator('.toggle[aria-controls="side"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side")).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#side')")
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    expect(page.locator("#question textarea")).to_be_focused()


def test_a_visit_needs_no_mouse(page: Page) -> None:
    box = page.locator("#question textarea")
    expect(box).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#chat .tools")).to_be_visible(timeout=PATIENCE)
    reached: list[str] = []
    page.locator("#documents input").first.focus()
    for _ in range(60):
        reached.append(page.evaluate("(document.activeElement.textContent || document.activeElement.ariaLabel).trim()"))
        if reached[-1].startswith("[1]"):
            break
        page.keyboard.press("Tab")
    assert reached[-1] == "[1]"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page.locator("#reader-title")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#reader-text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()


def test_who_wants_no_motion_gets_none(visit: Visit) -> None:
    page = visit(reduced_motion="reduce")
    ask(page, QUESTION)
    page.locator("#chat a.cite").first.click()
    lasts = page.locator("#reader mark.quote").first.evaluate("one => getComputedStyle(one).animationDuration")
    assert float(lasts.removesuffix("s")) < 0.01
