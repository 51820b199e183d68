"""Asks a running page instead of opening a data directory that it owns. Knows HTTP and the page's JSON, no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ServiceError
from rag.schema import Answer, Document, IngestReport, Progress, Turn
from rag.serving import wire

if TYPE_CHECKING:
    from pydantic import BaseModel

CONNECT_SECONDS = 3.0
# Ingesting many documents takes minutes, and nothing is sent meanwhile.
READ_SECONDS = 600.0


class Client:
    """A chatbot in another process of this machine; meets `rag.schema.Asks`.

    Args:
        address: where the page answers, as its owner file says: "http://127.0.0.1:7860".
        token: what lets us in, from the same file.
    """

    def __init__(self, address: str, token: str) -> None:
        import httpx

        self._address = address
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,  # a proxy has no business between two processes of one machine
        )

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None
    ) -> Iterator[Answer]:
        """Growing answers; the last one is whole.

        Raises:
            RagError: what the page's chatbot raised.
            ServiceError: the page does not answer, or not as expected.
        """
        asked = wire.Asked.model_construct(
            question=_encodable(question),
            history=tuple(Turn(_encodable(turn.question), _encodable(turn.answer)) for turn in history),
            documents=None if documents is None else tuple(documents),
        )
        with self._reaching(), self._http.stream("POST", "/local/ask", **_json(asked)) as response:
            if response.is_error:
                response.read()
                raise wire.read_failure(response.text)
            for line in response.iter_lines():
                yield wire.read_line(line)

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """The last answer of `stream`; raises what it raises."""
        answer: Answer | None = None
        for partial in self.stream(question, history=history, documents=documents):
            answer = partial
        if answer is None:
            raise ServiceError(f"The page at {self._address} closed without an answer; look at its terminal.")
        return answer

    def ingest(
        self, sources: Sequence[str], *, dry_run: bool = False, progress: Progress | None = None
    ) -> IngestReport:
        """Add or replace documents; a path counts from this process's folder. Raises what `stream` raises.

        The page answers when all is done: `progress` is not called.
        """
        del progress
        absolute = tuple(source if "://" in source else str(Path(source).absolute()) for source in sources)
        asked = wire.Sources(sources=absolute, dry_run=dry_run)
        return wire.read_report(self._request("POST", "/local/ingest", **_json(asked)))

    def documents(self) -> tuple[Document, ...]:
        """What can be asked about. Raises what `stream` raises."""
        return wire.read_documents(self._request("GET", "/local/documents"))

    def remove(self, document_id: str) -> None:
        """Forget a document. Raises what `stream` raises."""
        self._request("POST", "/local/remove", **_json(wire.Removed(document_id=document_id)))

    def close(self) -> None:
        """Close the connections; the page goes on."""
        self._http.close()

    def _request(self, method: str, path: str, **body: Any) -> str:
        with self._reaching():
            response = self._http.request(method, path, **body)
        if response.is_error:
            raise wire.read_failure(response.text)
        return response.text

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.HTTPError as error:
            raise ServiceError(
                f"The page at {self._address} owns the data directory but does not answer ({error}); restart it."
            ) from error


def _json(body: BaseModel) -> dict[str, Any]:
    return {"content": body.model_dump_json(), "headers": {"Content-Type": "application/json"}}


def _encodable(text: str) -> str:
    # A terminal may hand us lone surrogates, which no JSON can carry; the chatbot drops them all the same.
    return text.encode("utf-8", "ignore").decode("utf-8")
