"""How likely it is that a sentence answers a question. Knows the fitted numbers, not how they were fitted.

`python -m evals.calibrate` fits them on development questions and writes `calibration.json` beside this file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rag.answering.evidence import Evidence
from rag.index.lexical import Lexical, content_words, root
from rag.schema import Encoder, Hit, Verdict
from rag.text import plain

FILE = Path(__file__).with_name("calibration.json")
_WORD = re.compile(r"\w+")
# What holding all the question's words counts against one of the reader's log-odds, in choosing what to look at.
_WORDS = 10.0
Rarity = Callable[[str], float]


class Features(NamedTuple):
    """What speaks for a piece of evidence.

    Attributes:
        reader: the reader's log-odds.
        sentence: rarity-weighted share of the question's words that the sentence holds, 0 to 1.
        rank: 1 / the passage's place among the hits.
        likeness: cosine of question and sentence by the encoder: people ask in words of their own.
    """

    reader: float
    sentence: float
    rank: float
    likeness: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic model of "this answers the question", and where its probability is enough.

    Attributes:
        weights: of the features, in their order.
        bias: the constant.
        answer: least probability for an answer; below it the documents are said not to hold one.
        strong: least probability for the verdict "strong".
        span: the reader's least log-odds for a span to count as an answer when it is judged alone, on SQuAD.
    """

    weights: Features
    bias: float
    answer: float
    strong: float
    span: float

    def probability(self, features: Features) -> float:
        """Probability, 0 to 1, that the evidence answers the question."""
        log_odds = self.bias + sum(w * value for w, value in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, log_odds))))

    def verdict(self, probability: float) -> Verdict:
        """The probability in words."""
        if probability < self.answer:
            return "none"
        return "strong" if probability >= self.strong else "partial"


def load_calibration(reader: str) -> Calibration:
    """The fitted numbers of the reader called `reader`."""
    numbers = json.loads(FILE.read_text())[reader]
    return Calibration(**{**numbers, "weights": Features(**numbers["weights"])})


def shortlist(question: str, evidence: Sequence[Evidence], rarity: Rarity, count: int = 16) -> list[Evidence]:
    """The most promising pieces of evidence, by the reader's score and the sentence's share of the question's words.

    Comparing meanings costs time for every sentence, and the others are seldom chosen (docs/decisions/confidence.md).
    """
    asked = weigh(question, rarity)
    return sorted(evidence, key=lambda one: -one.score - _WORDS * coverage(asked, one.sentence))[:count]


def features(
    question: str, evidence: Sequence[Evidence], hits: Sequence[Hit], rarity: Rarity, encoder: Encoder
) -> list[Features]:
    """What speaks for each piece of evidence, found in one of the hits, as the answer to the question.

    Args:
        question: what was asked.
        evidence: what the reader found.
        hits: where it was looked for, best first.
        rarity: how rare a word is in the index.
        encoder: tells how alike question and sentence are.
    """
    asked = weigh(question, rarity)
    sentences = list(dict.fromkeys(one.sentence for one in evidence))
    cosines = encoder.encode_passages(sentences) @ encoder.encode_query(question) if sentences else ()
    likeness = dict(zip(sentences, map(float, cosines), strict=True))
    places = {hit.passage.id: 1.0 / place for place, hit in enumerate(hits, start=1)}
    return [
        Features(one.score, coverage(asked, one.sentence), places[one.hit.passage.id], likeness[one.sentence])
        for one in evidence
    ]


def names_held(question: str, words: Lexical, documents: Sequence[str] | None = None) -> float | None:
    """Share, 0 to 1, of the question's names and numbers that the searched documents hold; None without any."""
    named = _names(question)
    return sum(words.holds(name, documents) for name in named) / len(named) if named else None


def _names(question: str) -> set[str]:
    """Numbers, and words with a capital save the first: what nobody would paraphrase."""
    _, *others = [match.group() for match in _WORD.finditer(question)] or [""]
    capitals = {word for word in others if word[0].isupper() and content_words(f"{word} of") == [plain(word)]}
    return capitals | {match.group() for match in _WORD.finditer(question) if match.group().isdigit()}


def weigh(question: str, rarity: Rarity) -> dict[str, float]:
    """The roots of the question's words with their rarity."""
    return {root(word): rarity(word) for word in content_words(question)}


def coverage(weights: Mapping[str, float], text: str) -> float:
    """Share, 0 to 1, of the weight of these roots that the text's words have."""
    held = {root(word) for word in content_words(text)}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in held) / total if total else 0.0
