"""The chat page: layout and wiring. `python ui.py` serves it; what it shows and stands on is in rag/serving."""

from __future__ import annotations

import argparse
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import DataDirectoryBusy, RagError
from rag.serving.opening import Opening

if TYPE_CHECKING:
    import gradio as gr

    from rag.serving.app import Served
    from rag.serving.talk import Talk
    from rag.settings import Settings

NAME = "Ask the article"
DEFAULT_PORT = 7860
PORTS_TRIED = 10
STARTERS = (
    "Who is Recep Tayyip Erdogan?",
    "Which aircraft did Armenia say it lost?",
    "What does Oskanian think of Syrian mercenaries?",
)
HEADER = f"""<header class="masthead"><h1>{NAME}</h1>
<p>Every answer is a sentence of the document, quoted word for word. Nothing leaves this computer.</p></header>"""
EMPTY_CHAT = '<div class="empty">Ask about the article, in your own words.</div>'
EMPTY_SOURCES = """<div class="empty">The sentences that an answer rests on appear here, marked in their passage.
Click a number such as <span class="cite">[1]</span> in an answer to find its words.</div>"""


def build_page(opening: Opening[Served]) -> gr.Blocks:
    """The page over a bot that may still be loading. What a visitor does is kept in that visitor's state alone."""
    import gradio as gr

    page: gr.Blocks
    with gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True) as page:
        talk = gr.State(())
        with gr.Row(elem_id="top"):
            gr.HTML(HEADER, elem_id="masthead")
            status = gr.HTML(_status(opening), elem_id="status")
        with gr.Row(elem_id="panes"):
            with gr.Column(scale=9, min_width=280, elem_id="conversation"):
                chat = gr.Chatbot(
                    show_label=False, container=False, buttons=[], feedback_options=None, latex_delimiters=[],
                    placeholder=EMPTY_CHAT, allow_file_downloads=False, allow_tags=False, height="100%", elem_id="chat",
                )  # fmt: skip
                with gr.Row(elem_id="starters") as starters:
                    chips = [gr.Button(text, size="sm", visible=False, elem_classes="chip") for text in STARTERS]
                with gr.Row(elem_id="ask"):
                    box = gr.Textbox(
                        show_label=False, container=False, placeholder="Your question", lines=1, max_lines=4,
                        autofocus=True, elem_id="question", html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
                    )  # fmt: skip
                    send = gr.Button("Send", variant="primary", elem_id="send")
                    halt = gr.Button("Stop", interactive=False, elem_id="stop")
                    clear = gr.Button("Clear", interactive=False, elem_id="clear")
            with gr.Column(scale=11, min_width=280, elem_id="reader"):
                found = gr.HTML(EMPTY_SOURCES, elem_id="sources")

        shown: list[Any] = [talk, chat, found, starters, halt, clear, box]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        reply = _replier(opening)
        asked = gr.on([send.click, box.submit], reply, [box, talk], shown, **quiet)
        running = [asked, *(chip.click(reply, [chip, talk], shown, **quiet) for chip in chips)]
        halt.click(_stop, talk, shown[:-1], cancels=running, queue=False, **quiet)
        clear.click(lambda: _views((), ""), None, shown, cancels=running, queue=False, **quiet)

        timer = gr.Timer(1.0)
        watched = gr.on([page.load, timer.tick], _watcher(opening), None, [status, timer], queue=False, **quiet)
        watched.then(_offerer(opening), None, chips, queue=False, **quiet)
    # Eight answers at once; the sixty-fourth in the queue is told that the page is busy.
    page.queue(default_concurrency_limit=8, max_size=64)
    return page


def _replier(opening: Opening[Served]) -> Callable[[str, Talk], Iterator[tuple[Any, ...]]]:
    import gradio as gr

    from rag.serving.talk import ask

    def reply(question: str, talk: Talk) -> Iterator[tuple[Any, ...]]:
        box: Any = ""
        for grown in ask(opening, question, talk):
            # A question that could not be asked goes back into the box, to be mended; else the box is the visitor's.
            yield _views(grown, question if grown[-1].state == "failed" else box)
            box = gr.update()

    return reply


def _stop(talk: Talk) -> tuple[Any, ...]:
    from rag.serving.talk import stop

    return _views(stop(talk), "")[:-1]


def _views(talk: Talk, box: Any) -> tuple[Any, ...]:
    import gradio as gr

    from rag.serving.talk import is_running, messages, sources

    return (
        talk,
        messages(talk),
        sources(talk) or EMPTY_SOURCES,
        gr.Row(visible=not talk),
        gr.Button(interactive=is_running(talk)),
        gr.Button(interactive=bool(talk)),
        box,
    )


def _watcher(opening: Opening[Served]) -> Callable[[], tuple[Any, ...]]:
    import gradio as gr

    # The timer's answer is read first: should loading end in between, the next tick says so.
    return lambda: (gr.Timer(active=opening.state == "loading"), _status(opening))[::-1]


def _offerer(opening: Opening[Served]) -> Callable[[], list[Any]]:
    import gradio as gr

    def offer() -> list[Any]:
        ready = opening.state == "ready"
        return [gr.Button(visible=ready and _is_answered(opening, text)) for text in STARTERS]

    return offer


def _is_answered(opening: Opening[Served], question: str) -> bool:
    # A starter that these documents do not answer would be a poor start.
    try:
        return not opening.bot.ask(question).abstained
    except RagError:
        return False


def _status(opening: Opening[Served]) -> str:
    from rag.serving.render import inert

    state, text = opening.state, "Loading models …"
    if state != "loading":
        try:
            count = len(opening.bot.documents())
            text = f"Ready · {count} document{'' if count == 1 else 's'}"
        except RagError as error:
            state, text = "failed", str(error)
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
    app = create_app(open_bot, build_page, address=told, hosts=hosts_for(given.host))
    address = address_of(given.host, port)
    print(f"{NAME}: {address}  (Ctrl+C ends it)", flush=True)
    if not given.no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(app, listener)


if __name__ == "__main__":
    sys.exit(main())
