"""Question sets: our own format, other people's, and candidates from use."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evals.candidates import candidates, read_feedback
from evals.datasets import FORMATS
from evals.questions import KINDS, Question, Reference, from_row, load, problems

FIXTURES = Path(__file__).parent / "fixtures" / "evals"
FACT: dict[str, Any] = {
    "id": "f1",
    "kind": "fact",
    "split": "dev",
    "question": "Who?",
    "answers": ["Ida"],
    "evidence": [["/Ida/"]],
}


def test_the_article_set_is_sound_and_as_large_as_promised() -> None:
    questions = load()
    kinds = Counter(question.kind for question in questions)
    assert len(questions) >= 150
    assert kinds["unanswerable"] >= 50
    assert set(kinds) == set(KINDS)
    assert {question.split for question in questions} == {"dev", "test"}
    assert {len(question.history) for question in questions if question.kind == "follow_up"} >= {1, 2}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": "fcat"}, "kind 'fcat'"),
        ({"split": "train"}, "split 'train'"),
        ({"question": " "}, "question is empty"),
        ({"evidence": []}, "needs evidence"),
        ({"evidence": [["/(/"]]}, "no regular expression"),
        ({"answers": ["the"]}, "no word to look for"),
        ({"kind": "unanswerable", "why": "left_out"}, "neither answers nor evidence"),
        ({"history": ["Who was it?"]}, "standalone"),
        ({"variant_of": "f9"}, "variant_of 'f9'"),
    ],
)
def test_a_row_that_cannot_judge_is_named(change: dict[str, Any], complaint: str) -> None:
    assert problems([from_row(FACT)]) == []
    (found,) = problems([from_row({**FACT, **change})])
    assert found.startswith("f1: ")
    assert complaint in found


def test_a_set_with_a_wrong_key_or_a_double_id_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in (FACT, {**FACT, "anwsers": []})))
    with pytest.raises(ValueError, match=r"(?s)unknown key 'anwsers'.*the id stands 2 times"):
        load(file)


def test_pieces_of_items_are_needed_once_and_a_bare_string_is_a_piece() -> None:
    items = [{"name": name, "answers": [name], "evidence": ["/oven/"]} for name in ("a", "b")]
    question = from_row({**FACT, "answers": [], "evidence": [["/oven/"], ["/lamp/", "/light/"]], "items": items})
    assert question.pieces == (("/oven/",), ("/lamp/", "/light/"))
    assert question.parts == (("a",), ("b",))


def test_squad_questions_refer_to_their_own_paragraph() -> None:
    data = FORMATS["squad"](FIXTURES / "squad.json")
    by_id = {question.id: question for question in data.questions}
    assert [question.answerable for question in data.questions] == [True, True, False, True]
    assert "Anton Rask" in by_id["q4"].references[0].text
    assert by_id["q4"].references[0].document != by_id["q1"].references[0].document
    texts = dict(data.documents)
    assert all(ref.text in texts[ref.document] for question in data.questions for ref in question.references)


def test_a_labelled_rag_dataset_brings_its_contexts_as_documents() -> None:
    data = FORMATS["llamaindex"](FIXTURES / "llamaindex" / "rag_dataset.json")
    assert data.questions[0].answers == ("Ida Holm",)
    assert [text for _, text in data.documents] == [question.references[0].text for question in data.questions]


def test_source_files_beside_a_labelled_rag_dataset_are_its_documents(tmp_path: Path) -> None:
    raw = (FIXTURES / "llamaindex" / "rag_dataset.json").read_text()
    (tmp_path / "rag_dataset.json").write_text(raw)
    (tmp_path / "source_files").mkdir()
    (tmp_path / "source_files" / "island.md").write_text((FIXTURES / "chroma" / "island.md").read_text())
    data = FORMATS["llamaindex"](tmp_path / "rag_dataset.json")
    assert [name for name, _ in data.documents] == ["island.md"]
    assert [question.references[0].document for question in data.questions] == ["island.md", "island.md"]


def test_chroma_references_are_the_very_words() -> None:
    data = FORMATS["chroma"](FIXTURES / "chroma")
    assert data.questions[1].references[1] == Reference("island.md", "everyone paid him in flour")


def test_cast_turns_after_the_first_are_follow_ups() -> None:
    (question,) = FORMATS["cast"](FIXTURES / "cast.jsonl").questions
    assert question == Question(
        "1-2",
        "follow_up",
        "dev",
        "When was it built?",
        history=("Who built the Skerry lighthouse?",),
        standalone="When was the Skerry lighthouse built?",
    )


def test_each_question_with_a_thumb_down_becomes_one_candidate() -> None:
    (row,) = candidates(read_feedback(FIXTURES / "feedback.jsonl"))
    assert row["question"] == "Who kept the only oven?"
    assert row["note"]["reason"] == "wrong person"
    assert list(candidates(read_feedback(FIXTURES / "feedback.jsonl"), known=["Who kept the only oven"])) == []


def test_a_candidate_is_refused_until_a_person_completed_it(tmp_path: Path) -> None:
    (row,) = candidates(read_feedback(FIXTURES / "feedback.jsonl"))
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps(row))
    with pytest.raises(ValueError, match=r"(?s)kind ''.*needs evidence"):
        load(file)
    file.write_text(json.dumps({**row, "kind": "fact", "answers": ["Anton Rask"], "evidence": [["oven"]]}))
    assert load(file)[0].answers == ("Anton Rask",)


@pytest.mark.parametrize("line", ["{", '{"question": "Who?"}', '{"question": "", "thumb": "down"}'])
def test_a_broken_line_of_feedback_is_named_by_number(line: str, tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_text("\n" + line)
    with pytest.raises(ValueError, match="line 2"):
        read_feedback(file)
