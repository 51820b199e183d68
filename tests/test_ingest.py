"""Catalog and vectors stay in step: nothing is embedded twice, nothing old is found, no interruption is lasting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.answering.retrieval import Retriever
from rag.errors import DocumentError, DocumentNotFound, IndexMismatch
from rag.index.ingest import Index
from rag.schema import Document

if TYPE_CHECKING:
    from rag.schema import Encoder, Vectors

LAKE = "The ferry crosses the lake at noon. It carries bicycles and goats."
LAKE_LATER = "The ferry crosses the lake at noon. It carries tractors and violins."
MINE = "The copper mine closed in spring. Its lamps were sold at an auction."
TOKENS = 32


class CountingEncoder:
    """The real encoder, and every passage that it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.max_tokens = encoder.max_tokens
        self.encoded: list[str] = []

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return self._encoder.encode_passages(texts)

    def encode_query(self, text: str) -> Vectors:
        return self._encoder.encode_query(text)


def document(text: str, id_: str = "d", owner: str = "") -> Document:
    return Document(id_, f"Title {id_}", f"{id_}.txt", text, hashlib.sha256(text.encode()).hexdigest(), owner=owner)


def found(index: Index, question: str, documents: Sequence[str] | None = None) -> dict[str, list[str]]:
    """The texts that each index finds."""
    retriever = Retriever(index, top_k=5, candidates=20)
    return {
        "dense": [hit.passage.text for hit in retriever.search(question, documents=documents, method="dense")],
        "lexical": [hit.passage.text for hit in retriever.search(question, documents=documents, method="lexical")],
    }


def check_in_step(index: Index) -> None:
    """Both indexes hold the passages of the catalog and no others."""
    assert sorted(index.store.ids()) == sorted(index.catalog.passage_ids())
    for table in ("lexical", "words"):
        index.catalog.query(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


@pytest.fixture
def counting(encoder: Encoder) -> CountingEncoder:
    return CountingEncoder(encoder)


@pytest.fixture
def open_index(tmp_path: Path, counting: CountingEncoder) -> Iterator[Callable[..., Index]]:
    """Opens the index of one folder, closing the one opened before."""
    opened: list[Index] = []

    def open_again(tokens: int = TOKENS, overlap: int = 0, *, rebuild: bool = False) -> Index:
        if opened:
            opened.pop().close()
        opened.append(Index(tmp_path, counting, tokens, overlap, rebuild=rebuild))
        return opened[-1]

    yield open_again
    if opened:
        opened.pop().close()


def test_unchanged_content_embeds_nothing_again(open_index: Callable[..., Index], counting: CountingEncoder) -> None:
    index = open_index()
    assert index.add(document(LAKE)) == "added"
    assert counting.encoded == [passage.text for passage in index.catalog.passages_of("d")] != []
    counting.encoded.clear()
    assert index.add(document(LAKE)) == "unchanged"
    assert open_index().add(document(LAKE)) == "unchanged"
    assert counting.encoded == []


def test_changed_content_replaces_what_was_there_and_embeds_only_what_is_new(
    open_index: Callable[..., Index], counting: CountingEncoder
) -> None:
    index = open_index()
    kept = (
        "The village lies between two hills, and a narrow road leads up to it from the old stone bridge below, "
        "past the mill and the school."
    )
    index.add(document(f"{kept}\n\n{LAKE}"))
    counting.encoded.clear()
    assert index.add(document(f"{kept}\n\n{LAKE_LATER}")) == "replaced"
    assert counting.encoded == [LAKE_LATER]
    check_in_step(index)
    assert found(index, "tractors and violins")["lexical"] == [LAKE_LATER]
    assert found(index, "bicycles goats")["lexical"] == []
    assert "bicycles" not in " ".join(found(index, "bicycles and goats")["dense"])
    assert found(index, "village")["lexical"] == [kept]


def test_removed_document_is_gone_from_every_index(open_index: Callable[..., Index], tmp_path: Path) -> None:
    index = open_index()
    index.add(document(LAKE, "lake"))
    index.add(document(MINE, "mine"))
    index.remove("lake")
    check_in_step(index)
    assert found(index, "bicycles and goats on a ferry") == {"dense": [MINE], "lexical": []}
    assert "bicycles" not in index.lexical.vocabulary()
    assert index.catalog.document("lake") is None
    with pytest.raises(DocumentNotFound, match=r"'lake'.*rag documents"):
        index.remove("lake")
    index.close()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"bicycles" in file.read_bytes()]
    assert open_index().add(document(LAKE, "lake")) == "added"


def test_both_indexes_search_only_the_documents_named(open_index: Callable[..., Index]) -> None:
    index = open_index()
    index.add(document(LAKE, "lake"))
    index.add(document(LAKE_LATER, "later"))
    assert found(index, "ferry lake", ["later"]) == {"dense": [LAKE_LATER], "lexical": [LAKE_LATER]}
    assert found(index, "ferry lake", []) == {"dense": [], "lexical": []}
    assert {len(texts) for texts in found(index, "ferry lake", ["later", "lake"]).values()} == {2}


def test_same_text_in_two_documents_is_kept_twice(open_index: Callable[..., Index]) -> None:
    index = open_index()
    index.add(document(LAKE, "one"))
    index.add(document(LAKE, "two"))
    index.remove("one")
    assert found(index, "ferry") == {"dense": [LAKE], "lexical": [LAKE]}


def test_document_without_text_is_refused_and_nothing_is_lost(open_index: Callable[..., Index]) -> None:
    index = open_index()
    index.add(document(LAKE))
    with pytest.raises(DocumentError, match=r"d\.txt holds no text"):
        index.add(document(" \n"))
    assert found(index, "ferry")["lexical"] == [LAKE]
    check_in_step(index)


@pytest.mark.parametrize("settings", [(64, 0), (TOKENS, 1)])
def test_other_chunking_is_refused_until_the_index_is_rebuilt(
    settings: tuple[int, int], open_index: Callable[..., Index], counting: CountingEncoder
) -> None:
    index = open_index()
    index.add(document(f"{LAKE} {LAKE_LATER} {MINE}", "all"))
    before = index.catalog.passage_ids()
    with pytest.raises(IndexMismatch, match=r"(passage_tokens 32 -> 64|overlap_sentences 0 -> 1).*rag rebuild"):
        open_index(*settings)
    counting.encoded.clear()
    index = open_index(*settings, rebuild=True)
    check_in_step(index)
    assert counting.encoded == [passage.text for passage in index.catalog.passages_of("all")]
    assert index.catalog.passage_ids() != before
    assert "auction" in found(index, "Which auction?")["lexical"][0]
    assert found(open_index(*settings), "copper mine")["dense"]


def test_other_model_is_refused_until_the_index_is_rebuilt(
    open_index: Callable[..., Index], counting: CountingEncoder
) -> None:
    open_index().add(document(LAKE))
    counting.name = "another model"
    with pytest.raises(IndexMismatch, match="model 'all-MiniLM-L6-v2' -> 'another model'"):
        open_index()
    assert found(open_index(rebuild=True), "ferry")["dense"] == [LAKE]


def test_rebuild_that_is_cut_short_has_to_be_run_again(
    open_index: Callable[..., Index], counting: CountingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index()
    index.add(document(LAKE, "lake"))
    index.add(document(MINE, "mine"))

    def encode_one_and_stop(texts: Sequence[str]) -> Vectors:
        if LAKE not in texts:
            raise KeyboardInterrupt
        return CountingEncoder.encode_passages(counting, texts)

    monkeypatch.setattr(counting, "encode_passages", encode_one_and_stop)
    with pytest.raises(KeyboardInterrupt):
        open_index(rebuild=True)
    monkeypatch.undo()
    with pytest.raises(IndexMismatch, match="rag rebuild"):
        open_index()
    index = open_index(rebuild=True)
    check_in_step(index)
    assert found(index, "ferry on the lake")["dense"] == [LAKE, MINE]


def interrupt(*arguments: object) -> None:
    """What a killed process looks like from inside."""
    raise KeyboardInterrupt


@pytest.mark.parametrize("known", [False, True])
def test_write_cut_short_before_the_catalog_leaves_what_was_there(
    known: bool, open_index: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index()
    index.add(document(MINE, "mine"))
    if known:
        index.add(document(LAKE))
    monkeypatch.setattr(index.catalog, "put", interrupt)
    with pytest.raises(KeyboardInterrupt):
        index.add(document(LAKE_LATER))
    assert len(index.store.ids()) > len(index.catalog.passage_ids())
    assert LAKE_LATER not in found(index, "tractors and violins")["dense"]
    index = open_index()
    check_in_step(index)
    assert found(index, "tractors violins") == {"dense": [LAKE, MINE] if known else [MINE], "lexical": []}
    assert index.add(document(LAKE_LATER)) == ("replaced" if known else "added")
    check_in_step(index)
    assert found(index, "tractors violins")["dense"] == [LAKE_LATER, MINE]


def test_write_cut_short_after_the_catalog_is_finished_at_the_next_open(
    open_index: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index()
    index.add(document(LAKE))
    monkeypatch.setattr(index.store, "delete", interrupt)
    with pytest.raises(KeyboardInterrupt):
        index.add(document(LAKE_LATER))
    assert found(index, "ferry") == {"dense": [LAKE_LATER], "lexical": [LAKE_LATER]}
    assert len(index.store.ids()) == 2
    index = open_index()
    check_in_step(index)
    assert found(index, "bicycles ferry") == {"dense": [LAKE_LATER], "lexical": [LAKE_LATER]}


def test_removal_cut_short_is_finished_at_the_next_open(
    open_index: Callable[..., Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index()
    index.add(document(LAKE, "lake"))
    index.add(document(MINE, "mine"))
    monkeypatch.setattr(index.store, "delete", interrupt)
    with pytest.raises(KeyboardInterrupt):
        index.remove("lake")
    assert found(index, "ferry") == {"dense": [MINE], "lexical": []}
    check_in_step(open_index())


def test_vectors_that_are_lost_are_made_again(open_index: Callable[..., Index]) -> None:
    index = open_index()
    index.add(document(LAKE, "lake"))
    index.add(document(MINE, "mine"))
    index.store.clear()
    index = open_index()
    check_in_step(index)
    assert found(index, "ferry on the lake")["dense"] == [LAKE, MINE]
    assert found(index, "ferry", ["lake"])["dense"] == [LAKE]
