"""The tail on a real database file: every subscriber gets each entry once, in order, whatever happens."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from reverie.clinic.kernel import chain, streams
from reverie.clinic.kernel.subscription import MOST_WAITING, Subscription
from reverie.clinic.kernel.tail import MOST_REPLAYED, Tail
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)


class Numbers:
    """A reader whose bytes are the number and the body, and that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, entry: chain.Entry) -> bytes:
        self.asked += 1
        return f"{entry.seq}:{entry.body}".encode()

    live = read

    def summary(self) -> None:
        return None

    def snapshot(self) -> bytes:
        return b"snapshot"


@contextmanager
def a_tail(gone: Collection[Any] = ()) -> Iterator[tuple[Tail, dict[str, Numbers]]]:
    readers: dict[str, Numbers] = {}

    def reader_of(stream: str) -> Numbers:
        return readers.setdefault(stream, Numbers())

    def who_is_gone(whos: Sequence[Any]) -> Collection[Any]:
        return [who for who in whos if who in gone]

    tail = Tail(reader_of, lambda: b"beat", who_is_gone)
    yield tail, readers
    assert tail.subscriber_count == 0, "somebody is still subscribed"


def append(stream: str, count: int = 1) -> None:
    with transaction.atomic():
        head = streams.lock(stream)
        streams.append(
            head,
            [streams.Draft(f"{head.seq} {n}", "note", 1, 0, "{}", f'"{head.seq + n}"') for n in range(count)],
        )


def begin(stream: str, count: int = 0) -> None:
    with transaction.atomic():
        streams.begin(stream)
    if count:
        append(stream, count)


def in_another_thread(work: Any) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


async def had(subscription: Subscription, until: int) -> list[int]:
    """The numbers that come, until a number."""
    numbers: list[int] = []
    async with asyncio.timeout(20):
        while not numbers or numbers[-1] < until:
            batches, beat = await subscription.next()
            assert beat
            numbers += [seq for batch in batches for seq, _data in batch.items]
    return numbers


async def settled(tail: Tail) -> None:
    async with asyncio.timeout(10):
        while tail.subscriber_count:
            await asyncio.sleep(0.01)


def test_what_another_connection_commits_comes_once_and_in_order() -> None:
    begin("s", 3)

    async def listen() -> list[int]:
        with a_tail() as (tail, _readers):
            subscription = tail.subscribe("who", {"s": 3})
            writer = in_another_thread(lambda: [append("s", 2) for _ in range(5)])
            numbers = await had(subscription, 13)
            writer.join()
            subscription.close()
            await settled(tail)
        return numbers

    assert asyncio.run(listen()) == list(range(4, 14))


def test_what_is_rolled_back_never_comes() -> None:
    begin("s", 1)

    def work() -> None:
        try:
            with transaction.atomic():
                append("s", 1)
                raise RuntimeError
        except RuntimeError:
            append("s", 1)

    async def listen() -> list[bytes]:
        with a_tail() as (tail, _readers):
            subscription = tail.subscribe("who", {"s": 1})
            in_another_thread(work).join()
            found: list[bytes] = []
            async with asyncio.timeout(10):
                while not found:
                    batches, _beat = await subscription.next()
                    found += [data for batch in batches for _seq, data in batch.items]
            subscription.close()
            await settled(tail)
        return found

    assert asyncio.run(listen()) == [b'2:"1"']


def test_each_entry_is_made_once_for_all_who_listen() -> None:
    begin("s", 1)

    async def listen() -> int:
        with a_tail() as (tail, readers):
            listeners = [tail.subscribe(number, {"s": None}) for number in range(20)]
            for one in listeners:  # all are there before anything comes
                assert await had(one, 1) == [1]
            writer = in_another_thread(lambda: append("s", 5))
            for one in listeners:
                assert await had(one, 6) == [2, 3, 4, 5, 6]
            writer.join()
            for one in listeners:
                one.close()
            await settled(tail)
            assert tail.stream_count == 0
            return readers["s"].asked

    assert asyncio.run(listen()) == 5


def test_whoever_reads_too_slowly_still_gets_everything_once() -> None:
    begin("s")
    count = MOST_WAITING * 3

    async def listen() -> list[int]:
        with a_tail() as (tail, _readers):
            subscription = tail.subscribe("who", {"s": 0})
            writer = in_another_thread(lambda: [append("s") for _ in range(count)])
            while writer.is_alive():
                await asyncio.sleep(0.02)  # the loop runs, the subscriber does not read
            numbers = await had(subscription, count)
            subscription.close()
            await settled(tail)
        return numbers

    assert asyncio.run(listen()) == list(range(1, count + 1))


def test_whoever_missed_too_much_gets_a_snapshot() -> None:
    begin("s", MOST_REPLAYED + 5)

    async def listen() -> list[tuple[int, bytes]]:
        with a_tail() as (tail, _readers):
            told = []
            for after in (0, None, MOST_REPLAYED + 99):
                subscription = tail.subscribe("who", {"s": after})
                batches, _beat = await subscription.next()
                told += [item for batch in batches for item in batch.items]
                subscription.close()
            await settled(tail)
        return told

    assert asyncio.run(listen()) == [(MOST_REPLAYED + 5, b"snapshot")] * 3


def test_a_stream_that_begins_later_is_heard_from_its_start() -> None:
    async def listen() -> list[int]:
        with a_tail() as (tail, _readers):
            subscription = tail.subscribe("who", {"later": 0})
            writer = in_another_thread(lambda: begin("later", 2))
            numbers = await had(subscription, 2)
            writer.join()
            subscription.close()
            await settled(tail)
        return numbers

    assert asyncio.run(listen()) == [1, 2]


def test_a_beat_comes_while_nothing_happens() -> None:
    begin("s", 1)

    async def listen() -> tuple[list[Any], bytes]:
        with a_tail() as (tail, _readers):
            subscription = tail.subscribe("who", {"s": 1})
            async with asyncio.timeout(5):
                found = await subscription.next()
            subscription.close()
            await settled(tail)
        return found

    assert asyncio.run(listen()) == ([], b"beat")


def test_whoever_may_no_longer_listen_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    begin("s", 1)
    monkeypatch.setattr("reverie.clinic.kernel.tail.RECHECK_S", 0.05)

    async def listen() -> tuple[bool, bool]:
        with a_tail(gone=["left"]) as (tail, _readers):
            left = tail.subscribe("left", {"s": 1})
            stays = tail.subscribe("stays", {"s": 1})
            async with asyncio.timeout(10):
                while (await left.next())[1]:
                    pass
            ended = left.has_ended, stays.has_ended
            stays.close()
            await settled(tail)
        return ended

    assert asyncio.run(listen()) == (True, False)


def test_random_drops_lose_and_double_nothing() -> None:
    """Subscribers leave at random moments and come back after what they had."""
    begin("a")
    begin("b")
    count = scale(test=60, soak=2_000)
    rng = random.Random(20)

    def write() -> None:
        for _ in range(count):
            append(rng.choice("ab"), rng.randint(1, 3))
        append("a")
        append("b")

    done = threading.Event()
    final: dict[str, int] = {}

    def write_all() -> None:
        write()
        with connection.cursor() as cursor:
            cursor.execute("SELECT stream, seq FROM kernel_head")
            final.update(dict(cursor.fetchall()))
        done.set()

    async def one(tail: Tail, drops: random.Random) -> dict[str, list[int]]:
        order: dict[str, list[int]] = {"a": [], "b": []}
        subscription = tail.subscribe(object(), {"a": 0, "b": 0})
        while True:
            batches, _beat = await subscription.next()
            for batch in batches:
                order[batch.stream] += [seq for seq, _data in batch.items]
            last = {name: (numbers or [0])[-1] for name, numbers in order.items()}
            if done.is_set() and last == final:
                subscription.close()
                return order
            if drops.random() < 0.4:
                subscription.close()
                subscription = tail.subscribe(object(), last)

    async def all_of_them() -> list[dict[str, list[int]]]:
        with a_tail() as (tail, _readers):
            writer = in_another_thread(write_all)
            async with asyncio.timeout(60):
                found = await asyncio.gather(*(one(tail, random.Random(seed)) for seed in range(6)))
            writer.join()
            await settled(tail)
        return found

    for order in asyncio.run(all_of_them()):
        for name in "ab":
            assert order[name] == list(range(1, final[name] + 1))


class Sums:
    """A gatherer of two streams, and of a third once "a" has said so: how many entries each has."""

    def __init__(self) -> None:
        self.streams = frozenset("ab")
        self.counts: dict[str, int] = {}

    def begin(self, new: Collection[str]) -> bytes | None:
        for name in new:
            self.counts[name] = max((entry.seq for entry in streams.read(name)), default=0)
        return self.whole()

    def live(self, entry: chain.Entry) -> bytes | None:
        if entry.seq <= self.counts[entry.stream]:
            return None
        assert entry.seq == self.counts[entry.stream] + 1
        self.counts[entry.stream] = entry.seq
        if entry.stream == "a" and entry.seq == 3:
            self.streams = frozenset("abc")
        return self.whole()

    def whole(self) -> bytes:
        return repr(sorted(self.counts.items())).encode()


@contextmanager
def a_gathering_tail() -> Iterator[Tail]:
    tail = Tail(
        lambda stream: Numbers(),
        lambda: b"beat",
        lambda whos: [],
        lambda name: Sums() if name == "sums" else None,
    )
    yield tail
    assert tail.subscriber_count == 0


async def last_of(subscription: Subscription, wanted: bytes) -> list[bytes]:
    told: list[bytes] = []
    async with asyncio.timeout(20):
        while not told or not told[-1].endswith(wanted):
            batches, _beat = await subscription.next()
            told += [data for batch in batches for _seq, data in batch.items]
    return told


def test_a_whole_is_told_at_first_and_whenever_one_of_its_streams_moves() -> None:
    for name in "abc":
        begin(name, 1)

    async def listen() -> list[bytes]:
        with a_gathering_tail() as tail:
            subscription = tail.subscribe("who", {"sums": None})
            told = await last_of(subscription, b"[('a', 1), ('b', 1)]")
            in_another_thread(lambda: [append(name) for name in "baac"]).join()
            told += await last_of(subscription, b"[('a', 3), ('b', 2), ('c', 2)]")
            assert tail.stream_count == 3
            again = tail.subscribe("other", {"sums": 7})
            told += await last_of(again, b"[('a', 3), ('b', 2), ('c', 2)]")
            for one in (subscription, again):
                one.close()
            await settled(tail)
            assert tail.stream_count == 0
        return told

    told = asyncio.run(listen())
    assert told[0] == b"[('a', 1), ('b', 1)]"
    assert told[-1] == b"[('a', 3), ('b', 2), ('c', 2)]"


def test_whoever_joins_one_of_its_streams_later_still_gets_each_entry_once() -> None:
    begin("a", 1)
    begin("b", 1)

    async def listen() -> list[int]:
        with a_gathering_tail() as tail:
            whole = tail.subscribe("who", {"sums": None})
            await whole.next()
            in_another_thread(lambda: append("b", 4)).join()
            await last_of(whole, b"('b', 5)]")
            one = tail.subscribe("who", {"b": 2})
            numbers = await had(one, 5)
            one.close()
            in_another_thread(lambda: append("b", 2)).join()
            await last_of(whole, b"('b', 7)]")
            again = tail.subscribe("who", {"b": 5})
            numbers += await had(again, 7)
            for other in (whole, again):
                other.close()
            await settled(tail)
        return numbers

    assert asyncio.run(listen()) == [3, 4, 5, 6, 7]


def test_a_beat_comes_at_once_when_the_standing_changes() -> None:
    begin("s", 1)
    standing = [True]

    async def listen() -> list[bytes]:
        tail = Tail(
            lambda stream: Numbers(),
            lambda: b"stands" if standing[0] else b"does not",
            lambda whos: [],
            standing=lambda: standing[0],
        )
        subscription = tail.subscribe("who", {"s": 1})
        beats = [(await subscription.next())[1]]
        standing[0] = False
        async with asyncio.timeout(10):
            while beats[-1] != b"does not":
                beats.append((await subscription.next())[1])
        subscription.close()
        await settled(tail)
        return beats

    assert asyncio.run(listen())[-1] == b"does not"
