"""Files on this machine: finds them, checks that they can be read, has them made into Documents.

Must not know how a file is parsed nor who asks for it.
"""

from __future__ import annotations

import os
from pathlib import Path

from rag.documents.making import MAX_BYTES, make
from rag.errors import DocumentError
from rag.schema import Document


def load(source: str, *, owner: str = "", title: str = "", published: str = "", source_name: str = "") -> Document:
    """The file `source` as a cleaned Document.

    `title` and `published` win over what the file says. `source_name` replaces the resolved path as Document.source,
    from which (with `owner`) the id derives, and in what is said of the file; its suffix tells the kind.

    Raises:
        DocumentError: the file is missing, empty, binary, too large, of an unknown kind, or cannot be opened.
    """
    path = _regular_file(source, source_name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(
            f"{source_name or source}: cannot be read ({error.strerror}); check the file's permissions."
        ) from error
    name = source_name or str(path)
    end, stem = Path(name).suffix, Path(name).stem
    return make(data, end, name, owner=owner, title=title, published=published, fallback=stem)


def find_files(source: str) -> list[Path]:
    """The file `source`, or every file of the folder `source` in sorted order, as resolved paths, each once.

    Hidden files and folders are skipped; a link is followed only to a file inside the folder. A folder in it that may
    not be opened is among the files: whoever loads it is told so.

    Raises:
        DocumentError: nothing is there, or the folder holds no file.
    """
    root = _resolved(source) if source else None  # an empty path would be the folder that we happen to be in
    if root is None or not os.path.isdir(root):
        return [_regular_file(source)]
    found: dict[Path, None] = {}
    for folder, folders, names in os.walk(root, onerror=lambda error: found.setdefault(Path(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = _resolved(os.path.join(folder, name))
            if path and not name.startswith(".") and path.is_relative_to(root) and path.is_file():
                found[path] = None
    if not found:
        raise DocumentError(f"{source}: the folder holds no files; put documents into it or name another.")
    return list(found)


def _resolved(source: str) -> Path | None:
    """Where a path leads, links followed; None for links that lead nowhere but to each other, and for no path."""
    try:
        return Path(source).resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _regular_file(source: str, shown: str = "") -> Path:
    try:
        path = Path(source).resolve()
        if path.is_file():
            return path
        reason = _why_not_a_file(path) if source else "names nothing; give the path of a file or a folder."
    except RuntimeError:
        reason = "is a link that leads back to itself; name the file."
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check the path and its permissions."
    except ValueError:  # a NUL character in the path
        raise DocumentError(f"{shown or source!r}: is not a path; give the path of a file.") from None
    raise DocumentError(f"{shown or source or '(empty path)'}: {reason}")


def _why_not_a_file(path: Path) -> str:
    if path.is_dir():
        if not os.access(path, os.R_OK | os.X_OK):
            return "is a folder that may not be opened; check its permissions."
        return "is a folder; give the files in it one by one, or ingest the folder."
    if path.exists():
        return "is not a regular file; copy its contents into one."
    return "does not exist; check the path."
