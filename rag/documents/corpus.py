"""Reads a folder of documents, with or without a `corpus.toml` that says what they are. Knows no index."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.documents.files import find_files, load
from rag.errors import ConfigurationError, DocumentError
from rag.schema import Document

_MANIFEST = "corpus.toml"
_DETAILS = ("publisher", "rights", "note")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds, and why some of its files could not be read."""

    documents: tuple[Document, ...]
    failed: Mapping[str, str] = field(default_factory=dict)


def fingerprint(folder: Path) -> str:
    """Changes whenever a file of the folder is added, removed or written.

    Raises:
        ConfigurationError: there is no such folder, or it is empty.
    """
    stats = [(name, path.stat()) for name, path in _paths(folder).items()]
    lines = "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)
    return hashlib.sha256(lines.encode()).hexdigest()


def load_corpus(folder: Path) -> Corpus:
    """The documents that `corpus.toml` names, or every readable file when there is none.

    Raises:
        ConfigurationError: there is no such folder, it is empty, or its corpus.toml cannot be read.
    """
    entries = _entries(folder)
    documents: list[Document] = []
    failed: dict[str, str] = {}
    paths = _paths(folder)
    for name, path in paths.items():
        if path.name == _MANIFEST or (entries and name not in entries):
            continue
        try:
            documents.append(_load(path, name, entries.get(name, {})))
        except DocumentError as error:
            failed[name] = str(error)
    absent = sorted(set(entries) - set(paths))
    failed.update({name: f"{_MANIFEST} names {name}, which is not in {folder}." for name in absent})
    return Corpus(tuple(documents), failed)


def _paths(folder: Path) -> dict[str, Path]:
    """The folder's files by their name in it."""
    if not folder.is_dir():
        raise ConfigurationError(f"The corpus folder {folder} does not exist; set RAG_CORPUS_DIR to one that does.")
    try:
        found = find_files(str(folder))
    except DocumentError as error:
        raise ConfigurationError(f"The corpus folder cannot be used: {error} Or set RAG_CORPUS_DIR.") from error
    root = folder.resolve()
    return {path.relative_to(root).as_posix(): path for path in found}


def _entries(folder: Path) -> dict[str, dict[str, str]]:
    """What corpus.toml says of each file, by file name; empty without one."""
    path = folder / _MANIFEST
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["document"]
        return {table["file"]: {key: str(value) for key, value in table.items()} for table in tables}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{path} cannot be used ({error}); it needs a [[document]] table with a `file` for each document."
        ) from error


def _load(path: Path, name: str, entry: Mapping[str, str]) -> Document:
    title, published = entry.get("title", ""), entry.get("published", "")
    document = load(str(path), title=title, published=published, source_name=f"corpus/{name}")
    details = {key: entry[key] for key in _DETAILS if entry.get(key)}
    described = hashlib.sha256(f"{document.content_hash} {sorted(details.items())}".encode()).hexdigest()
    return replace(document, metadata={**document.metadata, **details}, content_hash=described)
