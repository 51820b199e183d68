"""What the citation check and the refusal gate are fitted on: planted errors and thresholds, worked out by hand."""

from __future__ import annotations

import random

import pytest

from evals.datasets import SquadQuestion
from evals.planted import ERRORS, declarative, names_of, true_sentences
from evals.refusals import Refusal, fit

SENTENCE = "The lighthouse (a tower) of Carrow was built by Ada Winslow on 2 May 1874."


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Who built the tower?", "Ada Winslow", "Ada Winslow built the tower."),
        ("When did the war end?", "in 1990", "The war end in 1990."),
        ("Where was the tower built?", "Carrow", "The tower was built in Carrow."),
        ("What is the capital of France?", "Paris", "The capital of France is Paris."),
        ("How many people live there?", "Forty", "Forty people live there."),
        ("The tower stands on what?", "a rock", "The tower stands on a rock."),
        ("What year was parts of it ceded?", "1763", ""),
        ("Tell me more", "no", ""),
    ],
)
def test_question_and_answer_become_a_statement(question: str, answer: str, statement: str) -> None:
    assert declarative(question, answer) == statement


def test_true_sentences_are_in_the_paragraph_or_made_of_its_answer() -> None:
    context = f"It is old. {SENTENCE} It stands."
    row = SquadQuestion("1", "Who built it?", context, ("Ada Winslow",), (context.index("Ada"),))
    assert dict(true_sentences(row)) == {
        "sentence": SENTENCE,
        "shortened": SENTENCE.replace(" (a tower)", ""),
        "question and answer": "Ada Winslow built it.",
    }


def test_each_error_changes_one_thing() -> None:
    chance = random.Random(0)
    made = {error: plant(SENTENCE, ["Ines Duarte"], chance) for error, plant in ERRORS.items()}
    assert names_of(SENTENCE) == ["Carrow", "Ada Winslow", "May"]
    assert "Ines Duarte" in made["changed name"]
    assert made["negation"] == SENTENCE.replace("was", "was not")
    assert "2 May" not in made["changed date"]
    assert all(sentence and sentence != SENTENCE for sentence in made.values())


def test_threshold_is_the_highest_below_which_refusals_are_right() -> None:
    sure = [Refusal(0.01 * n, right=True) for n in range(1, 41)]
    mixed = [Refusal(0.5 + 0.01 * n, right=n % 2 == 0) for n in range(20)]
    limit = fit([*mixed, *sure])
    below = [one.right for one in (*sure, *mixed) if one.confidence < limit]
    assert sum(below) / len(below) >= 0.95
    assert len(below) >= 40
    assert fit(sure) == 1.0
    assert fit(mixed) == 0.0
    assert fit(sure[:20]) == 0.0  # too few to rest on
