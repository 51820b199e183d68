"""Completes "What about Georgia?": sets it in the place of what it is set against in the question before."""

from __future__ import annotations

import re

from rag.answering.followup import words
from rag.answering.followup.focus import Focus, mentions
from rag.answering.followup.forms import singular
from rag.answering.followup.grammar import Phrase, phrases, tag
from rag.answering.followup.omission import resolve
from rag.answering.followup.pointing import point

_ABOUT = re.compile(r"(?:what|how) about\s+", re.IGNORECASE)
_WHAT_IT_IS = re.compile(
    r"(?:(?:what|who) (?:is|are|was|were)|what's|tell me(?: more)? about|describe|explain)\b", re.IGNORECASE
)
_RANK = re.compile(
    r"\bthe (?P<rank>(?:(?:second|third|fourth|fifth)[ -])?(?:(?:most|least) \w+|best|worst|\w{3,}est)"
    r"|first|second|third|fourth|fifth|last|next)\b"
    r"(?: (?P<noun>(?!(?:to|of|in|on|ever|for|that|and|at)\b)\w+))?",
    re.IGNORECASE,
)
_ASKS_RANK = re.compile(r"(?:who|what|which|where) (?:is|was|are|were) (?P<ranked>the \w+(?: \w+)?)", re.IGNORECASE)
_ANY = re.compile(r"any\b", re.IGNORECASE)
_NESTING = frozenset(("of", "between", "and", "with"))
_MOST_TOKENS = 6


def complete(asked: str, focus: Focus, *, opened: bool) -> str:
    """The whole question that a fragment stands for; empty when it is none, or whole after "Tell me about Peru".

    Args:
        asked: the question without an "And" before it.
        focus: what was talked about.
        opened: whether there was one.
    """
    core, before = asked.rstrip(" ?.!"), focus.question.rstrip(" ?.!")
    ranked, about = _ASKS_RANK.fullmatch(core), _ABOUT.match(core)
    if ranked and not before.lower().startswith(core.lower()):
        return _ranked(ranked["ranked"], before)
    fragment = core[about.end() :] if about else core
    if not (about or _is_fragment(asked, opened=opened)) or _ANY.match(fragment):
        return ""
    pointed = point(fragment, focus)
    whole = not opened and pointed == fragment and _only_asks_what_it_is(before)
    return _item(fragment, before, focus) or ("" if whole else _set_against(fragment, pointed, before, focus))


def _set_against(fragment: str, pointed: str, before: str, focus: Focus) -> str:
    """The question before, asked of the fragment; `pointed` is the fragment with what points back written out."""
    if pointed in focus.said.items:
        return f"What about {pointed} ({before})?"
    return (
        _ranked(fragment, before)
        or _with_owner(fragment, before, focus)
        or _exchanged(fragment, pointed, before, focus)
    )


def _is_fragment(asked: str, *, opened: bool) -> bool:
    """Whether it only names something: "And Georgia", "The second one?"; else it may be a search for words."""
    tokens = tag(asked)
    verbless = not any(token.kind in ("aux", "verb", "wh") for token in tokens)
    return verbless and (opened or (asked.rstrip().endswith("?") and len(tokens) <= _MOST_TOKENS))


def _only_asks_what_it_is(before: str) -> bool:
    """Whether the question before was only "Tell me about Peru", after which "What about Chile?" is whole."""
    asks = _WHAT_IT_IS.match(before)
    found = phrases(tag(before), before)
    return asks is not None and len(found) == 1 and not before[asks.end() : found[0].start].strip()


def _item(fragment: str, before: str, focus: Focus) -> str:
    """From "the last", after "Did Oslo pay?" where Oslo was an item of a list, the question about its last item."""
    ordinal = re.fullmatch(r"the (\w+)(?: one)?", fragment, re.IGNORECASE)
    item = focus.said.item(ordinal[1].lower()) if ordinal else ""
    known = next((one for one in focus.said.items if one in before), "")
    return f"{before.replace(known, item)}?" if item and known else ""


def _ranked(fragment: str, before: str) -> str:
    """From "the second one", after "What is the first sign of flu?", "What is the second sign of flu?"."""
    mine, theirs = _RANK.search(fragment), _RANK.search(before)
    if not mine or not theirs or not theirs["noun"]:
        return ""
    noun = theirs["noun"] if mine["noun"] in (None, "one", "ones") else mine["noun"]
    tail = fragment[mine.end() :]
    rest = "" if tail.strip() else before[theirs.end() :]
    return f"{before[: theirs.start('rank')]}{mine['rank']} {noun}{tail}{rest}?"


def _with_owner(fragment: str, before: str, focus: Focus) -> str:
    """From "risks", after "How is zinc taken?", "What about risks of zinc?"; after "its uses" an exchange."""
    own = phrases(tag(fragment), fragment)
    if not own or not own[0].relational or any(_alike(own[0], phrase) for phrase in phrases(tag(before), before)):
        return ""
    return f"What about {resolve(fragment, focus)}?"


def _exchanged(fragment: str, pointed: str, before: str, focus: Focus) -> str:
    """From "Georgia", after "Is Peru in the war?", "Is Georgia in the war?"."""
    preposition = _preposition(pointed)
    place = _place_after(preposition, before) if preposition else _place_of(fragment, pointed, before, focus)
    if place is None:
        return f"{before} {pointed}?" if preposition else f"{before} ({pointed})?"
    return f"{before[: place[0]]}{pointed}{before[place[1] :]}?"


def _place_after(preposition: str, before: str) -> tuple[int, int] | None:
    """Where "about the truce between A and B" stands, for a fragment that begins with "about"."""
    starts = [match.start() for match in re.finditer(rf"\b{preposition}\b", before, re.IGNORECASE)]
    found = [phrase for phrase in phrases(tag(before), before) if starts and phrase.end > starts[-1]]
    if not found:
        return None
    end = found[0].end
    for phrase in found[1:]:
        if before[end : phrase.start].strip().lower() not in _NESTING:
            break
        end = phrase.end
    return starts[-1], end


def _place_of(fragment: str, pointed: str, before: str, focus: Focus) -> tuple[int, int] | None:
    """Where the fragment's like stands: a name for a name; after "Does it hurt Peru?" Peru, not what "it" was."""
    found = phrases(tag(before), before)
    own = phrases(tag(pointed), pointed)
    same = next((phrase for phrase in found if own and _alike(own[0], phrase)), None)
    if same:
        return same.start, same.end
    named = bool(own) and own[0].named
    known = mentions(before)
    person_for_person = bool(own) and own[0].full_name and focus.topic is not None and focus.topic.text in focus.persons
    if focus.leaned and focus.topic and not person_for_person:
        topic = focus.topic.bare.lower()
        known.sort(key=lambda phrase: topic in phrase.bare.lower())
    known.sort(key=lambda phrase: phrase.named != named)
    if not known:
        return None
    inside = [phrase for phrase in found if phrase.named == named and _is_within(phrase, known[0])]
    # "Georgia" takes only Armenia's place in "the president of Armenia"; "Ann's minister" takes all of it.
    part = inside[-1] if inside and pointed == fragment else known[0]
    return part.start, part.end


def _is_within(inner: Phrase, outer: Phrase) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _alike(mine: Phrase, theirs: Phrase) -> bool:
    """Whether two phrases are of one sort: "drawbacks" and "advantages"."""
    return (mine.relational and theirs.relational) or singular(mine.head).lower() == singular(theirs.head).lower()


def _preposition(fragment: str) -> str:
    first = fragment.lower().split(maxsplit=1)[:1]
    return first[0] if first and first[0] in words.PREPOSITIONS else ""
