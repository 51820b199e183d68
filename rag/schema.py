"""The values that travel through the chain, and the Protocols its stages meet. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Stage = Literal["dense", "lexical", "fused", "reread"]
Verdict = Literal["strong", "partial", "none"]
Mode = Literal["extractive", "smalltalk", "llm"]
# Called with how many of how many files are done, and the name of the last one.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Document:
    """One source, cleaned. Every offset in the product counts characters of `text`."""

    id: str
    title: str
    source: str
    text: str
    content_hash: str
    published: str = ""
    owner: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences: `text` is `Document.text[start:end]`."""

    id: str
    document_id: str
    title: str
    source: str
    text: str
    ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """A document as it stands in the index: how many passages, and since when (ISO 8601, UTC)."""

    document: Document
    passages: int
    added: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. Scores of different stages have different units and are never compared; ranks are from 1."""

    passage: Passage
    score: float
    stage: Stage
    dense_rank: int | None = None
    lexical_rank: int | None = None
    fused_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation, oldest first wherever there are several."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote, `Document.text[start:end]`; the phrase in it, if any, is at `answer_start:answer_end`.

    `page` is the page that the quote begins on, counted from 1; None where the document has no pages.
    """

    number: int
    passage: Passage
    quote: str
    start: int
    end: int
    answer_start: int | None = None
    answer_end: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a page, a terminal or an eval needs to know about one question.

    `notice` says in a sentence what a language model did not do; `unsupported` are the sentences of its that the
    passages do not support, which `text` leaves out.
    """

    question: str
    standalone_question: str
    text: str
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    abstained: bool = False
    verdict: Verdict = "none"
    confidence: float = 0.0
    missing: tuple[str, ...] = ()
    mode: Mode = "extractive"
    notice: str = ""
    unsupported: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, as document titles or sources; `failed` maps a source to the reason."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a text answers a question: character offsets into that text, and the log-odds against "no answer here"."""

    start: int
    end: int
    score: float


class Encoder(Protocol):
    """Turns text into unit vectors, so that a dot product is a cosine."""

    @property
    def name(self) -> str:
        """The model's name, kept in the index's manifest."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Most wordpieces of a text that the model reads, special tokens included."""

    def count_tokens(self, text: str) -> int:
        """Wordpieces in `text`, special tokens included, without truncation."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension)."""

    def encode_query(self, text: str) -> Vectors:
        """Vector of shape (dimension,)."""


class Reader(Protocol):
    """Finds the words of a text that answer a question."""

    def read(self, question: str, texts: Sequence[str]) -> list[list[Span]]:
        """For each text its best spans, highest score first; at least one for a text that is not blank."""


class Asks(Protocol):
    """What the command line and the page need of a chatbot, in this process or in another."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None
    ) -> Iterator[Answer]:
        """Growing answers; the last one is whole."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), documents: Sequence[str] | None = None) -> Answer:
        """The last answer of `stream`."""

    def ingest(
        self, sources: Sequence[str], *, dry_run: bool = False, progress: Progress | None = None
    ) -> IngestReport:
        """Add or replace documents, or report what that would do."""

    def documents(self) -> tuple[Document, ...]:
        """What can be asked about."""

    def remove(self, document_id: str) -> None:
        """Forget a document."""

    def close(self) -> None:
        """Release files and locks."""
