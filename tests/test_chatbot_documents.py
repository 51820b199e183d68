"""A chatbot over documents of one's own: adding, replacing, removing, choosing, opening and closing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.errors import (
    ConfigurationError,
    DataDirectoryBusy,
    DataDirectoryError,
    DocumentNotFound,
    IndexMismatch,
)
from rag.schema import IngestReport

if TYPE_CHECKING:
    from rag.chatbot import Chatbot
    from rag.schema import Vectors

from tests.checking import check_answer, cited_texts

LAKE = "The old ferry carries bicycles and goats across the lake."
LAKE_LATER = "The old ferry carries tractors and violins across the lake."
MINE = "The copper mine closed in spring. The miners sold the lamps at an auction."
FERRY_QUESTION = "What does the old ferry carry across the lake?"
LAMPS_QUESTION = "Where did the miners sell the lamps?"
OpenBot = Callable[..., "Chatbot"]


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "lake.txt").write_text(LAKE)
    (folder / "mine.txt").write_text(MINE)
    return folder


@pytest.fixture
def open_bot(tmp_path: Path, corpus_dir: Path) -> Iterator[OpenBot]:
    """Opens the chatbot of one data directory, closing the one opened before."""
    from rag import Chatbot, Settings

    opened: list[Chatbot] = []

    def open_again(*, rebuild: bool = False, **settings: Any) -> Chatbot:
        if opened:
            opened.pop().close()
        opened.append(
            Chatbot.open(
                Settings(**{"data_dir": tmp_path / "data", "corpus_dir": corpus_dir, **settings}), rebuild=rebuild
            )
        )
        return opened[-1]

    yield open_again
    if opened:
        opened.pop().close()


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passages that the encoder is given, as the test goes on, without the sentence that tells models apart."""
    from rag.index.encoder import OnnxEncoder
    from rag.index.manifest import CANARY

    texts: list[str] = []
    real = OnnxEncoder.encode_passages

    def encode_passages(self: OnnxEncoder, given: Sequence[str]) -> Vectors:
        texts.extend(text for text in given if text != CANARY)
        return real(self, given)

    monkeypatch.setattr(OnnxEncoder, "encode_passages", encode_passages)
    return texts


def test_erdogan_is_named_with_his_office_in_the_original_article(article_path: Path, open_bot: OpenBot) -> None:
    bot = open_bot(corpus_dir=None)
    assert bot.ingest([str(article_path)]).failed == {}
    answer = bot.ask("Who is Recep Tayyip Erdogan?")
    check_answer(bot, answer)
    assert "president" in cited_texts(answer).lower()
    assert "Erdogan" in cited_texts(answer)


# ---- documents -----------------------------------------------------------------------------------------------------


def test_folder_of_plain_files_is_a_corpus(open_bot: OpenBot) -> None:
    bot = open_bot()
    assert bot.corpus_report.added == ("lake", "mine")
    assert [document.text for document in bot.documents()] == [LAKE, MINE]
    answer = bot.ask(FERRY_QUESTION)
    check_answer(bot, answer)
    assert "bicycles and goats" in answer.text


def test_unchanged_corpus_is_not_embedded_again(open_bot: OpenBot, embedded: list[str]) -> None:
    open_bot()
    assert sorted(embedded) == sorted([LAKE, MINE])
    embedded.clear()
    assert open_bot().corpus_report == IngestReport()
    assert embedded == []


def test_changed_corpus_is_ingested_at_the_next_open(open_bot: OpenBot, corpus_dir: Path, embedded: list[str]) -> None:
    open_bot()
    embedded.clear()
    (corpus_dir / "lake.txt").write_text(LAKE_LATER)
    (corpus_dir / "mine.txt").unlink()
    (corpus_dir / "new.txt").write_text("The bakery sells rye bread.")
    bot = open_bot()
    report = bot.corpus_report
    assert (report.added, report.replaced, report.unchanged, len(report.removed)) == (("new",), ("lake",), (), 1)
    assert sorted(embedded) == sorted(["The bakery sells rye bread.", LAKE_LATER])
    assert {document.title for document in bot.documents()} == {"lake", "new"}
    assert "violins" in cited_texts(bot.ask(FERRY_QUESTION))
    assert all(hit.passage.text not in (LAKE, MINE) for hit in bot.search("bicycles, goats, copper mine lamps"))


def test_removed_corpus_document_stays_removed(open_bot: OpenBot) -> None:
    bot = open_bot()
    lake, mine = bot.documents()
    bot.remove(mine.id)
    assert [document.id for document in open_bot().documents()] == [lake.id]


def test_unreadable_corpus_file_is_told_and_the_others_are_used(open_bot: OpenBot, corpus_dir: Path) -> None:
    (corpus_dir / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    bot = open_bot()
    assert list(bot.corpus_report.failed) == ["photo.txt"]
    assert len(bot.documents()) == 2


def test_without_any_document_every_question_is_refused(open_bot: OpenBot) -> None:
    bot = open_bot(corpus_dir=None)
    for question in ("Who is Erdogan?", "Summarise the article."):
        answer = bot.ask(question)
        assert answer.abstained
        assert (answer.citations, answer.hits) == ((), ())
    assert bot.search("Erdogan") == ()


def test_ingest_tells_what_became_of_each_source(open_bot: OpenBot, tmp_path: Path) -> None:
    bot = open_bot(corpus_dir=None)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "one.txt").write_text(LAKE)
    (folder / "two.txt").write_text(MINE)
    (folder / "empty.txt").write_text("")
    told: list[tuple[int, int, str]] = []
    report = bot.ingest([str(folder), str(tmp_path / "gone.txt")], progress=lambda *step: told.append(step))
    assert report.added == ("one", "two")
    assert sorted(report.failed) == [str(tmp_path / "gone.txt"), str(folder / "empty.txt")]
    assert [step[:2] for step in told] == [(1, 3), (2, 3), (3, 3)]
    (folder / "one.txt").write_text(LAKE_LATER)
    again = bot.ingest([str(folder / "one.txt"), str(folder / "two.txt")])
    assert (again.added, again.replaced, again.unchanged, again.failed) == ((), ("one",), ("two",), {})
    assert "violins" in cited_texts(bot.ask(FERRY_QUESTION))


def test_deleted_document_is_never_cited(open_bot: OpenBot) -> None:
    bot = open_bot()
    lake, mine = bot.documents()
    assert "auction" in cited_texts(bot.ask(LAMPS_QUESTION))
    bot.remove(mine.id)
    answer = bot.ask(LAMPS_QUESTION)
    assert {hit.passage.document_id for hit in answer.hits} == {lake.id}
    assert "auction" not in answer.text
    with pytest.raises(DocumentNotFound, match=mine.id):
        bot.remove(mine.id)


def test_only_the_documents_named_are_used(open_bot: OpenBot) -> None:
    bot = open_bot()
    lake, mine = bot.documents()
    assert {hit.passage.document_id for hit in bot.ask("What closed?", documents=[lake.id]).hits} == {lake.id}
    assert {c.passage.document_id for c in bot.ask("What closed in spring?", documents=[mine.id]).citations} == {
        mine.id
    }
    assert bot.ask("What closed in spring?", documents=[]).abstained
    assert bot.conversation([lake.id]).ask("What closed in spring?").hits[0].passage.document_id == lake.id


def test_overview_is_of_the_document_named(open_bot: OpenBot) -> None:
    bot = open_bot()
    for document in bot.documents():
        answer = bot.ask("Summarise the document.", documents=[document.id])
        check_answer(bot, answer)
        assert {citation.passage.document_id for citation in answer.citations} == {document.id}


def test_owned_documents_are_only_used_when_named(open_bot: OpenBot, tmp_path: Path) -> None:
    bot = open_bot()
    (tmp_path / "secret.txt").write_text("The treasure lies under the old oak.")
    bot.ingest([str(tmp_path / "secret.txt")], owner="ann")
    secret = next(document for document in bot.documents() if document.owner == "ann")
    question = "Where does the treasure lie?"
    assert secret.id not in {hit.passage.document_id for hit in bot.search(question, k=10)}
    assert secret.id not in {hit.passage.document_id for hit in bot.ask(question).hits}
    answer = bot.ask(question, documents=[secret.id])
    assert "old oak" in cited_texts(answer)
    bot.remove(secret.id)
    assert len(bot.search("treasure mine lake", k=10)) == 2


# ---- opening and closing -------------------------------------------------------------------------------------------


def test_open_directory_is_busy_until_it_is_closed(open_bot: OpenBot, tmp_path: Path) -> None:
    from rag import Chatbot, Settings

    bot = open_bot()
    settings = Settings(data_dir=tmp_path / "data", corpus_dir=None)
    with pytest.raises(DataDirectoryBusy, match="RAG_DATA_DIR"):
        Chatbot.open(settings)
    assert not bot.ask(FERRY_QUESTION).abstained
    bot.close()
    bot.close()
    with Chatbot.open(settings) as again:
        assert len(again.documents()) == 2


def test_other_passage_size_is_refused_until_the_index_is_rebuilt(open_bot: OpenBot) -> None:
    open_bot()
    with pytest.raises(IndexMismatch, match=r"passage_tokens 120 -> 64.*rag rebuild"):
        open_bot(passage_tokens=64)
    bot = open_bot(passage_tokens=64, rebuild=True)
    answer = bot.ask(FERRY_QUESTION)
    check_answer(bot, answer)
    assert "goats" in cited_texts(answer)
    assert len(open_bot(passage_tokens=64).documents()) == 2


def test_directory_that_cannot_be_made_is_named(open_bot: OpenBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, no folder")
    with pytest.raises(DataDirectoryError, match=rf"{tmp_path}/file/data cannot be written.*RAG_DATA_DIR"):
        open_bot(data_dir=tmp_path / "file" / "data")


def test_corpus_folder_that_is_missing_or_empty_names_its_setting(open_bot: OpenBot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("gone", "empty"):
        with pytest.raises(ConfigurationError, match=rf"{name}.*RAG_CORPUS_DIR"):
            open_bot(corpus_dir=tmp_path / name)
    assert len(open_bot().documents()) == 2, "the directory was given back"


def test_setting_that_cannot_work_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag import Chatbot

    monkeypatch.setenv("RAG_PASSAGE_TOKENS", "many")
    with pytest.raises(ConfigurationError, match=r"RAG_PASSAGE_TOKENS = 'many' cannot be used"):
        Chatbot.open()


def test_environment_chooses_data_and_corpus(corpus_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag import Chatbot

    monkeypatch.setenv("RAG_DATA_DIR", str(tmp_path / "chosen"))
    monkeypatch.setenv("RAG_CORPUS_DIR", str(corpus_dir))
    with Chatbot.open() as bot:
        assert len(bot.documents()) == 2
    assert (tmp_path / "chosen" / "catalog.sqlite").is_file()
    monkeypatch.setenv("RAG_DATA_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("RAG_CORPUS_DIR", "")
    with Chatbot.open() as bot:
        assert bot.documents() == ()
