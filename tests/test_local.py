"""The door of a running page for the command line: values arrive as they were, and strangers stay outside."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

import ui
from rag import Chatbot, Settings, errors
from rag.errors import DataDirectoryBusy, DocumentNotFound, QuestionError, RagError, ServiceError
from rag.index.lock import DataDirectoryLock
from rag.schema import Turn
from rag.serving import wire
from rag.serving.app import create_app
from rag.serving.client import Client
from rag.serving.listening import local_address, open_socket
from tests.serving import BRIDGE, HARBOUR, Page, until_ready


@pytest.fixture
def owner(page: Page) -> DataDirectoryBusy:
    """What another process learns when it wants the data directory."""
    with pytest.raises(DataDirectoryBusy) as caught:
        DataDirectoryLock(page.data_dir).acquire()
    return caught.value


@pytest.fixture
def client(owner: DataDirectoryBusy) -> Iterator[Client]:
    opened = Client(owner.address, owner.token)
    yield opened
    opened.close()


# ---- how values travel ---------------------------------------------------------------------------------------------


def test_an_answer_is_the_same_after_the_journey(corpus_bot: Chatbot) -> None:
    answer = corpus_bot.ask("Who is Kevork Oskanian?")
    assert answer.citations
    assert wire.read_line(wire.answer_line(answer).decode()) == answer


def test_documents_travel_with_their_text(client: Client) -> None:
    (document,) = client.documents()
    assert document.text.strip() == BRIDGE


@pytest.mark.parametrize(
    "kind", [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, RagError)]
)
def test_every_error_arrives_as_what_it_was(kind: type[RagError]) -> None:
    with pytest.raises(kind, match=r"^no luck$") as caught:
        wire.read_line(wire.failure_line(kind("no luck")).decode())
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", ["FutureError", "inspect", "annotations", "__doc__"])
def test_an_error_of_another_version_is_a_service_error(name: str) -> None:
    assert type(wire.to_error(wire.Failure(error=name, message="no luck"))) is ServiceError


# ---- the command line's door ---------------------------------------------------------------------------------------


def test_a_question_through_the_door_gets_the_answer_with_its_quotes(client: Client) -> None:
    *growing, last = client.stream("When was the old bridge closed?")
    assert growing, "the answer did not stream"
    assert last.citations[0].quote in BRIDGE
    assert "May" in last.citations[0].quote
    assert client.ask("When was the old bridge closed?").text == last.text


def test_history_travels(client: Client) -> None:
    history = (Turn("Who found rust in the cables?", "Engineers from Lancaster found rust in its cables. [1]"),)
    assert client.ask("Where did they come from?", history=history).standalone_question != "Where did they come from?"


def test_only_the_named_documents_are_asked(client: Client) -> None:
    assert client.ask("When was the old bridge closed?", documents=["no-such-document"]).hits == ()


def test_a_question_that_cannot_be_asked_is_a_question_error(client: Client) -> None:
    with pytest.raises(QuestionError, match="Please type a question"):
        client.ask("  ")
    with pytest.raises(QuestionError, match="2,000"):
        client.ask("why " * 1000)


def test_lone_surrogates_of_a_terminal_do_no_harm(client: Client) -> None:
    assert "May" in client.ask("When was the old \udce9 bridge closed?").text


def test_documents_come_and_go_through_the_door(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    monkeypatch.chdir(tmp_path)  # the server knows nothing of this folder: the path must travel whole
    report = client.ingest(["harbour.txt", "missing.txt"])
    assert len(report.added) == 1
    assert next(iter(report.failed)).endswith("missing.txt")
    (added,) = [document for document in client.documents() if document.text.strip() == HARBOUR]
    assert "1904" in client.ask("When was the harbour of Heysham opened?").text
    client.remove(added.id)
    assert added.id not in [document.id for document in client.documents()]
    with pytest.raises(DocumentNotFound, match=re.escape(added.id)):
        client.remove(added.id)


def test_a_wrong_token_opens_nothing(owner: DataDirectoryBusy) -> None:
    for token in ("x", "wrong", "é", owner.token + "x"):
        with httpx.Client(base_url=owner.address, trust_env=False) as http:
            headers = [(b"Authorization", f"Bearer {token}".encode())]
            assert http.get("/local/documents", headers=headers).status_code == 403
            assert http.post("/local/ask", json={"question": "Why?"}, headers=headers).status_code == 403
    with pytest.raises(ServiceError, match="Only the command line"):
        Client(owner.address, "wrong").documents()


@pytest.mark.parametrize(("address", "status"), [("203.0.113.9", 403), ("nowhere", 403), ("127.0.0.1", 200)])
def test_another_machine_is_refused_even_with_the_token(tmp_path: Path, address: str, status: int) -> None:
    settings = Settings(data_dir=tmp_path / "data", corpus_dir=None)
    app = create_app(
        lambda: Chatbot.open(settings),
        ui.build_page,
        settings.data_dir,
        address="http://127.0.0.1:1",
        hosts=["testserver"],
    )
    with TestClient(app, client=(address, 50000)) as http:
        until_ready(http)
        token = json.loads((settings.data_dir / "owner.json").read_text())["token"]
        assert http.get("/local/documents", headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_wrong_types_get_one_clear_line(owner: DataDirectoryBusy) -> None:
    headers = {"Authorization": f"Bearer {owner.token}"}
    bodies: tuple[object, ...] = (
        {"question": 5},
        {"question": "Why?", "history": "x"},
        {"question": "Why?", "other": 1},
        [],
        "x",
    )
    for body in bodies:
        response = httpx.post(f"{owner.address}/local/ask", json=body, headers=headers, trust_env=False)
        assert response.status_code == 422
        assert "\n" not in response.json()["message"]


def test_a_page_that_is_gone_is_a_service_error() -> None:
    listener = open_socket("127.0.0.1", [0])
    address = local_address("127.0.0.1", listener.getsockname()[1])
    listener.close()
    with pytest.raises(ServiceError, match=re.escape(address)):
        Client(address, "token").ask("Why?")


def test_something_else_behind_the_address_is_a_service_error() -> None:
    with pytest.raises(ServiceError, match="unexpected"):
        wire.read_line("<html>")
