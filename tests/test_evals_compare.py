"""The gate and the comparison on runs made by hand: what they must catch, and what they must let pass."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals import compare, gate, records, report
from evals.__main__ import main
from evals.records import Record, Run, Seen
from evals.table import FLOORS, markdown, metrics_table, summary, why_failed, worst

KIND_SIZES = {"fact": 55, "why_how": 21, "list": 14, "multi_part": 14, "follow_up": 22, "unanswerable": 67}


def record(kind: str, number: int, *, correct: bool, top: bool) -> Record:
    answerable = kind != "unanswerable"
    scores = {"correct": float(correct)}
    if answerable:
        scores |= {"hit_rate@1": float(top), "mrr": 1.0 if top else 0.5, "wrong_refusal": 0.0}
    else:
        scores["refused"] = float(correct)
    return Record(
        id=f"{kind}-{number:03}",
        kind=kind,
        split="test",
        question=f"Question {number} of {kind}?",
        standalone="",
        answerable=answerable,
        text="A text.",
        abstained=not answerable and correct,
        verdict="strong",
        confidence=0.9 if correct else 0.4,
        seconds=0.1,
        retrieved=(Seen("p", "A passage.", (0,) if top else ()),),
        needed=int(answerable),
        scores=scores,
    )


def run_of(rows: Sequence[Record], name: str = "run") -> Run:
    return Run(name, "2026-01-01T00:00:00+00:00", "a machine", {"reader": "x"}, tuple(rows))


@pytest.fixture
def baseline() -> Run:
    """80% of each kind correct, 85% with the right passage on top."""
    rng = random.Random(1)
    rows = [
        record(kind, number, correct=rng.random() < 0.8, top=rng.random() < 0.85)
        for kind, size in KIND_SIZES.items()
        for number in range(size)
    ]
    return run_of(rows, "baseline")


def spoil(run: Run, metric: str, share: float, wanted: Callable[[Record], bool]) -> Run:
    """The run with `metric` set to 0 in the given share of the records wanted, taken among those that have it at 1."""
    group = [one for one in run.records if wanted(one)]
    good = [one.id for one in group if one.scores.get(metric) == 1.0]
    hit = set(random.Random(2).sample(good, round(share * len(group))))
    rows = [replace(one, scores={**one.scores, metric: 0.0}) if one.id in hit else one for one in run.records]
    return replace(run, name="spoiled", records=tuple(rows))


def test_gate_passes_two_identical_runs(baseline: Run) -> None:
    outcome = gate.check(baseline, baseline)
    assert outcome.passed
    assert outcome.changed == ()


def test_gate_catches_a_lost_top_hit_in_a_tenth_of_the_questions(baseline: Run) -> None:
    worse = spoil(baseline, "hit_rate@1", 0.10, lambda one: one.answerable)
    outcome = gate.check(baseline, worse)
    assert any(line.startswith("hit_rate@1, all") for line in outcome.failures)


def test_gate_catches_a_threshold_that_answers_15_percent_more_of_the_unanswerable(baseline: Run) -> None:
    worse = spoil(baseline, "correct", 0.15, lambda one: one.kind == "unanswerable")
    outcome = gate.check(baseline, worse)
    assert any(line.startswith("correct, unanswerable") for line in outcome.failures)


def test_gate_lets_pass_as_many_gains_as_losses_and_names_them_all(baseline: Run) -> None:
    facts = [one for one in baseline.records if one.kind == "fact"]
    lost = {one.id for one in [one for one in facts if one.scores["correct"] == 1.0][:6]}
    gained = {one.id for one in [one for one in facts if one.scores["correct"] == 0.0][:6]}
    rows = [
        replace(one, scores={**one.scores, "correct": float(one.id in gained)}) if one.id in lost | gained else one
        for one in baseline.records
    ]
    outcome = gate.check(baseline, replace(baseline, records=tuple(rows)))
    assert outcome.passed
    assert set(re.findall(r"fact-\d+", outcome.changed[0])) == lost | gained


def test_gate_lets_pass_four_losses_and_stops_five(baseline: Run) -> None:
    good = [one.id for one in baseline.records if one.kind == "fact" and one.scores["correct"] == 1.0]

    def without(ids: list[str]) -> Run:
        rows = [replace(o, scores={**o.scores, "correct": 0.0}) if o.id in ids else o for o in baseline.records]
        return replace(baseline, records=tuple(rows))

    assert gate.check(baseline, without(good[:4])).passed
    assert not gate.check(baseline, without(good[:5])).passed


def test_gate_stops_a_run_that_leaves_questions_out_or_rewords_them(baseline: Run) -> None:
    assert not gate.check(baseline, replace(baseline, records=baseline.records[1:])).passed
    reworded = (replace(baseline.records[0], question="Another?"), *baseline.records[1:])
    (failure,) = gate.check(baseline, replace(baseline, records=reworded)).failures
    assert baseline.records[0].id in failure


def test_comparison_names_what_changed_and_whether_it_is_beyond_noise(baseline: Run, tmp_path: Path) -> None:
    worse = spoil(baseline, "hit_rate@1", 0.10, lambda one: one.answerable)
    changed = [new.id for old, new in zip(baseline.records, worse.records, strict=True) if old != new]
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for run, file in zip((baseline, worse), files, strict=True):
        records.save(run, file)
    text = compare.report(*(records.load(file) for file in files))
    assert re.search(r"hit_rate@1 .* beyond noise", text)
    assert re.search(r"correct  .* within noise", text)
    assert all(id_ in text for id_ in changed)


def test_a_run_reads_back_as_it_was_written(baseline: Run, tmp_path: Path) -> None:
    records.save(baseline, tmp_path / "run.json")
    assert records.load(tmp_path / "run.json") == baseline


def test_a_file_that_is_no_run_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert main(["--compare", str(tmp_path / "x.json"), str(tmp_path / "x.json")]) == 2
    assert "x.json is no run" in capsys.readouterr().err


def test_refused_questions_are_not_covered_and_answers_to_unanswerable_ones_are_errors() -> None:
    rows = [
        record("fact", 1, correct=True, top=True),
        replace(record("fact", 2, correct=False, top=True), abstained=True),
        record("unanswerable", 1, correct=True, top=False),
        record("unanswerable", 2, correct=False, top=False),
    ]
    curve = summary(rows).curve
    assert [(point.coverage, point.risk) for point in curve] == [(1 / 4, 0.0), (2 / 4, 1 / 2)]


def test_the_worst_cases_are_the_surest_errors_and_say_which_stage_lost_them() -> None:
    right = record("fact", 1, correct=True, top=True)
    sure = replace(record("fact", 2, correct=False, top=True), confidence=0.99)
    missed = replace(record("fact", 3, correct=False, top=False), confidence=0.5)
    refused = replace(record("fact", 4, correct=False, top=True), abstained=True)
    made_up = replace(record("unanswerable", 1, correct=False, top=False), confidence=0.2)
    found = worst([right, refused, made_up, missed, sure])
    assert found == [sure, missed, made_up, refused]
    assert why_failed(sure) == "read past the evidence in passage 1"
    assert why_failed(missed) == "no evidence among the first 1 passages"
    assert why_failed(made_up) == "answered, though the documents do not say it"
    assert why_failed(refused) == "refused, though passage 1 holds evidence"


def test_the_table_has_a_row_for_each_kind_and_one_for_all(baseline: Run) -> None:
    lines = markdown(baseline, ["correct", "refused"]).splitlines()
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [*KIND_SIZES, "all"]
    assert lines[-1].startswith(f"| all | {len(baseline.records)} |")
    assert len(metrics_table(baseline).columns) == len(KIND_SIZES) + 2
    assert FLOORS["fact"] == ("correct_with_citation", 0.90)


def test_the_report_is_one_file_and_escapes_every_text(baseline: Run) -> None:
    evil = "<script>alert('x')</script>"
    first = replace(baseline.records[0], question=evil, text=evil, quotes=(evil,), expected=evil, standalone=evil)
    page = report.html(replace(baseline, name=evil, records=(first, *baseline.records[1:])))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 6
    assert page.count("<svg") == 3
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import""", page)
