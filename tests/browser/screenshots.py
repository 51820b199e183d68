"""Pictures of the page for the README: `python -m tests.browser.screenshots [FOLDER]`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.doing import DISPUTED, QUESTION, ask
from tests.browser.serving import BROWSER_FLAGS, CHECKOUT, PATIENCE, served_page


def main() -> None:
    """Ask the page over the shipped corpus and write page-light.png and page-dark.png."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("RAG_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, served_page(Path(home) / "data") as address, sync_playwright() as run:
        browser = run.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        _picture(browser, address, "light", folder / "page-light.png")
        _picture(browser, address, "dark", folder / "page-dark.png")
        browser.close()


def _picture(browser: Browser, address: str, scheme: Literal["light", "dark"], path: Path) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 820}, color_scheme=scheme)
    page.goto(address)
    expect(page.locator("#status .status-ready")).to_be_visible(timeout=PATIENCE)
    ask(page, QUESTION)
    ask(page, DISPUTED)
    expect(page.locator("#chips button").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#reader-text mark.quote").first).to_be_visible()
    page.screenshot(path=path, animations="disabled")
    print(path)
    page.close()


if __name__ == "__main__":
    main()
