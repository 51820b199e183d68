"""The page's server: its local door, its headers, its conversations. A real server over a real chatbot."""

from __future__ import annotations

import inspect
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

import ui
from rag import Chatbot, Settings, errors
from rag.errors import (
    ConfigurationError,
    DataDirectoryBusy,
    DocumentError,
    DocumentNotFound,
    QuestionError,
    RagError,
    ServiceError,
)
from rag.index.lock import DataDirectoryLock
from rag.schema import Turn
from rag.serving import talk, wire
from rag.serving.app import create_app
from rag.serving.article import article_settings, open_article
from rag.serving.client import Client
from rag.serving.listening import hosts_for, local_address, open_socket
from rag.serving.opening import Opening

BRIDGE = "The old bridge over the Lune was closed in May. Engineers from Lancaster found rust in its cables."
HARBOUR = "The harbour of Heysham handles ferries to the Isle of Man. It was opened by the Midland Railway in 1904."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of a page that is ready on a free port."""
    import uvicorn

    home = tmp_path_factory.mktemp("served")
    (home / "corpus").mkdir()
    (home / "corpus" / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    settings = Settings(data_dir=home / "data", corpus_dir=home / "corpus")
    listener = open_socket("127.0.0.1", [0])
    address = local_address("127.0.0.1", listener.getsockname()[1])
    app = create_app(lambda: Chatbot.open(settings), ui.build_page, address=address)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with httpx.Client(base_url=address, trust_env=False) as http:
        assert until_ready(http) == "ready"
    yield settings.data_dir
    server.should_exit = True
    thread.join()
    assert not (settings.data_dir / "owner.json").exists(), "the data directory was not given back"


def until_ready(http: httpx.Client | TestClient) -> str:
    """Wait until opening has ended; how it ended."""
    pause = threading.Event()
    while (status := str(http.get("/readyz").json()["status"])) == "loading":
        pause.wait(0.1)
    return status


@pytest.fixture
def owner(served: Path) -> DataDirectoryBusy:
    """What another process learns when it wants the data directory."""
    with pytest.raises(DataDirectoryBusy) as caught:
        DataDirectoryLock(served).acquire()
    return caught.value


@pytest.fixture
def client(owner: DataDirectoryBusy) -> Iterator[Client]:
    opened = Client(owner.address, owner.token)
    yield opened
    opened.close()


@pytest.fixture
def opening(corpus_bot: Chatbot) -> Opening[Chatbot]:
    opened = Opening(lambda: corpus_bot, lambda _: None)
    opened.start()
    assert opened.wait(60)
    return opened


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
    app = create_app(lambda: Chatbot.open(settings), ui.build_page, address="http://127.0.0.1:1", hosts=["testserver"])
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


# ---- headers, health, opening --------------------------------------------------------------------------------------


def test_every_response_forbids_other_origins(owner: DataDirectoryBusy) -> None:
    for path in ("/", "/livez", "/config", "/local/documents", "/no-such-page"):
        policy = httpx.get(owner.address + path, trust_env=False).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert not re.search(r"https?:|\*|//", policy)


def test_only_known_host_names_are_answered(owner: DataDirectoryBusy) -> None:
    for host, status in (("evil.example", 400), ("127.0.0.1.evil.example", 400), ("localhost:1", 200)):
        assert httpx.get(f"{owner.address}/livez", headers={"Host": host}, trust_env=False).status_code == status


def test_the_page_itself_names_no_other_origin_to_load_from(owner: DataDirectoryBusy) -> None:
    page = httpx.get(owner.address, trust_env=False).text
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*", page)
    theme = httpx.get(f"{owner.address}/theme.css", trust_env=False).text
    assert "--font: ui-sans-serif" in theme.replace("'", "")
    assert not re.findall(r"@import|@font-face|url\([\"']?(?:https?:)?//[^)]*", theme)


def test_a_failure_to_open_is_told_and_not_hidden() -> None:
    def refuse() -> Chatbot:
        raise ConfigurationError("RAG_TOP_K = 'x' cannot be used.")

    app = create_app(refuse, ui.build_page, hosts=["testserver"])
    with TestClient(app) as http:
        assert until_ready(http) == "failed"
        assert http.get("/livez").status_code == 200
        assert http.get("/readyz").status_code == 503

    failed: Opening[Chatbot] = Opening(refuse, lambda _: None)
    failed.start()
    assert failed.wait(10)
    with pytest.raises(ConfigurationError, match="RAG_TOP_K"):
        _ = failed.bot
    assert list(talk.ask(failed, "Why?", ()))[-1][-1].note == "RAG_TOP_K = 'x' cannot be used."
    failed.close()


def test_a_taken_port_is_passed_over_or_named() -> None:
    with open_socket("127.0.0.1", [0]) as first:
        taken = first.getsockname()[1]
        with open_socket("127.0.0.1", [taken, 0]) as second:
            assert second.getsockname()[1] != taken
        with pytest.raises(ConfigurationError, match=f"{taken}.*--port"):
            open_socket("127.0.0.1", [taken])
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1"):
        open_socket("192.0.2.1", [0])


@pytest.mark.parametrize(
    ("host", "address", "named"),
    [
        ("127.0.0.1", "http://127.0.0.1:80", "localhost"),
        ("localhost", "http://127.0.0.1:80", "localhost"),
        ("::1", "http://[::1]:80", "[::1]"),
        ("0.0.0.0", "http://127.0.0.1:80", "*"),
        ("192.168.1.5", "", "192.168.1.5"),
    ],
)
def test_the_command_line_is_told_a_loopback_address_or_none(host: str, address: str, named: str) -> None:
    assert local_address(host, 80) == address
    assert named in hosts_for(host)


def test_a_second_page_says_where_the_first_one_is(
    served: Path, owner: DataDirectoryBusy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_DATA_DIR", str(served))
    assert ui.main(["--no-browser"]) == 1
    assert capsys.readouterr().err.strip() == f"The page is open already, at {owner.address}"


# ---- a chat over one article ---------------------------------------------------------------------------------------


def test_an_article_is_known_alone_in_a_directory_of_its_own(tmp_path: Path) -> None:
    article = tmp_path / "harbour.txt"
    article.write_text(HARBOUR, encoding="utf-8")
    base = Settings(data_dir=tmp_path / "data")
    settings = article_settings(article, base)
    assert settings.data_dir.is_relative_to(base.data_dir)
    assert settings.data_dir != base.data_dir
    assert settings.data_dir != article_settings(tmp_path / "other.txt", base).data_dir
    for _ in range(2):  # the second time it is there already
        bot = open_article(article, settings)
        assert [document.text.strip() for document in bot.documents()] == [HARBOUR]
        bot.close()


def test_an_unreadable_article_is_one_clear_error_and_leaves_nothing_locked(tmp_path: Path) -> None:
    article = tmp_path / "missing.txt"
    settings = article_settings(article, Settings(data_dir=tmp_path / "data"))
    for _ in range(2):
        with pytest.raises(DocumentError, match=r"missing\.txt"):
            open_article(article, settings)


# ---- a visitor's conversation --------------------------------------------------------------------------------------


def test_an_answer_grows_in_the_conversation_and_then_counts_as_history(opening: Opening[Chatbot]) -> None:
    grown = list(talk.ask(opening, "Who is Kevork Oskanian?", ()))
    assert grown[0][-1].state == "waiting"
    assert grown[-1][-1].state == "whole"
    assert all(talk.turns(one) == () for one in grown[:-1])
    assert [turn.question for turn in talk.turns(grown[-1])] == ["Who is Kevork Oskanian?"]


def test_a_follow_up_is_understood_from_the_visitors_own_conversation(opening: Opening[Chatbot]) -> None:
    *_, first = talk.ask(opening, "Who is Kevork Oskanian?", ())
    *_, second = talk.ask(opening, "Where does he work?", first)
    answer = second[-1].answer
    assert answer is not None
    assert "Oskanian" in answer.standalone_question
    assert [one.key for one in second] == [1, 2]


def test_a_bad_question_becomes_a_line_of_the_page_and_no_history(opening: Opening[Chatbot]) -> None:
    *_, after = talk.ask(opening, "   ", ())
    assert after[-1].state == "failed"
    assert talk.turns(after) == ()
    (message,) = talk.messages(after)
    assert message["role"] == "assistant"
    assert "Please type a question" in message["content"]


def test_a_stopped_answer_stays_but_is_no_history(opening: Opening[Chatbot]) -> None:
    running = next(one for one in talk.ask(opening, "Who is Kevork Oskanian?", ()) if one[-1].state == "growing")
    stopped = talk.stop(running)
    assert talk.is_running(running)
    assert not talk.is_running(stopped)
    assert "Stopped" in talk.messages(stopped)[-1]["content"]
    assert talk.turns(stopped) == ()
    assert talk.stop(stopped) == stopped


def test_a_session_stays_bounded_and_its_anchors_stay_distinct(opening: Opening[Chatbot]) -> None:
    so_far: talk.Talk = ()
    for _ in range(talk.KEPT + 3):
        *_, so_far = talk.ask(opening, "hello", so_far)
    assert len(so_far) == talk.KEPT
    assert [one.key for one in so_far] == list(range(4, talk.KEPT + 4))


def test_the_newest_sources_are_shown_and_the_older_wait(opening: Opening[Chatbot]) -> None:
    *_, first = talk.ask(opening, "Who is Kevork Oskanian?", ())
    *_, second = talk.ask(opening, "Who is Hikmet Hajiyev?", first)
    assert re.findall(r'<section class="([^"]*)" id="([^"]*)"', talk.sources(second)) == [
        ("sources", "s-2"),
        ("sources older", "s-1"),
    ]
