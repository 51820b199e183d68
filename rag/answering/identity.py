"""Finds where a text says who somebody is: "Ann Lee, the mayor of Leith", "Leith's mayor, Ann Lee". Knows English.

A reader that learnt from questions about events is weak at "Who is Ann Lee?" and "What is Peru's capital?", and texts
say such things in few forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answering.evidence import Evidence, evidence_at
from rag.answering.owners import ROLE, Owned, owned_in, role_asked
from rag.schema import Hit
from rag.sentences import sentence_spans

# Log-odds of words that tell by their form, on the scale of a reader's; less for a form that is less sure.
_SCORE = 8.0
_ASKED = re.compile(
    r"^(?:and |so )?(?:who|what)(?:['’]s| is| are| was| were) (?:an? |the )?"
    r"(?P<name>[\w.'’-]+(?: [\w.'’-]+){0,3}?)\W*$",
    re.IGNORECASE,
)
_SAID_OF = re.compile(
    r"\b(?:said|told|called|doing|happening|going|happened|they|he|she|it|this|that|you|of|in|on|for|by|to|with|from)\b",
    re.IGNORECASE,
)
_LEADING = r"(?:an?|the|one of|then|now|formerly|currently|(?<![\w-])[A-Z][\w.-]*['’]s?)"
_BEFORE_ROLE = r"(?:the|former|then|late|acting|deputy|vice|prime|foreign|defen[cs]e|(?<![\w-])[A-Z][\w.-]*(?:['’]s)?)"
_OTHERS = r"(?:[A-Z][\w.'’-]*\s){0,3}"
_END = r"(?=[,;.)—]|$)"
_CALLED = r"(?P<told>(?<![\w-])[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,3})"
_CALLED_BEFORE = re.compile(rf"{_CALLED}(?:, (?:who (?:is|was) )?| (?:is|was) |\s\()(?:the )?$")
_CALLED_AFTER = re.compile(rf"(?:,? |,? is |\s\(){_CALLED}(?!['’]s)")


def introductions(question: str, hits: Sequence[Hit]) -> list[Evidence]:
    """The words of the hits that say who or what a question asks about; none for other questions."""
    role = role_asked(question)
    asked = None if role else _ASKED.match(question)
    forms = _forms(asked["name"]) if asked and not _SAID_OF.search(asked["name"]) else ()
    return [
        evidence_at(hit, sentence, told, score)
        for hit in hits
        for sentence in sentence_spans(hit.passage.text)
        for score, told in _told(hit.passage.text, sentence, forms, role)
    ]


def _told(
    text: str, sentence: tuple[int, int], forms: Sequence[re.Pattern[str]], role: Owned | None
) -> Iterator[tuple[float, tuple[int, int]]]:
    """Spans of the sentence's words that describe a name in one of the forms, or name who holds the role; scores."""
    start, end = sentence
    for place, form in enumerate(forms):
        if match := form.search(text, start, end):
            yield _SCORE - place, match.span("told")
    for owned in owned_in(text[start:end]) if role else ():
        if role and role.may_be(owned):
            before = _CALLED_BEFORE.search(text, start, start + owned.start)
            if match := before or _CALLED_AFTER.match(text, start + owned.end, end):
                yield _SCORE, match.span("told")


def _forms(name: str) -> tuple[re.Pattern[str], ...]:
    """How a text introduces the name, the surest form first."""
    words = [_capital(word) for word in name.split()]
    whole = r"\s(?:[A-Z][\w.'’-]*\s)?".join(words)
    # "Ann Lee" may be Lee later on, but not Tom Lee; "Lee" may be Ann Lee.
    named = rf"(?:{whole}|(?<![A-Z]\w)(?<!\w\s){words[-1]})" if len(words) > 1 else rf"{_OTHERS}{whole}"
    named = rf"(?<![\w-]){named}(?![\w-]|['’]s)"
    role = rf"{_LEADING}\s(?:[\w'’-]+\s){{0,7}}?(?i:{ROLE})(?:\s[\w'’-]+){{0,5}}"
    return (
        re.compile(rf"{named}(?:,| \() ?(?:who (?:is|was) )?(?P<told>{_LEADING}\s[^,;.()—]+){_END}"),
        re.compile(rf"(?P<told>(?:{_BEFORE_ROLE}\s){{0,3}}(?i:{ROLE}))\]? {named}"),
        re.compile(rf"(?P<told>{role}), {named}(?=[,;.)])"),
        re.compile(rf"{named},? (?:is|was|became) (?P<told>(?:an?|the|one of)\s[^,;.()—]+)"),
        re.compile(rf"{named}, who (?P<told>(?!is\b|was\b)[a-z][^,;.()—]+){_END}"),
    )


def _capital(word: str) -> str:
    return f"[{re.escape(word[0].upper())}](?i:{re.escape(word[1:])})" if word[0].isalpha() else re.escape(word)
