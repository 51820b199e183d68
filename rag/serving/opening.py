"""Opens a chatbot in the background, so that a page can be shown at once. Knows nothing of pages or of HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Literal, TypeVar

from rag.errors import RagError, ServiceError
from rag.schema import Asks

BotT_co = TypeVar("BotT_co", bound=Asks, covariant=True)
# Loading takes seconds that nobody who ends the program wants to wait for.
CLOSE_SECONDS = 3.0
State = Literal["loading", "ready", "failed"]


class Opening(Generic[BotT_co]):
    """A bot that is loading, ready or failed; safe to ask from any thread.

    Args:
        open_bot: opens the bot; slow, called once in a thread of its own.
        when_ready: called in that thread with the open bot, before the state becomes "ready".
    """

    def __init__(self, open_bot: Callable[[], BotT_co], when_ready: Callable[[BotT_co], None]) -> None:
        self._open_bot = open_bot
        self._when_ready = when_ready
        self._bot: BotT_co | None = None
        # What is said if opening ends with anything but a RagError; the thread's traceback goes to the terminal.
        self._error: RagError = ServiceError("The models could not be opened; the terminal shows why.")
        self._done = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="opening", daemon=True)

    def start(self) -> None:
        """Begin to open; returns at once."""
        self._thread.start()

    @property
    def state(self) -> State:
        """Where it stands."""
        if not self._done.is_set():
            return "loading"
        return "failed" if self._bot is None else "ready"

    @property
    def bot(self) -> BotT_co:
        """The open bot.

        Raises:
            ServiceError: it is still loading.
            RagError: opening failed with this error.
        """
        if not self._done.is_set():
            raise ServiceError("The models are still loading; ask again in a moment.")
        if self._bot is None:
            raise self._error
        return self._bot

    def wait(self, seconds: float) -> bool:
        """Wait until loading is over, for at most so long; whether it is over."""
        return self._done.wait(seconds)

    def close(self) -> None:
        """Release the bot; one that is still being opened releases itself, or ends with the process."""
        self._closing.set()
        self._thread.join(CLOSE_SECONDS)
        if self._bot is not None:
            self._bot.close()

    def _run(self) -> None:
        try:
            bot = self._open_bot()
            if self._closing.is_set():
                bot.close()
                return
            try:
                self._when_ready(bot)
            except RagError:
                bot.close()
                raise
            self._bot = bot
        except RagError as error:
            self._error = error
        finally:
            self._done.set()
