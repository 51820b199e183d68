"""The examples that the confidence is fitted on, made by the real search and reader, and the fit's thresholds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.calibrate import fit
from evals.examples import Bench, Example, Kind, document_examples, paragraph_examples
from rag.answering.confidence import Features
from rag.answering.reader import open_reader
from rag.schema import Encoder
from rag.settings import Settings

FERRY = "The ferry to Alderbay leaves at nine in the morning. It carries forty cars and two hundred people."
MILL = "The mill of Corland was built by Ida Merrow in 1911. It grinds rye and oats for the whole valley."


@pytest.fixture(scope="module")
def bench(encoder: Encoder) -> Bench:
    return Bench(open_reader("trained", encoder), encoder, Settings())


def test_questions_on_paragraphs_are_answerable_or_left_out(tmp_path: Path, bench: Bench) -> None:
    asked = [("When does the ferry leave?", FERRY, "nine in the morning"), ("Who built the mill?", MILL, "Ida Merrow")]
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": str(number),
                    "question": question,
                    "answers": [{"text": answer, "answer_start": context.index(answer)}],
                }
            ],
        }
        for number, (question, context, answer) in enumerate(asked)
    ]
    file = tmp_path / "set.json"
    file.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    answerable, left_out = paragraph_examples(file, 1, bench)
    assert (answerable.kind, left_out.kind) == ("answerable", "left out")
    assert any(right for _, right in answerable.found)
    assert answerable.best(None)[1], "the reader alone finds this one"
    assert not any(right for _, right in left_out.found)


def test_questions_on_documents_are_left_out_by_passing_over_their_passages(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "valley.md").write_text(f"{FERRY}\n\n{MILL}\n")
    row = {
        "question": "Who built the mill of Corland?",
        "corpus": "valley.md",
        "references": [{"content": "built by Ida Merrow in 1911"}],
    }
    (tmp_path / "questions.jsonl").write_text(json.dumps(row) + "\n")
    answerable, *left_out = document_examples(tmp_path, bench)
    assert answerable.best(None)[1]
    assert all(not right for example in left_out for _, right in example.found)


def test_threshold_refuses_the_wanted_share_of_each_set_alike() -> None:
    """Of two sets, one of ten times as many questions, both count the same in the share that is refused."""

    def example(source: str, reader: float, *, right: bool) -> Example:
        kind: Kind = "answerable" if right else "adversarial"
        return Example(source, kind, ((Features(reader, 0.5, 1.0, 0.5), right),))

    small = [example("small", 0.1 * n, right=True) for n in range(25)]
    large = [example("large", 5.0 + 0.01 * n, right=True) for n in range(250)]
    wrong = [example("large", -5.0 + 0.01 * n, right=False) for n in range(250)]
    calibration = fit([*small, *large, *wrong], span=0.0)
    refused = [one for one in small if calibration.probability(one.found[0][0]) < calibration.answer]
    assert len(refused) in (3, 4), "14% of the small set is 7% on the mean of both"
    assert all(calibration.probability(one.found[0][0]) >= calibration.answer for one in large)
