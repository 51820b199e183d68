"""Gives each word of a question its class, and finds its noun phrases. Rules of form; knows no conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from rag.answering.followup import words
from rag.answering.followup.forms import is_plural, singular

Kind = Literal[
    "noun", "name", "adj", "verb", "det", "dem", "poss", "prep", "pron", "wh", "aux", "conj", "adv", "gen", "mark"
]

_SHORT = r"['’](?:s|m|re|ve|ll|d)\b"
_TOKEN = re.compile(rf"\w+(?:-\w+|(?!{_SHORT})['’]\w+)*|{_SHORT}|[^\w\s]")
_CLOSED: tuple[tuple[frozenset[str], Kind], ...] = (
    (words.WH, "wh"),
    (words.AUXILIARY, "aux"),
    (words.DETERMINERS, "det"),
    (words.DEMONSTRATIVES, "dem"),
    (frozenset(words.PRONOUNS), "pron"),
    (words.PREPOSITIONS, "prep"),
    (words.CONJUNCTIONS, "conj"),
    (frozenset(words.POSSESSIVES), "poss"),
)
_PLURAL_NAME = re.compile(r"(?:\d|an|er|ist|ni|rd|rk)s$")
_SHORT_AUXILIARIES = frozenset("'s 'm 're 've 'll 'd".split())
_OPENS_NOUN = frozenset({"det", "dem", "poss", "adj", "gen"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark, `question[start:end]`, and its class."""

    text: str
    start: int
    end: int
    kind: Kind

    @property
    def low(self) -> str:
        """The word in lower case, with a plain apostrophe."""
        return self.text.lower().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase, `question[start:end]`: its words, and what may be told from them."""

    text: str
    start: int
    end: int
    head: str
    plural: bool
    named: bool

    @property
    def bare(self) -> str:
        """Without its article."""
        return re.sub(
            r"^(?:(?:the|an?|some|any|no|each|every|all|both|another|many|most|few|several|other)\s+)+",
            "",
            self.text,
            flags=re.IGNORECASE,
        )

    @property
    def bridging(self) -> bool:
        """Whether it is a part or matter of what was talked about: "the test", "the results"."""
        return not self.named and re.fullmatch(r"the \w+", self.text, re.IGNORECASE) is not None

    @property
    def full_name(self) -> bool:
        """Whether it is a name of two to four words: "Ada Berg"."""
        parts = self.bare.split()
        return 2 <= len(parts) <= 4 and all(part[0].isupper() for part in parts)

    @property
    def indefinite(self) -> bool:
        """Whether it is one of a kind: "a hedge fund"."""
        return re.match(r"an?\s", self.text, re.IGNORECASE) is not None

    @property
    def relational(self) -> bool:
        """Whether it says nothing until it is said of something: "the main symptoms", but not "the conflict theory"."""
        *before, head = self.bare.lower().split() or [""]
        return not self.named and singular(head) in words.RELATIONAL and all(_is_broad(word) for word in before)


def _is_broad(word: str) -> bool:
    """Whether the word leaves open what "methods" are meant: "main" and "economic" do, "vaccination" does not."""
    listed = word in words.ADJECTIVES or word in words.ADVERBS or singular(word) in words.RELATIONAL
    return listed or word in ("and", "or", "two", "three", "four", "five") or word.endswith(words.BROAD_ENDINGS)


def tag(question: str) -> list[Token]:
    """The words and marks of a question with their classes, in order."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(question):
        token = Token(match.group(), match.start(), match.end(), "noun")
        tokens.append(Token(token.text, token.start, token.end, _kind(token, tokens)))
    return _with_predicate(_settle(tokens))


def phrases(tokens: Sequence[Token], question: str) -> list[Phrase]:
    """The noun phrases, in order. "A of B" and "A and B" stay apart."""
    found: list[Phrase] = []
    run: list[Token] = []
    for token in [*tokens, Token("", len(question), len(question), "mark")]:
        opens = token.kind in ("det", "dem") and bool(run)
        if token.kind in ("noun", "name", "adj", "det", "dem", "gen") and not opens:
            run.append(token)
            continue
        found.extend(_phrase(run, question))
        run = [token] if opens else []
    return found


def _phrase(run: Sequence[Token], question: str) -> list[Phrase]:
    """The run as a phrase, if it has a noun, without the adjectives after it ("throat cancer treatable")."""
    nouns = [number for number, token in enumerate(run) if token.kind in ("noun", "name")]
    if not nouns:
        return []
    kept = run[: nouns[-1] + 1]
    while kept and kept[0].kind == "gen":
        kept = kept[1:]
    start, end, head = kept[0].start, kept[-1].end, kept[-1]
    named = any(token.kind == "name" for token in kept)
    several = _PLURAL_NAME.search(head.text) is not None if head.kind == "name" else is_plural(head.text)
    several = several or (head.kind == "name" and kept[0].low in ("the", "both") and is_plural(head.text))
    return [Phrase(question[start:end], start, end, head.text, several, named)]


def _kind(token: Token, before: Sequence[Token]) -> Kind:
    """The class of a word after the words before it."""
    low, last = token.low, before[-1] if before else None
    if not low[-1].isalnum():
        return "mark"
    if low in _SHORT_AUXILIARIES:
        owns = low == "'s" and not (last and last.kind in ("wh", "pron", "adv"))
        return "gen" if owns else "aux"
    closed = next((kind for members, kind in _CLOSED if low in members), None)
    capital = token.text != token.text.lower() and last is not None and last.text not in '.?!:"“'
    # "The" and "Is" of a title stay what they are; "US", "WHO", "May" and "Will" are names.
    if capital and (closed is None or low in ("may", "will") or (token.text.isupper() and len(low) > 1)):
        return "name"
    return closed or _open_kind(token, before)


def _open_kind(token: Token, before: Sequence[Token]) -> Kind:
    """The class of a word that is in no closed list."""
    low, last = token.low, before[-1].kind if before else "mark"
    opened = last in _OPENS_NOUN
    if low in words.PLAIN_ADVERBS or (low in words.ADVERBS and (not opened or last == "adj")):
        return "adv"
    if _looks_like_adjective(token) or (before and before[-1].low == "how"):
        return "adj"
    if low.endswith("ly") and len(low) > 4:
        return "adv"
    if _is_verb(token, before):
        return "verb"
    if opened and low.endswith("ed") and len(low) > 4:
        return "adj"
    return "name" if not before and token.text[0].isupper() else "noun"


def _looks_like_adjective(token: Token) -> bool:
    low = token.low
    listed = low in words.ADJECTIVES or low.endswith(words.ADJECTIVE_ENDINGS)
    return listed or (len(low) > 5 and low.endswith("est")) or ("-" in low and low == token.text)


def _is_verb(token: Token, before: Sequence[Token]) -> bool:
    """Whether a verb may stand here: not after "the"; and after a noun only where the clause still wants one."""
    low, last = token.low, before[-1] if before else None
    base = _stem(low) in words.VERBS
    past = low in words.PAST or (low.endswith("ed") and len(low) > 4)
    if last is None or last.low == "to":
        return base
    if last.low in ("this", "that") and len(before) > 1 and before[-2].kind == "aux":
        return base or past
    if last.kind in _OPENS_NOUN or last.kind == "prep":
        return False
    helper = next((word for word in reversed(before) if word.kind in ("aux", "verb")), None)
    if low.endswith("ing"):
        return (last.kind == "aux" and base) or (helper is not None and helper.low == "been")
    waits = helper is None or (helper.kind == "aux" and helper.low not in words.BE)
    return past or (base and (waits or last.kind not in ("noun", "name", "aux")))


def _stem(low: str) -> str:
    """The base form of a regular verb, where it is listed."""
    cut = low.removesuffix("ing")
    stems = [low, low.removesuffix("s"), cut, f"{cut}e"]
    stems += [low.removesuffix("es")] if low.endswith(("ses", "xes", "ches", "shes", "oes", "zes")) else []
    return next((stem for stem in stems if stem in words.VERBS), low)


def happens(token: Token) -> bool:
    """Whether it is a verb of what takes place: "did it end", "has it begun"."""
    return token.kind == "verb" and (_stem(token.low) in words.HAPPENING or token.low in words.HAPPENING)


def _settle(tokens: Sequence[Token]) -> list[Token]:
    """Words whose class the next word decides: "her plan" but "to her", "of mixing drinks" but "of mixing"."""
    settled = list(tokens)
    for number, (token, after) in enumerate(pairwise(tokens)):
        opens = after.kind in ("noun", "name", "adj") or (after.kind == "verb" and token.low == "her")
        if token.low == "her" and opens:
            settled[number] = replace(token, kind="poss")
            settled[number + 1] = replace(after, kind="noun") if after.kind == "verb" else after
        elif token.low.endswith("ing") and _stem(token.low) in words.VERBS and number and opens:
            settled[number] = replace(token, kind="verb") if tokens[number - 1].kind in ("prep", "verb") else token
    return settled


def _with_predicate(tokens: list[Token]) -> list[Token]:
    """After "did" a verb has to come, after "is" a noun or adjective: "Did Peru backtrack?", "Is it rustproof?"."""
    helper = next((number for number, token in enumerate(tokens) if token.kind == "aux"), None)
    if helper is None or any(token.kind in ("aux", "verb") for token in tokens[helper + 1 :]):
        return tokens
    end = helper + 1
    while end < len(tokens) and tokens[end].kind in ("det", "dem", "poss", "gen", "adj", "noun", "name", "pron"):
        end += 1
    subjects: tuple[Kind, ...] = ("noun", "name", "pron") if tokens[helper].low in words.HELPERS else ("noun", "name")
    free = [number for number in range(helper + 2, end) if _may_be_predicate(tokens, number, subjects)]
    if tokens[helper].low in words.HELPERS and free:
        # A name or a plural is a whole subject: "caffeine elevate blood pressure" leaves open which word is the verb.
        closed = (one for one in free if tokens[one - 1].kind != "noun" or is_plural(tokens[one - 1].text))
        return _as(tokens, next(closed, free[-1]), "verb")
    closes = end == len(tokens) or tokens[end].kind == "mark"
    if tokens[helper].low in words.BE and helper == 0 and free == [end - 1] and closes:
        return _as(tokens, end - 1, "adj")
    return tokens


def _may_be_predicate(tokens: Sequence[Token], number: int, subjects: tuple[Kind, ...]) -> bool:
    token = tokens[number]
    return token.kind == "noun" and token.text.islower() and tokens[number - 1].kind in subjects


def _as(tokens: Sequence[Token], number: int, kind: Kind) -> list[Token]:
    return [*tokens[:number], replace(tokens[number], kind=kind), *tokens[number + 1 :]]
