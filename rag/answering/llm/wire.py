"""How a language model's server is spoken to: to this address alone, and only so long. Knows HTTP, no provider."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

from rag.errors import LanguageModelError

# Far more than an answer and the thoughts before it take, at some hundred bytes for each of their tokens.
_MOST_BYTES = 50_000_000


class _Bounded(httpx.SyncByteStream):
    """A reply that is broken off when it goes on for too long; a client's own time limit begins anew with each byte."""

    def __init__(self, stream: httpx.SyncByteStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds

    def __iter__(self) -> Iterator[bytes]:
        until, left = time.monotonic() + self._seconds, _MOST_BYTES
        for piece in self._stream:
            left -= len(piece)
            if left < 0 or time.monotonic() > until:
                raise LanguageModelError("The language model did not stop writing.")
            yield piece

    def close(self) -> None:
        self._stream.close()


def wire(seconds: float) -> dict[str, Any]:
    """Arguments of an httpx client whose replies end after so many seconds, and that no redirection leads elsewhere."""

    def bound(response: httpx.Response) -> None:
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Bounded(response.stream, seconds)

    return {"timeout": seconds, "follow_redirects": False, "event_hooks": {"response": [bound]}}
