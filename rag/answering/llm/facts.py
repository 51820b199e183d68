"""Names, numbers and dates that a claim states and a text lacks. Knows English, no models.

What nobody may paraphrase: a claim is not supported by a text that lacks one of its names or numbers. Spelling may
differ: diacritics, "May 2" and "2 May", "seven" and 7, "EU" and "European Union", "Turkish" and "Turkey".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from rag.answering.llm.numbers import MONTH, NUMERALS, ROMAN, WORD, measures_of, numbers_of
from rag.text import plain

_OPENS = re.compile(r"(?:[.!?:;]\s+|[\"“‘«(\[*]\s*)$")
# Capitals that name nobody: ranks, and words that open sentences or are always written so.
_TITLES = frozenset(
    "mr mrs ms dr sir lord lady prof professor president vice prime minister foreign secretary general king queen "
    "prince princess pope chancellor senator governor judge captain colonel ambassador chairman director leader "
    "i".split()
)
_OPENERS = frozenset(
    "a about above across after again against ago all along also although amid among an and another any anyone as at "
    "because before behind below beside besides between beyond both but by can certain clearly conversely could "
    "despite did do does during each either else even ever every few finally first for from further furthermore given "
    "had has have he hence her here his how however if in indeed instead into is it its last later lastly less like "
    "many may meanwhile might more moreover most much must my neither next no none nonetheless nor not nothing notably "
    "now of off often on once one only opposite or other others otherwise our out over overall own part people perhaps "
    "previously rather same second several she should similarly since so some someone sometimes somewhat soon still "
    "such than that the their them then there thereby therefore these they third this those though three through thus "
    "to together too toward towards two under unless unlike until up upon us was we were what whatever when whenever "
    "where whereas whether which while who whom whose why will with within without would yes yet you your".split()
)
_DEMONYM = re.compile(r"(?:ish|ian|ean|ese|an|n|i|k)$")
# Countries whose people, name and initials have nothing in common.
_SAME_COUNTRY = (
    (re.compile(r"\bU\.?S\.?A?\b|\bAmericans?\b|\bUnited States\b"), ("us", "usa", "america", "american", "americans")),
    (
        re.compile(r"\bU\.?K\.?\b|\bBritish\b|\bBritons?\b|\bBritain\b|\bUnited Kingdom\b"),
        ("uk", "britain", "british", "briton", "britons"),
    ),
)
# Others whose people are called by no ending of theirs.
_PEOPLES = {
    word: frozenset(words.split())
    for words in (
        "afghanistan afghan afghans;argentina argentine argentines;congo congolese;cyprus cypriot cypriots;"
        "denmark danish dane danes;england english englishman englishmen;finland finnish finn finns;"
        "france french frenchman frenchmen;germany german germans;greece greek greeks;ireland irish irishman irishmen;"
        "kazakhstan kazakh kazakhs;netherlands holland dutch dutchman dutchmen;norway norwegian norwegians;"
        "peru peruvian peruvians;philippines philippine filipino filipinos;poland polish pole poles;"
        "portugal portuguese;scotland scottish scot scots;spain spanish spaniard spaniards;"
        "sweden swedish swede swedes;switzerland swiss;thailand thai thais;turkey turkish turk turks;"
        "venice venetian venetians;wales welsh welshman welshmen"
    ).split(";")
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a text holds: its words and its names' initials, plain; its numbers and dates, and what they measure."""

    words: frozenset[str]
    initials: frozenset[str]
    numbers: frozenset[str]
    measures: frozenset[tuple[str, str]]


def held_by(text: str, title: str = "", called: Mapping[str, Set[str]] = MappingProxyType({})) -> Held:
    """What a text holds; the words of its title count as said, and so do those that `called` gives for its names."""
    words = {_plain(part) for match in WORD.finditer(f"{text} {title}") for part in _parts(match.group())}
    words |= {name for form, names in _SAME_COUNTRY for name in names if form.search(text)}
    named = {_plain(part) for match in WORD.finditer(text) if is_name(match.group()) for part in _parts(match.group())}
    words |= {one for name in named for one in (*_PEOPLES.get(name, ()), *called.get(name, ()))}
    initials = {initials for run in _runs(text) for initials in _initials(run)}
    words |= {MONTH[word] for word in words if word in MONTH}
    return Held(frozenset(words), frozenset(initials), numbers_of(text), measures_of(text))


def full_names(text: str) -> dict[str, frozenset[str]]:
    """The other names of whom a text calls by several, by the last of them; without those that two people share."""
    found: dict[str, set[frozenset[str]]] = {}
    for run in _called(text):
        if len(run) > 1:
            found.setdefault(run[-1], set()).add(frozenset(run[:-1]) - _OPENERS)
    return {last: max(firsts, key=len) for last, firsts in found.items() if _nested(firsts)}


def _called(text: str) -> Iterator[list[str]]:
    """Runs of names with nothing but a space between them, plain."""
    run: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        named = is_name(match.group())
        if not named or text[end : match.start()] != " ":
            yield run
            run = []
        if named:
            run += [_plain(part) for part in _parts(match.group())]
        end = match.end()
    yield run


def _nested(firsts: Iterable[Set[str]]) -> bool:
    """Whether each of the sets holds the next smaller one: "Recep Tayyip" and "Tayyip" are one person's."""
    return all(small <= large for small, large in pairwise(sorted(firsts, key=len)))


def lacking(claim: str, held: Held, ordinary: Set[str] = frozenset()) -> list[str]:
    """The names, numbers and dates of a claim that a text does not hold.

    Args:
        claim: one sentence.
        held: what the text holds.
        ordinary: plain words known to be written small, which may open a sentence without being a name.
    """
    spoken = numbers_of(claim, required=True)
    missing = [number for number in sorted(spoken) if number not in held.numbers]
    counted = {number for number, _ in held.measures}
    missing += [f"{n} {unit}" for n, unit in sorted(measures_of(claim) - held.measures) if n in counted]
    for run in _runs(claim):
        if held.words & {initials.lower() for initials in _initials(run)}:
            continue
        missing += [word for opens, word in run if not _is_held(word, opens, held, ordinary)]
    return missing


def is_name(word: str) -> bool:
    """Whether a word in mid-sentence is a name: it has a capital and is no rank and no number."""
    bare = plain(word)
    counts = bare in NUMERALS or word in ROMAN
    return word[:1].isalpha() and word != word.lower() and not counts and bare not in _TITLES


def same_name(one: str, other: str) -> bool:
    """Whether two plain words name the same: equal, one with a short ending, or a people and its country."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 2:
        return True
    if one[:3] != other[:3]:
        return False
    stems = ((_DEMONYM.sub("", one), other), (_DEMONYM.sub("", other), one))
    return any(len(stem) >= 3 and rest.startswith(stem) and len(rest) - len(stem) <= 3 for stem, rest in stems)


def _is_held(word: str, opens: bool, held: Held, ordinary: Set[str]) -> bool:
    bare = _plain(word)
    if opens and (bare in _OPENERS or bare in ordinary or re.search(r"(?:ly|ing|ed|[^s]s)$", bare)):
        return True
    if MONTH.get(bare, bare) in held.words or bare.lower() in held.words:
        return True
    # "NATO" for the North Atlantic Treaty Organization.
    if word.isupper() and word.replace(".", "") in held.initials:
        return True
    return any(same_name(bare, other) for other in held.words)


def _runs(text: str) -> Iterator[list[tuple[bool, str]]]:
    """Runs of capitalised words that follow each other, as (whether it opens a sentence, word)."""
    run: list[tuple[bool, str]] = []
    last_end = 0
    for match in WORD.finditer(text):
        for part in _parts(match.group()):
            if not is_name(part):
                continue
            joined = run and text[last_end : match.start()].strip() in ("", "-", "of", "the", "of the", "and")
            if run and not joined:
                yield run
                run = []
            begin = match.start()
            run.append((begin == 0 or _OPENS.search(text[max(0, begin - 4) : begin]) is not None, part))
            last_end = match.end()
    if run:
        yield run


def _initials(run: Iterable[tuple[bool, str]]) -> set[str]:
    """Initials of the name, of at least two words, with and without an opening word such as "The"."""
    words = [word for _, word in run]
    made = {"".join(word[0] for word in words[first:]).upper() for first in range(len(words))}
    return {initials for initials in made if len(initials) > 1}


def _parts(word: str) -> list[str]:
    """A compound's parts, without the possessive."""
    return [part for piece in re.split(r"[-–]", word) if (part := re.sub(r"[’']s?$", "", piece.replace("’s", "'s")))]


def _plain(word: str) -> str:
    return plain(word).replace(".", "").replace("’", "'")
