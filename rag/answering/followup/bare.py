"""Completes "Why?", and what points at the last question as a whole, as "Who said that?" does, from that question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.followup import words
from rag.answering.followup.focus import Focus
from rag.answering.followup.grammar import Token, lowered, phrases, tag
from rag.answering.followup.omission import resolve

_BARE = re.compile(
    r"(?:(?:in|at|on|by|to|from|for|with|of|since|until|about) )?"
    r"(?:why|how|when|where|who|whom|what|which|whose|anything(?= else))"
    r"(?: (?:not|exactly|else|many|much|long|often|far|so|come|from|to|with|by|for|about))?",
    re.IGNORECASE,
)
_BARE_NOUN = re.compile(r"(?:\w+ )?(?:which|what|whose|how many|how much) \w+", re.IGNORECASE)
_HAPPENED = re.compile(
    r"(?P<asks>why|when|where|how)(?: come)? (?:did|does|do|has|is|was) (?:all )?(?:this|that|it) "
    r"(?:happen|happened|occur|occurred|so|true|the case|take place|taken place|come about)",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"(?P<asks>who(?: else)?|(?:did|does|do|has|have) .+?) (?P<verb>\w+) (?:that|this|so|it)", re.IGNORECASE
)
_DOUBT = re.compile(
    r"really|(?:is|was) (?:that|this|it) (?:really )?(?:true|so|right|correct|the case)|are you sure", re.IGNORECASE
)
_MORE = re.compile(
    r"(?:please )?(?:(?:can|could) you )?(?:tell me more|say more|explain more|more details?|more|go on|continue|"
    r"elaborate|explain)(?: please)?",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"(?:what|who) (?:happened|came|followed) (?:next|then|after (?:that|this)|afterwards?)", re.IGNORECASE
)
_WHAT_IT_IS = re.compile(r"(?:what|who) (?:is|are|was|were)\b|what's\b", re.IGNORECASE)
# A longer quote would drown the question in the search.
_MOST_QUOTED_WORDS = 30


def complete(core: str, focus: Focus) -> str:
    """The whole question that `core`, a question without its "?", stands for; empty when it is none of these.

    "When did that happen?" asks "When?"; "Is that true?" asks the last question again.
    """
    before = focus.question.rstrip(" ?.!")
    happened, claim = _HAPPENED.fullmatch(core), _CLAIM.fullmatch(core)
    if _is_bare(core) or happened:
        return _asking(happened["asks"] if happened else core, before, focus)
    if claim and claim["verb"].lower() in words.CLAIMING:
        return _claimed(f"{claim['asks']} {claim['verb']}", before, focus)
    if _DOUBT.fullmatch(core):
        return focus.question
    if _MORE.fullmatch(core) and focus.topic:
        return f"Tell me more about {focus.topic.text}."
    return f"{core} ({before})?" if _NEXT.fullmatch(core) else ""


def _is_bare(core: str) -> bool:
    """Whether there is a question word and nothing that is asked of it: "Why", "How many", "In which cities"."""
    without_verb = not any(token.kind in ("aux", "verb") for token in tag(core))
    return _BARE.fullmatch(core) is not None or (without_verb and _BARE_NOUN.fullmatch(core) is not None)


def _asking(core: str, before: str, focus: Focus) -> str:
    """From "Why", after "Did Peru leave?" or "When did Peru leave?", "Why did Peru leave?"."""
    tokens = tag(before)
    opening = re.sub(r"^anything\b", "what", core, flags=re.IGNORECASE)
    if tokens and tokens[0].kind == "aux":
        return _asking_of_yes_or_no(opening, before, tokens)
    verb = next((token for token in tokens if token.kind == "aux"), None)
    if verb and _has_subject_after(verb, before, tokens):
        return f"{opening} {before[verb.start :]}?"
    answer = f": {focus.said.phrase}" if focus.said.phrase else ""
    return f"{opening} ({before}{answer})?"


def _asking_of_yes_or_no(opening: str, before: str, tokens: Sequence[Token]) -> str:
    """From "How many", after "Did Peru send ships to Fiji?", "How many ships did Peru send to Fiji?"."""
    low = opening.lower()
    counted = next((phrase for phrase in reversed(phrases(tokens, before)) if phrase.plural), None)
    if low in ("how many", "how much") and counted:
        rest = f"{before[: counted.start]}{before[counted.end :]}"
        return f"{opening} {counted.bare} {lowered(' '.join(rest.split()))}?"
    dangles = low.split()[-1] in words.PREPOSITIONS | {"not"}
    if dangles or low in ("who", "what", "which", "whose", "how many", "how much"):
        return f"{opening} ({before})?"
    return f"{opening} {lowered(before)}?"


def _has_subject_after(verb: Token, before: str, tokens: Sequence[Token]) -> bool:
    """Whether the question word may be exchanged: in "When did Peru leave", but not in "Who left" or "What is Peru"."""
    asks_for_subject = verb.low in words.BE and len(tokens) > 1 and tokens[1].kind in ("noun", "adj")
    only_what_it_is = _WHAT_IT_IS.match(before) is not None and len(phrases(tokens, before)) == 1
    noun_follows = any(token.kind in ("noun", "name") for token in tokens if token.start > verb.end)
    return tokens[0].kind in ("wh", "prep") and noun_follows and not asks_for_subject and not only_what_it_is


def _claimed(opening: str, before: str, focus: Focus) -> str:
    """From "Who said", after "Did Peru leave?", "Who said that Peru did leave?"; else with the last answer's quote."""
    tokens = tag(before)
    found = phrases(tokens, before)
    asks = resolve(opening, focus)
    if tokens and tokens[0].kind == "aux" and found and tokens[1].start == found[0].start:
        return f"{asks} that {found[0].text} {tokens[0].low} {before[found[0].end :].strip()}?"
    quote = focus.said.quote.rstrip(".")
    if 0 < len(quote.split()) <= _MOST_QUOTED_WORDS:
        return f"{asks} that {quote}?"
    return f"{asks} that ({before})?"
