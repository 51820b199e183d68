"""A visitor's conversation as values: what was asked, what came, what is shown. Knows neither layout nor storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.errors import RagError
from rag.schema import Answer, Asks, Turn
from rag.serving.opening import Opening
from rag.serving.render import answer_html, note_html, question_html, tools_html

# What a visitor's session keeps; older exchanges leave the page, so that its state stays bounded.
KEPT = 30

State = Literal["waiting", "growing", "whole", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what has come of it so far.

    `key` numbers it on the page, `number` in the conversation as it is kept (0: not kept); `thumb` is "up", "down" or
    nothing.
    """

    key: int
    question: str
    state: State = "waiting"
    answer: Answer | None = None
    note: str = ""
    number: int = 0
    thumb: str = ""


Talk = tuple[Exchange, ...]


def begin(question: str, talk: Talk) -> Talk:
    """The conversation with a question that waits for its answer."""
    key = talk[-1].key + 1 if talk else 1
    return (*talk[-(KEPT - 1) :], Exchange(key=key, question=question, note="Sent …"))


def turn_away(question: str, talk: Talk, why: str) -> Talk:
    """The conversation with a question that never got its turn."""
    *earlier, exchange = begin(question, stop(talk))
    return (*earlier, replace(exchange, state="failed", note=why))


def ask(
    opening: Opening[Asks],
    question: str,
    talk: Talk,
    scope: Callable[[], Sequence[str] | None] = lambda: None,
) -> Iterator[Talk]:
    """The conversation as it grows by one question; never raises a RagError, which becomes a line of the page.

    Args:
        opening: the bot, which may still be loading.
        question: as typed.
        talk: the conversation before it.
        scope: says, once the bot is open, which documents to ask; None for all that belong to nobody in particular.
    """
    *earlier, begun = begin(question, talk)
    exchange = replace(begun, note="Looking …")
    yield (*earlier, exchange)
    # Short waits, so that a visitor who gives up is noticed between them.
    while not opening.wait(0.3):
        yield (*earlier, replace(exchange, note="Loading models … your question comes next."))
    try:
        for answer in opening.bot.stream(question, history=turns(talk), documents=scope()):
            note = "" if answer.text else "Reading the passages found …"
            exchange = replace(exchange, state="growing", answer=answer, note=note)
            yield (*earlier, exchange)
        yield (*earlier, replace(exchange, state="whole"))
    except RagError as error:
        yield (*earlier, replace(exchange, state="failed", note=str(error)))


def stop(talk: Talk) -> Talk:
    """The conversation after the visitor has stopped its last answer; unchanged when that was already whole."""
    if not is_running(talk):
        return talk
    return (*talk[:-1], replace(talk[-1], state="stopped", note="Stopped."))


def is_running(talk: Talk) -> bool:
    """Whether the last question has no whole answer yet."""
    return bool(talk) and talk[-1].state in ("waiting", "growing")


def turns(talk: Talk) -> tuple[Turn, ...]:
    """What a follow-up may refer to: the answers that were given whole."""
    return tuple(Turn(one.question, one.answer.text) for one in talk if one.state == "whole" and one.answer)


def messages(talk: Talk) -> list[dict[str, str]]:
    """The conversation for the chat component."""
    shown: list[dict[str, str]] = []
    for one in talk:
        if one.question.strip():
            shown.append({"role": "user", "content": question_html(one.question, one.key)})
        shown.append({"role": "assistant", "content": _answered(one, last=one is talk[-1])})
    return shown


def _answered(one: Exchange, *, last: bool) -> str:
    waiting = one.state in ("waiting", "growing")
    noted = note_html(one.note, waiting=waiting) if one.note else ""
    answered = answer_html(one.answer, whole=one.state == "whole") if one.answer and one.answer.text else ""
    tools = tools_html(number=one.number, last=last, thumb=one.thumb) if not waiting else ""
    return f'<div class="answer" id="answer-{one.key}">{answered}{noted}{tools}</div>'
