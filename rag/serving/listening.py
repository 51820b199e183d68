"""Where the page listens, what it is called there, and how it ends. Knows nothing of what is served."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.errors import ConfigurationError
from rag.serving.app import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from fastapi import FastAPI

# How long running answers may take once the server is told to end; told again, it ends at once.
GRACE_SECONDS = 10


def open_socket(host: str, ports: Sequence[int]) -> socket.socket:
    """A socket listening on the first of `ports` that is free; connections wait in it until they are served.

    Raises:
        ConfigurationError: all ports are taken, or the host is not an address of this machine.
    """
    for port in ports:
        try:
            # Not reusing the port of a live server is the default of every system but Windows, where asking is wrong.
            return socket.create_server((host, port), family=_family(host), backlog=128)
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                raise ConfigurationError(f"Cannot listen on {host} port {port} ({error}); choose another.") from error
    tried = str(ports[0]) if len(ports) == 1 else f"{ports[0]} to {ports[-1]}"
    raise ConfigurationError(f"Port {tried} of {host} is taken by another program; choose one with --port.")


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve until the process is interrupted or terminated; answers that are running by then are finished.

    Args:
        app: as `rag.serving.app.create_app` makes it.
        listener: where it listens.
    """
    import uvicorn

    class Server(uvicorn.Server):
        """Ends the streams that open pages hold only to be known as open, so that nobody waits for them."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.end_heartbeats()
            await super().shutdown(sockets)

    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_SECONDS)
    logging.getLogger("uvicorn.error").addFilter(_no_farewell)
    Server(config).run(sockets=[listener])


def _no_farewell(record: logging.LogRecord) -> bool:
    # An open page keeps a stream open, which ends with the server; that is no error and deserves no traceback.
    cancelled = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cancelled and "timeout graceful shutdown exceeded" not in record.getMessage()


def address_of(host: str, port: int) -> str:
    """The address to type into a browser of this machine."""
    return local_address(host, port) or f"http://{_bracketed(host)}:{port}"


def local_address(host: str, port: int) -> str:
    """Where a loopback connection reaches a server on `host`; empty when none does."""
    if host == "localhost":
        return f"http://127.0.0.1:{port}"
    ip = _ip(host)
    if ip is None or not (ip.is_loopback or ip.is_unspecified):
        return ""
    if ip.is_unspecified:
        return f"http://127.0.0.1:{port}" if ip.version == 4 else f"http://[::1]:{port}"
    return f"http://{_bracketed(host)}:{port}"


def hosts_for(host: str) -> tuple[str, ...]:
    """The Host headers to answer: this machine's, and the chosen address; any name when listening on all addresses."""
    ip = _ip(host)
    if ip is not None and ip.is_unspecified:
        return ("*",)
    return (*LOOPBACK_HOSTS, _bracketed(host))


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _family(host: str) -> socket.AddressFamily:
    ip = _ip(host)
    return socket.AF_INET6 if ip is not None and ip.version == 6 else socket.AF_INET


def _bracketed(host: str) -> str:
    ip = _ip(host)
    return f"[{host}]" if ip is not None and ip.version == 6 else host
