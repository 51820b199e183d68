"""The commands that measure one stage, on a small folder laid out like the development data."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from evals import ablate, chunking, retrieval
from evals.datasets import FORMATS

FIXTURES = Path(__file__).parent / "fixtures" / "evals"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURES / "chroma", tmp_path / "retrieval")
    (tmp_path / "reader").mkdir()
    packed = gzip.compress((FIXTURES / "squad.json").read_bytes())
    (tmp_path / "reader" / "dev-squadshifts-wiki.json.gz").write_bytes(packed)
    return tmp_path


def test_retrieval_command_prints_every_method_and_the_interval(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    retrieval.main(["--data", str(data), "--json"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(found) == {"retrieval", "dev-squadshifts-wiki"}
    row = found["dev-squadshifts-wiki"]["hit_rate@5"]  # two paragraphs in all
    assert row["hybrid"] == 1.0
    mean, low, high = row["gain"]
    assert low <= mean <= high
    assert mean == row["hybrid"] - row[row["better"]]


def test_chunking_command_prints_a_row_for_each_setting_and_budget(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chunking.main(["--data", str(data), "--sizes", "32", "64", "--overlaps", "0"])
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert [(row[0].strip("| "), row[2]) for row in rows] == [
        ("32", "400"),
        ("64", "400"),
        ("32", "800"),
        ("64", "800"),
    ]
    # Both budgets hold the whole document, so every reference is found whole.
    assert {row[3].split(" ± ")[0] for row in rows} == {"1.000"}


def test_ablation_has_a_row_for_each_ranking_the_chain_and_each_size() -> None:
    island = FORMATS["squad"](FIXTURES / "squad.json")
    sizes = dict(ablate.by_size(island.questions[:2], island.documents, sizes=(32, 64)))
    assert list(sizes) == ["passages of 32", "passages of 64"]
    assert ablate.table(sizes).row_count == 2
    assert all(row["hit_rate@1"] == 1.0 and "correct_with_citation" not in row for row in sizes.values())
