"""Fetches a page or a file from the web without being led astray: to a private address, for ever, or into a flood.

Must not know how what comes is parsed. A name is resolved once for each connection, every address is checked, and the
connection goes to an address that was; encryption and the Host header keep the name. No proxy is used.
"""

from __future__ import annotations

import re
import socket
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.documents.addresses import is_public
from rag.documents.encodings import in_charset
from rag.documents.raw import Unreadable
from rag.errors import DocumentError

if TYPE_CHECKING:
    import httpcore
    import httpx

Resolver = Callable[[str, int], Sequence[str]]

PORTS = (80, 443)
MAX_REDIRECTS = 3
MAX_BYTES = 10 * 1024 * 1024  # after decompression
SECONDS = 20.0  # from the first look-up to the last byte, redirects included
MAX_URL = 2_000
_SCHEMES = {"http": 80, "https": 443}
# What is taken, and the name's end that tells its reader.
_KINDS: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
}
_PLAIN = (".md", ".markdown", ".json", ".jsonl", ".ndjson")  # often sent as text/plain; then the address says more
_GZIP = b"\x1f\x8b"
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, in UTF-8 where a charset was told, and the suffix of its kind.

    `name` is what the document may be called where it does not say.
    """

    data: bytes
    suffix: str
    name: str


def is_url(source: str) -> bool:
    """Whether a source is an address rather than a path."""
    return "://" in source


def look_up(host: str, port: int) -> list[str]:
    """The host's addresses, as this machine's resolver gives them; 0x7f.1 and 2130706433 are read as it reads them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def fetch(
    url: str,
    *,
    is_allowed: Callable[[str], bool] = is_public,
    ports: Collection[int] = PORTS,
    resolve: Resolver = look_up,
    seconds: float = SECONDS,
) -> Fetched:
    """The document at an address.

    Args:
        url: http or https.
        is_allowed: whether a connection may go to an address; all that a name resolves to must pass.
        ports: those that are connected to; empty for any.
        resolve: the addresses of a host.
        seconds: for everything together.

    Raises:
        DocumentError: the address is not allowed, does not answer in time, or gives something that is not read.
    """
    import httpcore

    from rag.documents.connections import CheckedBackend, Forbidden

    backend = CheckedBackend(is_allowed, resolve, time.monotonic() + seconds)
    try:
        with httpcore.ConnectionPool(network_backend=backend) as pool:
            return _fetched(pool, url, ports)
    except Unreadable as error:
        raise DocumentError(f"{url[:MAX_URL]}: {error}") from error
    except Forbidden as error:
        raise DocumentError(
            f"{url}: {error} is not on the public internet; save the page and give the file, or set "
            "RAG_ALLOW_PRIVATE_HOSTS=true."
        ) from error
    except httpcore.TimeoutException as error:
        raise DocumentError(f"{url}: did not arrive within {seconds:g} seconds; save it and give the file.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise DocumentError(f"{url}: cannot be fetched ({error}); check the address.") from error


def _fetched(pool: httpcore.ConnectionPool, url: str, ports: Collection[int]) -> Fetched:
    """What is at the end of the redirects; each address on the way is checked as the first one was."""
    address = _checked(url, ports)
    for _ in range(MAX_REDIRECTS + 1):
        with pool.stream("GET", _core_url(address), headers=_headers(address)) as response:
            if response.status not in _REDIRECTS:
                return _read(response, address)
            target = _header(response, b"location")
        address = _checked(_joined(address, target), ports)
    raise Unreadable(f"redirects more than {MAX_REDIRECTS} times; give the address that it leads to.")


def _checked(url: str, ports: Collection[int]) -> httpx.URL:
    """The address in its parts, if its form allows a visit. Where its host leads is seen when it is connected to."""
    import httpx

    try:
        if len(url) > MAX_URL:
            raise Unreadable(f"has {len(url):,} characters; give an address of at most {MAX_URL:,}.")
        address = httpx.URL(url)
        host = address.host
        address.raw_host.decode("ascii").encode("idna")  # labels that are empty or too long would fail in the look-up
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Unreadable(f"is not a web address ({error}); check it.") from error
    if address.scheme not in _SCHEMES or not host:
        raise Unreadable("is not a web address; give one that begins with https:// or http://.")
    if address.userinfo:
        raise Unreadable("holds a name or a password; give the address without it.")
    port = address.port or _SCHEMES[address.scheme]
    if ports and port not in ports:
        raise Unreadable(f"asks for port {port}; only {' and '.join(map(str, ports))} are visited.")
    return address


def _joined(address: httpx.URL, target: str) -> str:
    import httpx

    try:
        return str(address.join(target))
    except (httpx.InvalidURL, ValueError) as error:
        raise Unreadable(f"redirects to what is no address ({error}); give the one that it leads to.") from error


def _core_url(address: httpx.URL) -> httpcore.URL:
    import httpcore

    return httpcore.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path)


def _headers(address: httpx.URL) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", address.netloc),
        (b"User-Agent", b"rag-article-chat"),
        (b"Accept", ", ".join(_KINDS).encode()),
        (b"Accept-Encoding", b"gzip"),
    ]


def _read(response: httpcore.Response, address: httpx.URL) -> Fetched:
    """The body, where status and type allow it.

    Raises:
        Unreadable: they do not, or the body is too large.
    """
    if response.status != 200:
        raise Unreadable(f"answers with status {response.status}; open it in a browser, save it and give the file.")
    told = _header(response, b"content-type")
    mime = told.partition(";")[0].strip().lower()
    suffix = _KINDS.get(mime, "")
    if not suffix:
        raise Unreadable(f"gives {mime or 'something of no stated kind'}, which is not read; give a page or a text.")
    path = PurePosixPath(address.path)
    if mime == "text/plain" and path.suffix.lower() in _PLAIN:
        suffix = path.suffix.lower()
    data = _body(response.iter_stream(), _header(response, b"content-encoding").lower())
    charset = re.search(r"charset=[\"']?([\w.:-]+)", told, re.I)
    return Fetched(_in_utf8(data, charset[1]) if charset else data, suffix, path.stem or address.host)


def _body(chunks: Iterable[bytes], encoding: str) -> bytes:
    """The chunks together, decompressed, and never more than the limit of it at once."""
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Unreadable(f"comes compressed as {encoding}, which was not asked for; save it and give the file.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    body = bytearray()
    try:
        for chunk in chunks:
            body += unpacker.decompress(chunk, MAX_BYTES + 1 - len(body)) if unpacker else chunk
            if len(body) > MAX_BYTES:
                raise Unreadable(f"is larger than {MAX_BYTES // 1024**2} MB; save the part that matters, and give it.")
    except zlib.error as error:
        raise Unreadable(f"comes in broken compression ({error}); save it and give the file.") from error
    if unpacker and body and (not unpacker.eof or unpacker.unused_data.startswith(_GZIP)):
        raise Unreadable("comes in compression that is cut or in parts; try again, or save it and give the file.")
    return bytes(body)


def _in_utf8(data: bytes, charset: str) -> bytes:
    """Text in UTF-8 where it is in the charset that was told; else as it is, and its encoding is guessed later."""
    text = in_charset(data, charset)
    return data if text is None else text.encode("utf-8", "surrogatepass")


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")
