"""Completes "Why?", "In which cities?" and "When did that happen?" from the question before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.followup import words
from rag.answering.followup.focus import Focus, tells
from rag.answering.followup.forms import lowered
from rag.answering.followup.grammar import Token, phrases, tag

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
_WHAT_IT_IS = re.compile(r"(?:what|who) (?:is|are|was|were)\b|what's\b", re.IGNORECASE)


def complete(core: str, focus: Focus) -> str:
    """The whole question that `core`, a question without its "?", stands for; empty when it is no bare question.

    "When did that happen?" asks "When?".
    """
    happened = _HAPPENED.fullmatch(core)
    if not happened and not _is_bare(core):
        return ""
    return _asking(happened["asks"] if happened else core, focus.question.rstrip(" ?.!"), focus)


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
        return _with_object(opening, verb, before, tokens)
    answer = f": {focus.said.phrase}" if focus.said.phrase else ""
    return f"{opening} ({before}{answer})?"


def _with_object(opening: str, verb: Token, before: str, tokens: Sequence[Token]) -> str:
    """From "When", after "Which ships did Peru sell to Fiji?", "When did Peru sell ships to Fiji?"."""
    asked_for = [phrase for phrase in phrases(tokens, before) if phrase.end <= verb.start]
    if tokens[0].kind != "wh" or not asked_for or not tells(asked_for[-1]):
        return f"{opening} {before[verb.start :]}?"
    thing = asked_for[-1].bare
    if opening.lower() in ("how many", "how much", "which", "what", "which ones"):
        return f"{opening.removesuffix(' ones')} {thing} {before[verb.start :]}?"
    main = next((token for token in tokens if token.kind == "verb" and token.start > verb.end), None)
    cut = main.end if main else len(before)
    return f"{opening} {before[verb.start : cut]} {thing}{before[cut:]}?"


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
