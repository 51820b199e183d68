"""Decides which words of the passages support a sentence, if any. Knows no language model and no prompt.

A sentence counts as supported by a window of whole sentences when the window holds its names, numbers and dates, does
not put another name in the place of one, does not deny it, and a fitted model of similarity and shared words finds it
likely. Source of the fit: `python -m evals.citations --fit --write` (docs/decisions/citation-check.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from rag.answering.evidence import Evidence
from rag.answering.llm.desk import Desk, FindDocument, Stated, Window, lay_out, spelled_out
from rag.answering.llm.exchange import contrary, exchanged, turned_round
from rag.answering.llm.facts import lacking
from rag.answering.llm.numbers import figured
from rag.answering.llm.order import denies, displaced, joined, lends_a_name, pairs_of, stem, wording_of
from rag.index.lexical import content_words
from rag.schema import Encoder, Hit

FILE = Path(__file__).with_name("check.json")
# "According to the article, ...": words about the passages, which say nothing about the world.
_ATTRIBUTION = re.compile(
    r"^(?:according to|based on|as (?:stated|noted|mentioned|described) in|in) "
    r"(?:the |this |these )?(?:provided |given )?"
    r"(?:passages?|articles?|texts?|documents?|sources?|context)\b[^,]{0,20},\s*"
    r"|^the (?:passages?|articles?|texts?|documents?|sources?) "
    r"(?:says?|states?|notes?|mentions?|reports?|explains?) that\s+",
    re.IGNORECASE,
)
# A careful reader follows the citation; an address in a model's words leads elsewhere.
_ADDRESS = re.compile(r"\w+://|\bwww\.|\S@\S", re.IGNORECASE)
# A fragment such as "In 1994" claims something only together with the question.
_FRAGMENT = 4
# The least share of a claim that each of two windows has to hold when only both together hold it all.
_HALF = 0.35
# The least number of words, names not counted, that each of the two has to add.
_LEAST_TOLD = 2
# Words that the claim says somebody said, or something is called.
_QUOTED = re.compile(r"[\"“«]([^\"“”«»]*)[\"”»]")


class Features(NamedTuple):
    """What speaks for a window as the support of a claim.

    Attributes:
        cosine: similarity of the two by the encoder.
        coverage: rarity-weighted share of the claim's words that the window holds, 0 to 1.
        pairs: share of the claim's neighbouring content words that are neighbours in the window too, 0 to 1.
    """

    cosine: float
    coverage: float
    pairs: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The fitted numbers.

    Attributes:
        weights: of the features, in their order.
        bias: the constant.
        support: least log-odds at which a window supports a claim.
        prefer: by how much another passage has to be likelier than the cited one to be cited in its place.
        displaced: most neighbouring words that may speak for another name, for a claim that shares no pairs with
            the window; proportionally fewer for one that is nearer to its words.
    """

    weights: Features
    bias: float
    support: float
    prefer: float
    displaced: float

    def log_odds(self, features: Features) -> float:
        """Log-odds that the window supports the claim."""
        return self.bias + sum(weight * value for weight, value in zip(self.weights, features, strict=True))


def load_limits() -> Limits:
    """The fitted numbers that ship."""
    numbers = json.loads(FILE.read_text())["limits"]
    return Limits(**{**numbers, "weights": Features(**numbers["weights"])})


class Checker:
    """Checks sentences against passages."""

    def __init__(
        self,
        encoder: Encoder,
        rarity: Callable[[str], float],
        find_document: FindDocument,
        limits: Limits,
    ) -> None:
        """Keep what it compares with.

        Args:
            encoder: makes sentences comparable.
            rarity: how rare a word is in the index.
            find_document: a document by its id.
            limits: the fitted numbers.
        """
        self._encoder = encoder
        self._rarity = rarity
        self._find_document = find_document
        self.limits = limits

    def lay_out(self, question: str, hits: Sequence[Hit]) -> Desk:
        """Prepare the passages that the model is given, numbered from 1."""
        return lay_out(question, hits, self._encoder, self._find_document)

    def check(self, claim: str, cited: Sequence[int], desk: Desk, question: str = "") -> tuple[Evidence, ...]:
        """The evidence for a claim: in a cited passage if one supports it, else in another one; empty without any.

        Args:
            claim: one sentence, without markers.
            cited: the numbers of the passages that it names; unknown ones are ignored.
            desk: the passages.
            question: what was asked, which a fragment needs to be understood.
        """
        if _ADDRESS.search(claim):
            return ()
        stated = self.state(claim, question)
        best = {
            number: found
            for number, windows in desk.windows.items()
            if (found := self._best(stated, windows, desk.ordinary)) is not None
        }
        known = [number for number in cited if number in desk.windows]
        own = max((best[number] for number in known if number in best), default=None, key=lambda one: one[0])
        other = max(best.values(), default=None, key=lambda one: one[0])
        if own is not None and other is not None and own[0] >= other[0] - self.limits.prefer:
            return (own[1].evidence,)
        together = self._together(stated, [w for number in known for w in desk.windows[number]], desk.ordinary)
        if together:
            return together
        return (other[1].evidence,) if other is not None else ()

    def state(self, claim: str, question: str = "") -> Stated:
        """A claim, ready to be compared."""
        text = _ATTRIBUTION.sub("", claim)
        words = content_words(text)
        compared = f"{question} {text}" if len(words) < _FRAGMENT else text
        wording = wording_of(text)
        return Stated(
            text=text,
            spelled=spelled_out(text),
            weights={stem(word): self._rarity(word) for word in content_words(figured(compared))},
            wording=wording,
            pairs=pairs_of(wording),
            vector=self._encoder.encode_passages([compared])[0],
        )

    def features(self, stated: Stated, windows: Sequence[Window]) -> Features:
        """What speaks for these windows, taken together, as the support of the claim."""
        vector = sum((window.vector for window in windows[1:]), windows[0].vector)
        norm = float(vector @ vector) ** 0.5 or 1.0
        roots = frozenset().union(*(window.wording.roots for window in windows))
        total = sum(stated.weights.values()) or 1.0
        covered = sum(weight for word, weight in stated.weights.items() if word in roots)
        pairs = frozenset().union(*(window.pairs for window in windows))
        shared = len(stated.pairs & pairs) / len(stated.pairs) if stated.pairs else covered / total
        return Features(float(vector @ stated.vector) / norm, covered / total, shared)

    def contradicts(self, stated: Stated, windows: Sequence[Window], ordinary: frozenset[str]) -> bool:
        """Whether the windows lack a name, number or date of the claim, have another in its place, or deny it."""
        if any(denies(stated.wording, window.wording) for window in windows):
            return True
        if any(stated.spelled in window.spelled for window in windows):
            return False  # word for word
        missing = set(lacking(stated.text, windows[0].held, ordinary))
        for window in windows[1:]:
            missing &= set(lacking(stated.text, window.held, ordinary))
        # A single word between quotation marks is doubted or named, not quoted.
        quoted = [spelled_out(words) for words in _QUOTED.findall(stated.text) if len(words.split()) > 1]
        misquoted = any(not any(words in window.spelled for window in windows) for words in quoted)
        if missing or misquoted or any(one(stated.text, w.text) for w in windows for one in (turned_round, contrary)):
            return True
        allowed = self.limits.displaced * (1.0 - self.features(stated, windows).pairs)
        told = reduce(joined, (window.wording for window in windows))
        lent = any(lends_a_name(stated.wording, window.sentences) for window in windows)
        put_in = any(exchanged(stated.wording, one) for window in windows for one in window.sentences)
        return lent or put_in or displaced(stated.wording, told) > allowed

    def _best(self, stated: Stated, windows: Sequence[Window], ordinary: frozenset[str]) -> tuple[float, Window] | None:
        """The likeliest window that supports the claim, the shorter one of equals."""
        scored = [(self.limits.log_odds(self.features(stated, (window,))), window) for window in windows]
        likely = sorted((one for one in scored if one[0] >= self.limits.support), key=lambda one: -one[0])
        return next((one for one in likely if not self.contradicts(stated, (one[1],), ordinary)), None)

    def _together(self, stated: Stated, windows: Sequence[Window], ordinary: frozenset[str]) -> tuple[Evidence, ...]:
        """Two windows that hold the claim only together, each a good part of it: "A did this and B did that"."""
        parts = [window for window in windows if self.features(stated, (window,)).coverage >= _HALF]
        pairs = [
            (self.limits.log_odds(self.features(stated, (one, other))), one, other)
            for number, one in enumerate(parts)
            for other in parts[number + 1 :]
            if one.evidence.end <= other.evidence.start or not _same_text(one, other)
            if _both_tell(stated, one, other)
        ]
        for odds, one, other in sorted(pairs, key=lambda pair: -pair[0]):
            if odds < self.limits.support:
                break
            if not self.contradicts(stated, (one, other), ordinary):
                return (one.evidence, other.evidence)
        return ()


def _both_tell(stated: Stated, one: Window, other: Window) -> bool:
    """Whether each of two windows holds words of the claim, and not only names, that the other lacks."""
    plain_words = {word.root for word in stated.wording.words if not word.kind}
    mine, theirs = one.wording.roots & plain_words, other.wording.roots & plain_words
    return min(len(mine - theirs), len(theirs - mine)) >= _LEAST_TOLD


def _same_text(one: Window, other: Window) -> bool:
    return one.evidence.hit.passage.document_id == other.evidence.hit.passage.document_id
