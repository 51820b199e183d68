"""Holds that the question set is well formed and answerable from the texts. Knows nothing of the chain it measures."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evals.matching import as_regex, says
from evals.paths import shared_dir
from rag.sentences import sentence_spans

ROOT = Path(__file__).resolve().parents[1]
ACCOUNT = ROOT / "corpus" / "turkey-azerbaijan-2020.md"
FLOORS = {
    "fact": 50, "why_how": 18, "list": 12, "multi_part": 12, "overview": 8,
    "follow_up": 20, "variant": 20, "unanswerable": 60,
}  # fmt: skip
KEYS = {
    "id", "kind", "split", "question", "answers", "evidence", "items", "history", "standalone", "note",
    "variant_of", "why",
}  # fmt: skip
WHY = {
    "swapped_person", "swapped_date", "swapped_place", "swapped_number", "false_premise", "left_out", "other_war",
    "later_event", "off_topic", "instruction",
}  # fmt: skip

Row = dict[str, Any]


@cache
def _rows() -> tuple[Row, ...]:
    lines = (ROOT / "evals" / "article.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def _by_id() -> dict[str, Row]:
    return {row["id"]: row for row in _rows()}


def _answerable() -> list[Row]:
    return [row for row in _rows() if row["kind"] != "unanswerable"]


def _pieces(row: Row) -> list[list[str]]:
    return [*row.get("evidence", []), *(item["evidence"] for item in row.get("items", []))]


def _found(alternatives: list[str], sentences: list[str]) -> list[str]:
    return [s for s in sentences if says(s, tuple(alternatives))]


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _unsupported(sentences: list[str]) -> list[str]:
    """What the sentences do not bear out: pieces of evidence with no sentence, answers absent from their evidence."""
    faults = []
    for row in _answerable():
        faults += [f"{row['id']}: no sentence has {piece}" for piece in _pieces(row) if not _found(piece, sentences)]
        proofs = [s for piece in row["evidence"] for s in _found(piece, sentences)]
        if row["answers"] and not _found(row["answers"], proofs):
            faults.append(f"{row['id']}: no evidence holds {row['answers']}")
        for item in row.get("items", []):
            if not _found(item["answers"], _found(item["evidence"], sentences)):
                faults.append(f"{row['id']}: no evidence holds {item['answers']}")
    return faults


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in _rows()}) == len(_rows())
    assert len({row["question"].lower() for row in _rows()}) == len(_rows())


def test_every_kind_is_there_in_number() -> None:
    counts = Counter(row["kind"] for row in _rows())
    assert set(counts) == set(FLOORS)
    assert {kind: counts[kind] for kind, floor in FLOORS.items() if counts[kind] < floor} == {}


def test_every_row_has_known_keys_and_no_empty_optional_one() -> None:
    for row in _rows():
        assert set(row) <= KEYS, row["id"]
        assert all(value for key, value in row.items() if key != "answers"), row["id"]


def test_about_two_fifths_of_each_kind_are_for_development() -> None:
    for kind in FLOORS:
        splits = [row["split"] for row in _rows() if row["kind"] == kind]
        assert set(splits) == {"dev", "test"}
        assert 0.3 <= splits.count("dev") / len(splits) <= 0.5, kind


def test_every_pattern_compiles() -> None:
    for row in _rows():
        items = row.get("items", [])
        strings = [
            *row["answers"],
            *(s for piece in _pieces(row) for s in piece),
            *(s for i in items for s in i["answers"]),
        ]
        for pattern in strings:
            assert pattern.startswith("/") == pattern.endswith("/"), f"{row['id']}: {pattern}"
            as_regex(pattern)  # raises re.error


def test_answerable_questions_name_answers_or_evidence() -> None:
    for row in _answerable():
        assert row["evidence"], row["id"]
        assert row["answers"] or row.get("items") or row["kind"] == "overview", row["id"]


def test_unanswerable_questions_say_why_and_promise_nothing() -> None:
    rows = [row for row in _rows() if row["kind"] == "unanswerable"]
    assert {row["why"] for row in rows} == WHY
    assert all(row["answers"] == [] and not _pieces(row) for row in rows)


def test_variant_asks_the_same_as_its_base() -> None:
    for row in _rows():
        assert ("variant_of" in row) == (row["kind"] == "variant")
        if "variant_of" in row:
            base = _by_id()[row["variant_of"]]
            assert base["kind"] == "fact"
            assert all(row[key] == base[key] for key in ("answers", "evidence", "split")), row["id"]


def test_conversation_keeps_its_turns_in_order_and_in_one_split() -> None:
    for row in _rows():
        if row["kind"] != "follow_up":
            assert "history" not in row
            continue
        talk, _, turn = row["id"].rpartition("-")
        earlier = [_by_id()[f"{talk}-{number}"] for number in range(1, int(turn))]
        assert row.get("history", []) == [other["question"] for other in earlier]
        assert {other["split"] for other in earlier} <= {row["split"]}
        assert ("standalone" in row) == (int(turn) > 1)


def test_evidence_lies_in_single_sentences_of_the_shipped_account() -> None:
    assert _unsupported(_sentences(ACCOUNT.read_text(encoding="utf-8"))) == []


def test_evidence_lies_in_single_sentences_of_the_original_article() -> None:
    shared = shared_dir()
    if shared is None:
        pytest.skip("the article is not part of the project: no shared folder beside the checkout")
    article = (shared / "article" / "al-monitor-nagorno-karabakh.txt").read_text(encoding="utf-8")
    assert _unsupported(_sentences(article)) == []
