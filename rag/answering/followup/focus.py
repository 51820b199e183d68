"""What a conversation is about: the things it has named, and which of them a pronoun means. Knows no rewriting.

After centering (Grosz, Joshi and Weinstein 1995): a question that leans on the history keeps its topic; one that stands
alone sets a new one, its subject before its objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answering.followup import words
from rag.answering.followup.grammar import Phrase, phrases, plural, singular, tag
from rag.answering.followup.said import Said, said
from rag.schema import Turn

# What is answered by a name: "Who leads Peru?", "Which agency wrote it?", "What is Peru's capital?".
_ASKS_FOR_A = {
    "person": re.compile(r"who(?:m|se)?\b|which (?:man|woman|person)\b", re.IGNORECASE),
    "thing": re.compile(
        r"(?:which|what) (?!is|are|was|were|do|does|did)\w+|(?:what|which) (?:is|was) (?:the\b|[^?]+['’]s? )",
        re.IGNORECASE,
    ),
}
_ASKS_ABOUT_A_NAME = re.compile(r"(?:[Ww]ho|[Ww]hat) (?:is|was) (?:the )?[A-Z][^'’]*$")
_EMPTY_HEADS = frozenset("thing something one way time lot kind sort term word phrase name".split())
_COMPARES = re.compile(r"\b(?:same as|compare\w*|differen\w+|differs?|similar|versus|vs|better|worse)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"\b(?:others?|else|also|too|another)\b", re.IGNORECASE)
_KEPT = 12


@dataclass(frozen=True, slots=True)
class Focus:
    """What is talked about before a question.

    `topic` is what it is about and `before` the topic before that; `named` is all that questions named, newest first;
    `persons` are the names that are known to be of people; `question` is the last one in full, `leaned` says whether it
    was rewritten, and `said` is what was answered.
    """

    topic: Phrase | None = None
    before: Phrase | None = None
    named: tuple[Phrase, ...] = ()
    persons: frozenset[str] = frozenset()
    question: str = ""
    leaned: bool = False
    said: Said = field(default_factory=Said)

    @property
    def candidates(self) -> tuple[Phrase, ...]:
        """All that may be meant, the topic first, then the newest."""
        return (self.topic, *self.named) if self.topic else self.named

    @property
    def pair(self) -> str:
        """The topic and the one before it, for "between them"; empty when there was only one."""
        if not self.topic or not self.before or " and " in self.topic.text:
            return ""
        return f"{self.before.text} and {self.topic.text}"

    def after(self, turn: Turn, resolved: str) -> Focus:
        """The focus once `turn`, whose question reads `resolved` in full, has been answered."""
        own = mentions(turn.question)
        leaned = resolved != turn.question
        stays = _goes_on(turn.question, own) or (leaned and self._is_kept(turn.question, resolved, own))
        added = self._added(turn.question, resolved)
        topic = next(iter(added), self.topic) if stays else next(iter(own), self.topic)
        before = self.before
        if stays and _COMPARES.search(turn.question):
            before = next(iter(own), before)
        elif topic and self.topic and topic.bare.lower() != self.topic.bare.lower():
            before = self.topic
        return Focus(
            topic=topic,
            before=before,
            named=(*own, *self.named)[:_KEPT],
            persons=self.persons | _person(turn.question, topic),
            question=resolved,
            leaned=leaned,
            said=said(turn.answer),
        )

    def meant(self, number: str, other_than: Sequence[str] = ()) -> str:
        """What a pronoun of this number means; empty when nothing was named.

        Args:
            number: "thing", "person" or "several".
            other_than: what it cannot mean.
        """
        asks = _ASKS_FOR_A.get(number)
        answered = asks is not None and asks.match(self.question) and not _ASKS_ABOUT_A_NAME.match(self.question)
        if answered and self.said.name and self.said.name not in other_than:
            return self.said.name
        known = [phrase for phrase in self.candidates if phrase.text not in other_than]
        if number == "person":
            known.sort(key=lambda phrase: not (phrase.text in self.persons or _is_full_name(phrase)))
        elif number == "thing":
            known = [_owner(phrase, words.PERSONS) for phrase in known]
            known = [phrase for phrase in known if phrase.text not in self.persons] or known
        fitting = next((phrase for phrase in known if fits(phrase, number)), None) or next(iter(known), None)
        if fitting is None:
            return ""
        one_of_several = number == "several" and re.match(r"an?\s", fitting.text, re.IGNORECASE)
        return plural(fitting.bare) if one_of_several else fitting.text

    def same_kind(self, like: Phrase) -> Phrase | None:
        """The newest thing named with the noun of `like` that says more: a blood cell for "the cell"."""
        wanted = singular(like.head).lower()
        same = (known for known in self.candidates if singular(known.head).lower() == wanted)
        return next((known for known in same if _says_more(known, like)), None)

    def several(self) -> Phrase | None:
        """What "ones" and "any" are of: the newest thing named that is several, or the topic."""
        return next((known for known in self.named[:3] if known.plural and not known.named), self.topic)

    def full_name(self, name: str) -> str:
        """The newest full name that begins or ends with `name`, "Marie Curie" for "Curie"; empty when there is none."""
        fuller = (known.bare for known in self.candidates if _is_full_name(known))
        return next((full for full in fuller if name in (full.split()[0], full.split()[-1])), "")

    def _added(self, question: str, resolved: str) -> list[Phrase]:
        """The things that rewriting has put into the question."""
        asked, whole = question.lower(), resolved.lower()
        return [known for known in self.candidates if known.bare.lower() in whole and known.bare.lower() not in asked]

    def _is_kept(self, question: str, resolved: str, own: Sequence[Phrase]) -> bool:
        """Whether a question that leans keeps the topic: not "What about Chile?", unless the topic is still in it."""
        has_verb = any(token.kind in ("aux", "verb") for token in tag(question))
        return has_verb or not own or self._added(question, resolved)[:1] == [self.topic]


def mentions(question: str) -> list[Phrase]:
    """The things that a question names, the likeliest topic first: subjects before objects, what is asked for last."""
    joined = [_owner(phrase, words.RELATIONAL) for phrase in _joined(phrases(tag(question), question), question)]
    telling = [phrase for phrase in joined if tells(phrase)]
    return sorted(telling, key=lambda phrase: _is_asked_for(phrase, question))


def tells(phrase: Phrase) -> bool:
    """Whether a phrase names something that one can talk about."""
    head = singular(phrase.head.lower())
    return not (phrase.relational or head in words.TIMES | words.SOURCES | _EMPTY_HEADS)


def fits(phrase: Phrase, number: str) -> bool:
    """Whether a pronoun of this number ("thing", "person", "several") may stand for the phrase."""
    if number == "person":
        return phrase.named and not phrase.plural and not phrase.text.lower().startswith("the ")
    return phrase.plural == (number == "several")


def _goes_on(question: str, own: Sequence[Phrase]) -> bool:
    """Whether a question stays with its topic though it may not lean: "What other factors", "How good is the test?"."""
    return _GOES_ON.search(question) is not None or (bool(own) and own[0].bridging)


def _person(question: str, topic: Phrase | None) -> frozenset[str]:
    """The topic's name, when "he" stood for it or "who is" asked about it."""
    if topic is None or not topic.named:
        return frozenset()
    kinds = {words.PRONOUNS.get(token.low) or words.POSSESSIVES.get(token.low) for token in tag(question)}
    asks_who = re.match(r"[Ww]ho(?: is| was|['’]s) [A-Z]", question)
    return frozenset({topic.text}) if "person" in kinds or asks_who else frozenset()


def _says_more(known: Phrase, like: Phrase) -> bool:
    return " " in known.bare and " and " not in known.bare and known.plural == like.plural


def _is_full_name(phrase: Phrase) -> bool:
    parts = phrase.bare.split()
    return 2 <= len(parts) <= 4 and all(part[0].isupper() for part in parts)


def _owner(phrase: Phrase, nouns: frozenset[str]) -> Phrase:
    """Of "Netflix's competitors" Netflix, for these nouns: what is talked about, or what "it" means beside a person."""
    owner, mark, _ = phrase.text.replace("’", "'").rpartition("'s ")
    if not mark or singular(phrase.head) not in nouns:
        return phrase
    found = phrases(tag(owner), owner)
    return replace(found[-1], start=phrase.start, end=phrase.start + len(owner)) if found else phrase


def _joined(found: Sequence[Phrase], question: str) -> Iterator[Phrase]:
    """Phrases with "the president of Turkey" and "soup and stew" as one; of "the symptoms of flu" only the flu."""
    current: Phrase | None = None
    for phrase in found:
        between = question[current.end : phrase.start].strip().lower() if current else ""
        if current is None or between not in ("of", "and", "or"):
            if current:
                yield current
            current = phrase
        elif between != "of":
            current = _span(current, phrase, question, several=True)
        else:
            current = _span(current, phrase, question, several=current.plural) if tells(current) else phrase
    if current:
        yield current


def _span(first: Phrase, last: Phrase, question: str, *, several: bool) -> Phrase:
    head = last.head if several and not first.plural else first.head
    text = question[first.start : last.end]
    return Phrase(text, first.start, last.end, head, several, first.named or last.named)


def _is_asked_for(phrase: Phrase, question: str) -> bool:
    """Whether the phrase is asked for and no subject: "What problem does it solve?", not "What animal is fastest?"."""
    asks = re.search(r"\b(?:which|what|how many|how much)\s*$", question[: phrase.start], re.IGNORECASE)
    followed = re.match(
        r"\s+(?:do|does|did|ha[sd]|have|can|could|will|would|should)\b", question[phrase.end :], re.IGNORECASE
    )
    return asks is not None and followed is not None
