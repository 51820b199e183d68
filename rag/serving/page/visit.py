"""A visitor's session: the conversation on the page, and where it is kept. Knows nothing of layout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.errors import QuestionError, RagError
from rag.schema import Asks
from rag.serving import talk as talks
from rag.serving.profile import visible
from rag.serving.talk import KEPT, Exchange, Talk

if TYPE_CHECKING:
    from rag.serving.keeping import Keeping
    from rag.serving.opening import Opening


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page shows: a conversation, and its id when it is kept."""

    conversation: str = ""
    talk: Talk = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page sends along with a question.

    `documents` are the ids ticked (None: all that the visitor may see); `replaces` is the key of the exchange whose
    place the question takes.
    """

    documents: tuple[str, ...] | None = None
    replaces: int | None = None

    @classmethod
    def read(cls, told: str) -> Wish:
        """The wish as the page's script writes it, in JSON; whatever it does not say, or says wrongly, is left out."""
        try:
            given = json.loads(told or "{}")
        except ValueError:
            given = {}
        if not isinstance(given, dict):
            given = {}
        documents, replaces = given.get("documents"), given.get("replaces")
        return cls(
            tuple(str(one) for one in documents) if isinstance(documents, list) else None,
            replaces if isinstance(replaces, int) else None,
        )

    def before(self, talk: Talk) -> Talk:
        """The conversation that the question is added to, without the exchange whose place it takes."""
        # One question at a time: whatever still seems to run was cut off.
        stopped = talks.stop(talk)
        return stopped[:-1] if stopped and self.replaces == stopped[-1].key else stopped


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks whom, and where it is kept. An empty profile keeps nothing."""

    opening: Opening[Asks]
    keeping: Keeping
    profile: str = field(repr=False)

    def open(self, conversation: str) -> Visit:
        """A kept conversation; an empty one when there is no such conversation of this visitor's."""
        if not conversation:
            return Visit()
        try:
            kept = self.keeping.history.load(self.profile, conversation)
        except RagError:
            return Visit()
        shown = (
            Exchange(one.number, one.answer.question, "whole", one.answer, number=one.number, thumb=one.thumb)
            for one in kept.entries[-KEPT:]
        )
        return Visit(conversation, tuple(shown))

    def begin(self, question: str, visit: Visit, wish: Wish) -> Visit:
        """What is shown while a question waits for its turn."""
        return replace(visit, talk=talks.begin(question, wish.before(visit.talk)))

    def ask(self, question: str, visit: Visit, wish: Wish) -> Iterator[Visit]:
        """The visit as it grows by a question; its answer is kept once it is whole."""
        before = wish.before(visit.talk)
        kept_before = len(before) < len(visit.talk) and visit.talk[-1].number > 0
        grown = before
        for grown in talks.ask(self.opening, question, before, lambda: self.scope(wish.documents)):
            yield replace(visit, talk=grown)
        if grown[-1].state == "whole":
            yield self._kept(replace(visit, talk=grown), replacing=kept_before)

    def scope(self, chosen: Sequence[str] | None) -> tuple[str, ...]:
        """The ids of the chosen documents that this visitor may see; of all that they may, when none are chosen.

        Raises:
            QuestionError: not one is left to ask.
            RagError: the bot is not open.
        """
        seen = tuple(one.id for one in visible(self.opening.bot.documents(), self.profile))
        asked = seen if chosen is None else tuple(one for one in seen if one in set(chosen))
        if not asked:
            raise QuestionError("No document is ticked; tick one in the list of documents, or add one.")
        return asked

    def _kept(self, visit: Visit, *, replacing: bool) -> Visit:
        last = visit.talk[-1]
        if not self.profile or last.answer is None:
            return visit
        history = self.keeping.history
        try:
            documents = visible(self.opening.bot.documents(), self.profile)
            conversation = visit.conversation or history.start(self.profile, last.question)
            keep = history.replace_last if replacing else history.append
            number = keep(self.profile, conversation, last.answer, documents)
        except RagError as error:
            return replace(visit, talk=(*visit.talk[:-1], replace(last, note=f"This answer is not kept. {error}")))
        return Visit(conversation, (*visit.talk[:-1], replace(last, number=number)))
