"""What the command line prints: answers, reports, failures. Knows no command and no chatbot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from rag.schema import Answer, IngestReport

_BADGES = {"strong": "[green]Strong[/]", "partial": "[yellow]Partial[/]", "none": "[red]Not in the documents[/]"}


def as_json(answer: Answer) -> str:
    """The answer as one JSON object."""
    from pydantic import TypeAdapter

    from rag.schema import Answer as Schema

    return TypeAdapter(Schema).dump_json(answer).decode()


def print_answer(answer: Answer) -> None:
    """The answer, its badge, and each citation with its source."""
    console = Console()
    if answer.standalone_question != answer.question:
        console.print(f"[dim]Searched for: {escape(answer.standalone_question)}[/]")
    console.print(escape(answer.text), highlight=False)
    if answer.mode == "smalltalk":
        return
    console.print(f"\n{_BADGES[answer.verdict]} [dim]({answer.confidence:.0%})[/]")
    for citation in answer.citations:
        passage = citation.passage
        where = f"{passage.title}, characters {citation.start}-{citation.end}"
        console.print(f"[bold]\\[{citation.number}][/] “{escape(citation.quote)}”", highlight=False)
        console.print(f"    [dim]{escape(where)}[/]", highlight=False)


def print_report(report: IngestReport) -> None:
    """One line for each kind of outcome, and one for each failure."""
    console = Console()
    for name in ("added", "replaced", "unchanged", "removed"):
        titles: Sequence[str] = getattr(report, name)
        if titles:
            console.print(f"{name.capitalize()} {len(titles)}: {escape('; '.join(titles))}", highlight=False)
    print_failed(report.failed)


def print_failed(failed: Mapping[str, str]) -> None:
    """One line on stderr for each source that could not be read."""
    console = Console(stderr=True)
    for reason in failed.values():
        console.print(f"[red]{escape(reason)}[/]", highlight=False, soft_wrap=True)
