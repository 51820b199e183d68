"""A language model's server that does one thing wrong, in OpenAI's form or Ollama's, as it is asked."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SAID = "Ada Winslow built the Carrow lighthouse in 1874 [1]."
KEY = "sk-very-secret-0123456789"
HTML = b"<!DOCTYPE html><html><body><h1>Bad gateway</h1>" + b"<p>The proxy is down.</p>" * 20 + b"</body></html>"
Handler = BaseHTTPRequestHandler
Act = Callable[[Handler, int], None]
Serve = Callable[[Act], tuple[str, list[int]]]


def is_ollama(handler: Handler) -> bool:
    return handler.path.endswith("/api/chat")


def begin(handler: Handler, kind: str = "") -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", kind or ("application/x-ndjson" if is_ollama(handler) else "text/event-stream"))
    handler.end_headers()


def send_line(handler: Handler, line: str) -> None:
    handler.wfile.write(f"{line}\n".encode() if is_ollama(handler) else f"data: {line}\n\n".encode())
    handler.wfile.flush()


def send(handler: Handler, words: str | None, finish: str | None = None, thinking: str = "") -> None:
    """A piece of the answer; `finish` says why it is the last."""
    if is_ollama(handler):
        message = {"role": "assistant", "content": words, "thinking": thinking}
        event = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": bool(finish)}
        send_line(handler, json.dumps(event | ({"done_reason": finish} if finish else {})))
        return
    delta = {"role": "assistant", "content": words} | ({"reasoning_content": thinking} if thinking else {})
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    send_line(
        handler,
        json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}),
    )


def end(handler: Handler, finish: str = "stop") -> None:
    send(handler, "", finish)
    if not is_ollama(handler):
        send_line(handler, "[DONE]")


def well(handler: Handler, call: int) -> None:
    begin(handler)
    for word in SAID.split():
        send(handler, f"{word} ")
    end(handler)


def status(code: int, **headers: str) -> Act:
    """A refusal whose body repeats the key."""

    def act(handler: Handler, call: int) -> None:
        body = json.dumps({"error": {"message": f"key {KEY} is wrong"}}).encode()
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    act.__name__ = f"status_{code}"
    return act


def busy_at_first(handler: Handler, call: int) -> None:
    (status(429) if call == 1 else well)(handler, call)


def busy_until(code: int, seconds: int, *, as_date: bool) -> Act:
    """Busy at first, with a time to wait, and busy for good when it is asked before."""
    since: list[float] = []

    def act(handler: Handler, call: int) -> None:
        since.append(time.time())
        # A date has whole seconds: the next one is later than that many from now.
        wait = formatdate(since[0] + seconds + 1, usegmt=True) if as_date else str(seconds)
        early = time.time() - since[0] < seconds
        (status(code, Retry_After=wait) if early else well)(handler, call)

    act.__name__ = f"busy_{code}_{'date' if as_date else 'seconds'}"
    return act


def page_instead(handler: Handler, call: int) -> None:
    begin(handler, "text/html")
    handler.wfile.write(HTML)


def page_of_a_proxy(handler: Handler, call: int) -> None:
    handler.send_response(502)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    handler.wfile.write(HTML)


def round_in_circles(handler: Handler, call: int) -> None:
    handler.send_response(307)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def hangs_up(handler: Handler, call: int) -> None:
    handler.connection.close()


def silent(handler: Handler, call: int) -> None:
    time.sleep(3)


def stalled(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, "Ada Winslow built ")
    time.sleep(3)


def slow(handler: Handler, call: int) -> None:
    begin(handler)
    for word in SAID.split() * 10:
        send(handler, f"{word} ")
        time.sleep(0.5)


def cut(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, f"{SAID} It is ")


def cut_in_mid_word(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, f"{SAID} The lam")


def garbled(handler: Handler, call: int) -> None:
    begin(handler)
    send_line(handler, '{"choices": [{"delta"')


def garbled_later(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, f"{SAID} ")
    send_line(handler, '{"choices": [{"delta"')


def not_unicode(handler: Handler, call: int) -> None:
    begin(handler)
    handler.wfile.write(b"data: \xff\xfe\x00\n\n")


def no_choices(handler: Handler, call: int) -> None:
    begin(handler)
    send_line(handler, '{"id": "1", "model": "m", "object": "chat.completion.chunk"}')


def wrong_types(handler: Handler, call: int) -> None:
    begin(handler)
    send_line(handler, '{"choices": "none", "message": 7, "done": "perhaps"}')


def a_list(handler: Handler, call: int) -> None:
    begin(handler)
    send_line(handler, "[1, 2, 3]")


def an_error_in_the_stream(handler: Handler, call: int) -> None:
    begin(handler)
    send_line(handler, json.dumps({"error": f"key {KEY} is used up"}))


def empty(handler: Handler, call: int) -> None:
    begin(handler)


def nothing(handler: Handler, call: int) -> None:
    begin(handler)
    end(handler)


def null(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, None)
    end(handler)


def endless(handler: Handler, call: int) -> None:
    begin(handler)
    for _ in range(100_000):
        send(handler, "and on and on ")


def cut_at_the_limit(handler: Handler, call: int) -> None:
    begin(handler)
    send(handler, f"{SAID} ")
    end(handler, "length")


def endless_thinking(handler: Handler, call: int) -> None:
    begin(handler)
    while True:
        send(handler, "", thinking="hm ")
        time.sleep(0.01)


def endless_line(handler: Handler, call: int) -> None:
    begin(handler)
    handler.wfile.write(b"data: ")
    while True:
        handler.wfile.write(b"x" * 1000)
        time.sleep(0.01)


@contextmanager
def faulty_servers() -> Iterator[Serve]:
    """Starts servers, each of which does one thing; gives an address and a list that grows by each call."""
    servers: list[ThreadingHTTPServer] = []

    def start(act: Act) -> tuple[str, list[int]]:
        calls: list[int] = []

        class Stub(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                calls.append(len(calls) + 1)
                with contextlib.suppress(OSError, ValueError):  # one of the two hung up, as it should
                    act(self, calls[-1])

            def finish(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    super().finish()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}", calls

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
