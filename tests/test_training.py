"""The reader's training data: windows keep answers, negatives are wrong, the order is fixed by the seed."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("bm25s", reason="training needs the extra: evals")
pytest.importorskip("onnx", reason="training needs the extra: training")
pytest.importorskip("transformers", reason="training needs the extra: training")

from rag.answering.trained import MODEL_FILE
from training import data, mixture
from training.data import Question, Row, cut_window, encode, open_tokenizer, token_span
from training.evaluate import Piece, best_span, cut_pieces
from training.export import difference, export, open_reader
from training.model import ReaderModel, base_folder
from training.negatives import cut_elsewhere, pair_with_neighbours, swap_details
from training.train import rate_at

RIVER = "The river Tavri rises near Oldport. It floods every spring, and the flood of 1911 took the old bridge."
TOWN = "The town of Oldport lies on the river Tavri. Its market opened in 1874 under the mayor Anna Brandt."
QUESTIONS = [
    Question("1", "Which year did the river Tavri take the bridge?", RIVER, ((RIVER.index("1911"), "1911"),)),
    Question("2", "When did the market of Oldport open?", TOWN, ((TOWN.index("1874"), "1874"),)),
    Question("3", "Who was mayor in 1874?", TOWN, ((TOWN.index("Anna"), "Anna Brandt"),)),
    Question(
        "4", "What rises near Oldport besides the flood of 1911?", RIVER, ((RIVER.index("river"), "river Tavri"),)
    ),
]


def rows_of(count: int, answer: bool) -> list[Row]:
    draw = random.Random(count)
    rows = []
    for number in range(count):
        size = draw.randint(30, 400)
        first = draw.randrange(size)
        context = tuple(range(1000, 1000 + size))
        rows.append(Row((number + 5,), context, (first, min(size - 1, first + draw.randint(0, 9))) if answer else None))
    return rows


def test_window_keeps_the_whole_answer_within_the_limit() -> None:
    for seed, row in enumerate(rows_of(300, answer=True)):
        window = cut_window(row, 96, random.Random(seed))
        assert row.answer is not None
        first, last = row.answer
        assert window.ids[window.start : window.end + 1] == row.context[first : last + 1]
        assert window.types[window.start : window.end + 1] == (1,) * (last - first + 1)
        assert len(window.ids) == len(window.types) <= 96


def test_answerless_window_points_at_position_zero() -> None:
    windows = [cut_window(row, 96, random.Random(seed)) for seed, row in enumerate(rows_of(50, answer=False))]
    assert {(window.start, window.end) for window in windows} == {(0, 0)}
    assert all(window.ids[0] == 101 and len(window.ids) <= 96 for window in windows)


def test_window_length_does_not_tell_whether_there_is_an_answer() -> None:
    for seed, row in enumerate(rows_of(300, answer=True)):
        blind = cut_window(replace(row, answer=None), 96, random.Random(seed))
        assert len(blind.ids) == len(cut_window(row, 96, random.Random(seed)).ids)


def test_whole_sentence_windows_begin_and_end_with_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "WHOLE_SENTENCES", 1.0)
    context = tuple(range(1000, 1090))
    bounds = [0, 7, 15, 40, 46, 70, 90]
    for seed in range(200):
        first = random.Random(seed).randrange(90)
        answer = (first, first) if seed % 2 else None
        window = cut_window(Row((5,), context, answer, tuple(bounds[:-1])), 54, random.Random(seed))
        start, end = window.ids[3] - 1000, window.ids[-2] - 999
        assert start in bounds
        assert end in bounds
        assert end - start <= 50
        assert answer is None or window.ids[window.start] == 1000 + first


def test_sentence_longer_than_a_window_is_cut_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "WHOLE_SENTENCES", 1.0)
    row = Row((5,), tuple(range(1000, 1200)), (120, 125))
    window = cut_window(row, 54, random.Random(0))
    assert len(window.ids) == 54
    assert window.ids[window.start : window.end + 1] == row.context[120:126]


def test_sentences_of_a_row_are_those_that_passages_are_made_of() -> None:
    tokenizer = open_tokenizer(base_folder())
    row = encode(QUESTIONS[:1], tokenizer)[0]
    decoded = [tokenizer.decode(list(row.context[start:])) for start in row.sentences]
    assert decoded[0].startswith("the river tavri rises")
    assert decoded[1].startswith("it floods every spring")
    assert len(decoded) == 2


def test_encoded_answer_decodes_to_the_answer() -> None:
    tokenizer = open_tokenizer(base_folder())
    for question, row in zip(QUESTIONS, encode(QUESTIONS, tokenizer), strict=True):
        assert row.answer is not None
        first, last = row.answer
        assert tokenizer.decode(list(row.context[first : last + 1])) == question.answers[0][1].lower()


def test_answer_with_white_space_around_it_is_found() -> None:
    encoding = open_tokenizer(base_folder()).encode("one two three", add_special_tokens=False)
    assert token_span(encoding, 3, " two ") == (1, 1)


def test_swapped_detail_is_not_in_the_paragraph() -> None:
    made = swap_details(QUESTIONS, random.Random(0))
    assert made
    originals = {question.id: question for question in QUESTIONS}
    for question in made:
        before = originals[question.id].text.split()
        new = [word.strip("?") for word in question.text.split() if word not in before]
        assert question.answers == ()
        assert new
        assert not any(word in question.context for word in new)


def test_neighbour_is_another_paragraph_without_the_answer() -> None:
    made = pair_with_neighbours(QUESTIONS, random.Random(0))
    answers = {question.id: (question.context, question.answers[0][1]) for question in QUESTIONS}
    assert {question.id for question in made} == {"1", "2", "3"}  # 4: "river Tavri" stands in both paragraphs
    for question in made:
        context, answer = answers[question.id]
        assert question.context != context
        assert answer not in question.context


def test_part_cut_elsewhere_lacks_the_answer() -> None:
    made = cut_elsewhere(QUESTIONS, least=30)
    assert made
    answers = {question.id: question.answers[0][1] for question in QUESTIONS}
    assert all(answers[question.id] not in question.context and not question.answers for question in made)


@pytest.fixture
def sources() -> dict[str, list[Row]]:
    return {name: rows_of(37 + len(name), answer="un" not in name) for name in mixture.POOL}


def test_same_seed_gives_the_same_batches_and_another_seed_others(sources: dict[str, list[Row]]) -> None:
    def first(seed: int) -> list[object]:
        return list(islice(mixture.iterate_batches(sources, 16, seed), 20))

    assert first(0) == first(0)
    assert first(0) != first(1)


@pytest.mark.parametrize("done", [5, 128, 131])
def test_resumed_run_sees_the_rows_an_unbroken_one_would(sources: dict[str, list[Row]], done: int) -> None:
    unbroken = list(islice(mixture.iterate_batches(sources, 16, 0), done + 4))
    resumed = list(islice(mixture.iterate_batches(sources, 16, 0, skip=done), 4))
    assert resumed == unbroken[done:]


def test_every_row_of_a_source_is_seen_before_one_is_seen_again() -> None:
    sources = {name: rows_of(count, answer=True) for name, count in mixture.POOL.items()}
    pool = list(islice(mixture.iterate_batches(sources, 16, 0), sum(mixture.POOL.values()) // 16))
    seen = sorted(window.ids[1] for batch in pool for window in batch)
    assert seen == sorted(row.question[0] for rows in sources.values() for row in rows)


def test_evaluation_windows_cover_every_token_of_a_long_paragraph() -> None:
    question = Question("1", "What is it?", " ".join(f"w{number}" for number in range(700)), ())
    pieces = cut_pieces([question], open_tokenizer(base_folder()))
    covered = {offset for piece in pieces for offset in piece.offsets}
    assert max(len(piece.ids) for piece in pieces) <= 224
    assert {start for start, _ in covered} >= {i for i in range(len(question.context)) if question.context[i] == "w"}


def test_best_span_never_ends_before_it_starts_and_is_scored_against_no_answer() -> None:
    import torch

    piece = Piece(question=0, ids=(101, 7, 102, 8, 9, 102), shift=3, offsets=((0, 3), (4, 9)))
    start = torch.tensor([1.0, 50.0, 0.0, 2.0, 5.0, 0.0])
    end = torch.tensor([0.5, 50.0, 0.0, 6.0, 1.0, 0.0])
    score, first, last = best_span(start, end, piece)
    assert score == pytest.approx(2.0 + 6.0 - 1.5)
    assert (first, last) == (0, 3)


def tiny_model() -> ReaderModel:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    return ReaderModel(BertModel(shape, add_pooling_layer=False), 32).eval()


@pytest.mark.parametrize(("dtype", "most_bytes"), [("float32", 4.3), ("float16", 2.2)])
def test_exported_file_scores_like_the_model_it_came_from(dtype: str, most_bytes: float, tmp_path: Path) -> None:
    model = tiny_model()
    moved = export(model, tmp_path / "reader.onnx", dtype)
    weights = sum(weight.numel() for weight in model.parameters())
    assert moved <= {"float32": 1e-4, "float16": 5e-3}[dtype]
    assert (tmp_path / "reader.onnx").stat().st_size < most_bytes * weights
    assert [path.name for path in tmp_path.iterdir()] == ["reader.onnx"]


def test_training_goes_on_from_the_reader_that_ships() -> None:
    assert difference(open_reader(MODEL_FILE), MODEL_FILE) < 1e-4


def test_file_of_another_model_is_refused(tmp_path: Path) -> None:
    export(tiny_model(), tmp_path / "reader.onnx", "float32")
    other = tiny_model()
    other.head.bias.data += 1.0
    assert difference(other, tmp_path / "reader.onnx") > 1e-2


def test_learning_rate_rises_to_its_peak_and_falls_to_nothing() -> None:
    rates = [rate_at(share / 1000) for share in range(1001)]
    assert rates[0] == 0
    assert rates[-1] == pytest.approx(0)
    assert max(rates) == pytest.approx(1)
    assert rates.index(max(rates)) == 30
    assert rates[30:] == sorted(rates[30:], reverse=True)
