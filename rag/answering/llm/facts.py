"""Names, numbers and dates that a claim states and a text holds, in comparable forms. Knows English, no models.

What nobody may paraphrase: a claim is not supported by a text that lacks one of its names or numbers. Spelling may
differ: diacritics, "May 2" and "2 May", "seven" and 7, "EU" and "European Union", "Turkish" and "Turkey".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from rag.text import plain

WORD = re.compile(r"[^\W_]+(?:[’'.\-–][^\W_]+)*")
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
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = {short: month for month in _MONTHS for short in (month, month[:3])} | {"sept": "september"}
_UNITS = {
    word: value
    for value, words in enumerate(
        "zero;one first;two second;three third;four fourth;five fifth;six sixth;seven seventh;eight eighth;nine ninth;"
        "ten tenth;eleven eleventh;twelve twelfth;thirteen thirteenth;fourteen fourteenth;fifteen fifteenth;"
        "sixteen sixteenth;seventeen seventeenth;eighteen eighteenth;nineteen nineteenth".split(";")
    )
    for word in words.split()
}
_TENS = {
    word: 10 * value
    for value, words in enumerate(
        "twenty twentieth;thirty thirtieth;forty fortieth;fifty fiftieth;sixty sixtieth;seventy seventieth;"
        "eighty eightieth;ninety ninetieth".split(";"),
        start=2,
    )
    for word in words.split()
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "bn": 10**9}
_FIGURE = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:st|nd|rd|th|s)?(?!\w)")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_YEARS = re.compile(r"\b(\d{2})(\d{2})\s?[-–/]\s?(\d{2})\b")
_ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIV": 14, "XVI": 16}
_ROMAN_NUMERAL = re.compile(rf"\b(?:{'|'.join(_ROMAN)})\b")
_MONTH_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_MONTH_DAY = re.compile(rf"\b({_MONTH_NAME})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![,.]?\d)", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH_NAME})\b", re.IGNORECASE)
# "One of them", "at first", "a second": words that count nothing. "These two": what was named before, counted.
_UNCOUNTED = frozenset({"one", "first", "second", "zero"})
_COUNTS_AGAIN = frozenset({"the", "these", "those", "its", "their", "other", "both", "all"})
_DEMONYM = re.compile(r"(?:ish|ian|ean|ese|an|n|i|k)$")
# Countries whose people, name and initials have nothing in common.
_SAME_COUNTRY = (
    (re.compile(r"\bU\.?S\.?A?\b|\bAmericans?\b|\bUnited States\b"), ("us", "usa", "america", "american", "americans")),
    (re.compile(r"\bU\.?K\.?\b|\bBritish\b|\bBritain\b|\bUnited Kingdom\b"), ("uk", "britain", "british")),
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a text holds: all its words and the initials of its names, plain, and its numbers and dates."""

    words: frozenset[str]
    initials: frozenset[str]
    numbers: frozenset[str]


def held_by(text: str, title: str = "") -> Held:
    """What a text holds; the words of its title count as said."""
    words = {_plain(part) for match in WORD.finditer(f"{text} {title}") for part in _parts(match.group())}
    words |= {name for form, names in _SAME_COUNTRY for name in names if form.search(text)}
    initials = {initials for run in _runs(text) for initials in _initials(run)}
    return Held(frozenset(words | {_MONTH[w] for w in words if w in _MONTH}), frozenset(initials), numbers_of(text))


def lacking(claim: str, held: Held, ordinary: Set[str] = frozenset()) -> list[str]:
    """The names, numbers and dates of a claim that a text does not hold.

    Args:
        claim: one sentence.
        held: what the text holds.
        ordinary: plain words known to be written small, which may open a sentence without being a name.
    """
    spoken = numbers_of(claim, required=True)
    missing = [number for number in sorted(spoken) if number not in held.numbers]
    for run in _runs(claim):
        if held.words & {initials.lower() for initials in _initials(run)}:
            continue
        missing += [word for opens, word in run if not _is_held(word, opens, held, ordinary)]
    return missing


def numbers_of(text: str, *, required: bool = False) -> frozenset[str]:
    """Numbers as plain figures, and days as "month/day"; `required` leaves out words that seldom count anything."""
    found = set(_in_words(text, required=required))
    for match in _FIGURE.finditer(_ISO_DATE.sub(" ", text)):
        follows = WORD.match(text, match.end() + 1) if match.end() < len(text) else None
        scale = _SCALES.get(follows.group().lower(), 1) if follows else 1
        found.add(_figure(float(match.group(1).replace(",", "")) * scale))
    found |= {str(_ROMAN[word]) for word in _ROMAN_NUMERAL.findall(text)}
    found |= {f"{_MONTH[month.lower()]}/{int(day)}" for month, day in _MONTH_DAY.findall(text)}
    found |= {f"{_MONTH[month.lower()]}/{int(day)}" for day, month in _DAY_MONTH.findall(text)}
    for year, month, day in _ISO_DATE.findall(text):
        found |= {year, str(int(day))}
        if 1 <= int(month) <= 12:
            found.add(f"{_MONTHS[int(month) - 1]}/{int(day)}")
    if not required:
        found |= {century + end for century, _, end in _YEARS.findall(text)}
    return frozenset(found)


def is_number(word: str) -> bool:
    """Whether a plain word is a figure, a number word or a month."""
    return word[:1].isdigit() or word in _UNITS or word in _TENS or word in _MONTH


def is_name(word: str) -> bool:
    """Whether a word in mid-sentence is a name: it has a capital and is no rank and no number."""
    bare = plain(word)
    counts = bare in _UNITS or bare in _TENS or bare in _SCALES or word in _ROMAN
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
    if _MONTH.get(bare, bare) in held.words or bare.lower() in held.words:
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


def _in_words(text: str, *, required: bool) -> Iterator[str]:
    """Numbers written in words: "twenty-five", "three hundred thousand"."""
    words = [part for match in WORD.finditer(text) for part in re.split(r"[-–]", match.group().lower())]
    run: list[str] = []
    before = ""
    for word in [*words, ""]:
        if word in _UNITS or word in _TENS or (word in _SCALES and (run or not before[-1:].isdigit())):
            run.append(word)
            continue
        if run:
            vague = run[0] in _UNCOUNTED or run[0] in _SCALES or (run[0] == "two" and before in _COUNTS_AGAIN)
            if not (required and len(run) == 1 and vague):
                yield str(_value(run))
        before, run = word, []


def _value(run: Sequence[str]) -> int:
    """The number that a run of number words means."""
    total = current = 0
    for word in run:
        scale = _SCALES.get(word)
        if scale is None:
            current += _UNITS.get(word, 0) + _TENS.get(word, 0)
        elif scale == 100:
            current = max(current, 1) * 100
        else:
            total, current = total + max(current, 1) * scale, 0
    return total + current


def _figure(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
