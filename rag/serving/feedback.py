"""What visitors think of kept answers: a thumb and a reason. Knows the table of `rag.serving.history`, no HTTP.

Feedback belongs to its answer, and goes when the conversation goes. Its rows are what `evals.candidates` reads.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConversationError, DataDirectoryError
from rag.schema import Answer, Verdict
from rag.serving.history import FILE_NAME, Thumb

if TYPE_CHECKING:
    from rag.serving.database import Database

LONGEST_REASON = 1_000
_JUDGED = "SELECT answer, thumb, reason, judged FROM turns WHERE thumb <> '' ORDER BY judged, rowid"


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage that the answer cited: the quote is at `start:end` of the document."""

    document_id: str
    title: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judged answer; `created` is the time of the judgement, ISO 8601, UTC."""

    question: str
    standalone_question: str
    answer: str
    verdict: Verdict
    thumb: Thumb
    reason: str
    created: str
    documents: tuple[str, ...]
    citations: tuple[Quoted, ...]


class Feedback:
    """The thumbs of every profile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, profile: str, conversation: str, number: int, thumb: Thumb, reason: str = "") -> None:
        """Judge an answer, or judge it anew; an empty thumb takes the judgement back.

        Args:
            profile: whose conversation.
            conversation: its id.
            number: the answer's number in it, from 1.
            thumb: the judgement.
            reason: in the visitor's words; what exceeds 1,000 characters is cut off.

        Raises:
            ConversationError: the profile has no such answer.
        """
        judged = datetime.now(UTC).isoformat(timespec="microseconds") if thumb else ""
        changed = self._database.run(
            "UPDATE turns SET thumb = ?, reason = ?, judged = ? WHERE conversation = ? AND number = ? "
            "AND EXISTS (SELECT 1 FROM conversations WHERE id = conversation AND profile = ?) RETURNING number",
            (thumb, reason.strip()[:LONGEST_REASON] if thumb else "", judged, conversation, number, profile),
        )
        if not changed:
            raise ConversationError("There is no such answer here; its conversation may have been deleted.")


def read_feedback(data_dir: Path) -> tuple[Judgement, ...]:
    """All judgements of a data directory, the oldest first; read beside a page that is open on it.

    Raises:
        DataDirectoryError: the file cannot be read.
    """
    path = data_dir / FILE_NAME
    if not path.exists():
        return ()
    from pydantic import TypeAdapter, ValidationError

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(_JUDGED).fetchall()
        adapter = TypeAdapter(Answer)
        return tuple(_judgement(adapter.validate_json(answer), *rest) for answer, *rest in rows)
    except (sqlite3.Error, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise DataDirectoryError(f"{path} cannot be read ({first}); move it away, or check its rights.") from error


def to_json_lines(judged: Iterable[Judgement]) -> str:
    """One JSON object on a line for each judgement."""
    # Escaped to ASCII: some characters of text end a line for some programs.
    return "".join(json.dumps(asdict(one)) + "\n" for one in judged)


def _judgement(answer: Answer, thumb: Thumb, reason: str, created: str) -> Judgement:
    quoted = tuple(
        Quoted(one.passage.document_id, one.passage.title, one.quote, one.start, one.end) for one in answer.citations
    )
    # Of a refusal nothing is cited; what was looked at says where the answer may lie.
    documents = [one.document_id for one in quoted] or [hit.passage.document_id for hit in answer.hits]
    return Judgement(
        answer.question,
        answer.standalone_question,
        answer.text,
        answer.verdict,
        thumb,
        reason,
        created,
        tuple(dict.fromkeys(documents)),
        quoted,
    )
