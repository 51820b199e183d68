"""Writes out what a question points back at: "it", "his", "the one", "these sharks", "there", a short name.

Each rule is a function from a question, read beside the focus of the conversation, to edits; its docstring is its
example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answering.followup import words
from rag.answering.followup.focus import Focus, fits, tells
from rag.answering.followup.grammar import Phrase, Token, genitive, phrases, plural, singular, tag

Edit = tuple[int, int, str]

_EMPTY_IT = re.compile(
    r"\s+(?:take|takes|mean|possible|true|necessary|legal|safe|better|best|like|hard|easy)\b[^?]*?\b(?:to|that)\b|\s+rain",
    re.IGNORECASE,
)
_COMPARES_TWO = re.compile(r"\b(?:between|both|differ\w*|compar\w+|in common|similar\w*)\b", re.IGNORECASE)
_WITH_A_THIRD = re.compile(r"\b(?:to|with|from|than)\b", re.IGNORECASE)
_NEW_CLAUSE = frozenset("and that if when because but , before after while how why ?".split())
_COMPLETING = frozenset("of for to between against behind that who".split())


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as the rules see it: its words and phrases beside what was talked about before it."""

    text: str
    tokens: list[Token]
    phrases: list[Phrase]
    focus: Focus

    @classmethod
    def of(cls, question: str, focus: Focus) -> Reading:
        """Read a question."""
        tokens = tag(question)
        return cls(question, tokens, phrases(tokens, question), focus)

    def token(self, number: int) -> Token:
        """The token at `number`, or an empty mark beyond either end."""
        inside = 0 <= number < len(self.tokens)
        return self.tokens[number] if inside else Token("", len(self.text), len(self.text), "mark")

    def after(self, end: int) -> Token:
        """The first token from `end` on, or an empty mark."""
        return next((token for token in self.tokens if token.start >= end), self.token(-1))

    def completes(self, phrase: Phrase) -> bool:
        """Whether the words around a phrase say whose or of what: "the symptoms of flu", "its symptoms"."""
        before = next((token.kind for token in reversed(self.tokens) if token.end <= phrase.start), "mark")
        after = self.after(phrase.end)
        owned = before in ("poss", "gen") or "'s " in phrase.text
        return owned or after.low in _COMPLETING or after.kind == "name"


def point(question: str, focus: Focus) -> str:
    """The question with what points back written out; as it was when nothing does."""
    reading = Reading.of(question, focus)
    return edited(question, [edit for rule in _RULES for edit in rule(reading)])


def edited(question: str, edits: Sequence[Edit]) -> str:
    """The question after the edits, which give start and end in it and the new words."""
    for start, end, instead in sorted(edits, reverse=True):
        question = question[:start] + instead + question[end:]
    return question


def pronouns(reading: Reading) -> list[Edit]:
    """From "What are its symptoms?" "What are lung cancer's symptoms?". Two pronouns mean two things."""
    edits = []
    meanings: dict[str, str] = {}
    # What is named beside it: in "Has Peru denied it?", "it" is not Peru.
    beside = [phrase.text for phrase in reading.phrases]
    for number, token in enumerate(reading.tokens):
        owner = words.POSSESSIVES.get(token.low) if token.kind == "poss" else None
        kind = owner or words.PRONOUNS.get(token.low, "talkers")
        if kind == "talkers" or _is_empty(reading, number) or _is_internal(reading, number, kind):
            continue
        others = [meaning for other, meaning in meanings.items() if other != kind]
        meant = meanings.get(kind) or _both(reading, kind) or reading.focus.meant(kind, [*others, *beside])
        if meant:
            meanings[kind] = meant
            edits.append(_instead_of_pronoun(reading, number, meant, owns=owner is not None))
    return edits


def _instead_of_pronoun(reading: Reading, number: int, meant: str, *, owns: bool) -> Edit:
    """The edit that puts what is meant in the pronoun's place; "it's" becomes "flu is", or "flu's" before a noun."""
    token, after = reading.token(number), reading.token(number + 1)
    if after.low != "'s":
        return token.start, token.end, genitive(meant) if owns else meant
    before_noun = reading.token(number + 2).kind in ("noun", "name")
    return token.start, after.end, genitive(meant) if before_noun else f"{meant} is"


def _both(reading: Reading, kind: str) -> str:
    """The last two topics, for "How do they differ?"."""
    two = kind == "several" and _COMPARES_TWO.search(reading.text) and not _WITH_A_THIRD.search(reading.text)
    return reading.focus.pair if two else ""


def _is_empty(reading: Reading, number: int) -> bool:
    """Whether "it" stands for nothing: "How long does it take to", "Is it true that", "Is it raining"."""
    token = reading.token(number)
    return token.low == "it" and _EMPTY_IT.match(reading.text, token.end) is not None


def _is_internal(reading: Reading, number: int, kind: str) -> bool:
    """Whether the pronoun at `number` means something in its own question.

    "Did Peru change its law?": a possessive and the subject before it. "Did Peru say that it won?": a new clause. But
    not "What did Peru say about it?": subject and object of one clause differ.
    """
    pronoun = reading.token(number)
    earlier = [phrase for phrase in reading.phrases if phrase.end <= pronoun.start and tells(phrase)]
    if not any(fits(phrase, kind) or (kind == "person" and _is_person(phrase)) for phrase in earlier):
        return False
    last = max(phrase.end for phrase in earlier)
    between = {token.low for token in reading.tokens if last <= token.start < pronoun.start}
    return pronoun.kind == "poss" or bool(between & _NEW_CLAUSE)


def _is_person(phrase: Phrase) -> bool:
    return singular(phrase.head.lower()) in words.PERSONS


def ones(reading: Reading) -> list[Edit]:
    """From "What is the largest one?" "What is the largest mammal?"; "the second one" of a list is its second item."""
    topic = reading.focus.topic
    edits = []
    for number, token in enumerate(reading.tokens):
        before, after = reading.token(number - 1), reading.token(number + 1)
        item = reading.focus.said.item(before.low) if token.low == "one" else ""
        if item:
            edits.append((reading.token(number - 2).start, token.end, item))
            continue
        fit = token.low in ("one", "ones") and before.kind in ("adj", "det", "dem", "wh") and after.low != "of"
        if topic and fit and after.kind not in ("noun", "adj", "name"):
            several = reading.focus.several() or topic
            edits.append((token.start, token.end, plural(several.bare) if token.low == "ones" else one_of(topic)))
    return edits


def some(reading: Reading) -> list[Edit]:
    """From "Are there any in Peru?" "Are there any volcanoes in Peru?"."""
    several = reading.focus.several()
    edits = []
    for number, token in enumerate(reading.tokens):
        after = reading.token(number + 1)
        follows = reading.token(number + 2) if after.kind == "adj" else after
        if (
            several
            and token.low in ("any", "some")
            and follows.kind in ("verb", "prep", "mark")
            and follows.low != "of"
        ):
            edits.append((token.end, token.end, f" {plural(several.bare)}"))
    return edits


def demonstratives(reading: Reading) -> list[Edit]:
    """From "Where do these birds live?" "Where do the birds (king penguins) live?"; "this article" stays."""
    edits = []
    for number, token in enumerate(reading.tokens):
        if token.kind != "dem":
            continue
        phrase = next((phrase for phrase in reading.phrases if phrase.start == token.start), None)
        if phrase is None:
            edits.extend(_bare_demonstrative(reading, number))
        elif singular(phrase.head.lower()) not in words.SOURCES | {"one"}:
            known = reading.focus.same_kind(phrase)
            edits.append((phrase.start, phrase.end, known.text if known else with_topic(phrase, reading.focus.topic)))
    return edits


def _bare_demonstrative(reading: Reading, number: int) -> list[Edit]:
    """What "this" is in "How does this work?"; in "the claim that he won" and "those who fled" nothing points back."""
    token, topic = reading.token(number), reading.focus.topic
    alone = reading.token(number + 1).kind in ("mark", "prep", "verb", "aux", "adv", "conj", "adj")
    clause = token.low == "that" and number > 0 and reading.token(number - 1).kind in ("noun", "name", "adj")
    return [(token.start, token.end, topic.text)] if topic and alone and not clause else []


def there(reading: Reading) -> list[Edit]:
    """From "Who lives there?" "Who lives in Ann Arbor?"; not "Is there a lake?"."""
    place = next((phrase for phrase in reading.focus.candidates if phrase.named), None)
    edits = []
    for number, token in enumerate(reading.tokens):
        around = {reading.token(number - 1).kind, reading.token(number + 1).kind}
        if token.low == "there" and place and number > 0 and "aux" not in around:
            edits.append((token.start, token.end, f"in {place.text}"))
    return edits


def known_names(reading: Reading) -> list[Edit]:
    """From "What happened to Anne?" "What happened to Anne Bonny?"."""
    names = [(phrase, reading.focus.full_name(phrase.bare)) for phrase in reading.phrases if phrase.named]
    new = [(phrase, full) for phrase, full in names if full and full not in reading.text]
    return [(phrase.end - len(phrase.bare), phrase.end, full) for phrase, full in new]


def known_things(reading: Reading) -> list[Edit]:
    """From "Who led the study?" "Who led the Milgram study?", from "types of cells" "types of blood cells"."""
    edits = []
    for phrase in reading.phrases:
        known = reading.focus.same_kind(phrase)
        if known is None or reading.completes(phrase) or phrase.named or phrase.relational:
            continue
        after_of = phrase.text == phrase.head and reading.text[: phrase.start].endswith(" of ")
        if phrase.bridging:
            edits.append((phrase.start, phrase.end, known.text))
        elif after_of and known == reading.focus.topic:
            edits.append((phrase.start, phrase.end, f"{known.bare.rpartition(' ')[0]} {phrase.text}"))
    return edits


def with_topic(phrase: Phrase, topic: Phrase | None) -> str:
    """A phrase with the topic beside it: "the birds (king penguins)"."""
    definite = re.sub(r"^(?:this|that|these|those) ", "the ", phrase.text, flags=re.IGNORECASE)
    return f"{definite} ({topic.text})" if topic else phrase.text


def one_of(topic: Phrase) -> str:
    """One of what the topic is several of: "tiger shark"."""
    first, _, last = topic.bare.rpartition(" ")
    return f"{first} {singular(last)}".strip()


_RULES: tuple[Callable[[Reading], Sequence[Edit]], ...] = (
    pronouns,
    ones,
    some,
    demonstratives,
    there,
    known_names,
    known_things,
)
