"""Conversations outlive the server, belong to one browser, stay bounded, and leave nothing behind when they go."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from rag import Chatbot
from rag.errors import ConversationError, DataDirectoryError
from rag.schema import Answer, Document, Hit, Passage
from rag.serving import history as history_module
from rag.serving.history import FILE_NAME, LONGEST_TITLE, standing, standing_line
from rag.serving.keeping import Keeping
from rag.serving.profile import COOKIE, visible
from tests.serving import Page, visitor

ANNA, BEN = "a" * 64, "b" * 64
SECRET = "the heron nests at Quernmore"


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    opened = Keeping(tmp_path)
    yield opened
    opened.close()


def said(text: str, question: str = "Where does the heron nest?") -> Answer:
    passage = Passage("p", "d", "Birds", "/home/anna/birds.txt", text, 0, 0, len(text))
    return Answer(question, question, text, hits=(Hit(passage, 1.0, "fused"),))


def birds(content_hash: str) -> Document:
    return Document("d", "Birds", "/home/anna/birds.txt", SECRET, content_hash)


# ---- keeping and finding again -------------------------------------------------------------------------------------


def test_a_conversation_is_the_same_after_a_restart(corpus_bot: Chatbot, tmp_path: Path) -> None:
    answers = [corpus_bot.ask(question) for question in ("Who is Kevork Oskanian?", "Who discovered penicillin?")]
    first = Keeping(tmp_path)
    conversation = first.history.start(ANNA, answers[0].question)
    for answer in answers:
        first.history.append(ANNA, conversation, answer, corpus_bot.documents())
    first.close()

    second = Keeping(tmp_path)
    kept = second.history.load(ANNA, conversation)
    second.close()
    assert [entry.answer for entry in kept.entries] == answers
    assert [entry.number for entry in kept.entries] == [1, 2]
    assert kept.title == "Who is Kevork Oskanian?"
    named = {citation.passage.document_id for citation in answers[0].citations}
    hashes = {document.id: document.content_hash for document in corpus_bot.documents()}
    assert named
    assert named <= kept.entries[0].hashes.keys()
    assert all(hashes[name] == known for name, known in kept.entries[0].hashes.items())


def test_the_conversation_spoken_in_last_comes_first(keeping: Keeping) -> None:
    first, second = (keeping.history.start(ANNA, title) for title in ("first", "second"))
    assert [one.id for one in keeping.history.conversations(ANNA)] == [second, first]
    keeping.history.append(ANNA, first, said("x"), ())
    listed = keeping.history.conversations(ANNA)
    assert [(one.id, one.turns) for one in listed] == [(first, 1), (second, 0)]


def test_a_title_is_the_first_question_on_one_line_until_it_is_renamed(keeping: Keeping) -> None:
    conversation = keeping.history.start(ANNA, "  Why\n\n" + "very " * 100)
    title = keeping.history.load(ANNA, conversation).title
    assert title.startswith("Why very")
    assert len(title) <= LONGEST_TITLE
    keeping.history.rename(ANNA, conversation, "<b>Herons</b>")
    assert keeping.history.load(ANNA, conversation).title == "<b>Herons</b>"
    keeping.history.rename(ANNA, conversation, " ")
    assert keeping.history.load(ANNA, conversation).title == "Untitled"


def test_a_retried_answer_takes_the_place_of_the_last_one(keeping: Keeping) -> None:
    conversation = keeping.history.start(ANNA, "?")
    for text in ("one", "two"):
        keeping.history.append(ANNA, conversation, said(text), ())
    keeping.feedback.give(ANNA, conversation, 2, "down", "wrong")
    assert keeping.history.replace_last(ANNA, conversation, said("better"), ()) == 2
    entries = keeping.history.load(ANNA, conversation).entries
    assert [(entry.answer.text, entry.thumb) for entry in entries] == [("one", ""), ("better", "")]


def test_an_old_citation_knows_whether_its_document_is_as_it_was(keeping: Keeping) -> None:
    conversation = keeping.history.start(ANNA, "?")
    keeping.history.append(ANNA, conversation, said(SECRET), [birds("1"), replace(birds("9"), id="other")])
    (entry,) = keeping.history.load(ANNA, conversation).entries
    assert entry.hashes == {"d": "1"}
    assert standing(entry, [birds("1")]) == {"d": "same"}
    assert standing(entry, [birds("2")]) == {"d": "changed"}
    assert standing(entry, []) == {"d": "gone"}
    assert standing_line("same", "Birds") == ""
    assert "Birds" in standing_line("changed", "Birds")
    assert "no longer" in standing_line("gone", "Birds")


# ---- whose it is ---------------------------------------------------------------------------------------------------


def test_another_profile_finds_nothing_of_it(keeping: Keeping) -> None:
    conversation = keeping.history.start(ANNA, SECRET)
    keeping.history.append(ANNA, conversation, said(SECRET), ())
    assert keeping.history.conversations(BEN) == ()
    attempts = (
        lambda: keeping.history.load(BEN, conversation),
        lambda: keeping.history.append(BEN, conversation, said("x"), ()),
        lambda: keeping.history.replace_last(BEN, conversation, said("x"), ()),
        lambda: keeping.history.rename(BEN, conversation, "mine"),
        lambda: keeping.history.delete(BEN, conversation),
        lambda: keeping.feedback.give(BEN, conversation, 1, "up"),
    )
    for attempt in attempts:
        with pytest.raises(ConversationError):
            attempt()
    kept = keeping.history.load(ANNA, conversation)
    assert (kept.title, len(kept.entries), kept.entries[0].thumb) == (SECRET, 1, "")


def test_a_browser_without_cookies_keeps_nothing(keeping: Keeping) -> None:
    with pytest.raises(ConversationError, match="cookies"):
        keeping.history.start("", "?")
    assert keeping.history.conversations("") == ()


def test_a_visitor_sees_their_own_documents_and_nobody_elses() -> None:
    documents = [replace(birds("1"), id=owner or "all", owner=owner) for owner in ("", ANNA, BEN)]
    assert [one.id for one in visible(documents, ANNA)] == ["all", ANNA]
    assert [one.id for one in visible(documents, "")] == ["all"]


def test_a_browser_gets_one_cookie_that_no_script_reads_and_keeps_it(page: Page) -> None:
    with visitor(page) as anna:
        key = anna.cookies[COOKIE]
        again = anna.get("/")
        told = again.headers["set-cookie"]
        assert anna.cookies[COOKIE] == key
        assert "HttpOnly" in told
        assert "SameSite=Lax" in told
        assert key not in again.text
        assert "set-cookie" not in anna.get("/livez").headers
    with visitor(page) as ben:
        assert ben.cookies[COOKIE] != key
    assert key.encode() not in (page.data_dir / FILE_NAME).read_bytes()


@pytest.mark.parametrize("value", ["short", "x" * 44, "'; DROP TABLE conversations; --", "é" * 43])
def test_a_cookie_that_is_not_ours_is_replaced(page: Page, value: str) -> None:
    headers = [(b"cookie", f"other=1; {COOKIE}={value}".encode())]
    told = httpx.get(page.address, headers=headers, trust_env=False).headers["set-cookie"]
    assert value not in told


# ---- bounds --------------------------------------------------------------------------------------------------------


def test_beyond_the_bound_the_oldest_conversation_goes(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "MOST_CONVERSATIONS", 3)
    begun = [keeping.history.start(ANNA, str(number)) for number in range(5)]
    others = keeping.history.start(BEN, "not touched")
    keeping.history.start(ANNA, "5")
    assert [one.title for one in keeping.history.conversations(ANNA)] == ["5", "4", "3"]
    with pytest.raises(ConversationError):
        keeping.history.load(ANNA, begun[0])
    assert keeping.history.load(BEN, others).title == "not touched"


def test_a_full_conversation_says_so(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "MOST_TURNS", 3)
    conversation = keeping.history.start(ANNA, "?")
    for _ in range(3):
        keeping.history.append(ANNA, conversation, said("x"), ())
    with pytest.raises(ConversationError, match="holds 3 answers"):
        keeping.history.append(ANNA, conversation, said("x"), ())


# ---- forgetting ----------------------------------------------------------------------------------------------------


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_deleted_conversation_is_gone_from_the_bytes_of_the_file(keeping: Keeping, tmp_path: Path) -> None:
    conversation = keeping.history.start(ANNA, f"{SECRET}, where?")
    keeping.history.append(ANNA, conversation, said(SECRET), ())
    keeping.feedback.give(ANNA, conversation, 1, "down", f"no: {SECRET}")
    assert bytes_of(tmp_path).count(SECRET.encode()) >= 3
    keeping.history.delete(ANNA, conversation)
    assert SECRET.encode() not in bytes_of(tmp_path)


def test_deleting_my_data_takes_conversations_feedback_and_documents_and_no_one_elses(tmp_path: Path) -> None:
    from rag import Settings

    (tmp_path / "heron.txt").write_text(f"In spring {SECRET}, by the weir.", encoding="utf-8")
    with Chatbot.open(Settings(data_dir=tmp_path / "data", corpus_dir=None)) as bot:
        keeping = Keeping(tmp_path / "data")
        for profile in (ANNA, BEN):
            bot.ingest([str(tmp_path / "heron.txt")], owner=profile)
            conversation = keeping.history.start(profile, f"{profile} {SECRET}")
            keeping.history.append(profile, conversation, said(SECRET), ())
            keeping.feedback.give(profile, conversation, 1, "up", SECRET)
        keeping.erase(bot, "")
        assert len(bot.documents()) == 2
        keeping.erase(bot, ANNA)
        assert [document.owner for document in bot.documents()] == [BEN]
        assert keeping.history.conversations(ANNA) == ()
        assert len(keeping.history.conversations(BEN)) == 1
        keeping.erase(bot, BEN)
        keeping.close()
    for word in (SECRET, "Quernmore", "heron nests", "quernmor", ANNA):
        assert word.encode() not in bytes_of(tmp_path / "data"), word


# ---- the file ------------------------------------------------------------------------------------------------------


def test_the_file_is_this_users_alone(keeping: Keeping) -> None:
    assert stat.S_IMODE(keeping.path.stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("not a database, for sure. " * 50)
    with pytest.raises(DataDirectoryError, match=FILE_NAME):
        Keeping(tmp_path)


def test_an_answer_of_another_version_is_one_clear_error(keeping: Keeping) -> None:
    conversation = keeping.history.start(ANNA, "?")
    keeping.history.append(ANNA, conversation, said("x"), ())
    with sqlite3.connect(keeping.path) as connection:
        connection.execute("""UPDATE turns SET answer = '{"question": 1}'""")
    connection.close()
    with pytest.raises(DataDirectoryError, match="cannot read"):
        keeping.history.load(ANNA, conversation)
