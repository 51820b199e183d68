"""Why a passage was found: the words it shares with the question, and its rank in each index. Knows no layout."""

from __future__ import annotations

from dataclasses import dataclass

from rag.index.lexical import content_words, root
from rag.schema import Answer, Hit


@dataclass(frozen=True, slots=True)
class Why:
    """Ranks count from 1; None where that search did not find the passage among its candidates."""

    passage_id: str
    words: tuple[str, ...]
    dense_rank: int | None
    lexical_rank: int | None
    fused_rank: int | None


def why(answer: Answer) -> tuple[Why, ...]:
    """One reason for each of the answer's hits, in their order; words are the question's, in its order."""
    asked = tuple(dict.fromkeys(content_words(answer.standalone_question or answer.question)))
    return tuple(
        Why(hit.passage.id, _shared(asked, hit), hit.dense_rank, hit.lexical_rank, hit.fused_rank)
        for hit in answer.hits
    )


def _shared(asked: tuple[str, ...], hit: Hit) -> tuple[str, ...]:
    held = {root(word) for word in content_words(hit.passage.text)}
    return tuple(word for word in asked if root(word) in held)
