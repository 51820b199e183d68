"""Writes out what a question points back at: "it", "his", "the one", "these sharks", "there", a short name.

Each rule is a function from a question, read beside the focus of the conversation, to edits; its docstring is its
example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering.followup import words
from rag.answering.followup.focus import PERSON, Focus, fits, tells
from rag.answering.followup.forms import genitive, plural, singular
from rag.answering.followup.grammar import Phrase, happens
from rag.answering.followup.reading import Edit, Reading, edited

_EMPTY_IT = re.compile(
    r"\s+(?:take|takes|mean|possible|true|necessary|legal|safe|better|best|like|hard|easy)\b[^?]*?\b(?:to|that)\b|\s+rain",
    re.IGNORECASE,
)
_COMPARES_TWO = re.compile(r"\b(?:between|both|differ\w*|compar\w+|in common|similar\w*)\b", re.IGNORECASE)
_WITH_A_THIRD = re.compile(r"\b(?:to|with|from|than)\b", re.IGNORECASE)
_NEW_CLAUSE = frozenset("and that if when because but , before after while how why ?".split())


def point(question: str, focus: Focus) -> str:
    """The question with what points back written out; as it was when nothing does."""
    reading = Reading.of(question, focus)
    return edited(question, [edit for rule in _RULES for edit in rule(reading)])


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
        event = owner is None and any(happens(later) for later in reading.tokens[number + 1 : number + 4])
        meant = meanings.get(kind) or _both(reading, kind) or reading.focus.meant(kind, [*others, *beside], event=event)
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
    return " and ".join(reading.focus.two) if two else ""


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
    if not any(fits(phrase, kind) or (kind in PERSON and _is_person(phrase)) for phrase in earlier):
        return False
    last = max(phrase.end for phrase in earlier)
    between = {token.low for token in reading.tokens if last <= token.start < pronoun.start}
    return pronoun.kind == "poss" or bool(between & _NEW_CLAUSE)


def _is_person(phrase: Phrase) -> bool:
    return singular(phrase.head.lower()) in words.PERSONS


def ones(reading: Reading) -> list[Edit]:
    """From "What is the largest one?" "What is the largest mammal?"; "the second one" of a list is its second item."""
    topic = reading.focus.topic
    # Of Peru there is but one: "the second one" is then of something else.
    topic_named = topic is not None and topic.named and not topic.plural and not topic.indefinite
    edits = []
    for number, token in enumerate(reading.tokens):
        before, after = reading.token(number - 1), reading.token(number + 1)
        ordinal = before if token.low == "one" else token
        article = reading.token(number - 2 if token.low == "one" else number - 1)
        alone = token.low == "one" or after.kind not in ("noun", "name", "adj", "gen")
        item = reading.focus.said.item(ordinal.low) if article.low == "the" and alone and after.low != "of" else ""
        if item and after.low not in ("one", "ones"):
            edits.append((article.start, token.end, item))
            continue
        several = reading.focus.several()
        if several is None or token.low not in ("one", "ones") or after.low == "of":
            continue
        if (
            before.kind in ("verb", "prep")
            and token.low == "one"
            and after.kind in ("mark", "prep")
            and not topic_named
        ):
            edits.append((token.start, token.end, f"one of {several.text}" if several.plural else several.text))
        elif before.kind in ("adj", "det", "dem", "wh") and after.kind not in ("noun", "adj", "name"):
            of = several if topic_named else topic or several
            if of == topic and topic_named:
                continue
            edits.append((token.start, token.end, plural(several.bare) if token.low == "ones" else one_of(of)))
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
    if number == 2 and re.match(r"who (?:is|was) ", reading.text, re.IGNORECASE):
        person = reading.focus.meant("he")
        return [(token.start, token.end, person)] if person else []
    alone = reading.token(number + 1).kind in ("mark", "prep", "verb", "aux", "adv", "conj", "adj")
    clause = token.low == "that" and number > 0 and reading.token(number - 1).kind in ("noun", "name", "adj")
    return [(token.start, token.end, topic.text)] if topic and alone and not clause else []


def there(reading: Reading) -> list[Edit]:
    """From "Who lives there?" "Who lives in Ann Arbor?"; not "Is there a lake?"."""
    place = reading.focus.place()
    edits = []
    for number, token in enumerate(reading.tokens):
        around = {reading.token(number - 1).kind, reading.token(number + 1).kind}
        if token.low == "there" and place and number > 0 and "aux" not in around:
            edits.append((token.start, token.end, f"in {place}"))
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
    """One of what the topic is several of: "tiger shark" of "tiger sharks", "pilot" of "the first pilot"."""
    ranked, _, rest = topic.bare.partition(" ")
    first, _, last = (rest if rest and ranked.lower() in words.SUPERLATIVES else topic.bare).rpartition(" ")
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
