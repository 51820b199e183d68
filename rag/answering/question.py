"""Which form of answer a question asks for, by the form of its words. Knows nothing of documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.index.lexical import content_words

Kind = Literal["fact", "explanation", "list", "overview", "yes_no"]

_THING = r"(?:article|text|document|documents|story|piece|report|page|author|corpus|account)"
_OVERVIEW = re.compile(
    r"\b(?:summar(?:y|ise|ize|ies)|overview|gist|tl;?dr|in a nutshell)\b"
    r"|\b(?:main|key|central) (?:points?|ideas?|arguments?|messages?|topics?|themes?|subject|claims?|conclusions?"
    r"|takeaways?|questions?|thesis)\b"
    rf"|\b(?:what|which|tell)\b.*\b{_THING}\b (?:\w+ )?(?:is |are |all )?about\s*\?*$"
    r"|^what is said (?:about|of|on)\b"
    rf"|\bwhat (?:is|are|does|do) (?:the|this|these|it|that) ?{_THING}? "
    r"(?:about|say|cover|discuss|argue|deal with|tell us)\s*\?*$"
    rf"|\bwhat happened in (?:the|this) {_THING}",
    re.IGNORECASE,
)
_ABOUT_THE_WHOLE = re.compile(
    r"summar\w*|overview|gist|tldr|nutshell|main|key|central|points?|ideas?|arguments?|messages?|topics?|themes?|subject"
    r"|claims?|conclusions?|takeaways?|questions?|thesis|say|says|said|cover|discuss|argue|deal|happened|give|short"
    rf"|brief|briefly|sentences?|words?|whole|entire|tl|dr|one|two|three|few|{_THING}",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"^(?:and |but |so )?(?:why\b|how come\b|for what reason|what (?:is|are|was|were) the (?:reasons?|causes?|motives?)"
    r"\b|what (?:motivat|caus|explain|prompt|led)\w*|explain\b|describe\b|in what way\b|what for\b"
    r"|what happened (?:in|on|at|during|after|before)\b|where (?:do|does|did)\b.* stand\b|"
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
    r"(?:are|were|have|had|do|did|does|could|might|can|would|will|\w+ed|give|back|support|take|took|share|make|say|said"
    r"|claim|fell|oppose)\b|\bwho (?:besides|apart from|other than)\b|"
    rf"\bwhat (?:are|were) (?:the|some|all)(?: \w+){{0,3}}? {_PLURAL}\b|\bwho (?:are|were) (?:the|all|some)\b|"
    rf"\b(?:all|both) (?:of )?the \w+|\bwho else\b|\bwhat else\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked; `name` is the one of several names that this part of a comparison is about."""

    text: str
    kind: Kind
    name: str = ""


def kind_of(question: str) -> Kind:
    """The form of answer that a question asks for."""
    if _OVERVIEW.search(question):
        return "overview"
    if _EXPLANATION.search(question):
        return "explanation"
    if _YES_NO.match(question):
        return "yes_no"
    return "list" if _LIST.search(question) else "fact"


def topic_of(question: str) -> str:
    """What an overview is to be about, as words; empty when it is the document as a whole."""
    return " ".join(word for word in content_words(question) if not _ABOUT_THE_WHOLE.fullmatch(word))
