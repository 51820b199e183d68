"""Numbers, dates and measures of a text in comparable forms. Knows English, no names and no models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

WORD = re.compile(r"[^\W_]+(?:[’'.\-–][^\W_]+)*")
_MONTHS = "january february march april may june july august september october november december".split()
MONTH = {short: month for month in _MONTHS for short in (month, month[:3])} | {"sept": "september"}
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
_SCALES = {
    **{"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    **{"mn": 10**6, "bn": 10**9, "tn": 10**12},
}
NUMERALS = frozenset({*_UNITS, *_TENS, *_SCALES})
# What is measured in, in the spellings that mean the same.
_MEASURES = {
    word: words.split()[0]
    for words in (
        "percent percentage;kilometre kilometres kilometer kilometers km;metre metres meter meters;"
        "mile miles;foot feet ft;centimetre centimetres centimeter centimeters cm;"
        "millimetre millimetres millimeter millimeters mm;inch inches;kilogram kilograms kg;gram grams;"
        "milligram milligrams mg;pound pounds;ton tons tonne tonnes;litre litres liter liters;second seconds;"
        "minute minutes;hour hours;day days;week weeks;month months;year years;decade decades;"
        "century centuries;dollar dollars usd;euro euros eur;yen;rouble roubles ruble rubles;lira liras;"
        "crown crowns;franc francs;degree degrees;times"
    ).split(";")
    for word in words.split()
}
_FIGURE = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:st|nd|rd|th|s)?(?!\w)")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_YEARS = re.compile(r"\b(\d{2})(\d{2})\s?[-–/]\s?(\d{2})\b")
ROMAN = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIV": 14, "XVI": 16}
_ROMAN_NUMERAL = re.compile(rf"\b(?:{'|'.join(ROMAN)})\b")
_MONTH_NAME = "|".join(sorted(MONTH, key=len, reverse=True))
_MONTH_DAY = re.compile(rf"\b({_MONTH_NAME})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![,.]?\d)", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH_NAME})\b", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"\b(\d{1,2})([./])(\d{1,2})\2(\d{4})\b")
_SEASON = re.compile(
    r"\b(?:in|of|by|since|until|during|last|next|this)(?: the)?(?: early| late)? "
    r"(spring|summer|autumn|fall|winter)\b|\b(spring|summer|autumn|fall|winter)(?= (?:of )?\d{4})",
    re.IGNORECASE,
)
_CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds"}
_MONEY = re.compile(
    r"(?:US)?([$€£])\s?(\d[\d.,]*\d|\d)(\s?(?:m|k)\b)?((?:\s|-)?(?:thousand|million|billion|trillion|mn|bn|tn)\b)?",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?<=\d)(?=(?:km|kg|cm|mm|mg|mn|bn|tn|ft)\b)", re.IGNORECASE)
_PERCENT = re.compile(r"\s*%|\s+per\s+cent\b", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_WORDS = "|".join(sorted(NUMERALS, key=len, reverse=True))
_NUMERAL = re.compile(
    rf"\b(?P<figure>\d[\d,]*(?:\.\d+)?[ -])?(?P<words>(?:{_WORDS})(?:[ -](?:and )?(?:{_WORDS}))*)\b", re.IGNORECASE
)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}\b)")
_MEASURE = re.compile(
    rf"\b(\d+(?:\.\d+)?)[ -]((?:square|cubic|nautical|light)[ -])?"
    rf"({'|'.join(sorted(_MEASURES, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
# "One of them", "at first", "a second": words that count nothing. "These two": what was named before, counted.
_UNCOUNTED = frozenset({"one", "first", "second", "zero"})
_COUNTS_AGAIN = frozenset({"the", "these", "those", "its", "their", "other", "both", "all"})


def numbers_of(text: str, *, required: bool = False) -> frozenset[str]:
    """Numbers as plain figures, and days as "month/day"; `required` leaves out words that seldom count anything."""
    text = _spelled_alike(text)
    found = set(_in_words(text, required=required)) | _days(text)
    for match in _FIGURE.finditer(_NUMERIC_DATE.sub(" ", _ISO_DATE.sub(" ", text))):
        follows = WORD.match(text, match.end() + 1) if match.end() < len(text) else None
        scale = _SCALES.get(follows.group().lower(), 1) if follows else 1
        found.add(_figure(float(match.group(1).replace(",", "")) * scale))
    found |= {str(ROMAN[word]) for word in _ROMAN_NUMERAL.findall(text)}
    found |= {(one or other).lower().replace("fall", "autumn") for one, other in _SEASON.findall(text)}
    if not required:
        found |= {century + end for century, _, end in _YEARS.findall(text)}
    return frozenset(found)


def measures_of(text: str) -> frozenset[tuple[str, str]]:
    """Numbers with what they measure: ("40", "milligram") in "a 40 mg dose"."""
    return frozenset((_figure(float(match[1])), _measure(match)) for match in _MEASURE.finditer(figured(text)))


def figured(text: str) -> str:
    """The text with its numbers in figures and its measures in one spelling, so that equal ones are equal words."""
    text = _NUMERAL.sub(_in_figures, _GROUPED.sub("", _spelled_alike(text)))
    return _MEASURE.sub(lambda match: f"{match[1]} {_measure(match)}", text)


def _measure(match: re.Match[str]) -> str:
    """What a match of `_MEASURE` measures in: "square kilometre"."""
    return f"{(match[2] or '').lower().replace('-', ' ')}{_MEASURES[match[3].lower()]}"


def _spelled_alike(text: str) -> str:
    """The text with "30%", "11km", "$5m", "U.S." and "twice" as "30 percent", "11 km", "5 million dollars", "US"..."""
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    text = _PERCENT.sub(" percent", _MONEY.sub(_money, text))
    return re.sub(r"\btwice\b", "two times", _SUFFIX.sub(" ", text), flags=re.IGNORECASE)


def _money(match: re.Match[str]) -> str:
    sign, number, short, scale = match.groups()
    letter = {"m": " million", "k": " thousand"}.get((short or "").strip().lower(), "")
    return f"{number}{letter or scale or ''} {_CURRENCIES[sign]}"


def _in_figures(match: re.Match[str]) -> str:
    run = re.split(r"[ -](?:and )?", match["words"].lower())
    if match["figure"]:
        rest = [word for word in run if word in _SCALES]
        return match[0] if rest != run else _figure(float(match["figure"].strip(" -").replace(",", "")) * _value(run))
    return match[0] if len(run) == 1 and run[0] in _UNCOUNTED else str(_value(run))


def _days(text: str) -> set[str]:
    """Days as "month/day", and the parts of dates in figures: their year and day."""
    found = {f"{MONTH[month.lower()]}/{int(day)}" for month, day in _MONTH_DAY.findall(text)}
    found |= {f"{MONTH[month.lower()]}/{int(day)}" for day, month in _DAY_MONTH.findall(text)}
    dates = [(year, int(month), int(day)) for year, month, day in _ISO_DATE.findall(text)]
    for one, _, other, year in _NUMERIC_DATE.findall(text):
        # Of two numbers up to 12 nobody can tell which is the month.
        month, day = (int(other), int(one)) if int(one) > 12 or int(other) <= 12 else (int(one), int(other))
        dates.append((year, month, day))
    for year, month, day in dates:
        found |= {year, str(day)} | ({f"{_MONTHS[month - 1]}/{day}"} if 1 <= month <= 12 else {str(month)})
    return found


def is_number(word: str) -> bool:
    """Whether a plain word is a figure or a number word."""
    return word[:1].isdigit() or word in _UNITS or word in _TENS


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
            vague = run[0] in _UNCOUNTED or (run[0] == "two" and before in _COUNTS_AGAIN)
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
