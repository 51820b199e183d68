"""Tells whose something is: "Leith's mayor" does not say who Dover's mayor is. Knows English possessives alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.text import plain

# What somebody or some place has one of, so that its holder has a name.
ROLE = (
    r"(?:president|premier|minister|chancellor|king|queen|prince|princess|leader|chief|head|chair(?:man|woman|person)?"
    r"|director|secretary|spokes(?:man|woman|person)|ambassador|diplomat|official|governor|mayor|senator|general|colonel"
    r"|captain|commander|admiral|officer|analyst|expert|fellow|researcher|scholar|professor|scientist|engineer"
    r"|historian|economist|lawyer|judge|doctor|dr|journalist|reporter|correspondent|editor|author|writer|photographer"
    r"|founder|owner|manager|adviser|advisor|activist|coach|captain|player|singer|actor|actress|painter|architect)"
)
_RELATIVE = r"(?:father|mother|son|daughter|brother|sister|wife|husband|widow|uncle|aunt|successor|predecessor|deputy)"
_THINGS = rf"(?:{ROLE}|{_RELATIVE}|ministry|capital|government|parliament|army|population|currency|birthplace)"
# Letters that a place and its people have in common: Turkey and Turkish, Armenia and Armenians.
SHARED = 4
# A word of an owner's name: no preposition, which questions in small letters would let in, and none across a full stop.
_NAME = r"(?!(?:with|of|in|on|at|the|for|from|and|to|by|its|his|her|their)\b)[A-Z][\w-]*(?:\.[\w-]+)*"
_OWNER = rf"(?P<owner>{_NAME}(?: {_NAME}){{0,3}}?)"
_THING = rf"(?P<kind>(?:(?!of\b)[A-Za-z][\w-]* ){{0,2}}?)(?P<thing>(?i:{_THINGS}))(?![\w-])"
_NO_OWNER = r"(?:The|An?|Who|What|When|Which|Is|Was|Former|His|Her|Its|Their)\b"
_FORMS = (
    re.compile(rf"(?<![\w-]){_OWNER}['’]s? {_THING}"),
    re.compile(rf"(?<![\w-]){_THING} of (?:the )?{_OWNER}(?![\w-])"),
    re.compile(rf"(?<![\w-])(?!{_NO_OWNER}){_OWNER} {_THING}"),
)
_ROLE_QUESTION = re.compile(
    r"^(?:and |so )?(?:who|what|which \w+)(?:['’]s| is| are| was| were) (?P<what>.+?)\W*$", re.IGNORECASE
)
# People type questions in small letters.
_ASKED = (*(re.compile(form.pattern, re.IGNORECASE) for form in _FORMS[:2]), _FORMS[2])
# What texts seldom say in other words: whoever founded Leith is its founder, but who rules Peru may not be its king.
_SO_CALLED = frozenset("president minister premier chancellor king queen mayor governor capital currency".split())
# A foreign minister is another one than the defence minister; an executive president is the president.
_OF_KINDS = frozenset("minister secretary ministry director officer".split())
_PLAIN_KINDS = frozenset("the a an current present then".split())


@dataclass(frozen=True, slots=True)
class Owned:
    """Somebody's something, at `start:end` of a text: of "Leith's deputy mayor" leith, deputy and mayor."""

    owner: str
    kind: str
    thing: str
    start: int
    end: int

    def may_be(self, other: Owned) -> bool:
        """Whether both may be the same thing of the same owner."""
        owners = any(one[:SHARED] == two[:SHARED] for one in self.owner.split() for two in other.owner.split())
        kinds = self.kind == other.kind or not (self.kind and other.kind and self.thing in _OF_KINDS)
        return owners and kinds and self.thing == other.thing


def owned_in(text: str) -> list[Owned]:
    """Everything that a text says to be somebody's."""
    return list(_find(text, _FORMS))


def role_asked(question: str) -> Owned | None:
    """What "Who is Leith's mayor?" and "What is the capital of Peru?" ask for; None for questions of other forms."""
    match = _ROLE_QUESTION.match(question)
    if match is None:
        return None
    asked = list(_find(match["what"], _ASKED))
    whole = asked and len(match["what"]) - (asked[0].end - asked[0].start) <= len("the ")
    return asked[0] if whole else None


def belongs_elsewhere(asked: Owned, text: str, around: str) -> bool:
    """Whether the text tells of the very thing that is asked about, but only as somebody else's or of another kind.

    Of a president, a capital and the like the text has to say the word, and the passage around it whose it is.
    """
    if asked.thing in _SO_CALLED and not (_has(text, asked.thing) and _has(around, asked.owner[:SHARED])):
        return True
    alike = [other for other in owned_in(text) if other.thing == asked.thing]
    return bool(alike) and not any(asked.may_be(other) for other in alike)


def _has(text: str, beginning: str) -> bool:
    return re.search(rf"\b{re.escape(beginning)}", plain(text)) is not None


def _find(text: str, forms: Sequence[re.Pattern[str]]) -> Iterator[Owned]:
    for form in forms:
        for match in form.finditer(text):
            kinds = [word for word in plain(match["kind"]).split() if word not in _PLAIN_KINDS]
            yield Owned(plain(match["owner"]), kinds[-1] if kinds else "", plain(match["thing"]), *match.span())
