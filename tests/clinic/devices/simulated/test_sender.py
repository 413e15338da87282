"""The sender against a listener that drops, delays, refuses and stutters: nothing lost, nothing reordered."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.clinic.devices.simulated.answer import Answer, read_answer
from reverie.clinic.devices.simulated.sender import Patience, Post, Sender
from tests.clinic.devices.simulated.listener import (
    Listener,
    Reply,
    accept,
    answer_another_first,
    framed,
    hang_up,
    keep_and_be_silent,
    keep_and_hang_up,
    listening,
    once,
    refuse,
    refuse_unread,
)
from tests.scale import scale

IMPATIENT = Patience(connect_s=5.0, answer_s=0.05, first_pause_s=0.001, longest_pause_s=0.01)
PATIENT = Patience(connect_s=5.0, answer_s=30.0, first_pause_s=0.001, longest_pause_s=0.01)
Outcome = TypeVar("Outcome")


def posts(count: int) -> list[Post]:
    """Numbered messages."""
    head = "MSH|^~\\&|MON||||20261124150000||ORU^R01|{}|P|2.6\rOBX|1|NM|147842^HR^MDC|1|{}\r"
    return [Post(str(i), head.format(i, i).encode()) for i in range(count)]


def at_last(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Run it, and fail rather than hang."""

    async def bounded() -> Outcome:
        async with asyncio.timeout(60):
            return await work

    return asyncio.run(bounded())


async def deliver(sender: Sender, messages: list[Post]) -> None:
    """Send all of them and wait for every answer."""
    line = asyncio.create_task(sender.run())
    for post in messages:
        await sender.put(post)
    await sender.drained()
    line.cancel()
    await asyncio.wait([line])


async def conversation(
    replies: list[Reply], count: int, patience: Patience = PATIENT, piece: int = 0
) -> tuple[Listener, Sender]:
    """What became of `count` messages."""
    async with listening(*replies, piece=piece) as listener:
        sender = Sender("127.0.0.1", listener.port, patience=patience)
        await deliver(sender, posts(count))
    return listener, sender


MISCHIEF = st.lists(
    st.sampled_from(
        [accept, keep_and_hang_up, hang_up, keep_and_be_silent, refuse, refuse_unread, answer_another_first]
    ),
    max_size=10,
)


@settings(max_examples=scale(test=40, soak=2_000), deadline=None)
@given(MISCHIEF, st.integers(1, 12))
def test_nothing_is_lost_or_reordered_whatever_the_listener_does(replies: list[Reply], count: int) -> None:
    used = replies[:]
    listener, sender = at_last(conversation(replies, count, IMPATIENT))
    sent = [post.payload for post in posts(count)]
    assert once(listener.received) == sent
    tally = sender.tally()
    assert (tally.offered, tally.acknowledged + tally.refused, tally.waiting) == (count, count, 0)
    answered = used[: len(used) - len(listener.replies)]
    assert tally.refused <= sum(reply in (refuse, refuse_unread) for reply in answered)
    # a slow machine may time out on a prompt answer too: more is possible, fewer is not
    unanswered = sum(reply in (keep_and_hang_up, hang_up, keep_and_be_silent) for reply in answered)
    assert tally.resent >= unanswered
    assert tally.connections >= 1 + unanswered


def test_an_unanswered_message_is_sent_again_byte_for_byte() -> None:
    listener, sender = at_last(conversation([accept, keep_and_hang_up, keep_and_hang_up], 3))
    sent = [post.payload for post in posts(3)]
    assert listener.received == [sent[0], sent[1], sent[1], sent[1], sent[2]]
    assert (sender.tally().resent, sender.tally().connections) == (2, 3)


def test_a_listener_that_restarts_gets_everything_in_order() -> None:
    async def work() -> tuple[Listener, Sender]:
        listener = Listener()
        await listener.start()
        sender = Sender("127.0.0.1", listener.port, patience=PATIENT)
        line = asyncio.create_task(sender.run())
        for i, post in enumerate(posts(60)):
            if i % 20 == 10:
                await sender.drained()
                await listener.stop()
            if i % 20 == 15:
                await listener.start()
            assert sender.offer(post)
        await sender.drained()
        line.cancel()
        await asyncio.wait([line])
        await listener.stop()
        return listener, sender

    listener, sender = at_last(work())
    assert once(listener.received) == [post.payload for post in posts(60)]
    assert (sender.tally().acknowledged, sender.tally().dropped) == (60, 0)
    assert listener.connections >= 4


def test_it_says_in_words_that_nothing_answers_and_goes_on_trying() -> None:
    async def work() -> tuple[str, int]:
        listener = Listener()
        await listener.start()
        await listener.stop()
        sender = Sender("127.0.0.1", listener.port, patience=PATIENT)
        line = asyncio.create_task(sender.run())
        sender.offer(posts(1)[0])
        while not (trouble := sender.tally().trouble):
            await asyncio.sleep(0)
        await listener.start()
        await sender.drained()
        line.cancel()
        await asyncio.wait([line])
        await listener.stop()
        return trouble.replace(str(listener.port), "PORT"), sender.tally().acknowledged

    assert at_last(work()) == ("nothing answers at 127.0.0.1:PORT", 1)


def test_an_answer_in_single_bytes_is_understood() -> None:
    listener, sender = at_last(conversation([], 5, piece=1))
    assert (sender.tally().acknowledged, sender.tally().resent) == (5, 0)
    assert listener.connections == 1


def test_a_refused_message_is_counted_with_its_reason_and_not_sent_again() -> None:
    listener, sender = at_last(conversation([refuse, accept, refuse_unread], 3))
    tally = sender.tally()
    assert (tally.acknowledged, tally.refused, tally.last_refusal, tally.lost) == (1, 2, "unreadable", 2)
    assert len(listener.received) == 3


def test_a_full_backlog_keeps_the_oldest_and_counts_the_rest() -> None:
    async def work() -> tuple[list[bool], Listener, Sender]:
        async with listening() as listener:
            sender = Sender("127.0.0.1", listener.port, backlog=3, patience=PATIENT)
            taken = [sender.offer(post) for post in posts(5)]
            line = asyncio.create_task(sender.run())
            await sender.drained()
            line.cancel()
            await asyncio.wait([line])
        return taken, listener, sender

    taken, listener, sender = at_last(work())
    assert taken == [True, True, True, False, False]
    assert listener.received == [post.payload for post in posts(3)]
    assert (sender.tally().dropped, sender.tally().lost) == (2, 2)


def test_a_recording_waits_for_room_instead() -> None:
    async def work() -> tuple[int, Listener, Sender]:
        async with listening(*[keep_and_hang_up] * 3) as listener:
            answers: list[Answer] = []
            sender = Sender("127.0.0.1", listener.port, backlog=2, patience=PATIENT, on_answer=answers.append)
            await deliver(sender, posts(30))
        return len(answers), listener, sender

    told, listener, sender = at_last(work())
    assert once(listener.received) == [post.payload for post in posts(30)]
    assert (told, sender.tally().dropped) == (30, 0)


def test_answers_are_measured() -> None:
    tally = at_last(conversation([], 10))[1].tally()
    assert 0 < tally.answer_median_ms <= tally.answer_worst_ms


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (framed("AA", "7")[1:-2], Answer("AA", "7", "")),
        (framed("CE", "7", "full")[1:-2], Answer("CE", "7", "full")),
        (
            b"MSH|^~\\&|L\rMSA|AR|7\rERR||OBX^3|207^Application error^HL70357|E|||d|unknown \\T\\ device\r",
            Answer("AR", "7", "unknown & device"),
        ),
        (
            b"MSH|^~\\&|L\rMSA|AR|7\rERR|||207^Application error^HL70357|E\r",
            Answer("AR", "7", "Application error"),
        ),
        (b"MSH|^~\\&|L\nMSA|AE|\n", Answer("AE", "", "")),
        (b"MSH|^~\\&|L\rMSA|XX|7\r", None),
        (b"MSH|^~\\&|L\rMSA|AA\r", None),
        (b"MSH|^~\\&|L\r", None),
        (b"MSH|", None),
        (b"", None),
        (b"\xff\xfe\r\r\rMSA|AA|7", None),
    ],
)
def test_answers_are_read_as_far_as_a_device_needs(raw: bytes, expected: Answer | None) -> None:
    assert read_answer(raw) == expected


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"MSH|^~\\&|L\rMSA|AR|" + tail))
def test_no_answer_makes_the_device_stumble(raw: bytes) -> None:
    answer = read_answer(raw)
    assert answer is None or answer.code in ("AA", "CA", "AE", "AR", "CE", "CR")
