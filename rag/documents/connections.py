"""Connections that go only where they may, and end in time. Knows names, addresses and bytes, nothing of HTTP.

httpcore asks a backend to connect to a host; this one resolves the host itself, checks every address, and connects to
one that it checked. A name that resolves to something else a moment later gains nothing by it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl


class Forbidden(Exception):
    """The host that a connection may not go to."""


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to allowed addresses only, until a deadline.

    Args:
        is_allowed: whether a connection may go to an address.
        resolve: the addresses of a host.
        deadline: in seconds of time.monotonic(); after it everything raises a timeout.
    """

    def __init__(
        self, is_allowed: Callable[[str], bool], resolve: Callable[[str, int], Sequence[str]], deadline: float
    ) -> None:
        self._is_allowed = is_allowed
        self._resolve = resolve
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the first of the host's addresses that answers.

        Raises:
            Forbidden: one of the addresses is not allowed.
            httpcore.ConnectError, httpcore.TimeoutException: none answers, or not in time.
        """
        del timeout
        addresses = self._addresses(host, port)
        if not all(map(self._is_allowed, addresses)):
            raise Forbidden(host)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for number, address in enumerate(addresses):
            try:
                left = left_until(self._deadline) / (len(addresses) - number)
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses. A system's look-up takes no time limit: at the deadline it is left to its thread."""
        answers: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            answer = answers.get(timeout=left_until(self._deadline))
        except Empty:
            raise httpcore.ConnectTimeout(f"{host} was looked up for too long") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline, however little comes at a time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    # Their own timeouts are left aside: each counts anew with every byte that comes.

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._stream.read(max_bytes, left_until(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._stream.write(buffer, left_until(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        left = left_until(self._deadline)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def left_until(deadline: float) -> float:
    """Seconds until a moment of time.monotonic().

    Raises:
        httpcore.ReadTimeout: it has passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left
