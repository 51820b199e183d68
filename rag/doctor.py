"""Looks a data directory, its index and the models over, and says what to do. Knows how to check, not how to answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.errors import DataDirectoryBusy, DataDirectoryError, IndexDamaged, RagError

if TYPE_CHECKING:
    from rag.index.catalog import Catalog
    from rag.schema import Encoder
    from rag.settings import Settings

State = Literal["ok", "warn", "fail"]
_GIB = 1 << 30
_REPAIR = "run: rag doctor --repair"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: how it is, and what to do about it where it is not well."""

    name: str
    state: State
    said: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, one after the other; none of them changes anything that is stored."""
    from rag.index.lock import DataDirectoryLock

    yield _tried("data directory", lambda: _check_directory(settings.data_dir))
    yield _tried("disk space", lambda: _check_space(settings.data_dir))
    yield _tried("embedding model", lambda: _check_encoder(settings))
    yield _tried("reader", lambda: _check_reader(settings))
    yield check_llm(settings)
    lock = DataDirectoryLock(settings.data_dir)
    try:
        lock.acquire()
    except DataDirectoryBusy as busy:
        yield Check("lock", "warn", str(busy), "close that process and run rag doctor again, to have the index checked")
        return
    except DataDirectoryError as error:
        yield Check("lock", "fail", str(error))
        return
    try:
        yield Check("lock", "ok", "no other process uses the data directory")
        yield from _check_index(settings)
    finally:
        lock.release()


def repair(settings: Settings) -> str:
    """Write vectors and full-text tables anew from the stored documents, with the present settings; says what it did.

    On a Chroma server only what is missing is written: others may be using the rest.

    Raises:
        IndexDamaged: the stored documents themselves are damaged.
        RagError: whatever else keeps the index from being opened.
    """
    from rag.index.encoder import open_encoder
    from rag.index.lock import DataDirectoryLock
    from rag.index.opening import open_index

    lock = DataDirectoryLock(settings.data_dir)
    lock.acquire()
    try:
        encoder = open_encoder(settings.embedding_model, settings.cache_dir)
        index = open_index(settings, encoder, rebuild=not settings.chroma_url)
        count, passages = len(index.catalog.documents()), index.catalog.count()
        index.close()
    finally:
        lock.release()
    return f"Indexed {count:,} documents again: {passages:,} passages."


def check_llm(settings: Settings) -> Check:
    """Whether the language model answers, where one is configured."""
    from rag.answering.llm.providers import check_llm as asked

    try:
        said = asked(settings)
    except RagError as error:
        fix = "start its server, or correct RAG_LLM, RAG_LLM_URL or RAG_LLM_KEY; until then answers are quoted"
        return Check("language model", "fail", str(error), fix)
    return Check("language model", "ok", said or "no LLM configured; answers are quoted without one")


def _tried(name: str, check: Callable[[], Check]) -> Check:
    """The check's result; an error of ours is one too, and its message holds the fix."""
    try:
        return check()
    except RagError as error:
        return Check(name, "fail", str(error))


def _check_directory(folder: Path) -> Check:
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        return Check(
            "data directory", "fail", f"{there} cannot be written ({reason})", "set RAG_DATA_DIR to a folder of yours"
        )
    return Check("data directory", "ok", f"{folder} {'can be written' if folder.exists() else 'will be created'}")


def _check_space(folder: Path) -> Check:
    from rag.index.health import LOW_SPACE, NO_SPACE, free_space

    free = free_space(folder)
    state: State = "fail" if free < NO_SPACE else "warn" if free < LOW_SPACE else "ok"
    return Check("disk space", state, f"{free / _GIB:.1f} GiB free", "" if state == "ok" else "make room on the disk")


def _check_encoder(settings: Settings) -> Check:
    from rag.index.encoder import check_weights, open_encoder

    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    proof = "its weights are the published ones" if check_weights(settings.embedding_model) else "no hash is known"
    return Check("embedding model", "ok", f"{encoder.name}, {encoder.dimension} dimensions; {proof}")


def _check_reader(settings: Settings) -> Check:
    from rag.answering.reader import open_reader
    from rag.index.encoder import open_encoder

    open_reader(settings.reader, open_encoder(settings.embedding_model, settings.cache_dir))
    return Check("reader", "ok", f"{settings.reader} opens")


def _check_index(settings: Settings) -> Iterator[Check]:
    from rag.index.encoder import open_encoder
    from rag.index.opening import server_of

    try:
        encoder = open_encoder(settings.embedding_model, settings.cache_dir)
        server = server_of(settings)
    except RagError as error:
        yield Check("index", "fail", f"not checked: {error}")
        return
    if server is not None:
        yield _tried("chroma server", lambda: _check_server(settings, encoder))
    elif not any(settings.data_dir.glob("catalog.sqlite")) and not (settings.data_dir / "vectors").exists():
        yield Check("index", "ok", "empty; documents are indexed at the first question")
    else:
        yield from _check_files(settings, encoder)


def _check_server(settings: Settings, encoder: Encoder) -> Check:
    from rag.index.opening import open_index

    index = open_index(settings, encoder)
    passages, vectors = index.catalog.count(), index.store.count()
    unseen = index.store.unseen(250)
    index.close()
    if unseen or vectors < passages:
        said = f"{vectors:,} vectors for {passages:,} passages, {len(unseen)} not found by a search"
        return Check("chroma server", "fail", said, "run: rag rebuild")
    return Check("chroma server", "ok", f"{settings.chroma_url} answers; {passages:,} passages, all found")


def _check_files(settings: Settings, encoder: Encoder) -> Iterator[Check]:
    """The checks of a local index. Reading touches Chroma's files: a seal in order is renewed, a broken one kept."""
    from rag.index.catalog import Catalog
    from rag.index.health import catalog_faults, lost_catalog
    from rag.index.manifest import check as check_manifest
    from rag.index.seal import CATALOG, Seal

    folder = settings.data_dir
    seal = Seal(folder)
    touched = seal.touched()
    yield _check_close(touched)
    try:
        lost = lost_catalog(folder)
        if lost:
            raise IndexDamaged(lost)
        catalog = Catalog(folder / CATALOG)
    except RagError as error:
        yield Check("documents", "fail", str(error))
        return
    try:
        faults = catalog_faults(catalog)
        if faults:
            fix = f"put {folder / CATALOG} back from a backup, or move {folder} away and ingest the documents again"
            yield Check("documents", "fail", "; ".join(faults), fix)
            return
        yield Check("documents", "ok", f"{len(catalog.documents()):,} documents, {catalog.count():,} passages")
        manifest, limits = catalog.meta("manifest"), (settings.passage_tokens, settings.overlap_sentences)
        yield _tried("settings", lambda: _fits(lambda: check_manifest(manifest, encoder, *limits)))
        words = catalog.damaged_words()
        yield Check("words", "fail" if words else "ok", _agreement("full-text tables", words), _REPAIR if words else "")
        if not touched:
            seal.lift()
        vectors = _check_vectors(folder, catalog)
        yield vectors
    except RagError as error:
        yield Check("documents", "fail", str(error))
        return
    finally:
        catalog.close()
    if vectors.state == "ok" and not words and not touched:
        seal.set()


def _check_close(touched: frozenset[str] | None) -> Check:
    if touched is None:
        said = "the last process did not close the index"
        return Check("last close", "warn", said, "the next start looks it through")
    if touched:
        said = f"changed since the last close: {', '.join(sorted(touched))}"
        return Check("last close", "warn", said, "the next start mends what can be mended")
    return Check("last close", "ok", "the files are as the last close left them")


def _fits(check: Callable[[], None]) -> Check:
    check()
    return Check("settings", "ok", "the index was built with these settings and this model")


def _agreement(what: str, damaged: list[str]) -> str:
    return f"{what} damaged: {', '.join(damaged)}" if damaged else f"{what} agree with the documents"


def _check_vectors(folder: Path, catalog: Catalog) -> Check:
    """Read the vectors in a process of their own, then compare their ids with the passages'."""
    from rag.index.health import vector_faults
    from rag.index.seal import VECTORS
    from rag.index.store import Store

    fault = vector_faults(folder / VECTORS)
    if not fault:
        store = Store(folder / VECTORS)
        stored, wanted = set(store.ids()), set(catalog.passage_ids())
        store.close()
        if stored != wanted:
            fault = f"{len(wanted - stored):,} passages have no vector, {len(stored - wanted):,} vectors no passage"
    if fault:
        return Check("vectors", "fail", fault, _REPAIR)
    return Check("vectors", "ok", f"{catalog.count():,} vectors, found by a search and matching the passages")
