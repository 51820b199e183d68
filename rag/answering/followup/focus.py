"""What a conversation is about: the things it has named, and which of them a pronoun means. Knows no rewriting.

After centering (Grosz, Joshi and Weinstein 1995): a question that leans on the history keeps its topic; one that stands
alone sets a new one, its subject before its objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answering.followup import words
from rag.answering.followup.forms import plural, singular
from rag.answering.followup.grammar import Phrase, phrases, tag
from rag.answering.followup.said import Said, said
from rag.schema import Turn

# What is answered by a name: "Who leads Peru?", "Which agency wrote it?", "What is Peru's capital?".
_ASKS_FOR_A = {
    "person": re.compile(r"(?:by |with |to )?who(?:m|se)?\b|which (?:man|woman|person)\b", re.IGNORECASE),
    "thing": re.compile(
        r"(?:which|what) (?!is|are|was|were|do|does|did)\w+|(?:what|which) (?:is|was) (?:the\b|[^?]+['’]s? )",
        re.IGNORECASE,
    ),
}
_ASKS_WHERE = re.compile(r"where\b|(?:in|at|to) (?:which|what) ", re.IGNORECASE)
_ASKS_ABOUT_A_NAME = re.compile(r"(?:[Ww]ho|[Ww]hat) (?:is|was) (?:the )?[A-Z][^'’]*$")
PERSON = frozenset({"he", "she"})
_EMPTY_HEADS = frozenset("thing something one way time lot kind sort term word phrase name".split())
_COMPARES = re.compile(r"\b(?:same as|compare\w*|differen\w+|differs?|similar|versus|vs|better|worse)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"\b(?:others?|else|also|too|another)\b", re.IGNORECASE)
_KEPT = 12


@dataclass(frozen=True, slots=True)
class Focus:
    """What is talked about before a question.

    `topic` is what it is about and `before` the topic before that; `named` is all that questions named, newest first;
    `persons` are the names that are known to be of people, with "he" or "she" where that is known; `question` is the
    last one in full, `leaned` says whether it named something and was rewritten nevertheless, and `said` is what was
    answered; a list lasts while questions lean on it.
    """

    topic: Phrase | None = None
    before: Phrase | None = None
    named: tuple[Phrase, ...] = ()
    persons: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    leaned: bool = False
    said: Said = field(default_factory=Said)

    @property
    def candidates(self) -> tuple[Phrase, ...]:
        """All that may be meant, the topic first, then the newest."""
        return (self.topic, *self.named) if self.topic else self.named

    @property
    def answer(self) -> Phrase | None:
        """The name that the last answer gave."""
        name = self.said.name
        return Phrase(name, 0, len(name), name.split()[-1], " and " in name, named=True) if name else None

    @property
    def two(self) -> tuple[str, ...]:
        """The last two things talked about: a list's, the parts of "soup and stew", or two topics; else empty."""
        if len(self.said.items) == 2:
            return self.said.items
        parts = tuple(self.topic.text.split(" and ")) if self.topic else ()
        if len(parts) == 2 and self.topic and self.topic.plural:
            return parts
        return (self.before.text, self.topic.text) if self.before and self.topic and len(parts) == 1 else ()

    def after(self, turn: Turn, resolved: str) -> Focus:
        """The focus once `turn`, whose question reads `resolved` in full, has been answered."""
        own = mentions(turn.question)
        leaned = resolved != turn.question
        stays = _goes_on(turn.question, own) or (leaned and self._is_kept(turn.question, resolved, own))
        answer = said(turn.answer)
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
            named=(*own, *added[:1], *self.named)[:_KEPT],
            persons={**self.persons, **_person(turn.question, topic)},
            question=resolved,
            leaned=leaned and bool(own),
            said=replace(answer, items=answer.items or self.said.items) if leaned else answer,
        )

    def meant(self, number: str, other_than: Sequence[str] = (), *, event: bool = False) -> str:
        """What a pronoun of this number means; empty when nothing was named.

        Args:
            number: "thing", "he", "she" or "several".
            other_than: what it cannot mean.
            event: whether it takes place; then an event is meant, where one was named.
        """
        answer = self.answer
        if answer and self._asked_for(number, answer) and answer.text not in other_than:
            return answer.text
        known = [phrase for phrase in self.candidates if phrase.text not in other_than]
        if number in PERSON:
            known = [phrase for phrase in known if self.persons.get(phrase.text) in (None, "", number)]
            known.sort(key=lambda phrase: not (phrase.text in self.persons or phrase.full_name or phrase == self.topic))
        elif number == "thing":
            known = [_owner(phrase, words.PERSONS) for phrase in known]
            about_person = bool(known) and known[0].text in self.persons
            known = [phrase for phrase in known if phrase.text not in self.persons] or known
            # Beside a person, a name is likely another one: "it" after "What did Ada tell Tove about the ship?".
            known.sort(key=lambda phrase: about_person and phrase.named)
        if event:
            known = [phrase for phrase in known if singular(phrase.head.lower()) in words.EVENTS] or known
        kind_of_thing = number == "several" and known[:1] == [self.topic] and known[0].indefinite
        fitting = next((phrase for phrase in known if fits(phrase, number) and not kind_of_thing), None)
        if number == "several" and fitting is None and self._two_persons:
            return self._two_persons
        fitting = fitting or next(iter(known), None)
        if fitting is None:
            return ""
        return plural(fitting.bare) if number == "several" and fitting.indefinite else fitting.text

    @property
    def _two_persons(self) -> str:
        """A person and the one that the last answer named beside them: "Who did she marry?"; else empty."""
        asks = (
            self.answer
            and self.topic
            and self.topic.text in self.persons
            and _ASKS_FOR_A["person"].match(self.question)
        )
        return f"{self.topic.text} and {self.answer.text}" if asks and self.topic and self.answer else ""

    def place(self) -> str:
        """What "there" means: a place that the last answer named, or the newest name; empty when there is none."""
        if self.answer and (_ASKS_WHERE.match(self.question) or _ASKS_FOR_A["thing"].match(self.question)):
            return self.answer.text
        return next((phrase.text for phrase in self.candidates if phrase.named), "")

    def _asked_for(self, number: str, answer: Phrase) -> bool:
        """Whether the last question asked for a name that a pronoun of this number may stand for."""
        kinds = [
            form
            for kind, form in _ASKS_FOR_A.items()
            if number == "several" or (number in PERSON) == (kind == "person")
        ]
        asks = any(form.match(self.question) for form in kinds) and not _ASKS_ABOUT_A_NAME.match(self.question)
        known_other = number in PERSON and self.persons.get(answer.text) not in (None, "", number)
        return asks and answer.plural == (number == "several") and not known_other

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
        fuller = (known.bare for known in self.candidates if known.full_name)
        return next((full for full in fuller if name in (full.split()[0], full.split()[-1])), "")

    def _added(self, question: str, resolved: str) -> list[Phrase]:
        """The things that rewriting has put into the question."""
        asked, whole = question.lower(), resolved.lower()
        stood_for = self.answer if re.search(r"\bthere\b", asked) is None else None
        known = (stood_for, *self.candidates) if stood_for else self.candidates
        return [one for one in known if one.bare.lower() in whole and one.bare.lower() not in asked]

    def _is_kept(self, question: str, resolved: str, own: Sequence[Phrase]) -> bool:
        """Whether a question that leans keeps the topic: not "What about Chile?", unless the topic is still in it."""
        has_verb = any(token.kind in ("aux", "verb") for token in tag(question))
        return has_verb or not own or self._added(question, resolved)[:1] == [self.topic]


def mentions(question: str) -> list[Phrase]:
    """The things that a question names, the likeliest topic first: subjects before objects, what is asked for last."""
    joined = [_owner(phrase, words.RELATIONAL) for phrase in _joined(phrases(tag(question), question), question)]
    telling = [phrase for phrase in joined if tells(phrase)]
    beside_name = any(phrase.named for phrase in telling)
    return sorted(telling, key=lambda phrase: _is_asked_for(phrase, question, beside_name=beside_name))


def tells(phrase: Phrase) -> bool:
    """Whether a phrase names something that one can talk about."""
    head = singular(phrase.head.lower())
    counted = re.match(r"the (?:most|fewest) \w+$", phrase.text, re.IGNORECASE)
    return not (counted or phrase.relational or head in words.TIMES | words.SOURCES | _EMPTY_HEADS)


def fits(phrase: Phrase, number: str) -> bool:
    """Whether a pronoun of this number ("thing", "he", "she", "several") may stand for the phrase."""
    if number in PERSON:
        return phrase.named and not phrase.plural and not phrase.text.lower().startswith("the ")
    return phrase.plural == (number == "several")


def _goes_on(question: str, own: Sequence[Phrase]) -> bool:
    """Whether a question stays with its topic though it may not lean: "What other factors", "How good is the test?"."""
    return _GOES_ON.search(question) is not None or (bool(own) and own[0].bridging)


def _person(question: str, topic: Phrase | None) -> dict[str, str]:
    """The topic's name, when "he" or "she" stood for it, and which; without either when "who is" asked about it."""
    if topic is None or not topic.named:
        return {}
    meant = {words.PRONOUNS.get(token.low) or words.POSSESSIVES.get(token.low, "") for token in tag(question)} & PERSON
    asks_who = re.match(r"[Ww]ho(?: is| was|['’]s) [A-Z]", question)
    return {topic.text: meant.pop() if len(meant) == 1 else ""} if meant or asks_who else {}


def _says_more(known: Phrase, like: Phrase) -> bool:
    return " " in known.bare and " and " not in known.bare and known.plural == like.plural


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
        if current is None or between not in ("of", "and", "or", "against"):
            if current:
                yield current
            current = phrase
        elif between in ("and", "or"):
            current = _span(current, phrase, question, several=True)
        else:
            current = _span(current, phrase, question, several=current.plural) if tells(current) else phrase
    if current:
        yield current


def _span(first: Phrase, last: Phrase, question: str, *, several: bool) -> Phrase:
    head = last.head if several and not first.plural else first.head
    text = question[first.start : last.end]
    return Phrase(text, first.start, last.end, head, several, first.named or last.named)


def _is_asked_for(phrase: Phrase, question: str, *, beside_name: bool) -> bool:
    """Whether the phrase is asked for and no topic: "What problem does it solve?", "Which teams won the Lund Cup?"."""
    asks = re.search(r"\b(?:which|what|how many|how much)\s*$", question[: phrase.start], re.IGNORECASE)
    if asks is None:
        return False
    after = question[phrase.end :].lower().split()[:1]
    has_subject_after = bool(after) and after[0] in words.HELPERS | {"has", "had", "have"}
    says_little = beside_name and not phrase.named and " " not in phrase.bare and not set(after) & words.BE
    return has_subject_after or says_little
