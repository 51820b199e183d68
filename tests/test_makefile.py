"""Holds what `make` promises a newcomer: it installs once, says so, and passes the article on.

A small script stands for Python: it notes each call, and makes a `.venv` whose python is itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

STAND_IN = """#!/bin/sh
echo "$@" >> calls
case "$*" in
    *sys.version_info*) exit "$OLD" ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip install"*) printf 'Collecting a\\nProcessing /b.whl\\nInstalling collected packages\\n'; exit "$BROKEN" ;;
esac
"""


class Checkout:
    """A folder with the project's Makefile and a stand-in for Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder / name)
        (folder / "python").write_text(STAND_IN)
        (folder / "python").chmod(0o755)

    def make(self, *arguments: str, old: bool = False, broken: bool = False) -> subprocess.CompletedProcess[str]:
        """Run make; `old` is a Python that is too old, `broken` an installation that fails."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "ARTICLE"))}
        return subprocess.run(
            ["make", f"PYTHON={self.folder / 'python'}", *arguments],
            cwd=self.folder,
            env=environment | {"OLD": str(int(old)), "BROKEN": str(int(broken))},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """What Python was called with since the last time this was asked."""
        noted = self.folder / "calls"
        calls = noted.read_text().splitlines() if noted.exists() else []
        noted.unlink(missing_ok=True)
        return calls


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_first_run_says_what_it_installs_and_the_second_installs_nothing(checkout: Checkout) -> None:
    first = checkout.make("test")
    assert first.returncode == 0
    assert "Creating .venv (once)" in first.stdout
    assert "Installing packages" in first.stdout
    assert "2  packages are here" in first.stdout
    assert any(call.startswith("-m pip install") and "-c constraints.txt" in call for call in checkout.calls())

    second = checkout.make("test")
    assert "Installing" not in second.stdout
    assert checkout.calls() == ["-m pytest -m not slow and not browser"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_are_installed_into_the_same_venv(checkout: Checkout, name: str) -> None:
    checkout.make("test")
    ready = (checkout.folder / ".venv" / ".ready").stat().st_mtime
    os.utime(checkout.folder / name, (ready + 10, ready + 10))
    again = checkout.make("test")
    assert "Installing packages" in again.stdout
    assert "Creating" not in again.stdout


def test_failed_installation_stops_make_and_is_taken_up_again(checkout: Checkout) -> None:
    failed = checkout.make("test", broken=True)
    assert failed.returncode != 0
    assert not any("pytest" in call for call in checkout.calls())
    assert "Installing packages" in checkout.make("test").stdout


def test_old_python_is_named_and_nothing_is_made(checkout: Checkout) -> None:
    refused = checkout.make("chat", old=True)
    assert refused.returncode != 0
    assert "Python 3.11 or newer is needed" in refused.stderr
    assert not (checkout.folder / ".venv").exists()


def test_article_is_passed_on_as_one_argument_and_only_when_given(checkout: Checkout) -> None:
    checkout.make("chat")
    assert checkout.calls()[-1] == "ui.py"
    checkout.make("chat", "ARTICLE=my text.txt")
    assert checkout.calls()[-1] == "ui.py --article my text.txt"


def test_all_tests_are_run_by_test_all(checkout: Checkout) -> None:
    checkout.make("test-all")
    assert checkout.calls()[-1] == "-m pytest"


def test_plain_make_lists_every_target(checkout: Checkout) -> None:
    listed = checkout.make().stdout
    assert all(f"make {target}" in listed for target in ("chat", "test", "test-all", "check", "eval", "bench"))
    assert checkout.calls() == []
