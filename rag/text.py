"""Makes typed text safe to work with, and words comparable. Knows nothing of documents or answers."""

from __future__ import annotations

import re
import unicodedata

from rag.errors import QuestionError

MAX_QUESTION = 2_000
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean_question(question: object) -> str:
    """A question as one line of NFC text, without control characters and lone surrogates.

    Raises:
        QuestionError: it is not text, holds no letter or digit, or is longer than `MAX_QUESTION` characters.
    """
    if not isinstance(question, str):
        raise QuestionError(f"A question is text, not {type(question).__name__}; pass a str.")
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters; please shorten it to at most {MAX_QUESTION:,}."
        )
    visible = "".join(" " if c.isspace() else c for c in question if c.isspace() or not _is_invisible(c))
    text = re.sub(r" +", " ", unicodedata.normalize("NFC", visible)).strip()
    if not any(c.isalnum() for c in text):
        raise QuestionError("Please type a question.")
    return text


def plain(word: str) -> str:
    """`word` lower-cased and without diacritics, as the index keeps it."""
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("ı", "i"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _is_invisible(character: str) -> bool:
    """Control, format, surrogate, private and unassigned characters; the joiners that some scripts need are kept."""
    return unicodedata.category(character) in _INVISIBLE and character not in "\u200c\u200d"
