"""The command line prints answers and reports, and turns every error into one line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from rag.errors import DocumentNotFound
from rag.schema import Answer

FERRY = "The old ferry carries bicycles and goats across the lake."
QUESTION = "What does the old ferry carry across the lake?"

Run = Callable[..., int]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory for the environment's chatbot, and a corpus of one document."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "ferry.txt").write_text(FERRY)
    monkeypatch.setenv("RAG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("RAG_CORPUS_DIR", str(tmp_path / "corpus"))
    return tmp_path / "data"


@pytest.fixture
def rag(data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `rag` with arguments, in this process; returns the exit status."""
    from rag.cli import main

    def run(*arguments: str, typed: str = "") -> int:
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return run


def words(text: str) -> str:
    """The text without the line breaks that a narrow terminal brings."""
    return " ".join(text.split())


def test_ask_prints_the_answer_and_where_it_stands(rag: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("ask", QUESTION) == 0
    printed = words(capsys.readouterr().out)
    assert f"[1] “{FERRY}”" in printed
    assert f"ferry, characters 0-{len(FERRY)}" in printed


def test_ask_prints_one_json_object_with_all_fields(rag: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("ask", "--json", QUESTION) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {field.name for field in fields(Answer)}
    assert answer["question"] == QUESTION
    assert answer["citations"][0]["quote"] == FERRY
    assert answer["citations"][0]["passage"]["source"] == "corpus/ferry.txt"


def test_json_of_an_unanswered_question_and_of_small_talk(rag: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("ask", "--json", "Who won the 1998 football World Cup?") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["abstained"] is True
    assert answer["citations"] == []
    assert rag("ask", "--json", "Hello!") == 0
    assert json.loads(capsys.readouterr().out)["mode"] == "smalltalk"


@pytest.mark.parametrize("question", ["", "?!", "x" * 2_001])
def test_bad_question_is_one_line(question: str, rag: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("ask", question) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "please" in err.lower()


def test_ingest_reports_each_outcome(rag: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("The copper mine closed in spring.")
    assert rag("ingest", str(tmp_path / "mine.txt"), str(tmp_path / "gone.txt")) == 0
    out, err = capsys.readouterr()
    assert "Added 1: mine" in out
    assert err == f"{tmp_path}/gone.txt: does not exist; check the path.\n"
    assert rag("ingest", str(tmp_path / "mine.txt")) == 0
    assert "Unchanged 1: mine" in capsys.readouterr().out


def test_ingest_of_nothing_but_a_missing_file_is_one_line_and_fails(
    rag: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag("ingest", str(tmp_path / "gone.txt")) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{tmp_path}/gone.txt: does not exist; check the path.\n"


def test_documents_are_listed_and_removed_by_id(rag: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("documents", "--json") == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert (document["title"], document["source"]) == ("ferry", "corpus/ferry.txt")
    assert rag("documents") == 0
    assert document["id"] in capsys.readouterr().out
    assert rag("remove", document["id"]) == 0
    assert document["id"] in capsys.readouterr().out
    assert rag("documents", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_ids_are_whole_on_a_narrow_terminal(
    rag: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag("documents", "--json") == 0
    (document,) = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("COLUMNS", "30")
    assert rag("documents") == 0
    assert document["id"] in capsys.readouterr().out


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_output_that_is_no_utf8_shows_what_it_can(
    options: tuple[str, ...], rag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", shown)
    assert rag("ask", *options, QUESTION) == 0
    shown.seek(0)
    printed = shown.read()
    assert FERRY in printed
    if options:
        assert json.loads(printed)["citations"][0]["quote"] == FERRY


def test_a_path_left_empty_is_the_default_and_a_tilde_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.settings import Settings, default_cache_dir, default_data_dir

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAG_DATA_DIR", "")
    monkeypatch.setenv("RAG_CACHE_DIR", "")
    assert Settings().data_dir == default_data_dir()
    assert Settings().cache_dir == default_cache_dir()
    monkeypatch.setenv("RAG_DATA_DIR", "~/index")
    assert Settings().data_dir == tmp_path / "index"


def test_a_home_that_nobody_has_is_one_line(
    rag: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_DATA_DIR", "~nobody-of-that-name/index")
    assert rag("documents") == 1
    assert "RAG_DATA_DIR = '~nobody-of-that-name/index' cannot be used" in words(capsys.readouterr().err)


def test_unknown_id_is_one_line_unless_the_traceback_is_asked_for(
    rag: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.cli import main

    assert rag("remove", "nothing") == 1
    assert capsys.readouterr().err == "No document has the id 'nothing'; list them with: rag documents\n"
    monkeypatch.setattr(sys, "argv", ["rag", "--debug", "remove", "nothing"])
    with pytest.raises(DocumentNotFound):
        main()


def test_markup_in_names_is_printed_as_it_is(rag: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = tmp_path / "[bold]gone[".replace("/", "")
    assert rag("ingest", str(name)) == 1
    assert str(name) in capsys.readouterr().err


def test_chat_holds_a_conversation_until_an_empty_line(rag: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert rag("chat", typed=f"{QUESTION}\n?!\nWho won the 1998 football World Cup?\n\nWhat is never asked?\n") == 0
    printed = words(capsys.readouterr().out)
    assert f"[1] “{FERRY}”" in printed
    assert "Please type a question." in printed
    assert "Not in the documents" in printed
    assert "never asked" not in printed


def test_chat_ends_with_the_input(rag: Run) -> None:
    assert rag("chat", typed="Hello!") == 0


def test_directory_in_use_is_one_line(rag: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rag import Chatbot

    with Chatbot.open():
        assert rag("ask", QUESTION) == 1
    assert capsys.readouterr().err.startswith(f"The data directory {data} is in use by process")


def test_rebuild_answers_a_change_of_passage_size(
    rag: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag("documents") == 0
    monkeypatch.setenv("RAG_PASSAGE_TOKENS", "64")
    assert rag("ask", QUESTION) == 1
    assert "rag rebuild" in capsys.readouterr().err
    assert rag("rebuild") == 0
    assert "Indexed 1 document" in capsys.readouterr().out
    assert rag("ask", QUESTION) == 0
    assert FERRY in words(capsys.readouterr().out)


def test_unreadable_corpus_file_is_told_and_the_question_answered(
    rag: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus" / "empty.txt").write_text("")
    assert rag("ask", "--json", QUESTION) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["citations"]
    assert "empty.txt: is empty" in err


@pytest.mark.parametrize("arguments", [("ingest", "caf\udce9.txt"), ("remove", "\udcff")])
def test_argument_that_is_no_utf8_is_one_line(
    arguments: tuple[str, ...], rag: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rag(*arguments) == 1  # bytes of a command line that are not UTF-8 arrive as lone surrogates
    assert capsys.readouterr().err.count("\n") == 1
