"""The tail: one thread and one connection a process follow the heads of every watched stream.

A subscriber gets each entry after its own number once, in order, as bytes that were made once for all.
A whole that stands on many streams is told as it changes. It never polls per subscriber, never uses a
global id, and knows nothing of what entries mean: a `Reader` or a `Gatherer` makes the bytes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import DatabaseError

from reverie.clinic.kernel import chain, clock
from reverie.clinic.kernel.channel import Channel, Gatherer, Gathering, Reader
from reverie.clinic.kernel.closing import closing
from reverie.clinic.kernel.heads import Heads, entries_of, head_of
from reverie.clinic.kernel.subscription import Batch, Join, Leave, Subscription

TICK_S = 0.045
BEAT_S = 1.1  # what comes once a second brings its own beat
RECHECK_S = 30.0
RETRY_S = 0.5
LOOK_S = 0.1
MOST_REPLAYED = 2_000

_log = logging.getLogger(__name__)

_Delivery = tuple[Subscription, int, Batch | None]


class Tail:
    """Follows streams for this process. The thread runs while anybody is subscribed."""

    def __init__(
        self,
        reader_of: Callable[[str], Reader],
        beat: Callable[[], bytes],
        gone: Callable[[Sequence[Any]], Collection[Any]],
        gatherer_of: Callable[[str], Gatherer | None] = lambda name: None,
        standing: Callable[[], object] = lambda: None,
    ) -> None:
        """`beat` makes the heartbeat; `gone` says which of the given `who` may no longer listen.

        `gatherer_of` gives the gatherer of a name that is no stream's. When `standing` changes, everybody
        gets a beat at once; it is asked ten times a second.
        """
        self._reader_of, self._beat, self._gone = reader_of, beat, gone
        self._gatherer_of, self._standing = gatherer_of, standing
        self._requests: deque[Join | Leave] = deque()
        self._asked = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._channels: dict[str, Channel] = {}
        self._gatherings: dict[str, Gathering] = {}
        self._subscribers: dict[Subscription, int] = {}
        self._outgoing: dict[asyncio.AbstractEventLoop, list[_Delivery]] = {}
        self._heads = Heads()
        self._stood: object = None

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
        looked = rechecked = clock.monotonic()
        while True:
            self._asked.wait(TICK_S if self._subscribers else None)
            self._asked.clear()
            if closing.is_set():
                self._end(list(self._subscribers))
            try:
                self._serve_requests()
                self._follow()
                now = clock.monotonic()
                if now - looked >= LOOK_S:
                    looked = now
                    self._beat_idle(now)
                if now - rechecked >= RECHECK_S:
                    rechecked = now
                    self._recheck()
                self._hand_over()
            except DatabaseError as error:
                # no beats meanwhile: every page says by itself that its numbers are old
                _log.warning("the tail cannot read the database (%s)", error)
                self._begin_anew()
            except Exception:
                _log.exception("the tail begins anew")
                self._begin_anew()
            if not self._subscribers and not self._requests:
                self._forget()

    def _begin_anew(self) -> None:
        self._outgoing.clear()
        self._forget()
        self._asked.wait(RETRY_S)

    def _forget(self) -> None:
        """Begin anew: close the connection, rejoin every subscriber after what it has had."""
        self._channels.clear()
        self._gatherings.clear()
        for subscriber in list(self._subscribers):
            self._call(subscriber, subscriber.fall_behind)
        self._heads.forget()

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
        channel, gathering = self._channels.get(stream), self._gatherings.get(stream)
        if channel is not None:
            channel.leave(who)
            self._put_away(channel)
        if gathering is not None:
            gathering.subscribers.pop(who, None)
            if not gathering.subscribers:
                del self._gatherings[stream]
                self._stand_on(gathering, frozenset())

    def _put_away(self, channel: Channel) -> None:
        if not channel.is_needed:
            self._channels.pop(channel.stream, None)

    def _channel(self, stream: str) -> Channel:
        channel = self._channels.get(stream)
        if channel is None:
            channel = self._channels[stream] = Channel(stream, *head_of(stream))
        return channel

    def _join(self, who: Subscription, epoch: int, stream: str, after: int | None) -> None:
        who.streams.add(stream)
        gathering = self._gatherings.get(stream)
        if gathering is None and stream not in self._channels:
            gathering = self._gathering(stream)
        if gathering is not None:
            gathering.subscribers[who] = epoch
            self._push(who, epoch, Batch(stream, ((0, gathering.gatherer.whole()),), gathering.seq))
            return
        channel = self._channel(stream)
        if channel.reader is None:
            channel.reader = self._reader_of(stream)
        channel.subscribers[who] = epoch
        items = _missed(channel, channel.reader, after)
        if items:
            self._push(who, epoch, Batch(stream, tuple(items), channel.seq))

    def _gathering(self, name: str) -> Gathering | None:
        gatherer = self._gatherer_of(name)
        if gatherer is None:
            return None
        gathering = self._gatherings[name] = Gathering(name, gatherer)
        self._stand_on(gathering, gatherer.streams)
        return gathering

    def _stand_on(self, gathering: Gathering, wanted: frozenset[str]) -> bytes | None:
        """Follow these streams for it, and no others; what it says of those that are new."""
        new = wanted - gathering.streams
        for stream in gathering.streams - wanted:
            channel = self._channels.get(stream)
            if channel is not None:
                channel.gatherings.discard(gathering)
                self._put_away(channel)
        gathering.streams = wanted
        for stream in new:
            self._channel(stream).gatherings.add(gathering)
        # the heads are seen before the streams are read: what comes between is told twice, never lost
        return gathering.gatherer.begin(new) if new else None

    def _follow(self) -> None:
        if not self._channels or not self._heads.may_have_moved():
            return
        for channel in list(self._heads.moved(self._channels)):
            for entry in entries_of(channel, channel.seq):
                channel.seq = entry.seq
                self._tell(channel, entry)

    def _tell(self, channel: Channel, entry: chain.Entry) -> None:
        if channel.reader is not None:
            data = channel.reader.live(entry)
            channel.remember(entry.seq, data)
            if data is not None:
                batch = Batch(channel.stream, ((entry.seq, data),), entry.seq)
                for who, epoch in channel.subscribers.items():
                    self._push(who, epoch, batch)
        for gathering in list(channel.gatherings):
            data = gathering.gatherer.live(entry) or b""
            if gathering.gatherer.streams != gathering.streams:
                data += self._stand_on(gathering, gathering.gatherer.streams) or b""
            if data:
                gathering.seq += 1
                batch = Batch(gathering.name, ((0, data),), gathering.seq)
                for who, epoch in gathering.subscribers.items():
                    self._push(who, epoch, batch)

    def _beat_idle(self, now: float) -> None:
        stands = self._standing()
        turned, self._stood = stands != self._stood, stands
        for who, epoch in list(self._subscribers.items()):
            if turned or now - who.pushed_at >= BEAT_S:
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


def _missed(channel: Channel, reader: Reader, after: int | None) -> list[tuple[int, bytes]]:
    """What a subscriber is to be told who has had the entries up to number `after` (None: none)."""
    if after == channel.seq:
        return []
    if after is None or not 0 <= channel.seq - after <= MOST_REPLAYED:
        whole = reader.snapshot()
        return [(channel.seq, whole)] if whole else []
    if not channel.remembered or channel.remembered[0][0] > after + 1:
        entries = (entry for entry in entries_of(channel, after) if entry.seq <= channel.seq)
        # whoever else comes back after a restart is told from here
        channel.remembered = deque((entry.seq, reader.read(entry)) for entry in entries)
    told = [(seq, data) for seq, data in channel.remembered if seq > after and data is not None]
    summary = reader.summary()
    return told if summary is None else [*told, (channel.seq, summary)]


def _deliver(deliveries: list[_Delivery], beat: bytes) -> None:
    for who, epoch, batch in deliveries:
        if not who.has_ended:
            if batch is not None:
                who.offer(epoch, batch)
            # the server's time comes with whatever comes, so that nothing is dated by an older one
            who.hear(beat)
