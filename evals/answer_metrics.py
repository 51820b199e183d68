"""Measures of one answer's words and citations. Pure functions; knows nothing of retrieval or of refusals.

Sources: exact match and token F1 from SQuAD (Rajpurkar et al. 2016); str_em from ASQA (Stelmakh et al. 2022), as used
in ALCE; citation precision and recall after ALCE (Gao et al., "Enabling Large Language Models to Generate Text with
Citations", EMNLP 2023), judged by evidence patterns instead of a model; term F1 of a rewritten question as for TREC
CAsT (Dalton et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence

from evals import squad_metrics
from evals.matching import as_regex, find, plain, says
from rag.index.lexical import content_words

Alternatives = tuple[str, ...]


def em(predicted: str, accepted: Alternatives) -> float:
    """Exact match: 1 when the prediction equals an accepted answer after SQuAD's normalisation, else 0.

    An expression in slashes has to fit the whole prediction.
    """
    return max((_em_one(plain(predicted), pattern) for pattern in accepted), default=0.0)


def f1(predicted: str, accepted: Alternatives) -> float:
    """Token F1 = 2PR / (P + R), the best over the accepted answers; 0 when there are none.

    An expression in slashes stands for what it matches in the prediction.
    """
    return max((_f1_one(plain(predicted), pattern) for pattern in accepted), default=0.0)


def str_em(text: str, accepted: Alternatives) -> float:
    """1 when any accepted answer is present in the answer's text, else 0."""
    return float(says(text, accepted))


def item_recall(text: str, items: Sequence[Alternatives]) -> float:
    """Items (of a list, or parts of a question) present in the answer's text / all items (at least one)."""
    return sum(says(text, item) for item in items) / len(items)


def answer_words(text: str) -> float:
    """Length of the answer in words between white space."""
    return float(len(text.split()))


def citation_precision(quotes: Sequence[str], pieces: Sequence[Alternatives]) -> float:
    """Citations whose quote holds a needed piece of evidence / all citations; 0 for an answer without citation."""
    return sum(any(says(quote, piece) for piece in pieces) for quote in quotes) / len(quotes) if quotes else 0.0


def citation_recall(quotes: Sequence[str], pieces: Sequence[Alternatives]) -> float:
    """Needed pieces of evidence held by one citation's quote or another / all needed pieces (at least one)."""
    return sum(any(says(quote, piece) for quote in quotes) for piece in pieces) / len(pieces)


def term_f1(rewritten: str, standalone: str) -> float:
    """F1 of the content words of a rewritten follow-up question and of the hand-written standalone one.

    2 * |A & B| / (|A| + |B|) over the sets of words without stop words: function words are not what a search needs.
    """
    ours, theirs = set(content_words(rewritten)), set(content_words(standalone))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 1.0


def _em_one(predicted: str, pattern: str) -> float:
    regex = as_regex(pattern)
    if regex is not None:
        return float(regex.fullmatch(predicted.strip(" .,;:'\"")) is not None)
    return squad_metrics.exact_match(plain(pattern), predicted)


def _f1_one(predicted: str, pattern: str) -> float:
    reference = find(pattern, predicted) if as_regex(pattern) else plain(pattern)
    return squad_metrics.f1_score(reference, predicted) if reference else 0.0
