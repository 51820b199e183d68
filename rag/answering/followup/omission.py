"""Writes out what a question leaves out because the conversation has it: "What are the symptoms?", "the biggest ever".

Each rule is a function from a question, read beside the focus of the conversation, to edits; its docstring is its
example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering.followup import words
from rag.answering.followup.focus import Focus
from rag.answering.followup.forms import singular
from rag.answering.followup.grammar import Phrase, Token
from rag.answering.followup.pointing import one_of, point, with_topic
from rag.answering.followup.reading import Edit, Reading, edited

_COMPARES = re.compile(
    r"\b(?P<how>compare|differ|different|similar)\s*[?.]*$|\bother (?:similar )?\w+\s*[?.]*$", re.IGNORECASE
)
_LINKS = {"compare": "to", "similar": "to", "differ": "from", "different": "from"}
# Verbs that want something after them, and the word that leads to it.
_WANTING = {
    **dict.fromkeys("agree agreed disagree disagreed cooperate".split(), "with"),
    **dict.fromkeys("object objected respond responded react reacted contribute contributed".split(), "to"),
    **dict.fromkeys("benefit benefited profit profited suffer suffered".split(), "from"),
    **dict.fromkeys("participate participated".split(), "in"),
    **dict.fromkeys("responsible".split(), "for"),
}
_ENDING = re.compile(rf"\b(?P<word>{'|'.join(_WANTING)})\s*[?.]*$", re.IGNORECASE)


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
        if not _wants_owner(phrase) or reading.completes(phrase) or _is_the_writer(phrase, reading):
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


def _is_the_writer(phrase: Phrase, reading: Reading) -> bool:
    """Whether the one who wrote what is read is meant: "Does the author agree?", but not "Who is the author?"."""
    before = [token for token in reading.tokens if token.end <= phrase.start]
    return phrase.head.lower() in ("author", "writer") and bool(before) and before[-1].low in words.HELPERS


def classes(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "Does jazz thrive in the city?" "Does jazz thrive in the city (Ann Arbor)?"."""
    for phrase in reading.phrases:
        known = phrase.bridging and singular(phrase.head.lower()) in words.CLASSES
        if known and not reading.completes(phrase) and not _is_the_writer(phrase, reading):
            return [(phrase.start, phrase.end, with_topic(phrase, topic))]
    return []


def comparisons(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "How does an ESA compare?" "How does an ESA compare to a 529 plan?"."""
    match = _COMPARES.search(reading.text)
    if match is None or topic.bare.lower() in reading.text.lower():
        return []
    end = len(reading.text.rstrip(" ?."))
    return [(end, end, f" {_LINKS.get((match['how'] or '').lower(), 'besides')} {topic.text}")]


def wanting(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "How did China react?" "How did China react to the invasion?"."""
    match = _ENDING.search(reading.text)
    known = topic.bare.lower() in reading.text.lower()
    if match is None or known or " and " in reading.text or len(reading.phrases) > 1:
        return []
    return [(match.end("word"), match.end("word"), f" {_WANTING[match['word'].lower()]} {topic.text}")]


def unsaid(reading: Reading, topic: Phrase) -> list[Edit]:
    """From "Who won?" "Who won (the battle of Lund)?"; so too "How many ships sank?"."""
    tokens = [token for token in reading.tokens if token.kind not in ("adv", "mark")]
    talks = any(token.kind in ("pron", "poss", "dem") for token in tokens)
    if talks or len(tokens) < 2 or tokens[0].kind != "wh" or topic.bare.lower() in reading.text.lower():
        return []
    last = tokens[-1]
    happened = last.kind == "verb" and (last.low in words.PAST or last.low.endswith("ed"))
    asked_for = happened and len(reading.phrases) == 1 and not any(token.kind == "aux" for token in tokens)
    if reading.phrases and not asked_for:
        return []
    return [(last.end, last.end, f" ({topic.text})")]


_RULES: tuple[Callable[[Reading, Phrase], Sequence[Edit]], ...] = (
    superlatives,
    unowned,
    classes,
    comparisons,
    wanting,
    unsaid,
)
