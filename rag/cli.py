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
from rag.printing import (
    print_answer_as_json,
    print_documents,
    print_failed,
    print_growing,
    print_json,
    print_report,
    showing_progress,
)

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
        if json:
            print_answer_as_json(bot.ask(question))
        else:
            print_growing(bot.stream(question))


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
                answer = print_growing(bot.stream(question, history=history))
            except RagError as error:
                console.print(f"[red]{escape(str(error))}[/]")
                continue
            history = (*history, Turn(answer.question, answer.text))


@app.command()
def ingest(
    sources: Annotated[list[str], typer.Argument(help="Files, folders, or addresses that begin with https://.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
) -> None:
    """Add documents, or replace those that came from the same place."""
    try:
        with _open() as bot, showing_progress() as progress:
            report = bot.ingest(sources, dry_run=dry_run, progress=progress)
    except KeyboardInterrupt:
        told = "Stopped. Each document is in whole or not at all; the same command goes on."
        Console(stderr=True).print(told, soft_wrap=True)
        raise typer.Exit(130) from None
    if dry_run:
        Console().print("Nothing is written. It would be:")
    print_report(report)
    if report.failed and not (report.added or report.replaced or report.unchanged):
        raise typer.Exit(1)


@app.command()
def documents(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List the documents with their ids."""
    with _open() as bot:
        known = bot.documents()
    if json:
        print_json([{"id": d.id, "title": d.title, "source": d.source, "published": d.published} for d in known])
    else:
        print_documents(known)


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


@app.command()
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Index the stored documents again, whatever is wrong with the index.")
    ] = False,
) -> None:
    """Check the data directory, the index and the models, and say what to do."""
    from rag.chatbot import read_settings
    from rag.doctor import examine
    from rag.doctor import repair as mend
    from rag.printing import print_checks

    settings = read_settings()
    if repair:
        Console().print(mend(settings))
    if not print_checks(examine(settings)):
        raise typer.Exit(1)


@app.command()
def feedback(
    json: Annotated[
        bool, typer.Option("--json", help="Print JSON Lines, for: python -m evals --candidates FILE.")
    ] = False,
) -> None:
    """List what visitors of the page said of its answers; the page may be open meanwhile."""
    from rag.chatbot import read_settings
    from rag.printing import print_feedback
    from rag.serving.feedback import read_feedback, to_json_lines

    judged = read_feedback(read_settings().data_dir)
    if json:
        print(to_json_lines(judged), end="")
    else:
        print_feedback(judged)


def main() -> None:
    """Run the command line; errors become one line, unless --debug asks for more."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    for stream in (sys.stdout, sys.stderr):
        # A terminal that is not in UTF-8 lacks the quotation marks of an answer: it shows "?" there.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
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
