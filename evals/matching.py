"""Whether a text says what a question accepts. Pure functions; knows nothing of questions, answers or metrics.

A pattern in slashes is a regular expression, searched without regard to case; any other is found when its words stand
in the text as one run, after SQuAD's normalisation (lower case, no punctuation, no articles). Typographic quotation
marks and dashes count as their ASCII forms, letters with diacritics as those without, any white space as one space.
"""

from __future__ import annotations

import re
import unicodedata

from evals.squad_metrics import normalise

_ASCII = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
_MARKER = re.compile(r"\s*\[\d+\]")


def plain(text: str) -> str:
    """`text` on one line, without diacritics, with ASCII quotation marks and dashes."""
    letters = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def without_markers(text: str) -> str:
    """An answer's text without its `[n]` citation markers."""
    return _MARKER.sub("", text)


def as_regex(pattern: str) -> re.Pattern[str] | None:
    """The compiled expression of a pattern in slashes, None for words.

    Raises:
        re.error: the expression cannot be compiled.
    """
    if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
        return re.compile(pattern[1:-1].translate(_ASCII), re.IGNORECASE)
    return None


def find(pattern: str, text: str) -> str:
    """What of `text` the pattern matches: the expression's match, or the words themselves; "" when nothing."""
    regex = as_regex(pattern)
    if regex is not None:
        match = regex.search(plain(text))
        return match.group() if match else ""
    words = normalise(plain(pattern))
    return pattern if words and f" {words} " in f" {normalise(plain(text))} " else ""


def says(text: str, alternatives: tuple[str, ...]) -> bool:
    """Whether any of the alternatives is found in `text`."""
    return any(find(pattern, text) for pattern in alternatives)
