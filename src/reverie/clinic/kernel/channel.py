"""What the tail watches: a stream with its reader and subscribers, or a gathering of many streams.

A `Reader` makes the bytes of one stream's entries, a `Gatherer` those of a named whole (all that a clinic
needs to hear). Neither is known by what it means here. Used by the tail's thread only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Protocol

from reverie.clinic.kernel import chain
from reverie.clinic.kernel.subscription import Subscription

MOST_REMEMBERED = 300


class Reader(Protocol):
    """What makes bytes of one stream's entries. Used by the tail's thread only."""

    def read(self, entry: chain.Entry) -> bytes | None:
        """The bytes for one entry; None when subscribers need not hear of it."""

    def live(self, entry: chain.Entry) -> bytes | None:
        """The same for an entry that came just now, after all before it."""

    def summary(self) -> bytes | None:
        """What is known beside the entries, for a subscriber who was told those that it had missed."""

    def snapshot(self) -> bytes:
        """All that is known, for a subscriber who has missed too much to be told each entry."""


class Gatherer(Protocol):
    """What makes bytes of a whole that stands on many streams. Used by the tail's thread only.

    Its subscribers are never told what they missed: whoever comes is told the present state.
    """

    @property
    def streams(self) -> frozenset[str]:
        """The streams that it needs now; looked at again after each entry."""

    def begin(self, new: Collection[str]) -> bytes | None:
        """Read these of its streams: they are followed from here on. The bytes of their present state."""

    def live(self, entry: chain.Entry) -> bytes | None:
        """The bytes for what has changed by an entry of one of them, perhaps known; None for nothing."""

    def whole(self) -> bytes:
        """The present state."""


class Channel:
    """One watched stream: its head as last seen, its reader while anybody is subscribed, who listens."""

    def __init__(self, stream: str, head_id: int | None, seq: int) -> None:
        self.stream, self.head_id, self.seq = stream, head_id, seq
        self.reader: Reader | None = None
        # the entries up to `seq`, without a hole
        self.remembered: deque[tuple[int, bytes | None]] = deque()
        self.subscribers: dict[Subscription, int] = {}
        self.gatherings: set[Gathering] = set()

    @property
    def is_needed(self) -> bool:
        """Whether anybody listens to it."""
        return bool(self.subscribers or self.gatherings)

    def remember(self, seq: int, data: bytes | None) -> None:
        """Keep the latest entry's bytes for those who come back soon."""
        self.remembered.append((seq, data))
        while len(self.remembered) > MOST_REMEMBERED:
            self.remembered.popleft()

    def leave(self, who: Subscription) -> None:
        """One less; when it was the last, nothing is made or remembered any more."""
        self.subscribers.pop(who, None)
        if not self.subscribers:
            self.reader = None
            self.remembered.clear()


class Gathering:
    """A whole that somebody listens to, and the channels that it stands on. `seq` counts what was told."""

    def __init__(self, name: str, gatherer: Gatherer) -> None:
        self.name, self.gatherer = name, gatherer
        self.seq = 0
        self.subscribers: dict[Subscription, int] = {}
        self.streams: frozenset[str] = frozenset()
