"""Completes what chooses between the last two things talked about: "Which is cheaper?", "Who makes the latter?"."""

from __future__ import annotations

import re

from rag.answering.followup.focus import Focus

_WHICH = re.compile(r"(?P<asks>which|who)(?: ones?)?(?: of the two)? (?P<rest>\w+ .*|\w+)", re.IGNORECASE)
# "... is cheaper", "... has the better battery", "... costs more", "... came first".
_COMPARES = re.compile(
    r"(?:is|was|are|were|has|have|had|does|did) (?:the |a |much |far )*(?:more|less|better|worse|(?!the )\w{3,}er)\b"
    r"|.* (?:more|less|better|worse|longer|earlier|later|faster|sooner|first)$",
    re.IGNORECASE,
)
_NAMES_BOTH = re.compile(r"\b(?:than|or)\b|,", re.IGNORECASE)
_ONE_OF_TWO = re.compile(
    r"\bthe (?:(?P<former>former)|latter)(?: one)?(?= (?:is|was|has|had|do|does|did|of|in|on)\b|$)", re.IGNORECASE
)


def complete(core: str, focus: Focus) -> str:
    """The whole question that `core`, a question without its "?", stands for; empty when it is none of these."""
    two = focus.two
    if not two:
        return ""
    one = _ONE_OF_TWO.search(core)
    if one:
        return f"{core[: one.start()]}{two[0 if one['former'] else 1]}{core[one.end() :]}?"
    which = _WHICH.fullmatch(core)
    if which and _COMPARES.match(which["rest"]) and not _NAMES_BOTH.search(core):
        return f"{which['asks']} {which['rest']}, {two[0]} or {two[1]}?"
    return ""
