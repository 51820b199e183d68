"""Holds that the built wheel answers by itself: library, corpus and command, away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Standard output of a command, in an environment that knows nothing of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAG_", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout with the build backend installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a new environment that holds the wheel, and borrows its dependencies from this one."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    base = {"base": str(home), "platbase": str(home)}
    commands, packages = (Path(sysconfig.get_path(kind, "venv", vars=base)) for kind in ("scripts", "purelib"))
    pip = (sys.executable, "-m", "pip", "--python", commands / "python", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", wheel, cwd=home)
    # A folder named in a .pth file lends its packages, and its own .pth files (an editable install is one) stay unread.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return commands


def test_wheel_holds_library_corpus_and_licences(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    library = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "rag").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    corpus = {f"rag/_corpus/{path.name}" for path in (ROOT / "corpus").iterdir() if path.is_file()}
    assert library | corpus | {"rag/py.typed", "rag/_corpus/corpus.toml"} <= names
    assert {name.rpartition("/")[2] for name in names} >= {"LICENSE", "LICENSES.md"}
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"rag"}


def test_installed_wheel_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import rag; print(rag.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parent)


def test_installed_command_answers_from_the_shipped_corpus_with_a_verbatim_citation(
    installed: Path, tmp_path: Path
) -> None:
    folders = {"RAG_DATA_DIR": str(tmp_path / "data"), "RAG_CACHE_DIR": str(tmp_path / "cache")}
    printed = run(installed / "rag", "ask", "--json", "Who is Recep Tayyip Erdogan?", cwd=tmp_path, **folders)
    answer = json.loads(printed)
    assert not answer["abstained"]
    assert "president" in answer["text"].lower()
    corpus = " ".join("\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "corpus").glob("*.md")).split())
    assert answer["citations"]
    for citation in answer["citations"]:
        assert " ".join(citation["quote"].split()) in corpus
        assert f"[{citation['number']}]" in answer["text"]
