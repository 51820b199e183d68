"""Completes what points at the last question as a whole: "Who said that?", "What else did she say?", "Is it true?"."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.answering.followup import words
from rag.answering.followup.focus import Focus, mentions
from rag.answering.followup.grammar import phrases, tag
from rag.answering.followup.pointing import point

_CLAIM = re.compile(
    r"(?P<asks>who(?: else)?|(?:did|does|do|has|have) .+?) (?P<verb>\w+) (?:that|this|so|it)", re.IGNORECASE
)
_DOUBT = re.compile(
    r"really|(?:is|was) (?:that|this|it) (?:really |still |actually )?(?:true|so|right|correct|the case)|are you sure",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:please )?(?:(?:can|could) you )?(?:tell me more|say more|explain more|more details?|more|go on|continue|"
    r"elaborate|explain)(?: please)?",
    re.IGNORECASE,
)
_EXPLAIN = re.compile(
    r"(?:please )?(?:(?:can|could) you )?(?:explain|describe|clarify|elaborate on|expand on) (?:that|this|it)"
    r"(?: (?:in (?:more|greater) detail|further|more|better))?(?: please)?",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(?:what|who) (?:happened|came|followed) (?:next|then|after (?:that|this)|afterwards?)", re.IGNORECASE
)
_ELSE = re.compile(r"(?P<asks>(?:what|who|where|which \w+|how)) else (?P<rest>.+)", re.IGNORECASE)
_DOES_SO = re.compile(
    r"(?P<asks>(?:do|does|did|can|could|will|would|should|has|have|is|are|was|were)\b.*) "
    r"(?:do|does|did|done|doing) (?:it|that|this|so|the same)\b(?P<rest>.*)",
    re.IGNORECASE,
)
# An auxiliary, its subject and verb, at the end of a question.
_CLAUSE = re.compile(r"\b(?:did|does|do|has|have|had|will|would|can|could) .+?(?=[?.!\s]*$)", re.IGNORECASE)
# A longer quote would drown the question in the search.
_MOST_QUOTED_WORDS = 30


def complete(core: str, focus: Focus) -> str:
    """The whole question that `core`, a question without its "?", stands for; empty when it is none of these."""
    before = focus.question.rstrip(" ?.!")
    return next((whole for rule in _RULES if (whole := rule(core, before, focus))), "")


def carry(rewritten: str, before: str) -> str:
    """From "Why did Peru leave?", after "When did Peru leave the union?", "Why did Peru leave the union?"."""
    clause = _CLAUSE.search(rewritten)
    place = before.lower().find(clause[0].lower()) if clause else -1
    rest = before[place + len(clause[0]) :].rstrip(" ?.!") if clause and place >= 0 else ""
    return f"{rewritten.rstrip(' ?.!')}{rest}?" if rest.startswith(" ") else rewritten


def _claim(core: str, before: str, focus: Focus) -> str:
    """From "Who said that", after "Did Peru leave?", "Who said that Peru did leave?"; else of the last quote."""
    match = _CLAIM.fullmatch(core)
    if not match or match["verb"].lower() not in words.CLAIMING:
        return ""
    asks = point(f"{match['asks']} {match['verb']}", focus)
    tokens = tag(before)
    found = phrases(tokens, before)
    if tokens and tokens[0].kind == "aux" and found and tokens[1].start == found[0].start:
        subject = next((one for one in mentions(before) if one.start == found[0].start), found[0])
        return f"{asks} that {subject.text} {tokens[0].low} {before[subject.end :].strip()}?"
    quote = focus.said.quote.rstrip(".")
    if 0 < len(quote.split()) <= _MOST_QUOTED_WORDS:
        return f"{asks} that {quote}?"
    return f"{asks} that ({before})?"


def _more_of_it(core: str, before: str, focus: Focus) -> str:
    """From "What else did she say", after "What did Ada Berg say about Peru?", the same with "else"."""
    match = _ELSE.fullmatch(core)
    same = match and before.lower().startswith(point(f"{match['asks']} {match['rest']}", focus).lower())
    return f"{match['asks']} else {before[len(match['asks']) + 1 :]}?" if match and same else ""


def _does_so(core: str, before: str, focus: Focus) -> str:
    """From "Does Chile do it too", after "Does Peru export zinc?", "Does Chile do so too (Does Peru export zinc)?"."""
    match = _DOES_SO.fullmatch(core)
    return f"{point(match['asks'], focus)} do so{match['rest']} ({before})?" if match else ""


def _again(core: str, before: str, focus: Focus) -> str:
    """The last question: asked again by "Is that true", or beside "Explain that in more detail"."""
    if _DOUBT.fullmatch(core):
        return focus.question
    return f"{core} ({before})?" if _EXPLAIN.fullmatch(core) or _NEXT.fullmatch(core) else ""


def _more(core: str, before: str, focus: Focus) -> str:
    """From "Go on", in a conversation about Peru, "Tell me more about Peru."."""
    del before
    return f"Tell me more about {focus.topic.text}." if _MORE.fullmatch(core) and focus.topic else ""


_RULES: tuple[Callable[[str, str, Focus], str], ...] = (_claim, _more_of_it, _does_so, _again, _more)
