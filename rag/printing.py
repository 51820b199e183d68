"""What the command line prints: answers, reports, failures. Knows no command and no chatbot."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from rag.doctor import Check
    from rag.schema import Answer, Document, IngestReport, Progress
    from rag.serving.feedback import Judgement

_STATES = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
_BADGES = {"strong": "[green]Strong[/]", "partial": "[yellow]Partial[/]", "none": "[red]Not in the documents[/]"}


def print_json(value: object) -> None:
    """The value on one line; in ASCII where the output cannot hold more."""
    print(json.dumps(value, ensure_ascii=not (sys.stdout.encoding or "").lower().startswith("utf")))


def print_answer_as_json(answer: Answer) -> None:
    """The answer as one JSON object."""
    from pydantic import TypeAdapter

    from rag.schema import Answer as Schema

    print_json(TypeAdapter(Schema).dump_python(answer, mode="json"))


def print_growing(answers: Iterator[Answer]) -> Answer:
    """An answer while it grows, then its badge and each citation with its source; returns the last one."""
    from rich.live import Live
    from rich.text import Text

    console = Console()
    answer = next(answers)
    if answer.standalone_question != answer.question:
        console.print(f"[dim]Searched for: {escape(answer.standalone_question)}[/]")
    # Off a terminal this prints the last text once.
    with Live(Text(answer.text), console=console, vertical_overflow="visible", redirect_stderr=False) as shown:
        for answer in answers:
            shown.update(Text(answer.text))
    _print_evidence(answer, console)
    return answer


def _print_evidence(answer: Answer, console: Console) -> None:
    if answer.mode == "smalltalk":
        return
    console.print(f"\n{_BADGES[answer.verdict]} [dim]({answer.confidence:.0%})[/]")
    if answer.mode == "llm":
        console.print("[dim]Written by a language model; each sentence is checked against its quotes.[/]")
    if answer.notice:
        console.print(f"[yellow]{escape(answer.notice)}[/]", highlight=False)
    for citation in answer.citations:
        passage = citation.passage
        page = f", page {citation.page}" if citation.page else ""
        where = f"{passage.title}{page}, characters {citation.start}-{citation.end}"
        console.print(f"[bold]\\[{citation.number}][/] “{escape(citation.quote)}”", highlight=False)
        console.print(f"    [dim]{escape(where)}[/]", highlight=False)


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """A bar on a terminal's stderr with counts and the time left; elsewhere nothing."""
    from rich import progress

    console = Console(stderr=True)
    columns = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(compact=True),
        progress.TextColumn("{task.description}"),
    )
    with progress.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading …", total=None)
        yield lambda done, total, name: bar.update(task, completed=done, total=total, description=escape(name))


def print_report(report: IngestReport) -> None:
    """One line for each kind of outcome, and one for each failure."""
    console = Console()
    for name in ("added", "replaced", "unchanged", "removed"):
        titles: Sequence[str] = getattr(report, name)
        if titles:
            console.print(f"{name.capitalize()} {len(titles)}: {escape('; '.join(titles))}", highlight=False)
    print_failed(report.failed)


def print_documents(documents: Sequence[Document]) -> None:
    """A table of the documents; ids and sources are whole however narrow the terminal, for they are typed again."""
    from rich.table import Table

    table = Table()
    table.add_column("id", no_wrap=True, min_width=max((len(document.id) for document in documents), default=2))
    for name in ("title", "words", "source"):
        table.add_column(name, overflow="fold")
    for document in documents:
        words = f"{len(document.text.split()):,}"
        table.add_row(document.id, escape(document.title), words, escape(document.source))
    Console().print(table)


def print_failed(failed: Mapping[str, str]) -> None:
    """One line on stderr for each source that could not be read."""
    console = Console(stderr=True)
    for reason in failed.values():
        console.print(f"[red]{escape(reason)}[/]", highlight=False, soft_wrap=True)


def print_feedback(judged: Sequence[Judgement]) -> None:
    """Each judgement: thumb and day, question, the answer's beginning, the reason."""
    console = Console()
    if not judged:
        console.print("Nobody has judged an answer yet; the page has a thumb up and a thumb down under each.")
    for one in judged:
        thumb = "[green]up  [/]" if one.thumb == "up" else "[red]down[/]"
        console.print(f"{thumb} [dim]{one.created[:10]}[/] {_told(one.question)}", highlight=False, soft_wrap=True)
        console.print(f"     [dim]{_told(one.answer)}[/]", highlight=False, soft_wrap=True)
        if one.reason:
            console.print(f"     {_told(one.reason)}", highlight=False, soft_wrap=True)


def _told(text: str) -> str:
    """A visitor's words on one line: short, and without what a terminal would obey."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return escape(line if len(line) <= 160 else f"{line[:159]}…")


def print_checks(checks: Iterable[Check]) -> bool:
    """A line for each check as it ends, with the fix beneath; whether none of them failed."""
    console, well = Console(), True
    for check in checks:
        well = well and check.state != "fail"
        console.print(f"{_STATES[check.state]}  {check.name}: {escape(check.said)}", highlight=False, soft_wrap=True)
        if check.fix:
            console.print(f"      {escape(check.fix)}", highlight=False, soft_wrap=True)
    return well
