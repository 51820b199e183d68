"""A language model's key goes to its server, and is told to nobody else: no log, report, error, export or page."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import Chatbot, Settings
from rag.answering.llm.providers import check_llm, open_llm
from rag.doctor import check_llm as examined
from rag.errors import ConfigurationError, LanguageModelError
from rag.serving.export import to_html, to_json, to_markdown
from rag.serving.history import Entry, Kept
from tests import faulty
from tests.faulty import KEY, Act, Handler, Serve, status
from tests.serving import running_page, visitor

TEXT = "The Carrow lighthouse was built in 1874 by Ada Winslow, an engineer from Leith. It stands on Gull Rock."
PROVIDERS = ("openai-like:m", "ollama:m")
FAULTS = (faulty.well, status(401), status(429, Retry_After="90"), faulty.an_error_in_the_stream)


def settings_for(llm: str, url: str, **others: object) -> Settings:
    return Settings(**{"llm": llm, "llm_url": url, "llm_key": KEY, "llm_timeout": 20.0} | others)  # type: ignore[arg-type]


@pytest.mark.parametrize("llm", PROVIDERS)
@pytest.mark.parametrize("act", FAULTS)
def test_the_key_is_in_no_log_answer_or_export(
    llm: str, act: Act, serve: Serve, bot_factory: Callable[..., Chatbot], caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore", "openai", "ollama", "llama_index", "rag"):
        caplog.set_level(logging.DEBUG, name)
    url, calls = serve(act)
    bot = bot_factory(TEXT, llm=llm, llm_url=url, llm_key=KEY)
    answer = bot.ask("Who built the Carrow lighthouse?")
    kept = Kept("c", "Lighthouses", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", (Entry(1, answer),))
    shown = [repr(answer), repr(bot), repr(vars(bot)), to_json(kept), to_markdown(kept), to_html(kept)]
    assert calls
    assert len(caplog.records) > 1  # the libraries did log
    assert not any(KEY in text for text in (*shown, caplog.text))


@pytest.mark.parametrize("llm", PROVIDERS)
@pytest.mark.parametrize("act", FAULTS[1:])
def test_the_key_is_in_no_error_and_no_report(llm: str, act: Act, serve: Serve) -> None:
    url, _ = serve(act)
    settings = settings_for(llm, url)
    with pytest.raises(LanguageModelError) as told:
        check_llm(settings)
    error = told.value
    shown = [str(error), repr(error), repr(error.__cause__), repr(error.__context__), repr(examined(settings))]
    shown += [repr(settings), str(settings), settings.model_dump_json()]
    assert not any(KEY in text for text in shown)


@pytest.mark.parametrize("llm", PROVIDERS)
@pytest.mark.parametrize("url", [f"http://user:{KEY}@127.0.0.1:9/v1", f"http://127.0.0.1:9/v1?key={KEY}"])
def test_a_key_in_the_address_is_refused_and_not_repeated(llm: str, url: str) -> None:
    settings = settings_for(llm, url, llm_key="")
    with pytest.raises(ConfigurationError, match="a key goes into RAG_LLM_KEY") as told:
        open_llm(settings)
    shown = [str(told.value), repr(examined(settings)), repr(settings), settings.model_dump_json()]
    assert not any(KEY in text for text in shown)


@pytest.mark.parametrize("llm", PROVIDERS)
def test_the_key_goes_to_its_server_and_not_where_that_leads(llm: str, serve: Serve) -> None:
    heard: list[str | None] = []

    def listen(handler: Handler, call: int) -> None:
        heard.append(handler.headers.get("Authorization"))
        faulty.well(handler, call)

    url, _ = serve(listen)
    assert "answers" in check_llm(settings_for(llm, url))
    assert heard == [f"Bearer {KEY}"]

    def lead_away(handler: Handler, call: int) -> None:
        handler.send_response(307)
        handler.send_header("Location", f"{url}{handler.path}")
        handler.end_headers()

    with pytest.raises(LanguageModelError, match="has moved"):
        check_llm(settings_for(llm, serve(lead_away)[0]))
    assert len(heard) == 1


@pytest.mark.parametrize("llm", PROVIDERS)
def test_no_key_of_the_environment_goes_to_a_server(llm: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def listen(handler: Handler, call: int) -> None:
        heard.append(str(handler.headers))
        faulty.well(handler, call)

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OLLAMA_API_KEY", KEY)
    assert "answers" in check_llm(settings_for(llm, serve(listen)[0], llm_key=""))
    assert KEY not in heard[0]


def test_nothing_that_the_page_serves_holds_the_key(
    tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, calls = serve(status(401))
    for name, value in (("LLM", "openai-like:m"), ("LLM_URL", url), ("LLM_KEY", KEY)):
        monkeypatch.setenv(f"RAG_{name}", value)
    with running_page(tmp_path, TEXT) as page, visitor(page) as http:
        served = [http.get(path).text for path in ("/", "/config", "/readyz", "/gradio_api/info")]
        asked = {"data": ["Who built the Carrow lighthouse?", None]}
        event = http.post("/gradio_api/call/ask", json=asked).raise_for_status().json()["event_id"]
        served.append(http.get(f"/gradio_api/call/ask/{event}").text)
    assert calls
    assert "did not accept the key" in served[-1]
    assert not any(KEY in text for text in served)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (status(401), "did not accept the key (HTTP 401)"),
        (status(404), "is not known at this address (HTTP 404)"),
        (faulty.hangs_up, "could not be reached"),
    ],
)
def test_the_report_says_what_is_wrong_and_what_to_correct(act: Act, reason: str, serve: Serve, tmp_path: Path) -> None:
    url, _ = serve(act)
    environment = {"RAG_LLM": "ollama:m", "RAG_LLM_URL": url, "RAG_LLM_KEY": KEY, "RAG_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "rag", "doctor"],
        env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert done.returncode == 1
    assert f"ollama:m at {url}: The language model {reason}." in printed
    assert "correct RAG_LLM, RAG_LLM_URL or RAG_LLM_KEY" in printed
    assert "Traceback" not in printed
    assert KEY not in printed
