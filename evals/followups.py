"""`python -m evals.followups`: what rewriting brings to follow-up questions. Knows nothing of answers.

Two tables: the words of the rewritten question against a hand-written one, on TREC CAsT 2019 (Dalton et al. 2020), and
what retrieval finds for the article set's follow-ups as typed, as rewritten, and as written by hand.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table

from evals.answer_metrics import term_f1
from evals.bootstrap import interval
from evals.questions import Question, load
from evals.retrieval import METRICS, data_folder
from evals.run import DEPTH, converse, open_bot
from evals.scoring import found_in, locate, retrieval_scores
from rag.answering.conversation import standalone
from rag.schema import Turn

if TYPE_CHECKING:
    from rag.chatbot import Chatbot


class FollowUp(NamedTuple):
    """A turn of a conversation: as typed, as written by hand to stand alone, and the questions before it."""

    question: str
    by_hand: str
    before: tuple[str, ...]


FORMS: dict[str, Callable[[FollowUp], str]] = {
    "as typed": lambda turn: turn.question,
    "with the first question": lambda turn: " ".join([turn.question, *turn.before[:1]]),
    "rewritten": lambda turn: standalone(turn.question, [Turn(one, "") for one in turn.before]),
}


def read_cast(path: Path) -> list[FollowUp]:
    """Every turn of the conversations, one a line: {"turns": [{"question", "standalone"}]}."""
    turns: list[FollowUp] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        before: tuple[str, ...] = ()
        for turn in json.loads(line)["turns"]:
            asked = turn["question"].strip()
            turns.append(FollowUp(asked, turn["standalone"].strip(), before))
            before = (*before, asked)
    return turns


def words_table(turns: Sequence[FollowUp]) -> Table:
    """For each form of the question: its words against the hand-written one's, and how often it was left alone."""
    leaning = [turn for turn in turns if not _same(turn.question, turn.by_hand)]
    alone = [turn for turn in turns if _same(turn.question, turn.by_hand)]
    shown = Table(
        title=f"{len(leaning)} turns that lean on the history, {len(alone)} that do not", title_justify="left"
    )
    for heading in ("question", "content-term F1, 95% interval", "left alone where it stands alone"):
        shown.add_column(heading, justify="left" if heading == "question" else "right")
    for name, form in FORMS.items():
        f1 = interval([term_f1(form(turn), turn.by_hand) for turn in leaning])
        untouched = sum(form(turn) == turn.question for turn in alone) / len(alone)
        shown.add_row(name, f"{f1.mean:.3f} ({f1.low:.3f} to {f1.high:.3f})", f"{untouched:.3f}")
    return shown


def _same(question: str, other: str) -> bool:
    return re.findall(r"\w+", question.lower()) == re.findall(r"\w+", other.lower())


def retrieval_table(bot: Chatbot, questions: Sequence[Question]) -> Table:
    """What retrieval finds for each form of the follow-up questions; the rewriting has the chatbot's own answers."""
    rows = {form: dict.fromkeys(METRICS, 0.0) for form in ("as typed", "rewritten", "by hand")}
    for question, forms in _forms(bot, questions):
        spans = locate(question, bot.documents())
        for name, text in forms.items():
            found = [found_in(hit, question, spans) for hit in bot.search(text, k=DEPTH)]
            scores = retrieval_scores(found, len(question.evidence))
            for metric in METRICS:
                rows[name][metric] += scores[metric] / len(questions)
    shown = Table(title=f"The article's {len(questions)} follow-ups", title_justify="left")
    for heading in ("question", *METRICS):
        shown.add_column(heading, justify="left" if heading == "question" else "right")
    for name, means in rows.items():
        shown.add_row(name, *(f"{means[metric]:.3f}" for metric in METRICS))
    return shown


def _forms(bot: Chatbot, questions: Sequence[Question]) -> Iterator[tuple[Question, dict[str, str]]]:
    for question in questions:
        answer, _ = converse(bot, (*question.history, question.question), {})
        rewritten = answer.standalone_question
        yield question, {"as typed": question.question, "rewritten": rewritten, "by hand": question.standalone}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m evals.followups", description=__doc__)
    parser.add_argument("--cast", type=Path, help="conversations in CAsT's form (default: the development data's)")
    options = parser.parse_args(arguments)
    cast = options.cast or data_folder(None) / "followups" / "cast2019.jsonl"
    console = Console()
    console.print(words_table(read_cast(cast)))
    questions = [question for question in load() if question.history and question.evidence]
    with open_bot() as bot:
        console.print(retrieval_table(bot, questions))


if __name__ == "__main__":
    main()
