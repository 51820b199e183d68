"""What is removed or replaced is gone from every byte of the data directory: text, words, ids and vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag import Chatbot
from rag.index.ingest import Index
from rag.schema import Document

if TYPE_CHECKING:
    from rag.schema import Encoder

TOKENS = 32
SECRET = (
    "The zyzzyvaquark sleeps under the grobblesnatch, and its keeper brings it water and hay every single morning. "
    "A flimflamorium hums beside the quibberwick, and nobody in the whole valley knows who has built it or why."
)
HARMLESS = "The ferry crosses the lake at noon. It carries bicycles and goats."
WORDS = [b"zyzzyvaquark", b"yzzyvaquark", b"grobblesnatch", b"flimflamorium", b"limflamorium", b"quibberwick"]


def document(text: str, name: str) -> Document:
    hashed = hashlib.sha256(text.encode()).hexdigest()
    return Document(f"id-of-{name}", f"Title of {name}", f"{name}.txt", text, hashed, metadata={"note": f"on {name}"})


def every_byte(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def traces(index: Index, document_id: str) -> list[bytes]:
    """Byte strings that only this document left: words, names, passage ids, vectors."""
    passages = index.catalog.passages_of(document_id)
    vectors = index.encoder.encode_passages([passage.text for passage in passages])
    assert len(passages) == 2
    names = [b"Title of secret", b"secret.txt", b"id-of-secret", b"on secret"]
    return WORDS + names + [passage.id.encode() for passage in passages] + [vector.tobytes() for vector in vectors]


@pytest.fixture
def open_index(tmp_path: Path, encoder: Encoder) -> Iterator[Callable[[], Index]]:
    """Opens the index of one folder; the test closes it."""
    opened: list[Index] = []

    def open_again() -> Index:
        opened.append(Index(tmp_path / "data", encoder, TOKENS, 0))
        return opened[-1]

    (tmp_path / "data").mkdir()
    yield open_again
    for index in opened:
        index.close()


def filled(open_index: Callable[[], Index], folder: Path) -> tuple[Index, list[bytes]]:
    """An index with the secret among others, and the secret's traces, each of which is in the files."""
    index = open_index()
    for number in range(5):
        index.add(document(f"{HARMLESS} It is boat number {number}.", f"boat{number}"))
    index.add(document(SECRET, "secret"))
    left = traces(index, "id-of-secret")
    written = every_byte(folder)
    # FTS5 stores a word without the letters that it shares with the one before.
    assert [trace for trace in left if trace not in written and trace not in WORDS] == []
    return index, left


def test_removed_document_leaves_no_byte_behind(open_index: Callable[[], Index], tmp_path: Path) -> None:
    index, left = filled(open_index, tmp_path)
    index.remove("id-of-secret")
    assert [trace for trace in left if trace in every_byte(tmp_path)] == []
    index.close()
    assert [trace for trace in left if trace in every_byte(tmp_path)] == []
    assert b"boat3.txt" in every_byte(tmp_path)
    index = open_index()
    assert index.store.count() == index.catalog.count() == 5
    assert index.lexical.search("Which boat is number 3?", 1)


def test_replaced_document_leaves_no_byte_of_the_old_text_behind(
    open_index: Callable[[], Index], tmp_path: Path
) -> None:
    index, left = filled(open_index, tmp_path)
    index.add(document(HARMLESS, "secret"))
    index.close()
    names = (b"Title of secret", b"secret.txt", b"id-of-secret", b"on secret")
    assert [trace for trace in left if trace in every_byte(tmp_path)] == list(names)


def test_what_a_process_that_died_did_not_forget_is_forgotten_at_the_next_open(
    open_index: Callable[[], Index], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, left = filled(open_index, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(index, "forget", lambda: None)  # it dies here
        index.remove("id-of-secret")
        index.store.close()
        index.catalog.close()
        index._sound = False
    assert [trace for trace in left if trace in every_byte(tmp_path)] != []
    open_index().close()
    assert [trace for trace in left if trace in every_byte(tmp_path)] == []


def test_vectors_hold_neither_text_nor_title(open_index: Callable[[], Index], tmp_path: Path) -> None:
    index, _ = filled(open_index, tmp_path)
    index.close()
    written = every_byte(tmp_path / "data" / "vectors")
    assert [word for word in (*WORDS, b"Title of", b"secret.txt", b"boat3.txt", b"ferry") if word in written] == []


def test_document_removed_from_a_chatbot_leaves_nothing_behind(
    bot_factory: Callable[..., Chatbot], tmp_path: Path
) -> None:
    bot = bot_factory(HARMLESS)
    source = tmp_path / "private-notes.txt"
    source.write_text(SECRET, encoding="utf-8")
    bot.ingest([str(source)])
    document_id = next(one.id for one in bot.documents() if "zyzzyvaquark" in one.text)
    assert "grobblesnatch" in bot.ask("Where does the zyzzyvaquark sleep?").text
    bot.remove(document_id)
    bot.close()
    left = every_byte(tmp_path / "bot-1" / "data")
    assert [trace for trace in (*WORDS, b"private-notes") if trace in left] == []
