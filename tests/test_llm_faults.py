"""What goes wrong with a language model's server, and that the user gets the extractive answer in time, labelled."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rag import Chatbot, Settings
from rag.answering.llm.providers import check_llm, open_llm
from rag.errors import ConfigurationError, LanguageModelError

TEXT = (
    "The Carrow lighthouse was built in 1874 by Ada Winslow, an engineer from Leith. It stands on Gull Rock, north of "
    "the harbour. The lamp burned whale oil until 1922."
)
QUESTION = "Who built the Carrow lighthouse?"
SAID = "Ada Winslow built the Carrow lighthouse in 1874 [1]."
KEY = "sk-very-secret-0123456789"
Handler = BaseHTTPRequestHandler
Act = Callable[[Handler, int], None]


def begin(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()


def send(handler: Handler, words: str, finish: str | None = None) -> None:
    choice = {"index": 0, "delta": {"role": "assistant", "content": words}, "finish_reason": finish}
    event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    handler.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
    handler.wfile.flush()


def well(handler: Handler, call: int) -> None:
    begin(handler)
    for word in SAID.split():
        send(handler, f"{word} ")
    send(handler, "", "stop")
    handler.wfile.write(b"data: [DONE]\n\n")


def status(code: int) -> Act:
    def act(handler: Handler, call: int) -> None:
        body = json.dumps({"error": {"message": f"key {KEY} is wrong"}}).encode()
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


def busy_at_first(handler: Handler, call: int) -> None:
    (status(429) if call == 1 else well)(handler, call)


def silent(handler: Handler, call: int) -> None:
    time.sleep(3)


def stalled(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, "Ada Winslow built ")
    time.sleep(3)


def cut(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, f"{SAID} It is ")


def garbled(handler: Handler, call: int) -> None:
    begin(handler)
    handler.wfile.write(b'data: {"choices": [{"delta"\n\n')


def nothing(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, "", "stop")
    handler.wfile.write(b"data: [DONE]\n\n")


def endless(handler: Handler, call: int) -> None:
    begin(handler)
    for _ in range(100_000):
        send(handler, "and on and on ")


@pytest.fixture
def serve() -> Iterator[Callable[[Act], tuple[str, list[int]]]]:
    """Starts an OpenAI-compatible server that does one thing; gives its address and a list that grows by each call."""
    servers: list[ThreadingHTTPServer] = []

    def start(act: Act) -> tuple[str, list[int]]:
        calls: list[int] = []

        class Stub(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                calls.append(len(calls) + 1)
                with contextlib.suppress(OSError):  # the client hung up, as it should
                    act(self, calls[-1])

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v1", calls

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def settings_for(url: str, seconds: float = 20.0) -> dict[str, object]:
    return {"llm": "openai-like:m", "llm_url": url, "llm_key": KEY, "llm_timeout": seconds}


def test_a_server_that_does_well_writes_the_answer(
    serve: Callable[[Act], tuple[str, list[int]]], bot_factory: Callable[..., Chatbot]
) -> None:
    url, _ = serve(well)
    answer = bot_factory(TEXT, **settings_for(url)).ask(QUESTION)
    assert (answer.mode, answer.text, answer.notice) == (
        "llm",
        "Ada Winslow built the Carrow lighthouse in 1874. [1]",
        "",
    )
    assert answer.citations[0].quote == TEXT[: TEXT.index(" It stands")]


@pytest.mark.parametrize(
    ("act", "seconds", "told"),
    [
        (silent, 1.0, ("did not answer within 1 s", 1)),
        (stalled, 1.0, ("did not answer within 1 s", 1)),
        (status(401), 20.0, ("did not accept the key (HTTP 401)", 1)),
        (status(404), 20.0, ("is not known at this address (HTTP 404)", 1)),
        (status(429), 20.0, ("is asked too often (HTTP 429)", 3)),
        (status(500), 20.0, ("failed (HTTP 500)", 3)),
        (cut, 20.0, ("broke off in mid-answer", 1)),
        (garbled, 20.0, ("could not be read", 1)),
        (nothing, 20.0, ("wrote nothing", 1)),
        (endless, 20.0, ("did not stop writing", 1)),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_gives_the_extractive_answer_with_the_reason(
    act: Act,
    seconds: float,
    told: tuple[str, int],
    serve: Callable[[Act], tuple[str, list[int]]],
    bot_factory: Callable[..., Chatbot],
) -> None:
    reason, calls = told
    url, made = serve(act)
    answer = bot_factory(TEXT, **settings_for(url, seconds)).ask(QUESTION)
    assert answer.mode == "extractive"
    assert "Ada Winslow [1]" in answer.text
    assert reason in answer.notice
    assert answer.notice.endswith("this is the extractive answer.")
    assert len(made) == calls
    assert KEY not in repr(answer)


def test_a_server_that_is_busy_at_first_is_asked_again(
    serve: Callable[[Act], tuple[str, list[int]]], bot_factory: Callable[..., Chatbot]
) -> None:
    url, made = serve(busy_at_first)
    assert bot_factory(TEXT, **settings_for(url)).ask(QUESTION).mode == "llm"
    assert len(made) == 2


def test_a_server_that_is_not_there_gives_the_extractive_answer(bot_factory: Callable[..., Chatbot]) -> None:
    for llm, url in (("openai-like:m", "http://127.0.0.1:9/v1"), ("ollama:m", "http://127.0.0.1:9")):
        answer = bot_factory(TEXT, llm=llm, llm_url=url).ask(QUESTION)
        assert answer.mode == "extractive"
        assert answer.notice == "The language model could not be reached; this is the extractive answer."


def test_the_key_is_in_no_error_log_or_report(
    serve: Callable[[Act], tuple[str, list[int]]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    url, _ = serve(status(401))
    settings = Settings(**settings_for(url))  # type: ignore[arg-type]
    with pytest.raises(LanguageModelError) as told:
        check_llm(settings)
    shown = (str(told.value), repr(told.value), repr(told.value.__cause__), repr(settings), settings.model_dump_json())
    assert not any(KEY in text for text in (*shown, caplog.text))


def test_a_model_that_answers_is_reported_so(serve: Callable[[Act], tuple[str, list[int]]]) -> None:
    url, _ = serve(well)
    assert "openai-like:m answers" in check_llm(Settings(**settings_for(url)))  # type: ignore[arg-type]
    assert check_llm(Settings()) == ""


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"llm": "gpt-4o"}, "openai:MODEL, openai-like:MODEL, ollama:MODEL"),
        ({"llm": "openai-like:"}, "openai:MODEL"),
        ({"llm": "openai-like:m"}, "RAG_LLM_URL"),
        ({"llm": "openai:gpt-4o-mini"}, "RAG_LLM_KEY"),
    ],
)
def test_a_setting_that_cannot_work_says_what_to_set(settings: dict[str, str], fix: str) -> None:
    with pytest.raises(ConfigurationError, match=fix):
        open_llm(Settings(**settings))  # type: ignore[arg-type]


def test_no_key_of_the_environment_goes_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    llm = open_llm(Settings(llm="openai-like:m", llm_url="http://127.0.0.1:9/v1"))
    assert llm is not None
    assert KEY not in repr(llm)
