"""A follow-up question made to stand alone by a language model, and the rules its words keep. Knows no index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.answering.llm import prompt
from rag.answering.llm.calling import stream_words
from rag.answering.llm.facts import is_name
from rag.answering.llm.numbers import WORD
from rag.errors import LanguageModelError
from rag.index.lexical import content_words, root
from rag.schema import Turn

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_MOST_CHARACTERS = 300
_THINKING = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)


def rewrite(llm: LLM, question: str, history: Sequence[Turn], seconds: float) -> str:
    """The question as it would be asked without the history; empty when the model did not write one that can be used.

    Args:
        llm: the model.
        question: what was asked.
        history: the turns before it, oldest first.
        seconds: how long the model may take.
    """
    try:
        words = "".join(stream_words(llm, prompt.rewriting(question, history), seconds))
    except LanguageModelError:
        return ""  # the rules of `rag.answering.conversation` do it; the answer will tell of a fault that lasts
    return accepted(_THINKING.sub("", words), question, history)


def accepted(words: str, question: str, history: Sequence[Turn]) -> str:
    """The model's words as a question, or "" where they break a rule.

    One line of at most 300 characters that ends in a question mark, or as the question does; made of words of the
    conversation; and with every name and number of the question, so that the subject stays the user's.
    """
    line = words.strip().strip("\"“”'`*").strip()
    if not line or "\n" in line or len(line) > _MOST_CHARACTERS or line[-1] not in {"?", question.rstrip()[-1:]}:
        return ""
    said = " ".join([question, *(text for turn in history for text in (turn.question, turn.answer))])
    known = {root(word) for word in content_words(said)}
    used = {root(word) for word in content_words(line)}
    names = [match.group() for match in WORD.finditer(question) if _is_kept(match.group())]
    kept = {root(word) for name in names for word in content_words(name)}
    return line if used <= known and kept <= used else ""


def _is_kept(word: str) -> bool:
    """Whether a word of the question is a name or a number."""
    return word[0].isdigit() or (is_name(word) and "of" not in content_words(f"{word} of"))
