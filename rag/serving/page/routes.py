"""What the page's script asks beside Gradio, in JSON: documents, conversations, feedback, suggestions, one's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from rag.errors import DocumentNotFound
from rag.serving.keeping import Keeping
from rag.serving.opening import Opening
from rag.serving.page.shelf import Profile, Shelf, shelf_router
from rag.serving.page.visit import Visitor

# Sets of documents whose starters are remembered.
MOST_SCOPES = 100


class Renamed(BaseModel):
    """Body of PATCH /page/conversations/{id}."""

    model_config = ConfigDict(extra="forbid")

    title: str


class Judged(BaseModel):
    """Body of POST /page/feedback: `number` is the answer's in its conversation; an empty thumb takes it back."""

    model_config = ConfigDict(extra="forbid")

    conversation: str
    number: int
    thumb: Literal["up", "down", ""]
    reason: str = ""


class Wanted(BaseModel):
    """Body of POST /page/suggestions: after this answer, or to begin with when `number` is 0; of these documents."""

    model_config = ConfigDict(extra="forbid")

    conversation: str = ""
    number: int = 0
    documents: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in the sidebar; `updated` is ISO 8601, UTC."""

    id: str
    title: str
    updated: str
    turns: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """Questions that the documents answer, and another wording of one that they seemed not to."""

    questions: tuple[str, ...] = ()
    rephrasing: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Where things are kept: pairs of what and where."""

    kept: tuple[tuple[str, str], ...]


def page_router(opening: Opening[Shelf], keeping: Keeping) -> APIRouter:
    """Everything under /page: see the routers that it is made of."""
    router = APIRouter(prefix="/page")
    router.include_router(shelf_router(opening))
    router.include_router(_conversations(keeping))
    router.include_router(_suggestions(opening, keeping))
    router.include_router(_own_data(opening, keeping))
    return router


def _conversations(keeping: Keeping) -> APIRouter:
    """GET /conversations, PATCH and DELETE /conversations/{id}, POST /feedback."""
    router = APIRouter()

    @router.get("/conversations")
    def listed(profile: Profile) -> list[Listed]:
        found = keeping.history.conversations(profile)
        return [Listed(one.id, one.title, one.updated, one.turns) for one in found]

    @router.patch("/conversations/{conversation}", status_code=204)
    def rename(conversation: str, body: Renamed, profile: Profile) -> None:
        keeping.history.rename(profile, conversation, body.title)

    @router.delete("/conversations/{conversation}", status_code=204)
    def delete(conversation: str, profile: Profile) -> None:
        keeping.history.delete(profile, conversation)

    @router.post("/feedback", status_code=204)
    def feedback(body: Judged, profile: Profile) -> None:
        keeping.feedback.give(profile, body.conversation, body.number, body.thumb, body.reason)

    return router


def _suggestions(opening: Opening[Shelf], keeping: Keeping) -> APIRouter:
    """POST /suggestions. Each is tried on the index before it is given, which takes about as long as answering it."""
    from rag.serving.suggestions import follow_ups, rephrasing, starters

    router = APIRouter()
    found: dict[frozenset[tuple[str, str]], tuple[str, ...]] = {}

    def begin_with(scope: tuple[str, ...]) -> Suggested:
        # The same texts give the same starters: tried once, not for every visitor who opens the page.
        bot = opening.bot
        texts = frozenset((one.id, one.content_hash) for one in bot.documents() if one.id in set(scope))
        if texts not in found:
            if len(found) >= MOST_SCOPES:
                found.clear()
            found[texts] = starters(bot, scope)
        return Suggested(found[texts])

    @router.post("/suggestions")
    def suggest(body: Wanted, profile: Profile) -> Suggested:
        try:
            return look_for(body, profile)
        except DocumentNotFound:  # deleted while questions were tried on it
            return Suggested()

    def look_for(body: Wanted, profile: str) -> Suggested:
        bot = opening.bot
        scope = Visitor(opening, keeping, profile).scope(body.documents)
        if not body.number:
            return begin_with(scope)
        entries = keeping.history.load(profile, body.conversation).entries
        answer = next((one.answer for one in entries if one.number == body.number), None)
        if answer is None or answer.mode == "smalltalk":
            return begin_with(scope)
        if answer.abstained:
            return Suggested(rephrasing=rephrasing(bot, answer, scope))
        asked = tuple(one.answer.question for one in entries)
        return Suggested(follow_ups(bot, answer, scope, asked))

    return router


def _own_data(opening: Opening[Shelf], keeping: Keeping) -> APIRouter:
    """GET /about, DELETE /data."""
    router = APIRouter()

    @router.get("/about")
    def about(request: Request) -> About:
        # Only those who sit at this machine can use a path on it.
        local = request.client is not None and request.client.host in ("127.0.0.1", "::1")
        folder = str(keeping.path.parent) if local else "the computer that serves this page"
        return About(
            (
                ("Your conversations and feedback", f"{folder}; seen by this browser alone"),
                ("Documents you add", f"{folder}; asked and seen by this browser alone"),
                ("What names this browser", "a cookie that no script can read"),
            )
        )

    @router.delete("/data", status_code=204)
    def erase(profile: Profile) -> None:
        keeping.erase(opening.bot, profile)

    return router
