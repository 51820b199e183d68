"""Writes out what a question leaves out because the conversation has it: "What are the symptoms?", "the biggest ever".

Each rule is a function from a question, read beside the focus of the conversation, to edits; its docstring is its
example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering.followup import words
from rag.answering.followup.focus import Focus
from rag.answering.followup.grammar import Phrase, Token, singular
from rag.answering.followup.pointing import Edit, Reading, edited, one_of, point, with_topic

_COMPARES = re.compile(
    r"\b(?P<how>compare|differ|different|similar)\s*[?.]*$|\bother (?:similar )?\w+\s*[?.]*$", re.IGNORECASE
)
_LINKS = {"compare": "to", "similar": "to", "differ": "from", "different": "from"}


def resolve(question: str, focus: Focus) -> str:
    """The question with what points back, or is left out, written out; as it was when nothing is.

    What points back ("it") says what is meant, so only a question without such words is searched for what it leaves
    out, and the first rule that finds something is enough.
    """
    pointed = point(question, focus)
    if pointed != question or focus.topic is None:
        return pointed
    reading = Reading.of(question, focus)
    return edited(question, next((edits for rule in _RULES if (edits := rule(reading, focus.topic))), []))


def superlatives(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "What's the biggest ever caught?" "What's the biggest shark ever caught?"."""
    for number, token in enumerate(reading.tokens):
        most = reading.token(number - 1).low in ("most", "least")
        article = reading.token(number - 2 if most else number - 1).low
        named_before = any(phrase.end <= token.start for phrase in reading.phrases)
        if article == "the" and _ranks(token, most=most) and not named_before and _lacks_noun(reading, number):
            group = topic.plural and topic.text != topic.bare
            return [(token.end, token.end, f" of {topic.text}" if group else f" {one_of(topic)}")]
    return []


def _ranks(token: Token, *, most: bool) -> bool:
    superlative = token.low in words.SUPERLATIVES or (len(token.low) > 5 and token.low.endswith("est"))
    return superlative or (most and token.kind == "adj")


def _lacks_noun(reading: Reading, number: int) -> bool:
    """Whether no noun follows: "the first in Peru", "the first invented", but not "the first united team"."""
    after, later = reading.token(number + 1), reading.token(number + 2)
    participle = after.low.endswith("ed") and later.kind not in ("noun", "name", "adj")
    return participle or (after.kind not in ("noun", "name", "adj", "gen") and after.low != "of")


def unowned(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "What are the symptoms?" "What are the symptoms of anemia?"; "the effects on Peru" are of something too."""
    for number, phrase in enumerate(reading.phrases):
        if not _wants_owner(phrase) or reading.completes(phrase):
            continue
        others = reading.phrases[:number] + reading.phrases[number + 1 :]
        after = reading.after(phrase.end).low
        on_something = number == 0 and (after == "on" or (after == "in" and not any(other.named for other in others)))
        if on_something or all(other.relational for other in others):
            return [(phrase.end, phrase.end, f" of {topic.text}")]
    return []


def _wants_owner(phrase: Phrase) -> bool:
    """Whether a noun is of something that goes without saying: "the symptoms", "the test"; "the moon" is nobody's."""
    common = words.UNIQUE | words.SOURCES | words.TIMES
    return phrase.relational or (phrase.bridging and singular(phrase.head.lower()) not in common)


def classes(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "Does jazz thrive in the city?" "Does jazz thrive in the city (Ann Arbor)?"."""
    for phrase in reading.phrases:
        if phrase.bridging and singular(phrase.head.lower()) in words.CLASSES and not reading.completes(phrase):
            return [(phrase.start, phrase.end, with_topic(phrase, topic))]
    return []


def comparisons(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "How does an ESA compare?" "How does an ESA compare to a 529 plan?"."""
    match = _COMPARES.search(reading.text)
    if match is None or topic.bare.lower() in reading.text.lower():
        return []
    end = len(reading.text.rstrip(" ?."))
    return [(end, end, f" {_LINKS.get((match['how'] or '').lower(), 'besides')} {topic.text}")]


_RULES: tuple[Callable[[Reading, Phrase], Sequence[Edit]], ...] = (
    superlatives,
    unowned,
    classes,
    comparisons,
)
