"""The command line: checks its arguments, calls the library, prints. Errors become one line here, and on the page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from rag.errors import DataDirectoryBusy, RagError
from rag.printing import as_json, print_answer, print_failed, print_report

if TYPE_CHECKING:
    from rag.schema import Asks

app = typer.Typer(
    help="Ask your documents: cited answers, or a plain word that they do not say it. No LLM, no key, no network.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> None:
    """Options of every command; `main` reads --debug itself, since errors arrive there."""
    del debug


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    json: Annotated[bool, typer.Option("--json", help="Print the whole Answer as one JSON object.")] = False,
) -> None:
    """Answer one question."""
    with _open() as bot:
        answer = bot.ask(question)
    if json:
        print(as_json(answer))
    else:
        print_answer(answer)


@app.command()
def chat() -> None:
    """Hold a conversation; follow-up questions are understood. End it with an empty line or Ctrl-D."""
    from rag.schema import Turn

    console = Console()
    history: tuple[Turn, ...] = ()
    with _open() as bot:
        console.print("[dim]Ask away; an empty line ends the conversation.[/]")
        while question := _prompt():
            try:
                answer = bot.ask(question, history=history)
            except RagError as error:
                console.print(f"[red]{escape(str(error))}[/]")
                continue
            print_answer(answer)
            history = (*history, Turn(answer.question, answer.text))


@app.command()
def ingest(
    sources: Annotated[list[str], typer.Argument(help="Files or folders.")],
) -> None:
    """Add documents, or replace those that came from the same place."""
    with _open() as bot:
        report = bot.ingest(sources)
    print_report(report)
    if report.failed and not (report.added or report.replaced or report.unchanged):
        raise typer.Exit(1)


@app.command()
def documents(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List the documents with their ids."""
    from rich.table import Table

    with _open() as bot:
        known = bot.documents()
    if json:
        import json as json_module

        rows = [{"id": d.id, "title": d.title, "source": d.source, "published": d.published} for d in known]
        print(json_module.dumps(rows, ensure_ascii=False))
        return
    table = Table("id", "title", "words", "source")
    for document in known:
        words = f"{len(document.text.split()):,}"
        table.add_row(document.id, escape(document.title), words, escape(document.source))
    Console().print(table)


@app.command()
def remove(document_id: Annotated[str, typer.Argument(help="An id that `rag documents` lists.")]) -> None:
    """Forget a document: its text, its vectors and its words."""
    with _open() as bot:
        bot.remove(document_id)
    Console().print(f"Removed {escape(document_id)}.")


@app.command()
def rebuild() -> None:
    """Index the stored documents again, after a change of embedding model or passage size."""
    from rag.chatbot import Chatbot

    with Chatbot.open(rebuild=True) as bot:
        Console().print(f"Indexed {len(bot.documents())} documents again.")


def main() -> None:
    """Run the command line; errors become one line, unless --debug asks for more."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        app(args=arguments)
    except (RagError, ImportError, UnicodeEncodeError) as error:
        if debug:
            raise
        Console(stderr=True).print(f"[red]{escape(_in_one_line(error))}[/]", highlight=False, soft_wrap=True)
        sys.exit(1)


def _in_one_line(error: Exception) -> str:
    """What went wrong and what to do about it."""
    if isinstance(error, ImportError):
        return f"The package {error.name or error} is missing; install this project again: pip install -e ."
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object[:80]!r} is not text in UTF-8; type it again, or rename the file."
    return str(error)


@contextmanager
def _open() -> Iterator[Asks]:
    """The chatbot of the data directory: this process's own, or the page that is open on it."""
    from rag.chatbot import Chatbot

    bot: Asks
    try:
        own = Chatbot.open()
        print_failed(own.corpus_report.failed)
        bot = own
    except DataDirectoryBusy as busy:
        if not busy.address:
            raise
        from rag.serving.client import Client

        bot = Client(busy.address, busy.token)
    try:
        yield bot
    finally:
        bot.close()


def _prompt() -> str:
    try:
        return input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""
