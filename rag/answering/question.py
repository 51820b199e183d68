"""What a question asks for: its kind and its parts, by the form of its words. Knows nothing of documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["fact", "explanation", "list", "overview", "yes_no"]

_THING = r"(?:article|text|document|documents|story|piece|report|page|author|corpus|account)"
_OVERVIEW = re.compile(
    r"\b(?:summar(?:y|ise|ize|ies)|overview|gist|tl;?dr|in a nutshell)\b"
    r"|\b(?:main|key|central) (?:points?|ideas?|arguments?|messages?|topics?|themes?|subject|claims?|conclusions?"
    r"|takeaways?|questions?|thesis)\b"
    rf"|\b{_THING}\b.{{0,20}}\b(?:is |are |all )?about\b"
    rf"|\bwhat (?:is|are|does|do) (?:the|this|these|it|that) ?{_THING}? "
    r"(?:about|say|cover|discuss|argue|deal with|tell us)\s*\?*$"
    rf"|\bwhat happened in (?:the|this) {_THING}",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"^(?:and |but |so )?(?:why\b|how come\b|for what reason|what (?:is|are|was|were) the (?:reasons?|causes?|motives?)"
    r"\b|what (?:motivat|caus|explain|prompt|led)\w*|explain\b|describe\b|in what way\b|what for\b|"
    r"how(?! (?:many|much|old|long|far|often|large|big|high|tall|deep|wide|fast|late|early|soon|close)\b))",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|might)(?:n['’]t)? \w",
    re.IGNORECASE,
)
_PLURAL = r"(?!(?:is|was|has|does|this|its|news|us)\b)\w+(?:[^su'’\W]s|ies|people|men|women|media)"
_LIST = re.compile(
    rf"\b(?:list|name|enumerate)\b (?:all|the|every|each|some|any|two|three|four|five|at least)|^list\b|"
    rf"^(?:and |but |so )?which (?:\w+ ){{0,2}}?{_PLURAL}\b|\b(?:which|what|whose)(?: \w+){{0,3}}? {_PLURAL} "
    rf"(?:are|were|have|had|do|did|does|could|might|can|would|will|\w+ed|give|gives|back|support|take|took|share|make|say|said|claim|fell|oppose)\b|"
    rf"\bwhat (?:are|were) (?:the|some|all)(?: \w+){{0,3}}? {_PLURAL}\b|\bwho (?:are|were) (?:the|all|some)\b|"
    rf"\b(?:all|both) (?:of )?the \w+|\bwho else\b|\bwhat else\b",
    re.IGNORECASE,
)
_ASK = r"(?:who|what|when|where|why|how|which|whose|whom|did|does|do|is|are|was|were|has|have|can|could|will|would)"
_BETWEEN_PARTS = re.compile(rf"\?\s+|\s*[;]\s*|,?\s+(?:and|but|or)\s+(?:also\s+)?(?={_ASK}\b)", re.IGNORECASE)
_COMPARED = re.compile(
    r"^(?P<ask>(?:what|how|why|where|when|which \w+|what \w+))\s+(?P<aux>do|did|are|were|have)\s+(?:both\s+)?"
    r"(?P<first>(?:the )?[^,?]+?)\s+and\s+(?P<second>[^,?]+?)\s+"
    r"(?P<rest>(?:think|say|said|see|view|want|gain|get|do|did|respond|react|claim|argue|believe|differ|feel|regard|"
    r"play|have|hope|interpret|describe|explain|stand|contribute|provide|supply|accuse|judge|assess)\b.*)$",
    re.IGNORECASE,
)
_SINGULAR = {"do": "does", "are": "is", "were": "was", "have": "has", "did": "did"}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked."""

    text: str
    kind: Kind


def kind_of(question: str) -> Kind:
    """The form of answer that a question asks for."""
    if _OVERVIEW.search(question):
        return "overview"
    if _EXPLANATION.search(question):
        return "explanation"
    if _YES_NO.match(question):
        return "yes_no"
    return "list" if _LIST.search(question) else "fact"


def parts_of(question: str) -> tuple[Part, ...]:
    """The things that a question asks for, in its order; a plain question is its own only part."""
    if kind_of(question) == "overview":
        return (Part(question, "overview"),)
    pieces = [piece.strip(" ,") for piece in _BETWEEN_PARTS.split(question)]
    whole = [f"{piece.rstrip('?.! ')}?" for piece in pieces if len(piece.split()) >= 2]
    texts = whole if len(whole) == len(pieces) > 1 else [question]
    return tuple(Part(text, kind_of(text)) for one in texts for text in _compared(one))


def _compared(question: str) -> tuple[str, ...]:
    """What do A and B say about C? as: What does A say about C? What does B say about C?"""
    match = _COMPARED.match(question)
    if match is None:
        return (question,)
    asked = match.groupdict()
    verb = _SINGULAR[asked["aux"].lower()]
    return tuple(f"{asked['ask']} {verb} {name} {asked['rest']}" for name in (asked["first"], asked["second"]))
