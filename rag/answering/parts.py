"""Divides a question into the things it asks for. Knows the form of English questions, nothing of documents."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.answering.question import Part, kind_of

_VERB = r"(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would)"
_WORD = r"(?:who|what|when|where|why|how)"
_ASK = rf"(?:{_WORD}|which|whose|whom|{_VERB})"
_BETWEEN = re.compile(rf"\?\s+|\s*[;]\s*|,?\s+(?:and|but|or)\s+(?:also\s+)?(?={_ASK}\b)", re.IGNORECASE)
# What each of several subjects can do on its own; "sign a treaty" or "meet" they do together.
_ALONE = (
    r"(?:think|say|said|see|view|want|gain|get|do|did|respond|react|claim|argue|believe|differ|feel|regard|play|have|hope"
    r"|interpret|describe|explain|stand|contribute|provide|supply|accuse|judge|assess|offer|give|send|answer|sell|buy"
    r"|export|import|produce|demand|promise|announce|fear|expect)"
)
_SINGULAR = {"do": "does", "are": "is", "were": "was", "have": "has", "did": "did"}
_COMPARE = re.compile(r"^(?:please )?compare\s+(?=what|how|why|where|when)", re.IGNORECASE)
_NAME = r"(?:the )?(?:[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)*|\d{4})"
# After "what do" comes a subject, of a few words; without it, as in "compare what A and B want", only names are safe.
_SIDE = rf"(?(aux)(?:the )?[\w'’.-]+(?: [\w'’.-]+){{0,2}}|(?-i:{_NAME}))"
_SUBJECTS = re.compile(
    r"^(?P<ask>(?:what|how|why|where|when|which \w+|what \w+))\s+(?:(?P<aux>do|did|are|were|have)\s+)?(?:both\s+)?"
    rf"(?P<first>{_SIDE})\s+and\s+(?P<second>{_SIDE})\s+(?P<rest>{_ALONE}\b.*)$",
    re.IGNORECASE,
)
_PREPOSITION = r"(?:about|in|of|on|for|by|from|to|with)"
_OBJECTS = re.compile(
    rf"\b(?P<preposition>{_PREPOSITION}) (?P<names>{_NAME}(?:, (?:{_PREPOSITION} )?{_NAME})*,? and "
    rf"(?:{_PREPOSITION} )?{_NAME})(?=[\s?.!,]|$)"
)
_NAMED = re.compile(rf"(?:^|,? and |, )(?:{_PREPOSITION} )?({_NAME})")
_OWNER = r"(?:the )?[A-Z][\w.-]*(?: [A-Z][\w.-]*)*['’]s?"
_OWNERS = re.compile(rf"(?P<before>.*?\b)(?P<first>{_OWNER}) and (?P<second>{_OWNER}) (?P<after>.+)$")
# "When did it begin, and where?", "When and where did it begin?"
_ALSO = re.compile(
    rf"^(?P<ask>{_WORD}),? (?:and|or) (?P<also>{_WORD}) (?P<rest>{_VERB} .+)$"
    rf"|^(?P<ask_first>{_WORD}) (?P<told>{_VERB} .+?),? and (?P<also_last>{_WORD})\W*$",
    re.IGNORECASE,
)
# What a comparison compares: "How do the aims of A and B differ?", "How does A differ from B?", "Compare A and B."
_DIFFER = re.compile(r"^(?:how|in what way|where) (?:do|does|did) (?P<what>.+?) differ(?P<rest>\b.*)$", re.IGNORECASE)
_COMPARED = re.compile(
    r"^(?:please )?(?:compare|contrast|what (?:is|are) the differences? between) "
    r"(?P<what>(?!what|how|why|where|when).+)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(rf"^(?P<first>{_NAME})(?:,? (?:and|with|to|from|versus|vs\.?)) (?P<second>{_NAME})(?P<rest>.*)$")


def parts_of(question: str) -> tuple[Part, ...]:
    """The things that a question asks for, in its order; a plain question is its own only part."""
    if kind_of(question) == "overview" and not _OBJECTS.search(question):
        return (Part(question, "overview"),)
    pieces = [piece.strip(" ,") for piece in _BETWEEN.split(question)]
    whole = [f"{piece.rstrip('?.! ')}?" for piece in pieces if len(piece.split()) >= 2]
    texts = whole if len(whole) == len(pieces) > 1 else [question]
    return tuple(part for text in texts for part in _one_by_one(text))


def _one_by_one(question: str) -> tuple[Part, ...]:
    """A question about several names, or with several question words, as one question for each."""
    for divide in (_each_asking, _each_compared, _each_subject, _each_owner, _each_object):
        if parts := divide(question):
            return parts
    return (Part(question, kind_of(question)),)


def _each_asking(question: str) -> tuple[Part, ...]:
    """When and where did it begin? as: When did it begin? Where did it begin?"""
    match = _ALSO.match(question)
    if match is None:
        return ()
    asks = (match["ask"] or match["ask_first"], match["also"] or match["also_last"])
    rest = (match["rest"] or match["told"]).rstrip("?.! ")
    return tuple(_part(f"{ask} {rest}?") for ask in asks)


def _each_compared(question: str) -> tuple[Part, ...]:
    """How do the aims of A and B differ? as: What are the aims of A? What are the aims of B?"""
    match = _DIFFER.match(question) or _COMPARED.match(question)
    if match is None:
        return ()
    what = f"{match['what']}{match.groupdict().get('rest') or ''}".rstrip("?.! ")
    owned = _each_owner(f"What are {what}?") or _each_object(f"What are {what}?")
    if owned:
        return tuple(replace(part, kind="explanation") for part in owned)
    beside = _BESIDE.match(what)
    names = (beside["first"], beside["second"]) if beside else ()
    return tuple(_part(f"What is said about {name}{beside['rest']}?", name) for name in names if beside)


def _each_subject(question: str) -> tuple[Part, ...]:
    """What do A and B say about C? as: What does A say about C? What does B say about C?"""
    match = _SUBJECTS.match(_COMPARE.sub("", question))
    if match is None:
        return ()
    asked = match.groupdict()
    verb = _SINGULAR[(asked["aux"] or "do").lower()]
    names = (asked["first"], asked["second"])
    return tuple(_part(f"{asked['ask']} {verb} {name} {asked['rest'].rstrip('?. ')}?", name) for name in names)


def _each_owner(question: str) -> tuple[Part, ...]:
    """What are A's and B's aims? as: What are A's aims? What are B's aims?"""
    match = _OWNERS.match(question)
    if match is None:
        return ()
    owners = (match["first"], match["second"])
    return tuple(_part(f"{match['before']}{owner} {match['after']}", re.split("['’]", owner)[0]) for owner in owners)


def _each_object(question: str) -> tuple[Part, ...]:
    """What happened in A and in B? as: What happened in A? What happened in B?"""
    match = _OBJECTS.search(question)
    if match is None:
        return ()
    before, after = question[: match.start()], question[match.end() :]
    names = _NAMED.findall(match["names"])
    return tuple(_part(f"{before}{match['preposition']} {name}{after}", name) for name in names)


def _part(text: str, name: str = "") -> Part:
    text = text[:1].upper() + text[1:]
    return Part(text, kind_of(text), name)
