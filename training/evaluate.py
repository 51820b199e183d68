"""Measures a reader on the development sets with SQuAD's own figures. Knows nothing of how it was trained.

`python -m training.evaluate CHECKPOINT [--data DIR] [--sample N]` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from evals.paths import shared_dir
from evals.squad_metrics import Prediction, find_best_threshold, score_at
from training.data import Question, open_tokenizer, read_squad
from training.export import open_reader
from training.model import ReaderModel, base_folder, mask_outside

CLS, SEP = 101, 102
LONGEST_ANSWER = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A window of question `question` (its place in the list); `offsets` are the context tokens' characters."""

    question: int
    ids: tuple[int, ...]
    shift: int
    offsets: tuple[tuple[int, int], ...]


def default_data() -> Path:
    """The question sets beside the checkout.

    Raises:
        SystemExit: they are not there.
    """
    folder = shared_dir()
    if folder is None:
        raise SystemExit("There is no data folder beside the checkout: name one with --data or RAG_SHARED_DIR.")
    return folder / "data" / "reader"


def cut_pieces(questions: Sequence[Question], tokenizer: Any, size: int = 224, step: int = 96) -> list[Piece]:
    """Windows of at most `size` tokens over each whole paragraph, `step` context tokens apart."""
    texts = tokenizer.encode_batch([question.text for question in questions], add_special_tokens=False)
    contexts = tokenizer.encode_batch([question.context for question in questions], add_special_tokens=False)
    pieces = []
    for place, (text, context) in enumerate(zip(texts, contexts, strict=True)):
        asked = text.ids[:40]
        room, tokens = size - len(asked) - 3, len(context.ids)
        for start in range(0, max(1, tokens - room + step), step):
            part = slice(start, start + room)
            ids = (CLS, *asked, SEP, *context.ids[part], SEP)
            pieces.append(Piece(place, ids, len(asked) + 2, tuple(context.offsets[part])))
    return pieces


def collate(ids: Sequence[Sequence[int]], shifts: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """(input_ids, attention_mask, token_type_ids), padded to the longest; type 1 starts at each row's shift."""
    longest = max(len(row) for row in ids)
    rows = torch.tensor([[*row, *[0] * (longest - len(row))] for row in ids])
    mask = (rows != 0).long()
    types = (torch.arange(longest) >= torch.tensor(shifts)[:, None]).long() * mask
    return rows, mask, types


def best_span(start: Tensor, end: Tensor, piece: Piece) -> tuple[float, int, int]:
    """(score, first, last character) of the best span of at most `LONGEST_ANSWER` tokens.

    The score is the span's start and end score less those of position 0: log-odds of "answered here" to "no answer".
    """
    context = slice(piece.shift, piece.shift + len(piece.offsets))
    sums = start[context, None] + end[None, context]
    sums = torch.where(sums.isfinite().triu().tril(LONGEST_ANSWER - 1), sums, -torch.inf)
    first, last = divmod(int(sums.argmax()), sums.shape[1])
    score = float(sums[first, last] - start[0] - end[0])
    return score, piece.offsets[first][0], piece.offsets[last][1]


def predict(model: ReaderModel, tokenizer: Any, questions: Sequence[Question], batch: int = 32) -> list[Prediction]:
    """The best span of each question over its windows, in the questions' order."""
    pieces = sorted(cut_pieces(questions, tokenizer), key=lambda piece: len(piece.ids))
    best: dict[int, tuple[float, int, int]] = {}
    for piece, start, end in _scores(model, pieces, batch):
        found = best_span(start, end, piece)
        best[piece.question] = max(found, best.get(piece.question, found))
    return [
        Prediction(
            id=question.id,
            golds=tuple(text for _, text in question.answers),
            text=question.context[best[place][1] : best[place][2]],
            score=best[place][0],
        )
        for place, question in enumerate(questions)
    ]


def _scores(model: ReaderModel, pieces: Sequence[Piece], batch: int) -> Iterator[tuple[Piece, Tensor, Tensor]]:
    model.eval()
    with torch.inference_mode():
        for place in range(0, len(pieces), batch):
            part = pieces[place : place + batch]
            ids, mask, types = collate([piece.ids for piece in part], [piece.shift for piece in part])
            start, end = model(ids, mask, types)
            yield from zip(part, mask_outside(start, types), mask_outside(end, types), strict=True)


def area_under_roc(predictions: Sequence[Prediction]) -> float:
    """Chance that an answerable question scores above an unanswerable one (Mann-Whitney; ties by order)."""
    ranked = sorted(predictions, key=lambda prediction: prediction.score)
    answerable = [rank for rank, prediction in enumerate(ranked, 1) if prediction.golds]
    others = len(ranked) - len(answerable)
    return (sum(answerable) - len(answerable) * (len(answerable) + 1) / 2) / (len(answerable) * others)


def measure(model: ReaderModel, tokenizer: Any, data: Path, sample: tuple[int, int] | None = None) -> dict[str, float]:
    """F1 without abstention on SQuADShifts-wiki; on UnAnsQ, figures at the best threshold and ranking (AUC).

    Args:
        model: the reader.
        tokenizer: from `open_tokenizer`.
        data: the folder of the `dev-*.json.gz` files.
        sample: questions of either set, drawn with a fixed seed; None for all.
    """
    wiki, both = (read_squad(data / f"dev-{name}.json.gz") for name in ("squadshifts-wiki", "unansq"))
    if sample:
        wiki, both = (random.Random(0).sample(each, count) for each, count in zip((wiki, both), sample, strict=True))
    always = score_at(predict(model, tokenizer, wiki), -float("inf"))
    predictions = predict(model, tokenizer, both)
    best, threshold = find_best_threshold(predictions)
    at_best = score_at(predictions, threshold)
    never_abstaining = score_at(predictions, -float("inf"))
    figures = {
        "wiki_exact": always.exact,
        "wiki_f1": always.f1,
        "unansq_f1": best,
        "unansq_threshold": threshold,
        "unansq_has_ans_f1": at_best.has_ans_f1 or 0.0,
        "unansq_no_ans": at_best.no_ans_acc or 0.0,
        "unansq_has_ans_f1_without_abstention": never_abstaining.has_ans_f1 or 0.0,
        "unansq_auc": 100 * area_under_roc(predictions),
    }
    return {name: round(figure, 2) for name, figure in figures.items()}


def main() -> None:
    """Prints the figures of a checkpoint or an exported reader."""
    parser = argparse.ArgumentParser(description="Measure a trained reader on the development sets.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sample", type=int, nargs=2, metavar=("WIKI", "UNANSQ"))
    arguments = parser.parse_args()
    tokenizer = open_tokenizer(base_folder())
    sample = tuple(arguments.sample) if arguments.sample else None
    figures = measure(open_reader(arguments.checkpoint), tokenizer, arguments.data or default_data(), sample)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
