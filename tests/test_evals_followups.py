"""The follow-up table measures words and what retrieval finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from evals.followups import FollowUp, read_cast, retrieval_table, words_table
from evals.questions import Question

if TYPE_CHECKING:
    from rich.table import Table

    from rag import Chatbot


def cells(table: Table) -> dict[str, tuple[str, ...]]:
    """The table's rows by their first cell."""
    first, *others = [list(column.cells) for column in table.columns]
    return {str(name): tuple(map(str, rest)) for name, *rest in zip(first, *others, strict=True)}


def test_conversations_become_turns_with_the_questions_before_them(tmp_path: Path) -> None:
    turns = [
        {"question": "What is flu? ", "standalone": "What is flu?"},
        {"question": "Why?", "standalone": "Why flu?"},
    ]
    file = tmp_path / "cast.jsonl"
    file.write_text(json.dumps({"turns": turns}) + "\n")
    assert read_cast(file) == [
        FollowUp("What is flu?", "What is flu?", ()),
        FollowUp("Why?", "Why flu?", ("What is flu?",)),
    ]


def test_words_count_only_where_a_turn_leans_and_touching_only_where_it_does_not() -> None:
    turns = [
        FollowUp("What is lung cancer?", "What is lung cancer", ()),
        FollowUp("What are its symptoms?", "What are lung cancer's symptoms?", ("What is lung cancer?",)),
    ]
    table = words_table(turns)
    assert table.title == "1 turns that lean on the history, 1 that do not"
    rows = cells(table)
    assert rows["as typed"] == ("0.500 (0.500 to 0.500)", "1.000")
    assert rows["rewritten"] == ("1.000 (1.000 to 1.000)", "1.000")


def test_each_form_of_a_follow_up_is_searched(corpus_bot: Chatbot) -> None:
    question = Question(
        id="one",
        kind="follow_up",
        split="dev",
        question="Who is its foreign minister?",
        evidence=(("/Cavusoglu/",),),
        history=("Who is the president of Turkey?",),
        standalone="Who is Turkey's foreign minister?",
    )
    rows = cells(retrieval_table(corpus_bot, [question]))
    assert set(rows) == {"as typed", "rewritten", "by hand"}
    assert rows["by hand"] == rows["rewritten"]
