"""What the page's script is told: each visitor their own documents and conversations, and nobody another's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import ui
from rag import Chatbot, Settings
from rag.errors import QuestionError
from rag.serving.app import create_app
from rag.serving.keeping import Keeping
from rag.serving.opening import Opening
from rag.serving.page.visit import Visit, Visitor, Wish

HARBOUR = "Greta Holm painted the lighthouse of Ystad red in May 1931. The harbour master was Olof Berg."
MILL = "The mill of Lund burned down in 1877. Its miller was Anna Lind."


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A browser that has opened the page, over one public document about a mill."""
    home = tmp_path_factory.mktemp("page")
    (home / "corpus").mkdir()
    (home / "corpus" / "mill.txt").write_text(MILL, encoding="utf-8")
    settings = Settings(data_dir=home / "data", corpus_dir=home / "corpus")
    app = create_app(lambda: Chatbot.open(settings), ui.build_page, settings.data_dir, hosts=["testserver"])
    with TestClient(app) as browser:
        for _ in range(300):
            if browser.get("/readyz").json()["status"] != "loading":
                break
            time.sleep(0.1)
        assert browser.get("/").status_code == 200
        yield browser


@pytest.fixture
def ben(ann: TestClient) -> TestClient:
    """Another browser."""
    browser = TestClient(ann.app)
    assert browser.get("/").status_code == 200
    return browser


def titles(browser: TestClient) -> list[str]:
    return [one["title"] for one in browser.get("/page/documents").json()]


def add_text(browser: TestClient, title: str, text: str = HARBOUR) -> dict[str, Any]:
    told: dict[str, Any] = browser.post("/page/documents/text", json={"title": title, "text": text}).json()
    return told


def identity(browser: TestClient, title: str) -> str:
    return next(str(one["id"]) for one in browser.get("/page/documents").json() if one["title"] == title)


# ---- documents -----------------------------------------------------------------------------------------------------


def test_a_listed_document_says_what_is_indexed_of_it_and_not_where_it_lies(ben: TestClient) -> None:
    (mill,) = ben.get("/page/documents").json()
    assert (mill["title"], mill["source"], mill["passages"], mill["own"]) == ("mill", "mill.txt", 1, False)
    assert mill["added"].startswith("20")
    assert "owner" not in mill
    assert "corpus" not in ben.get(f"/page/documents/{mill['id']}").text


def test_what_a_visitor_adds_is_theirs_alone(ann: TestClient, ben: TestClient) -> None:
    assert add_text(ann, "The harbour") == {"outcome": "added", "title": "The harbour", "passages": 1, "failed": None}
    theirs = identity(ann, "The harbour")
    assert ann.get(f"/page/documents/{theirs}").json()["text"] == HARBOUR
    assert titles(ben) == ["mill"]
    assert ben.get(f"/page/documents/{theirs}").status_code == 404
    assert ben.delete(f"/page/documents/{theirs}").status_code == 404
    assert ann.delete(f"/page/documents/{theirs}").status_code == 204
    assert titles(ann) == ["mill"]


def test_two_visitors_may_add_the_same_name(ann: TestClient, ben: TestClient) -> None:
    add_text(ann, "Notes", HARBOUR)
    add_text(ben, "Notes", MILL)
    assert ann.get(f"/page/documents/{identity(ann, 'Notes')}").json()["text"] == HARBOUR
    assert ben.get(f"/page/documents/{identity(ben, 'Notes')}").json()["text"] == MILL
    for browser in (ann, ben):
        browser.delete(f"/page/documents/{identity(browser, 'Notes')}")


def test_a_public_document_cannot_be_deleted_from_the_page(ben: TestClient) -> None:
    refused = ben.delete(f"/page/documents/{identity(ben, 'mill')}")
    assert refused.status_code == 403
    assert "rag remove" in refused.json()["message"]


def test_a_browser_that_refuses_cookies_can_read_but_not_add(ann: TestClient) -> None:
    stranger = TestClient(ann.app)
    assert titles(stranger) == ["mill"]
    refused = stranger.post("/page/documents/text", json={"text": HARBOUR})
    assert refused.status_code == 400
    assert "cookies" in refused.json()["message"]
    assert stranger.get("/page/conversations").json() == []


def test_an_uploaded_file_keeps_its_name_and_a_bad_one_says_why(ben: TestClient) -> None:
    told = ben.post("/page/documents/file", files={"file": ("../../etc/harbour log.txt", HARBOUR.encode())}).json()
    assert told["outcome"] == "added"
    (mine,) = [one for one in ben.get("/page/documents").json() if one["own"]]
    assert mine["source"] == "harbour log.txt"
    again = ben.post("/page/documents/file", files={"file": ("harbour log.txt", HARBOUR.encode())}).json()
    assert again["outcome"] == "unchanged"
    failed = ben.post("/page/documents/file", files={"file": ("photo.png", b"\x89PNG\r\n\x1a\n")}).json()["failed"]
    assert "photo.png" in failed
    assert "rag-upload" not in failed


def test_a_text_that_the_browser_has_is_not_sent_again(ben: TestClient) -> None:
    path = f"/page/documents/{identity(ben, 'mill')}"
    mark = ben.get(path).headers["etag"]
    again = ben.get(path, headers={"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")


def test_only_web_addresses_are_added(ben: TestClient) -> None:
    for address in ("file:///etc/passwd", "/etc/passwd", "ftp://example.org/x"):
        assert ben.post("/page/documents/address", json={"url": address}).status_code == 400
    assert "127.0.0.1" in ben.post("/page/documents/address", json={"url": "http://127.0.0.1:9/"}).json()["failed"]


# ---- conversations -------------------------------------------------------------------------------------------------


@pytest.fixture
def visitor(corpus_bot: Chatbot, tmp_path: Path) -> Iterator[Visitor]:
    opening: Opening[Chatbot] = Opening(lambda: corpus_bot, lambda _: None)
    opening.start()
    assert opening.wait(60)
    keeping = Keeping(tmp_path)
    yield Visitor(opening, keeping, "ann")
    keeping.close()


def last(visitor: Visitor, question: str, visit: Visit, wish: Wish | None = None) -> Visit:
    *_, after = visitor.ask(question, visit, wish or Wish())
    return after


def test_an_answer_is_kept_and_the_conversation_opens_as_it_was(visitor: Visitor) -> None:
    after = last(visitor, "Who is Kevork Oskanian?", Visit())
    assert after.talk[-1].number == 1
    opened = visitor.open(after.conversation)
    assert [one.answer for one in opened.talk] == [one.answer for one in after.talk]
    again = last(visitor, "What does he say about Putin?", opened)
    assert again.conversation == after.conversation
    assert [one.number for one in again.talk] == [1, 2]
    assert Visitor(visitor.opening, visitor.keeping, "ben").open(after.conversation) == Visit()


def test_asking_again_replaces_the_last_answer_and_no_other(visitor: Visitor) -> None:
    first = last(visitor, "Who is Kevork Oskanian?", Visit())
    second = last(visitor, "Who is Hikmet Hajiyev?", first)
    again = last(visitor, "Who is Nikol Pashinyan?", second, Wish(replaces=second.talk[-1].key))
    assert [one.question for one in again.talk] == ["Who is Kevork Oskanian?", "Who is Nikol Pashinyan?"]
    older = last(visitor, "Who is Ilham Aliyev?", again, Wish(replaces=first.talk[-1].key))
    kept = visitor.keeping.history.load("ann", older.conversation)
    assert [one.answer.question for one in kept.entries] == [one.question for one in older.talk]
    assert len(older.talk) == 3


def test_an_answer_that_was_cut_off_counts_as_stopped_when_the_next_is_asked(visitor: Visitor) -> None:
    cut = next(
        one for one in visitor.ask("Who is Kevork Oskanian?", Visit(), Wish()) if one.talk[-1].state == "growing"
    )
    after = last(visitor, "Who is Hikmet Hajiyev?", cut)
    assert [one.state for one in after.talk] == ["stopped", "whole"]
    kept = visitor.keeping.history.load("ann", after.conversation)
    assert [one.answer.question for one in kept.entries] == ["Who is Hikmet Hajiyev?"]


def test_a_failed_question_is_not_kept(visitor: Visitor) -> None:
    after = last(visitor, "  ", Visit())
    assert after.talk[-1].state == "failed"
    assert visitor.keeping.history.conversations("ann") == ()


def test_a_visitor_without_cookies_is_answered_and_nothing_is_kept(visitor: Visitor) -> None:
    stranger = Visitor(visitor.opening, visitor.keeping, "")
    after = last(stranger, "Who is Kevork Oskanian?", Visit())
    assert after.talk[-1].state == "whole"
    assert (after.conversation, after.talk[-1].number) == ("", 0)


def test_only_visible_documents_are_asked_whatever_a_page_names(visitor: Visitor) -> None:
    (document,) = visitor.scope(None)
    assert visitor.scope([document, "another's"]) == (document,)
    for none in ([], ["another's"]):
        with pytest.raises(QuestionError, match="ticked"):
            visitor.scope(none)


@pytest.mark.parametrize("told", ["", "{", "[]", "7", '{"documents": 3, "replaces": "x"}'])
def test_a_wish_that_makes_no_sense_is_no_wish(told: str) -> None:
    assert Wish.read(told) == Wish()


def test_a_wish_is_read() -> None:
    assert Wish.read('{"documents": ["a"], "replaces": 2}') == Wish(("a",), 2)
