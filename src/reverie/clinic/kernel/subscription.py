"""One subscriber of the tail: what waits for it, how far it is, what happens when it reads too slowly.

It lives in one asyncio loop; the tail's thread reaches it through that loop only. It never loses an entry:
when too much waits, it forgets what waits and begins again after what it has had.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, NamedTuple, Protocol

MOST_WAITING = 30


class Batch(NamedTuple):
    """What a subscriber is handed: numbered bytes of one stream, up to its entry `last_seq`."""

    stream: str
    items: tuple[tuple[int, bytes], ...]
    last_seq: int


class Subscription:
    """One subscriber, in one asyncio loop. Made by `Tail.subscribe`, inside the generator that reads it."""

    def __init__(self, asked: Asked, who: Any) -> None:
        """Belongs to the running loop; `who` is what permission is asked about."""
        self.who = who
        self.sent: dict[str, int | None] = {}
        self.epoch = 0
        self._asked = asked
        self.loop = asyncio.get_running_loop()
        self._waiting: deque[Batch] = deque()
        self._beat = b""
        self._woken = asyncio.Event()
        self._ended = False
        self._behind = False
        # the tail's thread alone touches these
        self.pushed_at = 0.0
        self.streams: set[str] = set()

    def watch(self, stream: str, after: int | None) -> None:
        """Also follow `stream`: from its entry after number `after`, or from a snapshot when None."""
        self.sent[stream] = after
        self._asked.ask(Join(self, self.epoch, ((stream, after),)))

    def leave(self, stream: str) -> None:
        """Follow `stream` no longer."""
        self.sent.pop(stream, None)
        self._asked.ask(Leave(self, stream))

    async def next(self) -> tuple[list[Batch], bytes]:
        """What has come, and the latest beat; waits for it. No beat: the subscription has ended."""
        while not self._beat or self._behind:
            if self._ended:
                return [], b""
            if self._behind:
                self._behind, self._beat = False, b""
                self._asked.ask(Join(self, self.epoch, tuple(self.sent.items())))
            self._woken.clear()
            await self._woken.wait()
        batches, beat = list(self._waiting), self._beat
        self._waiting.clear()
        self._beat = b""
        for batch in batches:
            self.sent[batch.stream] = batch.last_seq
        return batches, beat

    def close(self) -> None:
        """Leave everything. May be called twice."""
        self._ended = True
        self._asked.ask(Leave(self, None))

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self._ended

    def offer(self, epoch: int, batch: Batch) -> None:
        """Let `batch` wait, unless its epoch has passed. In the loop only, as all that follows."""
        if epoch == self.epoch:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(batch)
            else:
                self.fall_behind()

    def fall_behind(self) -> None:
        """Forget what waits, and begin again after what it has had."""
        self._waiting.clear()
        self.epoch += 1
        self._behind = True
        self._woken.set()

    def hear(self, beat: bytes) -> None:
        """The latest beat; an older one that was not read yet is of no use."""
        self._beat = beat
        self._woken.set()

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True
        self._woken.set()


class Join(NamedTuple):
    """A subscriber wants these streams, each after a number."""

    who: Subscription
    epoch: int
    wanted: tuple[tuple[str, int | None], ...]


class Leave(NamedTuple):
    """A subscriber leaves a stream, or all of them."""

    who: Subscription
    stream: str | None


class Asked(Protocol):
    """What takes requests to join and to leave: the tail."""

    def ask(self, request: Join | Leave) -> None:
        """Take a request, from any thread."""
