"""SQuAD's official figures, worked out by hand, and the command that prints them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from evals import squad
from evals.datasets import read_squad
from evals.squad_metrics import Prediction, exact_match, f1_score, find_best_threshold, normalise, score_at
from rag.schema import Span

FIXTURE = Path(__file__).parent / "fixtures" / "evals" / "squad.json"
# Two answerable questions (one read wholly, one half), two unanswerable ones (one tempting, one not).
PREDICTIONS = [
    Prediction("right", ("Ida Holm",), "Ida Holm", 4.0),
    Prediction("half", ("Anton Rask",), "miller Rask", 1.0),
    Prediction("tempting", (), "1871", 2.0),
    Prediction("plain", (), "flour", -3.0),
]


class WordReader:
    """Answers with the given words wherever a text holds them, and with the text's first word below zero elsewhere."""

    def __init__(self, words: str) -> None:
        self._words = words

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        places = [text.find(self._words) for text in texts]
        return [[Span(at, at + len(self._words), 2.0) if at >= 0 else Span(0, 3, -2.0)] for at in places]


def test_normalisation_is_the_official_one() -> None:
    assert normalise(" The  S-25's  a-n theory, an  ANSWER! ") == "s25s theory answer"


def test_two_empty_answers_agree_and_one_empty_answer_does_not() -> None:
    assert (exact_match("", ""), f1_score("", "the")) == (1.0, 1.0)
    assert f1_score("Ida", "") == 0.0


def test_repeated_tokens_count_as_often_as_both_have_them() -> None:
    assert f1_score("no no no", "no") == pytest.approx(2 * 1 * (1 / 3) / (1 + 1 / 3))


def test_figures_at_a_threshold_follow_the_official_rule() -> None:
    scores = score_at(PREDICTIONS, 0.0)  # "plain" is left empty, the other three are answered
    assert scores.has_ans_exact == 50.0
    assert scores.has_ans_f1 == pytest.approx(75.0)
    assert scores.no_ans_acc == 50.0
    assert scores.exact == 50.0
    assert scores.f1 == pytest.approx(62.5)


def test_an_empty_answer_to_an_answerable_question_scores_nothing() -> None:
    assert score_at(PREDICTIONS[:1], 5.0).f1 == 0.0


def test_figures_are_missing_where_no_question_is_of_that_sort() -> None:
    assert score_at(PREDICTIONS[:2], 0.0).no_ans_acc is None
    assert score_at(PREDICTIONS[2:], 0.0).has_ans_f1 is None


def test_best_threshold_is_the_best_of_all_thresholds() -> None:
    best, threshold = find_best_threshold(PREDICTIONS)
    tried = [prediction.score for prediction in PREDICTIONS] + [9.0]
    assert best == pytest.approx(max(score_at(PREDICTIONS, one).f1 for one in tried)) == 75.0
    assert score_at(PREDICTIONS, threshold).f1 == pytest.approx(best)


def test_where_every_span_is_wrong_the_best_threshold_answers_nothing() -> None:
    best, threshold = find_best_threshold(PREDICTIONS[2:])
    assert (best, score_at(PREDICTIONS[2:], threshold).no_ans_acc) == (100.0, 100.0)


def test_a_gzipped_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    packed = tmp_path / "squad.json.gz"
    packed.write_bytes(gzip.compress(FIXTURE.read_bytes()))
    assert read_squad(packed) == read_squad(FIXTURE)
    assert [bool(row.answers) for row in read_squad(FIXTURE)] == [True, True, False, True]


def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"data": [{"title": "x"}]}')
    with pytest.raises(ValueError, match=r"other\.json is not in SQuAD's format"):
        read_squad(other)


def test_any_reader_can_be_judged() -> None:
    rows = read_squad(FIXTURE)
    predictions = list(squad.predict(WordReader("Ida Holm"), rows, lambda row: [row.context]))
    figures = squad.figures(predictions, threshold=0.0)
    # q1 right; q2 and the unanswerable q3 get "Ida Holm"; q4 stays empty
    assert figures["exact"] == 25.0
    assert figures["no_ans_acc"] == 0.0
    assert figures["has_ans_exact"] == pytest.approx(100 / 3)
    assert figures["total"] == 4


def test_the_surest_text_gives_the_answer() -> None:
    row = read_squad(FIXTURE)[0]
    (prediction,) = squad.predict(WordReader("Ida Holm"), [row], lambda row: ["Nobody knows.", row.context])
    assert (prediction.text, prediction.score) == ("Ida Holm", 2.0)


def test_a_sample_is_drawn_by_its_seed() -> None:
    rows = read_squad(FIXTURE)
    assert squad.sample(rows, 2, seed=1) == squad.sample(rows, 2, seed=1)
    assert len({tuple(row.id for row in squad.sample(rows, 2, seed)) for seed in range(20)}) > 1
    assert squad.sample(rows, None, seed=1) == rows


@pytest.mark.parametrize("mode", [[], ["--open"]])
def test_the_command_prints_one_json_object_on_the_last_line(
    mode: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    squad.main([str(FIXTURE), "--reader", "similarity", "--json", *mode])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    wanted = {"exact", "f1", "has_ans_exact", "has_ans_f1", "no_ans_acc", "best_f1", "best_threshold", "total"}
    assert wanted <= set(figures)
    assert figures["total"] == 4
    assert 0.0 < figures["best_f1"] <= 100.0
