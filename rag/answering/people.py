"""Lists the people whom texts introduce by a role: "Which Turkish officials are named?". Knows English forms alone.

Such a question shares no word with the sentences that answer it, so neither a search nor a reader finds them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import Evidence, evidence_at
from rag.answering.owners import ROLE, SHARED
from rag.schema import Hit
from rag.sentences import sentence_spans
from rag.text import plain

# Who counts as one of a group, by the words of a role.
_GROUPS = {
    "officials|politicians|leaders|statesmen": (
        r"president|premier|minister|chancellor|king|queen|leader|chief|secretary|spokes\w+|ambassador|diplomat|official"
        r"|governor|mayor|senator|general"
    ),
    "experts|analysts|scholars|researchers|academics|specialists": (
        "analyst|expert|fellow|researcher|scholar|professor|scientist|historian|economist"
    ),
    "journalists|reporters|authors|writers": "journalist|reporter|correspondent|editor|author|writer",
    "presidents": "president",
    "ministers": "minister|premier",
    "generals|officers|commanders": "general|colonel|captain|commander|admiral|officer",
    "people|persons|individuals": ROLE,
}
_NAMING = r"(?:named?|names|mention(?:s|ed)?|quote[sd]?|cite[sd]?|appears?|interview(?:s|ed)?)"
_ASKED = re.compile(
    r"^(?:which|what|who (?:are|were)|name|list)(?: all)?(?: of)?(?: the)?(?P<owner> [A-Z]\w+)?"
    rf" (?P<group>{'|'.join(_GROUPS)})\b(?P<rest>.*)$",
    re.IGNORECASE,
)
# Nothing in such a question chooses among them but whose they are: "Which officials met Putin?" is another question.
_CHOOSES_NOTHING = re.compile(
    r"(?i:are|were|is|be|do|does|did|has|have|all|the|this|in|by|articles?|text|documents?|story|report|author|account|here"
    rf"|there|that|who|{_NAMING})|[A-Z]\w*"
)
_SAYS_NAMED = re.compile(rf"\b{_NAMING}\b|^who (?:are|were) (?:all )?(?:the )?\w+\W*$", re.IGNORECASE)
_OPENERS = r"(?:To|In|On|For|By|With|At|But|And|When|While|As|If|The|An?|From|Since|After|Before|Both|Even)\b"
_WORD = rf"\b(?!{_OPENERS})[A-Z][\w'’-]*[a-zß-ÿ](?<!['’]s)"
_NAME = rf"(?P<name>{_WORD}(?:\s{_WORD}){{1,3}})"
_WHOSE = rf"(?:(?:an?|the|one of|then|now|former)\s|{_WORD}['’]s?\s)"
_TOLD = rf"(?P<told>{_WHOSE}(?:[\w'’-]+\s){{0,7}}?(?i:{ROLE})\b[^,;.()]*)"
_FORMS = (
    re.compile(rf"{_NAME},\s(?:who (?:is|was) )?{_TOLD}"),
    re.compile(rf"{_TOLD},\s{_NAME}"),
    re.compile(rf"(?P<told>(?:\b[A-Z][\w.]*(?:['’]s?)?\s){{0,3}}(?!fellow\b)(?i:{ROLE}))\]?\s{_NAME}"),
)


def asks_who_is_named(question: str) -> bool:
    """Whether a question asks for the people of a group that the documents name, and for nothing else."""
    asked = _ASKED.match(question)
    # Word by word: one pattern for them all would try every way to divide a long question.
    words = re.findall(r"\w+", asked["rest"]) if asked else []
    plain_rest = asked is not None and all(map(_CHOOSES_NOTHING.fullmatch, words))
    return plain_rest and _SAYS_NAMED.search(question) is not None


def named_people(question: str, hits: Sequence[Hit]) -> list[Evidence]:
    """Everybody of the group that a question asks for, in the order of the hits; none for other questions."""
    asked = _ASKED.match(question) if asks_who_is_named(question) else None
    if asked is None:
        return []
    group = next(roles for words, roles in _GROUPS.items() if asked["group"].lower() in words.split("|"))
    owner = plain((asked["owner"] or "").strip())[:SHARED]
    found: dict[str, Evidence] = {}
    for hit in hits:
        text = hit.passage.text
        for sentence in sentence_spans(text):
            for match in (match for form in _FORMS for match in form.finditer(text, *sentence)):
                if re.search(rf"\b(?:{group})\b", plain(match["told"])) and _is_of(owner, match["told"]):
                    name = plain(match["name"].split()[-1])
                    found.setdefault(name, evidence_at(hit, sentence, match.span("name"), 0.0))
    return list(found.values())


def _is_of(owner: str, told: str) -> bool:
    return not owner or any(word.startswith(owner) for word in plain(told).split())
