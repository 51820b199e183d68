"""Every command and example of the README works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = re.findall(r"^\.venv/bin/rag (.+?)(?:\s{2,}#.*)?$", README, flags=re.MULTILINE)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory, and the files that the README's commands name."""
    monkeypatch.setenv("RAG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    note = "The lighthouse of Alderbay was built in 1871 by the engineer Ida Merrow. It has guided ships ever since.\n"
    for name in ("FILE_OR_FOLDER", "path/to/article.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(note)
    return tmp_path


def test_readme_has_examples() -> None:
    assert len(PYTHON_BLOCKS) >= 2
    assert len(COMMANDS) >= 7


@pytest.mark.parametrize("block", PYTHON_BLOCKS, ids=[f"block {n}" for n in range(1, len(PYTHON_BLOCKS) + 1)])
def test_python_example_runs(block: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_python_example_prints_what_its_comments_promise(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(PYTHON_BLOCKS[0], "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "[1]" in printed
    assert "president" in printed.lower()
    assert "\nTrue\n" in printed


def test_every_command_runs(home: Path) -> None:
    from rag.cli import app

    runner = CliRunner()
    runner.invoke(app, ["ingest", "path/to/article.txt"])
    for command in COMMANDS:
        listed = runner.invoke(app, ["documents", "--json"]).output
        known = re.findall(r'"id": "(\w+)"', listed)
        words = [known[-1] if word == "ID" else word for word in shlex.split(command)]
        result = runner.invoke(app, words, input="Who is Kevork Oskanian?\n\n")
        assert result.exit_code == 0, f"rag {command}: {result.output} {result.exception}"
        assert result.output.strip()


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert named
    assert named <= targets


def test_every_linked_file_exists() -> None:
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", README):
        assert (ROOT / link).exists(), f"the README links {link}"


def test_settings_table_is_the_settings_class() -> None:
    from rag.settings import Settings

    rows = dict(re.findall(r"^\| `RAG_(\w+)` \| `?([^|`]+?)`? \|", README, flags=re.MULTILINE))
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}
    assert rows.keys() == fields.keys()
    for name, field in fields.items():
        if field.default_factory is None:
            assert rows[name] == (str(field.default) or "empty"), f"RAG_{name}"


def test_eval_table_is_the_committed_run() -> None:
    from evals.records import load
    from evals.table import markdown

    run = load(ROOT / "evals" / "baseline.json")
    columns = re.search(r"^\| kind \| n \| (.*) \|$", README, flags=re.MULTILINE)
    assert columns is not None
    assert markdown(run, columns.group(1).split(" | ")) in README
    assert run.created[:10] in README
