"""Who did what to whom, as far as word order tells: swapped or replaced names, and negations. Knows English, no models.

Words that all occur in a text may still say something else. Two signs of that are cheap to see: a name stands where the
text has another one, and a "not" stands where the text has none, or the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.answering.llm.facts import is_name
from rag.answering.llm.numbers import MONTH, figured, is_number
from rag.index.lexical import content_words, root
from rag.text import plain

_NEGATIONS = frozenset("not no never none neither nor nobody nothing cannot without hardly".split())
# What is refused may stand before the verb: "the offer was too small, and they rejected it".
_REFUSALS = frozenset("refused refuses refuse denied denies deny rejected rejects reject".split())
# They stand between a negation and what it denies, and are no part of it.
_LINKS = frozenset("through after before during between until beyond over under against within upon among".split())
_NEGATIONS_OF_VERBS = frozenset("declined declines decline failed fails fail".split())
_TO = re.compile(r"\s+to\b")
# "Did not surrender until May" says that it surrendered in May.
_NOT_UNTIL = re.compile(r"\s(?:did|was|were|had|has|does)?(?:\s*not|n[’']t)\b((?:\s\w+){1,6}? )until\b", re.IGNORECASE)
# ", who came from Leith," and ", an engineer," tell of the name before them.
_ASIDE = re.compile(
    r"(?:[,–—]\s|\()(?P<aside>(?:who|whose|whom|which|where|an?|the|then|now|formerly|led|born|known)\b[^,()–—;.]*)"
    r"(?:[,–—]|\))(?!\s(?:and|or)\b)",
    re.IGNORECASE,
)
_DATES = frozenset(MONTH) | frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b(?: \w+){1,4} by\b", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:he|she|it|they|his|her|him|their|them|its|this|these|that|such)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ONLY = re.compile(r"\s+only\b")
_NOT = re.compile(r"n[’']t\b", re.IGNORECASE)
_REFUSAL = 4  # letters of a verb of refusal that all its forms share
_SHORTEST = 3  # letters of a word that may be another's beginning
_SCOPE = 3  # content words after a negation that it may deny
_NEAR, _NEARER = 4, 2  # content words beside a name that make its place, in a text and in a claim


_Place = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Word:
    """A content word by its root.

    Attributes:
        root: its root; of a number, the number in figures.
        kind: "name", "number", "date" (a month or a day of the week) or empty.
        run: which run of names it stands in; names of one run do not take each other's place.
        aside: whether it stands in an insertion between commas, which its neighbours outside do not see.
    """

    root: str
    kind: str
    run: int
    aside: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A text's content words in order, and what its small words say.

    Attributes:
        words: the content words.
        scopes: for each negation the roots of the three content words after it; for a verb of refusal that, too.
        passive: whether a verb is in the passive voice and names who acts.
        points: whether a pronoun points at what was named before.
    """

    words: tuple[Word, ...]
    scopes: tuple[tuple[str, ...], ...]
    passive: bool
    points: bool

    @property
    def roots(self) -> frozenset[str]:
        """The roots of its content words."""
        return frozenset(word.root for word in self.words)


def wording_of(text: str) -> Wording:
    """The order of a text's words."""
    text = _NOT.sub(" not", _NOT_UNTIL.sub(r" \1until", figured(text)))
    asides = [match.span("aside") for match in _ASIDE.finditer(text)]
    words: list[Word] = []
    scopes: list[list[str]] = []
    refusals: list[tuple[str, ...]] = []
    run, end = 0, 0
    for match in _WORD.finditer(text):
        bare = plain(match.group())
        if _is_negation(text, match, bare):
            scopes.append([])
            refusals.append((bare[:_REFUSAL],) if bare in _REFUSALS else ())
            continue
        if "of" in content_words(f"{bare} of"):
            continue  # a stop word like it
        kind = _kind(match.group(), bare)
        run += not (kind == "name" and words and words[-1].kind == "name" and text[end : match.start()] == " ")
        end = match.end()
        aside = any(first <= match.start() < last for first, last in asides)
        words.append(Word(stem(bare), kind, run, aside))
        if scopes and len(scopes[-1]) < _SCOPE and bare not in _LINKS:
            scopes[-1].append(stem(bare))
    passive, points = (pattern.search(text) is not None for pattern in (_PASSIVE, _POINTS))
    denied = tuple((*scope, *refusal) for scope, refusal in zip(scopes, refusals, strict=True))
    return Wording(tuple(words), denied, passive, points)


def _is_negation(text: str, match: re.Match[str], bare: str) -> bool:
    """Whether a word denies: "not", but not "not only"; "failed to", but not "the bank failed"."""
    if bare in _NEGATIONS_OF_VERBS:
        return _TO.match(text, match.end()) is not None
    return bare in _NEGATIONS | _REFUSALS and not _ONLY.match(text, match.end())


def _kind(word: str, bare: str) -> str:
    if bare in _DATES and word[0].isupper():
        return "date"
    return "number" if is_number(bare) else "name" if is_name(word) else ""


def denies(claim: Wording, text: Wording) -> bool:
    """Whether one of the two denies what the other says: a negation has no counterpart that denies the same words."""
    for scope in _unmatched(claim.scopes, text.scopes):
        if text.roots.intersection(scope):
            return True
    for scope in _unmatched(text.scopes, claim.scopes):
        # "Did not leave the tower" and "left the tower" share what follows the verb, if not its form.
        if scope and (scope[0] in claim.roots or len(claim.roots.intersection(scope)) > 1):
            return True
    return False


def _unmatched(scopes: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return [scope for scope in scopes if not any(_meet(scope, other) for other in others)]


def _meet(scope: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two scopes share a word; "tax" is "taxed"."""
    return any(long.startswith(short) for one in scope for two in other for short, long in [sorted((one, two), key=len)]
               if len(short) >= _SHORTEST or short == long)  # fmt: skip


def stem(bare: str) -> str:
    """The root of a plain word; a number is its own."""
    return bare if is_number(bare) else root(bare)


def displaced(claim: Wording, text: Wording) -> int:
    """How many neighbouring words speak for another name or number in the place of one in the claim; 0 for none.

    A name's place is the content words just before and just after it. For each name and number of the claim: the
    neighbours that it shares with the same word in the text, against those shared with another of its kind. A name that
    the text spells otherwise, as "EU" for "European Union", is passed over.
    """
    if claim.passive != text.passive:
        return 0  # "A struck B" and "B was struck by A" are in different orders and say the same
    held = [(position, word) for position, word in enumerate(claim.words) if word.kind and word.root in text.roots]
    wanted = {word.root for _, word in held}
    theirs = [
        (word, _places(text.words, place, _NEAR))
        for place, word in enumerate(text.words)
        if word.kind or word.root in wanted
    ]
    return max((_against(word, _places(claim.words, position, _NEARER), theirs) for position, word in held), default=0)


def _against(word: Word, places: Sequence[_Place], theirs: Sequence[tuple[Word, Sequence[_Place]]]) -> int:
    """How many neighbours of a claim's word stand beside another one of its kind in the text, and not beside itself."""
    runs = {candidate.run for candidate, _ in theirs if candidate.root == word.root}
    own = other = 0
    for candidate, around in theirs:
        shared = max(_shared(one, two) for one in places for two in around)
        if candidate.root == word.root:
            own = max(own, shared)
        elif candidate.kind == word.kind and candidate.run not in runs:
            other = max(other, shared)
    return max(0, other - own)


def joined(one: Wording, other: Wording) -> Wording:
    """Two texts as one, far enough apart that no word of one stands beside a word of the other."""
    apart = tuple(Word("", "", -1, aside=False) for _ in range(_NEAR))
    moved = tuple(replace(word, run=word.run + len(one.words) + 1) for word in other.words)
    return Wording(
        (*one.words, *apart, *moved),
        one.scopes + other.scopes,
        one.passive or other.passive,
        one.points or other.points,
    )


def lends_a_name(claim: Wording, sentences: Sequence[Wording]) -> bool:
    """Whether the sentence nearest to the claim takes from the others only names, and nothing in it asks for one.

    "Iran closed its border. Turkey kept silent." does not hold that Turkey closed its border. But "The Carrow mill is
    old. The mill has two wheels." says how many the Carrow mill has.
    """
    if len(sentences) < 2:
        return False
    shared = [sentence.roots & claim.roots for sentence in sentences]
    nearest = max(range(len(sentences)), key=lambda place: len(shared[place]))
    if sentences[nearest].points:
        return False
    others = frozenset().union(*(words for place, words in enumerate(shared) if place != nearest)) - shared[nearest]
    names = {word.root for word in claim.words if word.kind}
    called = {one for sentence in sentences for pair in pairs_of(sentence) & pairs_of(claim) for one in pair
              if set(pair) & shared[nearest]}  # fmt: skip
    return bool(others) and others <= names and not others <= called


def pairs_of(wording: Wording) -> frozenset[tuple[str, str]]:
    """Neighbouring content words, in either order."""
    return frozenset((min(one.root, other.root), max(one.root, other.root)) for one, other in pairwise(wording.words))


def _places(words: Sequence[Word], position: int, reach: int) -> list[_Place]:
    """The words beside one: with and without the insertions between; in an insertion only those of its own."""
    aside = words[position].aside
    views = [[(n, word) for n, word in enumerate(words) if word.aside == aside]]
    views += [] if aside else [list(enumerate(words))]
    places = []
    for view in views:
        before = [word.root for n, word in view if n < position][-reach:]
        after = [word.root for n, word in view if n > position][:reach]
        places.append((frozenset(before) - {""}, frozenset(after) - {""}))
    return places


def _shared(one: _Place, other: _Place) -> int:
    return len(one[0] & other[0]) + len(one[1] & other[1])
