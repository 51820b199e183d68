"""What goes wrong with a language model's server, and that the user gets the extractive answer in time, labelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import formatdate

import httpx
import pytest

from rag import Chatbot, Settings
from rag.answering.llm.calling import stream_words
from rag.answering.llm.providers import check_llm, open_llm
from rag.errors import ConfigurationError, LanguageModelError
from rag.schema import Answer
from tests import faulty
from tests.faulty import KEY, Act, Handler, Serve, faulty_servers, status
from tests.scripted import scripted

TEXT = (
    "The Carrow lighthouse was built in 1874 by Ada Winslow, an engineer from Leith. It stands on Gull Rock, north of "
    "the harbour. The lamp burned whale oil until 1922."
)
QUESTION = "Who built the Carrow lighthouse?"
PROVIDERS = ("openai-like:m", "ollama:m")
BRIEF, LONG = 1.0, 20.0  # time limits
IN_A_DAY = formatdate(time.time() + 89_000, usegmt=True)  # the whole run long a wait of 80,000 s or more


def settings_for(llm: str, url: str, seconds: float = 20.0) -> dict[str, object]:
    return {"llm": llm, "llm_url": url, "llm_key": KEY, "llm_timeout": seconds}


@dataclass
class Stage:
    """A chatbot whose model's server does whatever `act` is, and the calls that it got."""

    bot: Chatbot
    calls: list[int]
    act: Act

    def ask(self, act: Act) -> Answer:
        self.calls.clear()
        self.act = act
        return self.bot.ask(QUESTION)


Stages = dict[tuple[str, float], Stage]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """One for each provider and time limit; opening a chatbot takes longer than most faults."""
    with faulty_servers() as start, ExitStack() as opened:
        found: Stages = {}

        def stage(llm: str, seconds: float) -> Stage:
            home = tmp_path_factory.mktemp("stage")
            (home / "corpus").mkdir()
            (home / "corpus" / "text.txt").write_text(TEXT, encoding="utf-8")

            def play(handler: Handler, call: int) -> None:
                found[llm, seconds].act(handler, call)

            url, calls = start(play)
            settings = Settings(
                data_dir=home / "data",
                corpus_dir=home / "corpus",
                **settings_for(llm, url, seconds),  # type: ignore[arg-type]
            )
            return Stage(opened.enter_context(Chatbot.open(settings)), calls, faulty.well)

        for llm in PROVIDERS:
            for seconds in (BRIEF, LONG):
                found[llm, seconds] = stage(llm, seconds)
        yield found


@pytest.mark.parametrize("llm", PROVIDERS)
def test_a_server_that_does_well_writes_the_answer(llm: str, stages: Stages) -> None:
    answer = stages[llm, LONG].ask(faulty.well)
    assert (answer.mode, answer.text, answer.notice) == (
        "llm",
        "Ada Winslow built the Carrow lighthouse in 1874. [1]",
        "",
    )
    assert answer.citations[0].quote == TEXT[: TEXT.index(" It stands")]


@pytest.mark.parametrize("llm", PROVIDERS)
@pytest.mark.parametrize(
    ("act", "seconds", "told"),
    [
        (faulty.silent, BRIEF, ("did not answer within 1 s", 1)),
        (faulty.stalled, BRIEF, ("did not answer within 1 s", 1)),
        (faulty.slow, BRIEF, ("did not answer within 1 s", 1)),
        (faulty.endless_thinking, BRIEF, ("did not answer within 1 s", 1)),
        (faulty.endless_line, BRIEF, ("did not answer within 1 s", 1)),
        (status(400), LONG, ("refused (HTTP 400)", 1)),
        (status(401), LONG, ("did not accept the key (HTTP 401)", 1)),
        (status(404), LONG, ("is not known at this address (HTTP 404)", 1)),
        (status(429), LONG, ("is asked too often (HTTP 429)", 3)),
        (status(429, Retry_After="90"), LONG, ("is asked too often (HTTP 429, it asks to wait 90 s)", 1)),
        (status(503, Retry_After=IN_A_DAY), LONG, ("failed (HTTP 503, it asks to wait 8", 1)),
        (status(500), LONG, ("failed (HTTP 500)", 3)),
        (faulty.page_of_a_proxy, LONG, ("failed (HTTP 502)", 3)),
        (faulty.page_instead, LONG, ("read", 1)),
        (faulty.round_in_circles, LONG, ("has moved (HTTP 307)", 1)),
        (faulty.hangs_up, LONG, ("could not be reached", 3)),
        (faulty.cut, LONG, ("broke off in mid-answer", 1)),
        (faulty.cut_in_mid_word, LONG, ("broke off in mid-answer", 1)),
        (faulty.garbled, LONG, ("could not be read", 1)),
        (faulty.garbled_later, LONG, ("broke off in mid-answer", 1)),
        (faulty.not_unicode, LONG, ("could not be read", 1)),
        (faulty.no_choices, LONG, ("could not be read", 1)),
        (faulty.wrong_types, LONG, ("could not be read", 1)),
        (faulty.a_list, LONG, ("could not be read", 1)),
        (faulty.an_error_in_the_stream, LONG, ("could not be read", 1)),
        (faulty.empty, LONG, ("sent no answer that can be read", 1)),
        (faulty.nothing, LONG, ("wrote nothing", 1)),
        (faulty.null, LONG, ("wrote nothing", 1)),
        (faulty.endless, LONG, ("did not stop writing", 1)),
        (faulty.cut_at_the_limit, LONG, ("did not stop writing", 1)),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_gives_the_extractive_answer_with_the_reason(
    llm: str, act: Act, seconds: float, told: tuple[str, int], stages: Stages
) -> None:
    reason, calls = told
    stage = stages[llm, seconds]
    answer = stage.ask(act)
    assert answer.mode == "extractive"
    assert "Ada Winslow [1]" in answer.text
    assert reason in answer.notice
    assert answer.notice.endswith("this is the extractive answer.")
    assert len(stage.calls) == calls
    assert KEY not in repr(answer)


@pytest.mark.parametrize("llm", PROVIDERS)
def test_a_server_that_is_not_there_gives_the_extractive_answer(llm: str, bot_factory: Callable[..., Chatbot]) -> None:
    answer = bot_factory(TEXT, llm=llm, llm_url="http://127.0.0.1:9").ask(QUESTION)
    assert answer.mode == "extractive"
    assert answer.notice == "The language model could not be reached; this is the extractive answer."


@pytest.mark.parametrize("llm", PROVIDERS)
@pytest.mark.parametrize("act", [faulty.endless_thinking, faulty.endless_line, faulty.slow])
def test_a_model_that_is_given_up_is_no_longer_listened_to(llm: str, act: Act, serve: Serve) -> None:
    url, _ = serve(act)
    opened = open_llm(Settings(**settings_for(llm, url, 0.5)))  # type: ignore[arg-type]
    assert opened is not None
    with pytest.raises(LanguageModelError, match="did not answer"):
        list(stream_words(opened, [], 0.5))
    left = [thread for thread in threading.enumerate() if thread.name == "language-model"]
    for thread in left:
        thread.join(20)
    assert not any(thread.is_alive() for thread in left)


# ---- trying again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("llm", PROVIDERS)
def test_a_server_that_is_busy_at_first_is_asked_again(llm: str, stages: Stages) -> None:
    stage = stages[llm, LONG]
    assert stage.ask(faulty.busy_at_first).mode == "llm"
    assert len(stage.calls) == 2


@pytest.mark.parametrize("llm", PROVIDERS)
@pytest.mark.parametrize(("code", "as_date"), [(429, False), (503, True)], ids=["seconds", "date"])
def test_a_server_that_names_a_time_to_wait_is_given_it(llm: str, code: int, as_date: bool, serve: Serve) -> None:
    url, made = serve(faulty.busy_until(code, 2, as_date=as_date))
    assert "answers" in check_llm(Settings(**settings_for(llm, url)))  # type: ignore[arg-type]
    assert len(made) == 2


@pytest.mark.parametrize(
    "wait", ["soon", "", "-5", "1.5", "9" * 400, "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 99999999999 07:28:00"]
)
def test_a_time_to_wait_that_says_nothing_is_passed_over(wait: str, serve: Serve) -> None:
    url, made = serve(
        lambda handler, call: (status(503, Retry_After=wait) if call == 1 else faulty.well)(handler, call)
    )
    assert "answers" in check_llm(Settings(**settings_for("openai-like:m", url)))  # type: ignore[arg-type]
    assert len(made) == 2


def test_an_error_of_a_python_model_is_read_with_care() -> None:
    class Odd(Exception):
        status_code, response = 429, httpx.Response(429, headers={"Retry-After": "600"})

    class Bare(Exception):
        status_code, response = 418, "no response"

    def stream(error: Exception) -> Iterator[str]:
        def broken(prompt: str) -> str:
            raise error

        return stream_words(scripted(broken), [], 5.0)

    with pytest.raises(LanguageModelError, match=r"HTTP 429, it asks to wait 600 s"):
        list(stream(Odd()))
    with pytest.raises(LanguageModelError, match=r"refused \(HTTP 418\)"):
        list(stream(Bare()))


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("llm", PROVIDERS)
def test_a_model_that_answers_is_reported_so(llm: str, serve: Serve) -> None:
    url, _ = serve(faulty.well)
    assert f"{llm} answers" in check_llm(Settings(**settings_for(llm, url)))  # type: ignore[arg-type]
    assert check_llm(Settings()) == ""


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"llm": "gpt-4o"}, "openai:MODEL, openai-like:MODEL, ollama:MODEL"),
        ({"llm": "openai-like:"}, "openai:MODEL"),
        ({"llm": "openai-like:m"}, "RAG_LLM_URL"),
        ({"llm": "openai-like:m", "llm_url": "localhost:8000/v1"}, "RAG_LLM_URL cannot be used: it is like http://"),
        ({"llm": "ollama:m", "llm_url": "http://[::1"}, "RAG_LLM_URL cannot be used"),
        ({"llm": "openai:gpt-4o-mini"}, "RAG_LLM_KEY"),
    ],
)
def test_a_setting_that_cannot_work_says_what_to_set(settings: dict[str, str], fix: str) -> None:
    with pytest.raises(ConfigurationError, match=fix):
        open_llm(Settings(**settings))  # type: ignore[arg-type]
