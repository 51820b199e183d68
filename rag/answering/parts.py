"""Divides a question into the things it asks for. Knows the form of English questions, nothing of documents."""

from __future__ import annotations

import re

from rag.answering.question import Part, kind_of

_ASK = r"(?:who|what|when|where|why|how|which|whose|whom|did|does|do|is|are|was|were|has|have|can|could|will|would)"
_BETWEEN = re.compile(rf"\?\s+|\s*[;]\s*|,?\s+(?:and|but|or)\s+(?:also\s+)?(?={_ASK}\b)", re.IGNORECASE)
# What each of several subjects can do on its own; "sign a treaty" or "meet" they do together.
_ALONE = (
    r"(?:think|say|said|see|view|want|gain|get|do|did|respond|react|claim|argue|believe|differ|feel|regard|play|have|hope"
    r"|interpret|describe|explain|stand|contribute|provide|supply|accuse|judge|assess|offer|give|send|answer)"
)
_SUBJECTS = re.compile(
    r"^(?P<ask>(?:what|how|why|where|when|which \w+|what \w+))\s+(?:(?P<aux>do|did|are|were|have)\s+)?(?:both\s+)?"
    rf"(?P<first>(?:the )?[^,?]+?)\s+and\s+(?P<second>[^,?]+?)\s+(?P<rest>{_ALONE}\b.*)$",
    re.IGNORECASE,
)
_SINGULAR = {"do": "does", "are": "is", "were": "was", "have": "has", "did": "did"}
_COMPARE = re.compile(r"^(?:please )?compare\s+(?=what|how|why|where|when)", re.IGNORECASE)
_NAME = r"(?:the )?(?:[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)*|\d{4})"
_PREPOSITION = r"(?:about|in|of|on|for|by|from|to|with)"
_OBJECTS = re.compile(
    rf"\b(?P<preposition>{_PREPOSITION}) (?P<names>{_NAME}(?:, (?:{_PREPOSITION} )?{_NAME})*,? and "
    rf"(?:{_PREPOSITION} )?{_NAME})(?=[\s?.!,]|$)"
)
_NAMED = re.compile(rf"(?:^|,? and |, )(?:{_PREPOSITION} )?({_NAME})")


def parts_of(question: str) -> tuple[Part, ...]:
    """The things that a question asks for, in its order; a plain question is its own only part."""
    if kind_of(question) == "overview" and not _OBJECTS.search(question):
        return (Part(question, "overview"),)
    pieces = [piece.strip(" ,") for piece in _BETWEEN.split(question)]
    whole = [f"{piece.rstrip('?.! ')}?" for piece in pieces if len(piece.split()) >= 2]
    texts = whole if len(whole) == len(pieces) > 1 else [question]
    singles = [single for text in texts for single in _one_by_one(text)]
    return tuple(Part(text, kind_of(text)) for text in singles)


def _one_by_one(question: str) -> tuple[str, ...]:
    """A question about several names as one question for each."""
    return _each_subject(question) or _each_object(question) or (question,)


def _each_subject(question: str) -> tuple[str, ...]:
    """What do A and B say about C? as: What does A say about C? What does B say about C?"""
    match = _SUBJECTS.match(_COMPARE.sub("", question))
    if match is None:
        return ()
    asked = match.groupdict()
    verb = _SINGULAR[(asked["aux"] or "do").lower()]
    ask = asked["ask"][:1].upper() + asked["ask"][1:]
    return tuple(f"{ask} {verb} {name} {asked['rest'].rstrip('.')}" for name in (asked["first"], asked["second"]))


def _each_object(question: str) -> tuple[str, ...]:
    """What happened in A and in B? as: What happened in A? What happened in B?"""
    match = _OBJECTS.search(question)
    if match is None:
        return ()
    before, after = question[: match.start()], question[match.end() :]
    return tuple(f"{before}{match['preposition']} {name}{after}" for name in _NAMED.findall(match["names"]))
