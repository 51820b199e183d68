"""The forms of nouns: one or several, the owner, inside a sentence. By their endings; knows no question."""

from __future__ import annotations

import re

_IRREGULAR_PLURALS = frozenset(
    "people men women children media police data criteria lives feet teeth mice geese fungi bacteria algae phenomena "
    "nuclei alumni fish sheep deer aircraft species".split()
)


def singular(noun: str) -> str:
    """A noun's singular, by its ending: "studies" -> "study"."""
    low = noun.lower()
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if low.endswith(ending) and len(low) > len(ending) + 1:
            return noun[: -len(ending)] + instead
    if low.endswith("oes") and len(low) > 5:
        return noun[:-2]
    return noun[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")) else noun


def plural(noun: str) -> str:
    """A noun's plural, by its ending."""
    if is_plural(noun):
        return noun
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def genitive(owner: str) -> str:
    """The form that owns: "Ann's", "sharks'"."""
    return f"{owner}'" if owner.endswith("s") else f"{owner}'s"


def lowered(text: str) -> str:
    """The text with its first letter small, to stand inside a sentence."""
    return text[:1].lower() + text[1:]


def is_plural(noun: str) -> bool:
    """Whether a noun looks like several."""
    return noun.lower() in _IRREGULAR_PLURALS or singular(noun) != noun
