"""Whether this process is ending, for streams that would otherwise stay open for ever.

`closing` is like an asyncio.Event that any number of loops may wait on, and any thread may set.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress


class Closing:
    """Set once, when the process is told to end; never unset."""

    def __init__(self) -> None:
        """Not set yet."""
        self._lock = threading.Lock()
        self._is_set = False
        self._waiting: set[asyncio.Future[None]] = set()

    def is_set(self) -> bool:
        """Whether the process has been told to end."""
        return self._is_set

    def set(self) -> None:
        """Wake everyone who waits. From a signal handler, go through the loop's `call_soon_threadsafe`."""
        with self._lock:
            self._is_set = True
            waiting, self._waiting = self._waiting, set()
        for future in waiting:
            # a loop that has ended has nobody waiting
            with suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_wake, future)

    async def wait(self) -> None:
        """Return when the process is told to end, at once if it was."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._is_set:
                return
            self._waiting.add(future)
        try:
            await future
        finally:
            with self._lock:
                self._waiting.discard(future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


closing = Closing()
