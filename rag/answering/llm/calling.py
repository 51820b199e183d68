"""Asks a language model and streams its words under time limits. Knows LlamaIndex's LLM interface, nothing of prompts.

A model runs in a thread of its own, so that one that hangs is given up on time. What it raises is told by kind alone:
the text of a stranger's exception may hold a key or a document, and is never repeated.
"""

from __future__ import annotations

import math
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from rag.errors import LanguageModelError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse

_ATTEMPTS = 3
_MOST_CHARACTERS = 6_000
_UNREACHABLE = {"APIConnectionError", "ConnectionError", "TransportError"}
_SLOW = {"APITimeoutError", "TimeoutError", "TimeoutException"}
_HTTP = {
    401: "did not accept the key",
    403: "did not accept the key",
    404: "is not known at this address",
    429: "is asked too often",
}


def stream_words(llm: LLM, messages: Sequence[ChatMessage], seconds: float) -> Iterator[str]:
    """What the model writes, in pieces as they come.

    Before its first word, lost connections, HTTP 429 and 5xx are tried again, three times in all; never later. A server
    that names a time to wait (Retry-After) is given it; where that is past the limit, it is given up at once.

    Args:
        llm: the model.
        messages: what it is told.
        seconds: until the whole text has to be there.

    Raises:
        LanguageModelError: it failed, was too slow, broke off, or did not stop.
    """
    deadline = time.monotonic() + seconds
    pieces: queue.Queue[str | Exception | None] = queue.Queue()
    given_up = threading.Event()
    work = (llm, messages, seconds, pieces, given_up)
    threading.Thread(target=_work, args=work, name="language-model", daemon=True).start()
    length = 0
    try:
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise LanguageModelError(f"The language model did not answer within {math.ceil(seconds)} s.") from None
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise _fault(piece, begun=length > 0)
            length += len(piece)
            if length > _MOST_CHARACTERS:
                raise LanguageModelError("The language model did not stop writing.")
            yield piece
    finally:
        given_up.set()


def _work(
    llm: LLM,
    messages: Sequence[ChatMessage],
    seconds: float,
    pieces: queue.Queue[str | Exception | None],
    given_up: threading.Event,
) -> None:
    """Put the model's words into `pieces`, then None; or what it raised."""
    try:
        for piece in _words(llm, messages, seconds, given_up):
            pieces.put(piece)
        pieces.put(None)
    except Exception as error:  # noqa: BLE001 - any LLM object may be passed in, and raises what it likes
        pieces.put(error)


def _words(llm: LLM, messages: Sequence[ChatMessage], seconds: float, given_up: threading.Event) -> Iterator[str]:
    from tenacity import Retrying, retry_if_exception, sleep_using_event
    from tenacity.stop import stop_after_attempt, stop_before_delay, stop_when_event_set
    from tenacity.wait import wait_exception, wait_exponential_jitter

    def begin() -> tuple[ChatResponse | None, Iterator[ChatResponse]]:
        stream = iter(llm.stream_chat(messages))
        return next(stream, None), stream

    response, stream = Retrying(
        stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(seconds) | stop_when_event_set(given_up),
        wait=wait_exponential_jitter(multiplier=0.5, max=5.0, jitter=0.5) + wait_exception(_asked_to_wait),
        retry=retry_if_exception(_may_pass),
        sleep=sleep_using_event(given_up),
        reraise=True,
    )(begin)
    if response is None:
        raise LanguageModelError("The language model sent no answer that can be read.")
    said = 0
    ending: str | None = ""
    while response is not None and not given_up.is_set():
        whole = response.message.content or ""
        piece = response.delta if response.delta is not None else whole[said:]
        said = max(said + len(piece), len(whole))
        ending = _ending(response.raw, ending)
        if piece:
            yield piece
        response = next(stream, None)
    if ending is None:
        raise LanguageModelError("The language model broke off in mid-answer.")
    if ending == "length":
        raise LanguageModelError("The language model did not stop writing.")


def _ending(raw: Any, before: str | None) -> str | None:
    """Why the stream ended, so far: None while a server that tells has not, "" for a model that does not tell."""
    if isinstance(raw, dict):
        return (raw.get("done_reason") or "stop") if raw.get("done") else None if "done" in raw else before
    choices = getattr(raw, "choices", None)
    if not choices:
        return before
    reason = choices[0].finish_reason
    return reason if reason is None else str(reason)


def _may_pass(error: BaseException) -> bool:
    """Whether trying again may help."""
    status = _status(error)
    return status == 429 or status >= 500 or (_is(error, _UNREACHABLE) and not _is(error, _SLOW))


def _fault(error: Exception, *, begun: bool) -> LanguageModelError:
    """What happened, by the kind of the exception."""
    if isinstance(error, LanguageModelError):
        return error
    status = _status(error)
    if status:
        told = _HTTP.get(status) or ("failed" if status >= 500 else "has moved" if status < 400 else "refused")
        wait = math.ceil(_asked_to_wait(error))
        waiting = f", it asks to wait {wait} s" if wait else ""
        return LanguageModelError(f"The language model {told} (HTTP {status}{waiting}).")
    if _is(error, _SLOW):
        return LanguageModelError("The language model did not answer in time.")
    if begun:
        return LanguageModelError("The language model broke off in mid-answer.")
    if _is(error, _UNREACHABLE):
        return LanguageModelError("The language model could not be reached.")
    return LanguageModelError(f"The language model's answer could not be read ({type(error).__name__}).")


def _status(error: BaseException) -> int:
    """The HTTP status that an exception carries, if it is one of a refusal; else 0."""
    status = getattr(error, "status_code", None) or getattr(_response(error), "status_code", None)
    return status if isinstance(status, int) and status >= 300 else 0


def _response(error: BaseException) -> Any:
    """The HTTP response that an exception carries, or None; Ollama's client leaves it with the one that it caught."""
    found = getattr(error, "response", None)
    return found if found is not None else getattr(error.__context__, "response", None)


def _asked_to_wait(error: BaseException) -> float:
    """Seconds until the server wants to be asked again, from its Retry-After of seconds or a date; 0 without one."""
    headers = getattr(_response(error), "headers", None)
    told = str(headers.get("Retry-After", "")).strip() if isinstance(headers, Mapping) else ""
    if re.fullmatch(r"\d{1,9}", told):
        return float(told)
    try:
        date = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _is(error: BaseException, names: set[str]) -> bool:
    """Whether the exception is of a class with one of these names; importing each client's own would load it."""
    return not names.isdisjoint(kind.__name__ for kind in type(error).__mro__)
