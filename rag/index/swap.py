"""Puts one folder in another's place, whole or not at all. Knows nothing of what lies in them."""

from __future__ import annotations

import shutil
from pathlib import Path


def draft_folder(folder: Path) -> Path:
    """Where a folder's successor is to be written: beside it, and not there yet."""
    draft = _draft(folder)
    _discard(draft)
    return draft


def replace_folder(folder: Path) -> None:
    """Put the whole draft in the folder's place; cut short anywhere, `finish_swap` finishes it or starts over."""
    gone = _gone(folder)
    _discard(gone)
    if folder.exists():
        folder.rename(gone)
    _draft(folder).rename(folder)
    _discard(gone)


def finish_swap(folder: Path) -> None:
    """Clean up after a swap that was cut short: a draft is whole exactly when the old folder has made way for it."""
    if _gone(folder).exists() and not folder.exists() and _draft(folder).exists():
        _draft(folder).rename(folder)
    _discard(_gone(folder))
    _discard(_draft(folder))


def _draft(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.next")


def _gone(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.gone")


def _discard(path: Path) -> None:
    if path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
