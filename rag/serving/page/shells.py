"""The page's own files: stylesheets, scripts and the empty shells that the scripts fill. Knows nothing of answers."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.staticfiles import StaticFiles

FOLDER = "look"
STYLES = ("layout", "chat", "side", "reader")


def shell(name: str) -> str:
    """The HTML of a part of the page, with nothing of a visitor or a document in it."""
    return (files("rag.serving") / "assets" / f"{name}.html").read_text(encoding="utf-8")


def head() -> str:
    """What the page's head loads, from our own server alone.

    Not Gradio's `css=`: it would rewrite every rule to reach only what lies inside its innermost container.
    """
    styles = "".join(f'<link rel="stylesheet" href="{FOLDER}/{name}.css">' for name in STYLES)
    return f'{styles}<script type="module" src="{FOLDER}/page.js"></script>'


def icon() -> Path:
    """The icon that browsers ask for."""
    with as_file(files("rag.serving") / "assets" / "icon.svg") as path:
        return path


def static_files() -> StaticFiles:
    """Serves the files, at `/look`."""
    from starlette.staticfiles import StaticFiles

    return StaticFiles(packages=[("rag.serving", "assets")])
