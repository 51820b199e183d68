"""The typed API of the page, for programs: `ask` and `search`, through Gradio's clients, plain HTTP and MCP.

They see the documents that belong to nobody in particular, never a visitor's own. Knows no layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from rag.errors import DocumentNotFound, QuestionError, RagError
from rag.serving.opening import Opening
from rag.serving.public import AnswerValue, HitValue, answer_value, hit_value

if TYPE_CHECKING:
    from rag.serving.app import Served

T = TypeVar("T")
MOST_HITS = 50
MOST_DOCUMENTS = 1_000
# How long a caller waits for the models to load.
LOADING_SECONDS = 120.0
# Whatever asks shares one bound: the page's own events use this name too.
CONCURRENCY = "ask"
AT_ONCE = 8


def add_endpoints(opening: Opening[Served]) -> None:
    """Add the endpoints to the `gr.Blocks` that is being laid out; call it inside its `with`."""
    from gradio.events import api

    bound: dict[str, Any] = {"concurrency_id": CONCURRENCY, "concurrency_limit": AT_ONCE}
    api(ask_endpoint(opening), api_name="ask", **bound)
    api(search_endpoint(opening), api_name="search", **bound)


def ask_endpoint(opening: Opening[Served]) -> Callable[..., AnswerValue]:
    """The function behind `ask`; its docstring and types are what callers are told."""

    def ask(question: str, documents: list[str] | None = None) -> AnswerValue:
        """Answer a question from the documents, with verbatim citations, or say that they do not answer it.

        Args:
            question: What you want to know, in at most 2,000 characters.
            documents: Ids of the only documents to use; all by default.

        Returns:
            text with [n] markers, verdict (strong, partial or none), abstained, missing parts, and citations: each
            with number, quote, start, end (character offsets in the document) and its document's id, title, source.
        """
        with _one_line_errors():
            bot = _bot(opening)
            public = _public(bot)
            return answer_value(bot.ask(_text(question), documents=_chosen(documents, public)), public)

    return _typed(ask)


def search_endpoint(opening: Opening[Served]) -> Callable[..., list[HitValue]]:
    """The function behind `search`; its docstring and types are what callers are told."""

    def search(question: str, k: int = 8) -> list[HitValue]:
        """Find the passages nearest to a question, without an answer.

        Args:
            question: What to look for, in at most 2,000 characters.
            k: How many passages, 1 to 50.

        Returns:
            Passages, best first, each with rank, text, start, end (character offsets in the document) and its
            document's id, title and source.
        """
        with _one_line_errors():
            most = _count(k)
            bot = _bot(opening)
            public = _public(bot)
            hits = bot.search(_text(question), k=most)
            return [hit_value(hit, rank, public) for rank, hit in enumerate(hits, start=1)]

    return _typed(search)


def _bot(opening: Opening[Served]) -> Served:
    opening.wait(LOADING_SECONDS)
    return opening.bot


def _text(question: object) -> str:
    # Gradio hands over whatever JSON the caller sent.
    if not isinstance(question, str):
        raise QuestionError(f"The question {str(question)[:80]!r} is not text.")
    return question


def _count(k: object) -> int:
    if type(k) is not int or not 1 <= k <= MOST_HITS:
        raise QuestionError(f"k = {k!r} cannot be used; it is a whole number from 1 to {MOST_HITS}.")
    return k


def _public(bot: Served) -> dict[str, str]:
    """Content hashes of everybody's documents, by id."""
    return {one.id: one.content_hash for one in bot.documents() if not one.owner}


def _chosen(documents: object, public: Mapping[str, str]) -> Sequence[str] | None:
    """The ids asked for, all of which must be everybody's; None for no choice."""
    if documents is None:
        return None
    if not isinstance(documents, list) or len(documents) > MOST_DOCUMENTS:
        raise QuestionError(f"documents is a list of at most {MOST_DOCUMENTS} ids, or nothing.")
    unknown = next((one for one in documents if not isinstance(one, str) or one not in public), None)
    if unknown is not None:
        # One answer for "unknown" and for "somebody's own": neither may be told from the other.
        raise DocumentNotFound(f"No document has the id {str(unknown)[:80]!r}.")
    return documents


def _typed(function: Callable[..., T]) -> Callable[..., T]:
    # Gradio reads types from the signature, where postponed ones are only their names.
    function.__annotations__ = get_type_hints(function)
    return function


@contextmanager
def _one_line_errors() -> Iterator[None]:
    import gradio as gr

    try:
        yield
    except RagError as error:
        raise gr.Error(str(error), print_exception=False) from None
