"""Who did what to whom, as far as word order tells: swapped or replaced names, and negations. Knows English, no models.

Words that all occur in a text may still say something else. Two signs of that are cheap to see: a name stands where the
text has another one, and a "not" stands where the text has none, or the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.llm.facts import is_name, is_number
from rag.index.lexical import content_words, root
from rag.text import plain

_NEGATIONS = frozenset(
    "not no never none neither nor nobody nothing cannot without hardly refused refuses refuse denied denies deny "
    "declined declines decline failed fails fail rejected rejects reject".split()
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b(?: \w+){1,4} by\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:he|she|it|they|his|her|him|their|them|its|this|these|that|such)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ONLY = re.compile(r"\s+only\b")
_NOT = re.compile(r"n[’']t\b", re.IGNORECASE)
_SCOPE = 3  # content words after a negation that it may deny
_NEAR, _NEARER = 4, 2  # content words beside a name that make its place, in a text and in a claim


@dataclass(frozen=True, slots=True)
class _Word:
    """A content word by its root; `kind` is "name", "number" or empty."""

    root: str
    kind: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A text's content words in order, and what its small words say.

    Attributes:
        words: the content words.
        denied: roots of those within three words after a negation.
        at_once_denied: roots of those right after one.
        negated: whether there is a negation at all.
        passive: whether a verb is in the passive voice and names who acts.
        points: whether a pronoun points at what was named before.
    """

    words: tuple[_Word, ...]
    denied: frozenset[str]
    at_once_denied: frozenset[str]
    negated: bool
    passive: bool
    points: bool

    @property
    def roots(self) -> frozenset[str]:
        """The roots of its content words."""
        return frozenset(word.root for word in self.words)


def wording_of(text: str) -> Wording:
    """The order of a text's words."""
    words: list[_Word] = []
    denied: set[str] = set()
    at_once: set[str] = set()
    left = 0
    negated = False
    text = _NOT.sub(" not", text)
    for match in _WORD.finditer(text):
        bare = plain(match.group())
        if bare in _NEGATIONS and not _ONLY.match(text, match.end()):
            left, negated = _SCOPE, True
            continue
        if "of" in content_words(f"{bare} of"):
            continue  # a stop word like it
        kind = "number" if is_number(bare) else "name" if is_name(match.group()) else ""
        words.append(_Word(root(bare), kind))
        if left:
            denied.add(root(bare))
            at_once |= {root(bare)} if left == _SCOPE else set()
            left -= 1
    passive, points = (pattern.search(text) is not None for pattern in (_PASSIVE, _POINTS))
    return Wording(tuple(words), frozenset(denied), frozenset(at_once), negated, passive, points)


def denies(claim: Wording, text: Wording) -> bool:
    """Whether one of the two denies what the other says."""
    if claim.negated and not text.negated:
        return bool(claim.denied & text.roots)
    # "Did not leave the tower" and "left the tower" share what follows the verb, if not its form.
    follows = bool(text.at_once_denied & claim.roots) or len(text.denied & claim.roots) > 1
    return text.negated and not claim.negated and follows


def displaced(claim: Wording, text: Wording, *, partly: bool = False) -> int:
    """How many neighbouring words speak for another name or number in the place of one in the claim; 0 for none.

    A name's place is the content words just before and just after it. For each name and number of the claim: the
    neighbours that it shares with the same word in the text, against those shared with another of its kind.

    Args:
        claim: one sentence.
        text: what is to support it.
        partly: the text holds only a part of the claim, so names that it lacks are passed over.
    """
    if claim.passive != text.passive:
        return 0  # "A struck B" and "B was struck by A" are in different orders and say the same
    worst = 0
    for position, word in enumerate(claim.words):
        if not word.kind or (partly and word.root not in text.roots):
            continue
        place = _place(claim.words, position, _NEARER)
        own = other = 0
        for theirs, candidate in enumerate(text.words):
            if candidate.kind != word.kind:
                continue
            shared = _shared(place, _place(text.words, theirs, _NEAR))
            if candidate.root == word.root:
                own = max(own, shared)
            else:
                other = max(other, shared)
        worst = max(worst, other - own)
    return worst


def lends_a_name(claim: Wording, sentences: Sequence[Wording]) -> bool:
    """Whether the sentence nearest to the claim takes from the others nothing but names, and no pronoun asks for one.

    "Iran closed its border. Turkey kept silent." does not hold that Turkey closed its border.
    """
    if len(sentences) < 2:
        return False
    shared = [sentence.roots & claim.roots for sentence in sentences]
    nearest = max(range(len(sentences)), key=lambda place: len(shared[place]))
    if sentences[nearest].points:
        return False
    others = frozenset().union(*(words for place, words in enumerate(shared) if place != nearest)) - shared[nearest]
    return bool(others) and others <= {word.root for word in claim.words if word.kind}


def _place(words: Sequence[_Word], position: int, reach: int) -> tuple[frozenset[str], frozenset[str]]:
    before = frozenset(word.root for word in words[max(0, position - reach) : position])
    return before, frozenset(word.root for word in words[position + 1 : position + 1 + reach])


def _shared(one: tuple[frozenset[str], frozenset[str]], other: tuple[frozenset[str], frozenset[str]]) -> int:
    return len(one[0] & other[0]) + len(one[1] & other[1])
