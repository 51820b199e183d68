"""How answers, documents and errors travel as JSON between a page and the command line. Knows no HTTP."""

from __future__ import annotations

import inspect
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from rag import errors
from rag.errors import RagError, ServiceError
from rag.schema import Answer, Document, IngestReport, Turn

T = TypeVar("T")


class Asked(BaseModel):
    """Body of POST /local/ask."""

    model_config = ConfigDict(extra="forbid")

    question: str
    history: tuple[Turn, ...] = ()
    documents: tuple[str, ...] | None = None


class Sources(BaseModel):
    """Body of POST /local/ingest: absolute paths or addresses."""

    model_config = ConfigDict(extra="forbid")

    sources: tuple[str, ...]
    dry_run: bool = False


class Removed(BaseModel):
    """Body of POST /local/remove."""

    model_config = ConfigDict(extra="forbid")

    document_id: str


class Failure(BaseModel):
    """A typed error: the name of its class in `rag.errors`, and its message."""

    error: str
    message: str


def failure(error: RagError) -> Failure:
    """The error as it travels."""
    return Failure(error=type(error).__name__, message=str(error))


def to_error(failed: Failure) -> RagError:
    """The error as it was raised; a ServiceError for a class that this version does not know."""
    kind = getattr(errors, failed.error, None)
    if inspect.isclass(kind) and issubclass(kind, RagError):
        return kind(failed.message)
    return ServiceError(failed.message)


def answer_line(answer: Answer) -> bytes:
    """One JSON line of a stream."""
    return TypeAdapter(Answer).dump_json(answer) + b"\n"


def failure_line(error: RagError) -> bytes:
    """The last JSON line of a stream that failed."""
    return failure(error).model_dump_json().encode() + b"\n"


def read_line(line: str) -> Answer:
    """The answer on a line of a stream.

    Raises:
        RagError: the line carries this error.
        ServiceError: the line is neither an answer nor an error.
    """
    either: TypeAdapter[Answer | Failure] = TypeAdapter(Answer | Failure)
    read = _parse(either, line)
    if isinstance(read, Failure):
        raise to_error(read)
    return read


def read_documents(body: str) -> tuple[Document, ...]:
    """The documents of GET /local/documents.

    Raises:
        ServiceError: the body is something else.
    """
    return _parse(TypeAdapter(tuple[Document, ...]), body)


def read_report(body: str) -> IngestReport:
    """The report of POST /local/ingest.

    Raises:
        ServiceError: the body is something else.
    """
    return _parse(TypeAdapter(IngestReport), body)


def read_failure(body: str) -> RagError:
    """The error that a response with an error status carries."""
    return to_error(_parse(TypeAdapter(Failure), body))


def _parse(adapter: TypeAdapter[T], body: str) -> T:
    try:
        return adapter.validate_json(body)
    except ValidationError:
        raise ServiceError(
            f"The page sent something unexpected ({body[:80]!r}); is it another version? Restart it."
        ) from None
