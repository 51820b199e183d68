"""Makes a follow-up question stand alone, from the turns before it, by rules of English. Knows no documents, no model.

`followup.bare`      "Why?"                        completed from the question before
`followup.whole`     "Who said that?"              what points at the question before as a whole
`followup.choice`    "Which is cheaper?"         said of the last two things that were talked about
`followup.contrast`  "What about Georgia?"          set in the place of its like in the question before
`followup.pointing`  "What are its symptoms?"       what it points back at, written out
`followup.omission`  "What are the symptoms?"       what it leaves out, written out
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering.followup import bare, choice, contrast, whole
from rag.answering.followup.focus import Focus
from rag.answering.followup.omission import resolve
from rag.schema import Turn

_OPENING = re.compile(
    r"(?:(?:and|but|so|ok(?:ay)?|well|then|also|thanks|thank you|great|yes|no)\b[\s,]*)*", re.IGNORECASE
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it would be asked without the history; exactly as typed when it stands alone.

    Args:
        question: what was asked, as typed.
        history: the turns before it, oldest first.
    """
    focus = Focus()
    for turn in history:
        focus = focus.after(turn, _rewritten(turn.question, focus))
    return _rewritten(question, focus)


def recent(history: Sequence[Turn], budget: int, count: Callable[[str], int]) -> tuple[Turn, ...]:
    """The newest turns, whole and oldest first, whose questions and answers have at most `budget` tokens together.

    Args:
        history: oldest first.
        budget: tokens.
        count: the tokens of a text.
    """
    kept: list[Turn] = []
    for turn in reversed(history):
        budget -= count(turn.question) + count(turn.answer)
        if budget < 0:
            break
        kept.append(turn)
    return tuple(reversed(kept))


def _rewritten(question: str, focus: Focus) -> str:
    opening = _OPENING.match(question)
    asked = question[opening.end() :] if opening else question
    core = asked.rstrip(" ?.!")
    if not core or not focus.question:
        return question
    rewritten = bare.complete(core, focus) or whole.complete(core, focus) or choice.complete(core, focus)
    rewritten = rewritten or contrast.complete(asked, focus, opened=asked != question) or resolve(asked, focus)
    if rewritten == asked:
        return question
    return whole.carry(rewritten[:1].upper() + rewritten[1:], focus.question)
