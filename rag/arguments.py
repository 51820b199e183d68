"""What a caller of the library passes, as the chain wants it. Knows types only, and no stage.

Python does not check them: a wrong one would surface deep inside, where it looks like a damaged index.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rag.errors import DocumentError, QuestionError
from rag.schema import Turn


def document_ids(given: object) -> tuple[str, ...] | None:
    """The ids of `documents=`; one alone may stand without a list, and None means no restriction.

    Raises:
        QuestionError: it holds something else than text.
    """
    if given is None or isinstance(given, str):
        return given if given is None else (given,)
    ids = tuple(given) if isinstance(given, Iterable) else (given,)
    for id_ in ids:
        if not isinstance(id_, str):
            raise QuestionError(f"documents= takes document ids, not {_kind(id_)}; pass a list of str.")
    return ids


def turns(given: object) -> tuple[Turn, ...]:
    """The turns of `history=`.

    Raises:
        QuestionError: it holds something else than Turns.
    """
    known = tuple(given) if isinstance(given, Iterable) else (given,)
    for turn in known:
        if not isinstance(turn, Turn):
            raise QuestionError(f"history= takes Turns, not {_kind(turn)}; pass a list of Turn(question, answer).")
    return known


def sources(given: object) -> tuple[str, ...]:
    """What to ingest; one path or address alone may stand without a list.

    Raises:
        DocumentError: it holds something else than paths and addresses.
    """
    many = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str | bytes) else (given,)
    for source in many:
        if not isinstance(source, str | Path):
            raise DocumentError(f"ingest takes paths and addresses, not {_kind(source)}; pass a list of str.")
    return tuple(map(str, many))


def _kind(value: object) -> str:
    return type(value).__name__
