"""A question as the rules see it, beside what was talked about before it, and the edits that they make to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.followup.focus import Focus
from rag.answering.followup.grammar import Phrase, Token, phrases, tag

Edit = tuple[int, int, str]

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


def edited(question: str, edits: Sequence[Edit]) -> str:
    """The question after the edits, which give start and end in it and the new words."""
    for start, end, instead in sorted(edits, reverse=True):
        question = question[:start] + instead + question[end:]
    return question
