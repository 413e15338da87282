"""The tail: one thread and one connection a process follow the heads of every watched stream.

A subscriber gets each entry after its own number once, in order, as bytes that were made once for all.
It never polls per subscriber, never uses a global id, and knows nothing of what entries mean: a `Reader`
makes the bytes. Source: SQLite, PRAGMA data_version (it moves with every other connection's commit).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections

from reverie.clinic.kernel import chain, clock, streams
from reverie.clinic.kernel.closing import closing
from reverie.clinic.kernel.subscription import Batch, Join, Leave, Subscription

TICK_S = 0.045
BEAT_S = 1.1  # what comes once a second brings its own beat
RECHECK_S = 30.0
RETRY_S = 0.5
LOOK_S = 0.1
MOST_REPLAYED = 2_000
MOST_REMEMBERED = 300
MOST_HEADS_ASKED = 500

_log = logging.getLogger(__name__)


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


_Delivery = tuple[Subscription, int, Batch | None]


class _Channel:
    """One watched stream: its head as last seen, its reader, its subscribers."""

    def __init__(self, stream: str, head_id: int | None, seq: int, reader: Reader) -> None:
        self.stream, self.head_id, self.seq, self.reader = stream, head_id, seq, reader
        # the entries up to `seq`, without a hole
        self.remembered: deque[tuple[int, bytes | None]] = deque()
        self.subscribers: dict[Subscription, int] = {}

    def remember(self, seq: int, data: bytes | None) -> None:
        """Keep the latest entry's bytes for those who come back soon."""
        self.remembered.append((seq, data))
        while len(self.remembered) > MOST_REMEMBERED:
            self.remembered.popleft()


class Tail:
    """Follows streams for this process. The thread runs while anybody is subscribed."""

    def __init__(
        self,
        reader_of: Callable[[str], Reader],
        beat: Callable[[], bytes],
        gone: Callable[[Sequence[Any]], Collection[Any]],
    ) -> None:
        """`beat` makes the heartbeat; `gone` says which of the given `who` may no longer listen."""
        self._reader_of, self._beat, self._gone = reader_of, beat, gone
        self._requests: deque[Join | Leave] = deque()
        self._asked = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._channels: dict[str, _Channel] = {}
        self._subscribers: dict[Subscription, int] = {}
        self._outgoing: dict[asyncio.AbstractEventLoop, list[_Delivery]] = {}
        self._version: object = None

    def subscribe(self, who: Any, wanted: Mapping[str, int | None]) -> Subscription:
        """Follow streams, each after a number, or from a snapshot when that is None."""
        subscription = Subscription(self, who)
        subscription.sent.update(wanted)
        self.ask(Join(subscription, 0, tuple(wanted.items())))
        return subscription

    @property
    def subscriber_count(self) -> int:
        """How many are subscribed."""
        return len(self._subscribers)

    @property
    def stream_count(self) -> int:
        """How many streams are watched."""
        return len(self._channels)

    def ask(self, request: Join | Leave) -> None:
        self._requests.append(request)
        self._asked.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="tail", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        beaten = rechecked = clock.monotonic()
        while True:
            self._asked.wait(TICK_S if self._subscribers else None)
            self._asked.clear()
            if closing.is_set():
                self._end(list(self._subscribers))
            try:
                self._serve_requests()
                self._follow()
                now = clock.monotonic()
                if now - beaten >= LOOK_S:
                    beaten = now
                    self._beat_idle(now)
                if now - rechecked >= RECHECK_S:
                    rechecked = now
                    self._recheck()
                self._hand_over()
            except DatabaseError as error:
                # no beats meanwhile: every page says by itself that its numbers are old
                _log.warning("the tail cannot read the database (%s)", error)
                self._outgoing.clear()
                self._forget()
                self._asked.wait(RETRY_S)
            except Exception:
                _log.exception("the tail begins anew")
                self._outgoing.clear()
                self._forget()
                self._asked.wait(RETRY_S)
            if not self._subscribers and not self._requests:
                self._forget()

    def _forget(self) -> None:
        """Begin anew: close the connection, rejoin every subscriber after what it has had."""
        self._version = None
        self._channels.clear()
        for subscriber in list(self._subscribers):
            self._call(subscriber, subscriber.fall_behind)
        connection.close()

    def _call(self, subscriber: Subscription, what: Callable[[], None]) -> None:
        try:
            subscriber.loop.call_soon_threadsafe(what)
        except RuntimeError:  # its loop has ended, and with it whoever listened
            self._drop(subscriber)

    def _serve_requests(self) -> None:
        while self._requests:
            request = self._requests[0]
            if isinstance(request, Leave):
                if request.stream is None:
                    self._drop(request.who)
                else:
                    self._unwatch(request.who, request.stream)
            elif not request.who.has_ended:
                self._subscribers[request.who] = request.epoch
                for stream, after in request.wanted:
                    self._join(request.who, request.epoch, stream, after)
            self._requests.popleft()

    def _drop(self, who: Subscription) -> None:
        self._subscribers.pop(who, None)
        for stream in list(who.streams):
            self._unwatch(who, stream)

    def _unwatch(self, who: Subscription, stream: str) -> None:
        who.streams.discard(stream)
        channel = self._channels.get(stream)
        if channel is not None:
            channel.subscribers.pop(who, None)
            if not channel.subscribers:
                del self._channels[stream]

    def _join(self, who: Subscription, epoch: int, stream: str, after: int | None) -> None:
        channel = self._channels.get(stream)
        if channel is None:
            head_id, seq = self._head_of(stream)
            channel = self._channels[stream] = _Channel(stream, head_id, seq, self._reader_of(stream))
        channel.subscribers[who] = epoch
        who.streams.add(stream)
        items = self._missed(channel, after)
        if items:
            self._push(who, epoch, Batch(stream, tuple(items), channel.seq))

    def _missed(self, channel: _Channel, after: int | None) -> list[tuple[int, bytes]]:
        if after == channel.seq:
            return []
        if after is None or not 0 <= channel.seq - after <= MOST_REPLAYED:
            whole = channel.reader.snapshot()
            return [(channel.seq, whole)] if whole else []
        if not channel.remembered or channel.remembered[0][0] > after + 1:
            read = channel.reader.read
            entries = (entry for entry in self._entries(channel, after) if entry.seq <= channel.seq)
            # whoever else comes back after a restart is told from here
            channel.remembered = deque((entry.seq, read(entry)) for entry in entries)
        told = [(seq, data) for seq, data in channel.remembered if seq > after and data is not None]
        summary = channel.reader.summary()
        return told if summary is None else [*told, (channel.seq, summary)]

    def _head_of(self, stream: str) -> tuple[int | None, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, seq FROM kernel_head WHERE stream = %s", [stream])
            row = cursor.fetchone()
        return (row[0], row[1]) if row else (None, 0)

    def _entries(self, channel: _Channel, after: int) -> list[chain.Entry]:
        if channel.head_id is None:
            return []
        with connection.cursor() as cursor:
            rows = streams.read_rows(cursor, channel.head_id, after, 1_000_000)
        return [streams.entry_from(channel.stream, row) for row in rows]

    def _follow(self) -> None:
        if not self._channels:
            return
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "sqlite":
            database.ensure_connection()
            # past Django's cursor, whose wrapping costs ten times the question
            version = database.connection.execute("PRAGMA data_version").fetchone()
            if version == self._version:
                return
            self._version = version
        for channel in self._moved():
            for entry in self._entries(channel, channel.seq):
                data = channel.reader.live(entry)
                channel.seq = entry.seq
                channel.remember(entry.seq, data)
                if data is not None:
                    batch = Batch(channel.stream, ((entry.seq, data),), entry.seq)
                    for who, epoch in channel.subscribers.items():
                        self._push(who, epoch, batch)

    def _moved(self) -> Iterable[_Channel]:
        by_id = {channel.head_id: channel for channel in self._channels.values() if channel.head_id}
        names = [channel.stream for channel in self._channels.values() if not channel.head_id]
        asked = list(by_id)
        with connection.cursor() as cursor:
            for start in range(0, len(asked), MOST_HEADS_ASKED):
                part = asked[start : start + MOST_HEADS_ASKED]
                marks = ", ".join(["%s"] * len(part))
                cursor.execute(f"SELECT id, seq FROM kernel_head WHERE id IN ({marks})", part)  # noqa: S608
                for head_id, seq in cursor.fetchall():
                    if seq != by_id[head_id].seq:
                        yield by_id[head_id]
        for name in names:  # watched before it began
            channel = self._channels[name]
            channel.head_id, seq = self._head_of(name)
            if seq:
                yield channel

    def _beat_idle(self, now: float) -> None:
        for who, epoch in list(self._subscribers.items()):
            if now - who.pushed_at >= BEAT_S:
                self._push(who, epoch, None)

    def _recheck(self) -> None:
        gone = set(self._gone([who.who for who in self._subscribers]))
        self._end([who for who in self._subscribers if who.who in gone])

    def _end(self, subscribers: list[Subscription]) -> None:
        for who in subscribers:
            self._call(who, who.end)
            self._drop(who)

    def _push(self, who: Subscription, epoch: int, batch: Batch | None) -> None:
        self._outgoing.setdefault(who.loop, []).append((who, epoch, batch))

    def _hand_over(self) -> None:
        if not self._outgoing:
            return
        outgoing, self._outgoing = self._outgoing, {}
        beat, now = self._beat(), clock.monotonic()
        for loop, deliveries in outgoing.items():
            for who, _, _ in deliveries:
                who.pushed_at = now
            try:
                loop.call_soon_threadsafe(_deliver, deliveries, beat)
            except RuntimeError:  # the loop has ended
                for who, _, _ in deliveries:
                    self._drop(who)


def _deliver(deliveries: list[_Delivery], beat: bytes) -> None:
    for who, epoch, batch in deliveries:
        if not who.has_ended:
            if batch is not None:
                who.offer(epoch, batch)
            # the server's time comes with whatever comes, so that nothing is dated by an older one
            who.hear(beat)
