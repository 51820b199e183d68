"""Coroutines in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def run_in_own_loop(coroutine: Coroutine[object, object, Result]) -> Result:
    """What the coroutine returns, run in a thread of its own.

    The browser tests' driver leaves an event loop running in the main thread, and `asyncio.run` refuses to start there.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
