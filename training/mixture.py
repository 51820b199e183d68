"""Which rows are trained on, and in which order: a pure function of data and seed. Knows nothing of the model."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.data import Question, Row, Window, cut_window, draw_length, encode, read_squad, seems_paired
from training.negatives import cut_elsewhere, pair_with_neighbours, swap_details

# Rows of each source in a pool of 2,048: 64% with an answer. Sets that resemble SQuAD weigh most.
POOL = {
    "squadshifts-wiki": 280,
    "squadshifts-reddit": 210,
    "squadshifts-amazon": 180,
    "unansq": 400,
    "nq": 90,
    "fairytaleqa": 50,
    "policyqa": 18,
    "qamr": 90,
    "unansq-unanswerable": 430,
    "neighbours": 140,
    "swapped": 120,
    "elsewhere": 40,
}
_SHIFTS = ("squadshifts-wiki", "squadshifts-reddit", "squadshifts-amazon")


def load_sources(folder: Path, tokenizer: Any, seed: int) -> dict[str, list[Row]]:
    """The rows of every source named in `POOL`, from the `train-*.json.gz` files of the folder."""
    rng = random.Random(f"{seed} negatives")
    sets = {path.name[6:-8]: read_squad(path) for path in sorted(folder.glob("train-*.json.gz"))}
    paired = sets.pop("unansq")
    sets["unansq"] = [question for question in paired if question.answers and seems_paired(question)]
    sets["unansq-unanswerable"] = [question for question in paired if not question.answers]
    shifts = [sets[name] for name in _SHIFTS]
    # Questions on reviews and posts ("what does the author like?") are often answerable on the next one: not paired.
    encyclopedic = [sets[name] for name in ("squadshifts-wiki", "nq", "unansq")]
    sets["neighbours"] = [one for each in encyclopedic for one in pair_with_neighbours(each, rng)]
    sets["swapped"] = [one for each in shifts for one in swap_details(each, rng)]
    sets["elsewhere"] = [one for each in (*shifts, sets["unansq"]) for one in cut_elsewhere(each)]
    return {name: encode(_unmark(sets[name], rng), tokenizer) for name in POOL}


def iterate_batches(
    sources: Mapping[str, Sequence[Row]], size: int, seed: int, skip: int = 0
) -> Iterator[list[Window]]:
    """Endless batches of windows of similar length; the first `skip` batches are left out without being made.

    Pool k takes the next rows of each source, in an order shuffled anew for each pass over that source, sorts its
    windows by length, and yields its batches shuffled. It depends on the seed and on k alone.
    """
    batches = sum(POOL.values()) // size
    pool, first = divmod(skip, batches)
    while True:
        rng = random.Random(f"{seed} pool {pool}")
        windows = [cut_window(row, draw_length(rng), rng) for row in _take(sources, seed, pool)]
        windows.sort(key=lambda window: len(window.ids))
        order = list(range(batches))
        rng.shuffle(order)
        for place in order[first:]:
            yield windows[place * size : (place + 1) * size]
        pool, first = pool + 1, 0


def _take(sources: Mapping[str, Sequence[Row]], seed: int, pool: int) -> Iterator[Row]:
    for name, count in POOL.items():
        rows = sources[name]
        orders: dict[int, list[int]] = {}
        for place in range(pool * count, (pool + 1) * count):
            turn, index = divmod(place, len(rows))
            if turn not in orders:
                orders[turn] = random.Random(f"{seed} {name} {turn}").sample(range(len(rows)), len(rows))
            yield rows[orders[turn][index]]


def _unmark(questions: Sequence[Question], rng: random.Random) -> list[Question]:
    """Takes the question mark off some questions: people leave it out."""
    return [
        replace(question, text=question.text.rstrip(" ?")) if rng.random() < 0.15 else question
        for question in questions
    ]
