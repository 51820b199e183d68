"""Sentences with their true evidence, and the same with an error planted in them. Knows texts, no checker.

A SQuAD row gives up to three true sentences: the one of the paragraph that holds the answer, as it is and shortened,
and question and answer as one statement. Each error changes as little as it can: one name, one number, one "not".
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from evals.datasets import SquadQuestion
from rag.answering.llm.facts import is_name
from rag.answering.llm.numbers import WORD
from rag.sentences import sentence_spans

_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
_ASKED = r"(?:who|whom|what|which|when|where|why|how(?: many| much)?)"
_QUESTION = re.compile(rf"^(?P<ask>{_ASKED})\s+(?:(?P<verb>{_AUXILIARY})\s+)?(?P<rest>.+)$", re.IGNORECASE)
_ASKS_LAST = re.compile(rf"\s{_ASKED}$", re.IGNORECASE)
# "the capital of France", and not "the capital of France called".
_NOUN_PHRASE = re.compile(
    r"(?:the|a|an|[A-Z]\S*) (?!.*\b(?:\w+ed|known|as|by|for|from|to|with|on|at|about|that|who|which|of)$)"
    r"(?!.*\b(?:is|are|was|were|has|have|had|did|does|do)\b).+"
)
_PARTICIPLE = re.compile(r"(.+) (\w+ed|born|built|found|held|made|written|known|begun|won|lost|taken|given)$")
_INSERTION = re.compile(r"\s*\([^()]*\)|,\s(?:which|who|where)\b[^,.;]*,|;.*(?=[.!?]$)")
_MONTHS = "January February March April May June July August September October November December".split()
_COUNTS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()
_NUMBER = re.compile(rf"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?=\D|$)|\b(?:{'|'.join(_COUNTS)})\b")
_DATE = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b(?= \d)|(?<=\d )\b(?:{'|'.join(_MONTHS)})\b")
_DENIABLE = re.compile(r"\b(is|are|was|were|can|could|will|would|has|have|had)\b(?! not)")
Plant = Callable[[str, Sequence[str], random.Random], str]


def true_sentences(row: SquadQuestion) -> Iterator[tuple[str, str]]:
    """(kind, sentence) pairs that the row's paragraph supports; none for a row without an answer."""
    if not row.answers:
        return
    start = row.starts[0]
    sentence = next((row.context[a:b] for a, b in sentence_spans(row.context) if a <= start < b), "")
    if len(sentence.split()) >= 6:
        yield "sentence", sentence
        short = " ".join(_INSERTION.sub(" ", sentence).replace(" ,", ",").split())
        if row.answers[0] in short and len(short) < len(sentence) - 3:
            yield "shortened", short
    statement = declarative(row.question, row.answers[0])
    if statement and len(statement.split()) >= 4:
        yield "question and answer", statement


def declarative(question: str, answer: str) -> str:
    """Question and answer as one statement in plain word order; empty for the forms that rules do not get right.

    Verbs stay as the question has them: "When did the war end?" gives "The war end in 1990."
    """
    asked = " ".join(question.split()).rstrip("?. ")
    if _ASKS_LAST.search(asked):
        return _sentence(_ASKS_LAST.sub(lambda _: f" {answer}", asked))
    match = _QUESTION.match(asked)
    if match is None:
        return ""
    words = _in_order(match["ask"].lower(), (match["verb"] or "").lower(), match["rest"], answer)
    return _sentence(words) if words else ""


def _in_order(ask: str, verb: str, rest: str, answer: str) -> str:
    """The words of a question that opens with `ask` and an auxiliary `verb`, as a statement; empty for other forms."""
    participle = _PARTICIPLE.match(rest)
    words = ""
    if ask == "who" and verb not in ("do", "does", "did"):
        words = f"{answer} {verb} {rest}"
    elif verb in ("do", "does", "did"):
        words = f"{rest} {answer}"
    elif ask in ("what", "which", "who") and _NOUN_PHRASE.fullmatch(rest) and verb:
        words = f"{rest} {verb} {answer}"
    elif ask in ("when", "where") and verb and participle:
        where = "" if re.match(r"(?:in|on|at|by|from|to|during|after|before|near)\b", answer) else "in "
        words = f"{participle[1]} {verb} {participle[2]} {where}{answer}"
    elif ask.startswith("how m") and not verb and not re.search(rf"\b{_AUXILIARY}\b", rest):
        words = f"{answer} {rest}"
    return words


def names_of(text: str) -> list[str]:
    """Runs of names in a text, its sentences' first words left out."""
    found: list[tuple[int, int]] = []
    opening = {start for start, _ in sentence_spans(text)}
    for match in WORD.finditer(text):
        if match.start() in opening or not is_name(match.group()) or len(match.group()) < 3:
            continue
        if found and text[found[-1][1] : match.start()] == " ":
            found[-1] = (found[-1][0], match.end())
        else:
            found.append((match.start(), match.end()))
    return list(dict.fromkeys(re.sub(r"[’']s$", "", text[start:end]) for start, end in found))


def change_name(sentence: str, others: Sequence[str], chance: random.Random) -> str:
    """One name replaced by one of `others` that the sentence lacks."""
    own = names_of(sentence)
    words = {word.lower() for word in WORD.findall(sentence)}
    fitting = [name for name in others if not words & {word.lower() for word in WORD.findall(name)}]
    return sentence.replace(chance.choice(own), chance.choice(fitting)) if own and fitting else ""


def change_number(sentence: str, _: Sequence[str], chance: random.Random) -> str:
    """One number replaced by another of its size."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return ""
    match = chance.choice(found)
    old = match.group()
    if old in _COUNTS:
        new = chance.choice([word for word in _COUNTS if word != old])
    else:
        figure = next(place for place in reversed(range(len(old))) if old[place].isdigit())
        digit = chance.choice([one for one in "123456789" if one != old[figure]])
        new = old[:figure] + digit + old[figure + 1 :]
    return sentence[: match.start()] + new + sentence[match.end() :]


def change_date(sentence: str, _: Sequence[str], chance: random.Random) -> str:
    """One month of a date replaced by another."""
    found = list(_DATE.finditer(sentence))
    if not found:
        return ""
    match = chance.choice(found)
    new = chance.choice([month for month in _MONTHS if month != match.group()])
    return sentence[: match.start()] + new + sentence[match.end() :]


def negate(sentence: str, _: Sequence[str], chance: random.Random) -> str:
    """A "not" put in, or the only one taken out."""
    del chance
    if re.search(r"\bnot\b", sentence):
        return re.sub(r"\s*\bnot\b", "", sentence, count=1)
    return _DENIABLE.sub(r"\1 not", sentence, count=1) if _DENIABLE.search(sentence) else ""


def swap_roles(sentence: str, _: Sequence[str], chance: random.Random) -> str:
    """Two names in each other's place."""
    own = [name for name in names_of(sentence) if sentence.count(name) == 1]
    if len(own) < 2:
        return ""
    one, other = chance.sample(own, 2)
    if one in other or other in one:
        return ""
    return sentence.replace(one, "\0").replace(other, one).replace("\0", other)


ERRORS: Mapping[str, Plant] = {
    "changed name": change_name,
    "changed number": change_number,
    "changed date": change_date,
    "negation": negate,
    "swapped roles": swap_roles,
}


def _sentence(words: str) -> str:
    words = " ".join(words.split())
    return f"{words[:1].upper()}{words[1:]}."
