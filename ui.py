"""The chat page: layout and wiring. `python ui.py` serves it; what it shows and stands on is in rag/serving."""

from __future__ import annotations

import argparse
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr  # at the top, because Gradio finds a handler's `request` by its annotation

from rag.errors import DataDirectoryBusy, RagError
from rag.serving.opening import Opening
from rag.serving.page.visit import Visit, Visitor, Wish

if TYPE_CHECKING:
    from gradio.events import Dependency

    from rag.serving.app import Served
    from rag.serving.keeping import Keeping
    from rag.settings import Settings

NAME = "Ask the article"
DEFAULT_PORT = 7860
PORTS_TRIED = 10
EMPTY_CHAT = '<div class="empty">Ask about the article, in your own words.</div>'
# What the page's script adds to an event: see rag/serving/assets/page.js. A Python input stands for each argument.
SENT = "(question, visit, told) => [question, visit, window.articlePage?.extras() ?? '']"
TURNED_AWAY = "(question, visit) => [window.articlePage?.turnedAway(question) ?? question, visit]"
OPENED = "() => [window.articlePage.wanted()]"
RELOADED = "() => [sessionStorage.getItem('conversation') ?? '']"
ARRIVED = "(conversation) => { window.articlePage?.arrived(conversation); }"
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build_page(opening: Opening[Served], keeping: Keeping) -> gr.Blocks:
    """The page over a bot that may still be loading. What a visitor does is kept for that visitor alone."""
    from rag.serving.endpoints import AT_ONCE, add_endpoints
    from rag.serving.page.shells import shell

    bare: dict[str, Any] = {"apply_default_css": False, "js_on_load": None}
    page: gr.Blocks
    with gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as page:
        add_endpoints(opening)  # first, so that no event of the page takes their names
        visit = gr.State(Visit())
        wanted, current = (gr.Textbox(visible="hidden", label=name) for name in ("wanted", "current"))
        opener = gr.Button("Open", visible="hidden", elem_id="open-conversation")
        with gr.Row(elem_id="top"):
            gr.HTML(shell("masthead"), elem_id="masthead", **bare)
            status = gr.HTML(_status(opening), elem_id="status", **bare)
        with gr.Row(elem_id="panes"):
            gr.HTML(shell("sidebar"), elem_id="side", **bare)
            with gr.Column(min_width=280, elem_id="conversation"):
                chat = gr.Chatbot(
                    show_label=False, container=False, buttons=[], feedback_options=None, latex_delimiters=[],
                    placeholder=EMPTY_CHAT, allow_file_downloads=False, allow_tags=False, autoscroll=False,
                    height="100%", elem_id="chat",
                )  # fmt: skip
                gr.HTML(shell("chips"), elem_id="chips-frame", **bare)
                box, send, halt = _question_row()
            gr.HTML(shell("reader"), elem_id="reader", **bare)
        gr.HTML(shell("dialogs"), elem_id="dialogs", **bare)

        shown: list[Any] = [visit, chat, current, halt, box]
        asked = _wire_asking(opening, keeping, shown, send)
        show = _opener(opening, keeping)
        opened = opener.click(show, wanted, shown, js=OPENED, cancels=[asked], queue=False, **QUIET)
        reloaded = page.load(show, wanted, shown, js=RELOADED, queue=False, **QUIET)
        for loaded in (opened, reloaded):
            loaded.then(None, current, None, js=ARRIVED, **QUIET)

        timer = gr.Timer(1.0)
        gr.on([page.load, timer.tick], _watcher(opening), None, [status, timer], queue=False, **QUIET)
    # Eight answers at once; the sixty-fourth in the queue is told that the page is busy.
    page.queue(default_concurrency_limit=AT_ONCE, max_size=64)
    return page


def _wire_asking(opening: Opening[Served], keeping: Keeping, shown: list[Any], send: gr.Button) -> Dependency:
    """A question's way: shown at once, queued, answered as it grows; or stopped, or turned away."""
    from rag.serving.endpoints import AT_ONCE, CONCURRENCY

    visit, chat, current, halt, box = shown
    asking, told = (gr.Textbox(visible="hidden", label=name) for name in ("asking", "told"))
    # At once, before the question has its turn in the queue, so that it is seen to wait there and can be stopped.
    begun = gr.on(
        [send.click, box.submit], _beginner(opening, keeping), [box, visit, told], [chat, halt, box, asking, told],
        # Else Gradio drops what is sent while it still stops an answer; the page's script asks one at a time.
        js=SENT, trigger_mode="multiple", queue=False, **QUIET,
    )  # fmt: skip
    asked: Dependency = begun.success(
        _asker(opening, keeping), [asking, visit, told], shown, trigger_mode="multiple",
        concurrency_id=CONCURRENCY, concurrency_limit=AT_ONCE, api_visibility="private",
        # The page's script reads the place in the queue from it, and says it in the conversation.
        show_progress="minimal", show_progress_on=[chat],
    )  # fmt: skip
    asked.then(None, current, None, js=ARRIVED, **QUIET)
    asked.failure(_turned_away, [asking, visit], shown, js=TURNED_AWAY, queue=False, **QUIET)
    halt.click(_stop, [asking, visit], shown, cancels=[asked], queue=False, **QUIET)
    return asked


def _question_row() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    import gradio as gr

    with gr.Row(elem_id="ask"):
        box = gr.Textbox(
            label="Your question", show_label=False, container=False, placeholder="Your question", lines=1,
            max_lines=4, autofocus=True, elem_id="question",
            html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
        )  # fmt: skip
        send = gr.Button("Send", variant="primary", elem_id="send")
        halt = gr.Button("Stop", interactive=False, elem_id="stop")
    return box, send, halt


def _beginner(opening: Opening[Served], keeping: Keeping) -> Callable[..., tuple[Any, ...]]:
    from rag.serving.profile import profile_of

    def begin(question: str, visit: Visit, told: str, request: gr.Request) -> tuple[Any, ...]:
        if question.strip():
            visit = Visitor(opening, keeping, profile_of(request)).begin(question, visit, Wish.read(told))
        _, chat, _, halt, _ = _views(visit, "")
        return chat, halt, "", question, told

    return begin


def _asker(opening: Opening[Served], keeping: Keeping) -> Callable[..., Iterator[tuple[Any, ...]]]:
    from rag.serving.profile import profile_of

    def ask(question: str, visit: Visit, told: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        if not question.strip():
            yield _views(visit, gr.update())
            return
        for grown in Visitor(opening, keeping, profile_of(request)).ask(question, visit, Wish.read(told)):
            # A question that could not be asked goes back into the box, to be mended; else the box is the visitor's.
            yield _views(grown, question if grown.talk[-1].state == "failed" else gr.update())

    return ask


def _opener(opening: Opening[Served], keeping: Keeping) -> Callable[..., tuple[Any, ...]]:
    from rag.serving.profile import profile_of

    def show(conversation: str, request: gr.Request) -> tuple[Any, ...]:
        return _views(Visitor(opening, keeping, profile_of(request)).open(conversation), gr.update())

    return show


def _stop(question: str, visit: Visit) -> tuple[Any, ...]:
    from rag.serving.talk import is_running, stop

    # What still waited in the queue is no part of the conversation yet, and goes back into the box.
    return _views(replace(visit, talk=stop(visit.talk)), gr.update() if is_running(visit.talk) else question)


def _turned_away(question: str, visit: Visit) -> tuple[Any, ...]:
    from rag.serving.guards import BUSY
    from rag.serving.talk import stop, turn_away

    if not question:  # given up; whatever of it came in after all has ended, too
        return _views(replace(visit, talk=stop(visit.talk)), gr.update())
    return _views(replace(visit, talk=turn_away(question, visit.talk, BUSY)), question)


def _views(visit: Visit, box: Any) -> tuple[Any, ...]:
    from rag.serving.talk import is_running, messages

    return visit, messages(visit.talk), visit.conversation, gr.Button(interactive=is_running(visit.talk)), box


def _watcher(opening: Opening[Served]) -> Callable[[], tuple[Any, ...]]:
    # The timer's answer is read first: should loading end in between, the next tick says so.
    return lambda: (gr.Timer(active=opening.state == "loading"), _status(opening))[::-1]


def _status(opening: Opening[Served]) -> str:
    from rag.serving.render import inert

    texts = {"loading": "Loading models …", "ready": "Ready"}
    state, text = opening.state, texts.get(opening.state, "")
    if state == "failed":
        try:
            _ = opening.bot
        except RagError as error:
            text = str(error)
    return f'<div class="status status-{state}" role="status">{inert(text)}</div>'


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until interrupted. Returns the exit status; an error is one line on stderr."""
    parser = argparse.ArgumentParser(prog="ui.py", description="Serve the chat page.")
    parser.add_argument("--article", type=Path, help="chat about this file alone, in a data directory of its own")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, help=f"port to listen on (default: {DEFAULT_PORT} or one of the next)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    given = parser.parse_args(arguments)
    try:
        _serve(given)
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _bot_for(article: Path | None) -> tuple[Settings, Callable[[], Served]]:
    from rag.chatbot import Chatbot, read_settings
    from rag.serving.article import article_settings, open_article

    settings = read_settings()
    if article is None:
        return settings, lambda: Chatbot.open(settings)
    alone = article_settings(article, settings)
    return alone, lambda: open_article(article, alone)


def _refuse_if_busy(settings: Settings) -> None:
    from rag.index.lock import DataDirectoryLock

    lock = DataDirectoryLock(settings.data_dir)
    try:
        lock.acquire()
    except DataDirectoryBusy as busy:
        if busy.address:
            raise DataDirectoryBusy(f"The page is open already, at {busy.address}") from None
        raise
    lock.release()


def _serve(given: argparse.Namespace) -> None:
    from rag.serving.app import create_app
    from rag.serving.listening import address_of, hosts_for, local_address, open_socket, serve

    settings, open_bot = _bot_for(given.article)
    _refuse_if_busy(settings)
    ports = [given.port] if given.port is not None else list(range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED))
    listener = open_socket(given.host, ports)
    port = listener.getsockname()[1]
    told = local_address(given.host, port)
    app = create_app(open_bot, build_page, settings.data_dir, address=told, hosts=hosts_for(given.host))
    address = address_of(given.host, port)
    print(f"{NAME}: {address}  (Ctrl+C ends it)", flush=True)
    if not given.no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(app, listener)


if __name__ == "__main__":
    sys.exit(main())
