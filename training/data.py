"""Reads question sets in SQuAD's JSON format and cuts them into token windows. Knows nothing of the model or the loop.

The tokeniser is uncased and splits at punctuation, so "greece 's navy ?" and "Greece's navy?" give the same tokens.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.squad_metrics import f1_score
from rag.sentences import sentence_spans

WHOLE_SENTENCES = 0.5
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a paragraph; `answers` are (character offset, text), none when it is unanswerable."""

    id: str
    text: str
    context: str
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A question in tokens; `answer` holds the first and last token of the answer in `context`, None without one.

    `sentences` holds the first token of each sentence of the context, in order.
    """

    question: tuple[int, ...]
    context: tuple[int, ...]
    answer: tuple[int, int] | None
    sentences: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Window:
    """`[CLS] question [SEP] context [SEP]`; start and end are positions in `ids`, both 0 when there is no answer."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    start: int
    end: int


def read_squad(path: Path) -> list[Question]:
    """The questions of a `.json.gz` file in SQuAD 1.1 or 2.0 format, in the file's order."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    return [
        Question(
            id=question["id"],
            text=question["question"].strip(),
            context=paragraph["context"],
            answers=tuple((answer["answer_start"], answer["text"]) for answer in question["answers"]),
        )
        for article in articles
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]


def seems_paired(question: Question, share: float = 0.34) -> bool:
    """Whether enough of the question's longer words occur in its paragraph: drops wrong automatic alignments."""
    words = set(_WORD.findall(question.text.lower()))
    found = words & set(_WORD.findall(question.context.lower()))
    return not words or len(found) >= share * len(words)


def choose_answer(answers: Sequence[tuple[int, str]]) -> tuple[int, str]:
    """The answer that agrees most with the others (mean token F1), the shorter one of equals."""
    return max(answers, key=lambda one: (sum(f1_score(other, one[1]) for _, other in answers), -len(one[1])))


def open_tokenizer(folder: Path) -> Any:
    """The `tokenizers.Tokenizer` of a model folder, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(questions: Sequence[Question], tokenizer: Any) -> list[Row]:
    """Tokenises questions and paragraphs, each paragraph once. Answers that match no token are left out."""
    contexts = list({question.context: None for question in questions})
    encoded = dict(zip(contexts, tokenizer.encode_batch(contexts, add_special_tokens=False), strict=True))
    ids = {context: tuple(encoding.ids) for context, encoding in encoded.items()}
    sentences = {context: sentence_starts(context, encoding.offsets) for context, encoding in encoded.items()}
    texts = tokenizer.encode_batch([question.text for question in questions], add_special_tokens=False)
    rows = []
    for question, text in zip(questions, texts, strict=True):
        answer = None
        if question.answers:
            answer = token_span(encoded[question.context], *choose_answer(question.answers))
            if answer is None:
                continue
        rows.append(Row(tuple(text.ids), ids[question.context], answer, sentences[question.context]))
    return rows


def sentence_starts(text: str, offsets: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The first token of each sentence, as the product splits them; the first sentence begins with token 0."""
    firsts = [bisect_left(offsets, (start, 0)) for start, _ in sentence_spans(text)]
    return tuple(sorted({0, *(first for first in firsts if first < len(offsets))}))


def token_span(encoding: Any, offset: int, text: str) -> tuple[int, int] | None:
    """First and last token that overlap `text` at the character `offset`, None when no token does."""
    stripped = text.strip()
    offset += len(text) - len(text.lstrip())
    first, last = encoding.char_to_token(offset), encoding.char_to_token(offset + len(stripped) - 1)
    return None if first is None or last is None or last < first else (first, last)


def draw_length(rng: random.Random) -> int:
    """Tokens a window may have at most: mostly short, because time grows with length, some as long as a passage."""
    return rng.randint(72, 128) if rng.random() < 0.75 else rng.randint(128, 208)


def cut_window(row: Row, limit: int, rng: random.Random, cls: int = 101, sep: int = 102) -> Window:
    """A window of at most `limit` tokens (more only if the answer itself is longer) around the answer.

    Half of the windows are whole sentences, as the product's passages are; the others are cut anywhere. A row without
    an answer is cut around a random token in the same way, so that neither the length nor the place of a window says
    whether it holds an answer.
    """
    question = row.question[:40]
    tokens = len(row.context)
    if row.answer is None:
        first = last = rng.randrange(tokens)
    else:
        first, last = row.answer
    size = min(tokens, max(limit - len(question) - 3, last - first + 1))
    start = rng.randint(max(0, last + 1 - size), min(first, tokens - size))
    end = start + size
    if rng.random() < WHOLE_SENTENCES:
        start, end = _whole_sentences(row, first, last, size, rng) or (start, end)
    shift = len(question) + 2
    context = row.context[start:end]
    return Window(
        ids=(cls, *question, sep, *context, sep),
        types=(0,) * shift + (1,) * (len(context) + 1),
        start=0 if row.answer is None else shift + first - start,
        end=0 if row.answer is None else shift + last - start,
    )


def _whole_sentences(row: Row, first: int, last: int, size: int, rng: random.Random) -> tuple[int, int] | None:
    """A run of sentences around the tokens `first` to `last` in `size` tokens; None when theirs alone do not fit."""
    bounds = [*row.sentences, len(row.context)]
    low, high = bisect_right(bounds, first) - 1, bisect_right(bounds, last)
    if bounds[high] - bounds[low] > size:
        return None
    while True:
        grown = [(low - 1, high)] if low else []
        grown += [(low, high + 1)] if high + 1 < len(bounds) else []
        fitting = [(one, other) for one, other in grown if bounds[other] - bounds[one] <= size]
        if not fitting:
            return bounds[low], bounds[high]
        low, high = rng.choice(fitting)
