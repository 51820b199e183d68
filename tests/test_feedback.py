"""Thumbs and reasons: stored with the answer, listed beside an open page, turned into rows for the evals."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evals.__main__ import main as evals_main
from rag import Chatbot
from rag.errors import ConversationError, DataDirectoryError
from rag.serving.feedback import LONGEST_REASON, read_feedback, to_json_lines
from rag.serving.history import FILE_NAME
from rag.serving.keeping import Keeping

ANNA = "a" * 64
QUESTION = "Who is Kevork Oskanian?"
REASON = "that is \u2028 not [red]him[/]\x1b[2J"


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    opened = Keeping(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def judged(keeping: Keeping, corpus_bot: Chatbot) -> str:
    """A conversation of two answers, of which the first was judged."""
    conversation = keeping.history.start(ANNA, QUESTION)
    for question in (QUESTION, "Who discovered penicillin?"):
        keeping.history.append(ANNA, conversation, corpus_bot.ask(question), corpus_bot.documents())
    keeping.feedback.give(ANNA, conversation, 1, "down", REASON)
    return conversation


@pytest.fixture
def rag(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the command line over the data directory; its exit status."""
    from rag.cli import main

    monkeypatch.setenv("RAG_DATA_DIR", str(tmp_path))

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return run


def test_a_judgement_holds_what_was_asked_answered_and_cited(judged: str, corpus_bot: Chatbot, tmp_path: Path) -> None:
    (one,) = read_feedback(tmp_path)
    answer = corpus_bot.ask(QUESTION)
    assert (one.question, one.standalone_question, one.answer) == (QUESTION, answer.standalone_question, answer.text)
    assert (one.thumb, one.reason, one.verdict) == ("down", REASON, answer.verdict)
    texts = {document.id: document.text for document in corpus_bot.documents()}
    assert one.citations
    assert all(texts[quoted.document_id][quoted.start : quoted.end] == quoted.quote for quoted in one.citations)
    assert set(one.documents) == {quoted.document_id for quoted in one.citations}


def test_a_judgement_can_change_and_be_taken_back(keeping: Keeping, judged: str, tmp_path: Path) -> None:
    keeping.feedback.give(ANNA, judged, 1, "up")
    assert [(one.thumb, one.reason) for one in read_feedback(tmp_path)] == [("up", "")]
    keeping.feedback.give(ANNA, judged, 1, "")
    assert read_feedback(tmp_path) == ()


def test_a_reason_is_cut_at_its_bound(keeping: Keeping, judged: str, tmp_path: Path) -> None:
    keeping.feedback.give(ANNA, judged, 1, "down", "x" * 5 * LONGEST_REASON)
    assert len(read_feedback(tmp_path)[0].reason) == LONGEST_REASON


def test_an_answer_that_is_not_there_cannot_be_judged(keeping: Keeping, judged: str) -> None:
    for conversation, number in ((judged, 3), (judged, 0), ("unknown", 1)):
        with pytest.raises(ConversationError):
            keeping.feedback.give(ANNA, conversation, number, "up")


def test_feedback_goes_with_its_conversation(keeping: Keeping, judged: str, tmp_path: Path) -> None:
    keeping.history.delete(ANNA, judged)
    assert read_feedback(tmp_path) == ()


def test_the_command_lists_feedback_while_the_file_is_in_use_and_obeys_none_of_it(
    judged: str, rag: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag("feedback") == 0
    told = capsys.readouterr().out
    assert QUESTION in told
    assert "[red]him[/]" in told
    assert "\x1b[2J" not in told
    assert "penicillin" not in told


def test_the_command_feeds_the_evals(
    judged: str, rag: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag("feedback", "--json") == 0
    (tmp_path / "feedback.jsonl").write_text(capsys.readouterr().out, encoding="utf-8")
    assert evals_main(["--candidates", str(tmp_path / "feedback.jsonl")]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    known = evals_knows(QUESTION)
    assert [row["question"] for row in rows] == ([] if known else [QUESTION])
    assert all(row["note"]["reason"] == REASON and row["note"]["citations"] for row in rows)


def evals_knows(question: str) -> bool:
    from evals.questions import load
    from evals.squad_metrics import normalise

    return normalise(question) in {normalise(one.question) for one in load()}


def test_no_feedback_is_said_and_is_no_error(rag: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("feedback") == 0
    assert "Nobody" in capsys.readouterr().out
    assert rag("feedback", "--json") == 0
    assert capsys.readouterr().out == ""


def test_each_judgement_is_one_line_for_whoever_splits_lines(judged: str, tmp_path: Path) -> None:
    (line,) = to_json_lines(read_feedback(tmp_path)).splitlines()
    assert json.loads(line)["reason"] == REASON


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("no database at all. " * 50)
    with pytest.raises(DataDirectoryError, match=FILE_NAME):
        read_feedback(tmp_path)
