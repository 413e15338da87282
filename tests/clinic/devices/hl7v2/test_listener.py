"""The listener over real sockets: answers, order, packets, refusals, bounds."""

from __future__ import annotations

import socket
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction

from reverie.clinic.devices.hl7v2 import verdict
from reverie.clinic.devices.hl7v2.listener import Bounds
from reverie.clinic.devices.models import Device, Quarantined
from reverie.clinic.kernel import chain, clock, streams
from reverie.formats.mllp import LIMIT_BYTES, frame
from tests.clinic.devices import bedside, ward
from tests.clinic.devices.hl7v2.running import Running, running
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)


def recorded(session: object) -> list[tuple[str, str]]:
    """Kind and control id of every entry after the opening; the stream verifies."""
    import json

    entries = list(streams.read(session.stream))
    assert isinstance(next(iter(chain.check(session.stream, entries))), tuple)
    return [(one.kind, json.loads(one.body or "{}").get("control_id", "")) for one in entries[1:]]


def readings(session: object) -> list[str]:
    """The control ids of recorded messages, in order."""
    return [control_id for kind, control_id in recorded(session) if kind == "readings"]


def test_a_linked_device_is_recorded_before_it_is_answered() -> None:
    (session,) = ward.furnish(1)
    with running() as one, one.device() as monitor:
        assert monitor.ask(bedside.message("M1", "c1")) == ("AA", "c1", "")
        assert recorded(session) == [("device_connected", ""), ("readings", "c1")]


def test_several_messages_in_one_packet_and_one_message_in_forty() -> None:
    (session,) = ward.furnish(1)
    with running() as one, one.device() as monitor:
        monitor.send(*(bedside.message("M1", f"a{i}") for i in range(7)))
        assert [monitor.answer()[:2] for _ in range(7)] == [("AA", f"a{i}") for i in range(7)]
        whole = frame(bedside.message("M1", "b"))
        size = len(whole) // 40 + 1
        for start in range(0, len(whole), size):
            monitor.socket.sendall(whole[start : start + size])
        assert monitor.answer() == ("AA", "b", "")
    assert readings(session) == [f"a{i}" for i in range(7)] + ["b"]


def test_many_connections_each_keep_their_order() -> None:
    sessions = ward.furnish(4)
    with running() as one:
        monitors = [one.device() for _ in range(60)]
        for number in range(5):
            for i, monitor in enumerate(monitors):
                monitor.send(bedside.message(f"M{i % 4 + 1}", f"{i}-{number}"))
        for i, monitor in enumerate(monitors):
            assert [monitor.answer()[:2] for _ in range(5)] == [("AA", f"{i}-{n}") for n in range(5)]
            monitor.close()
    for bed, session in enumerate(sessions):
        kept = readings(session)
        assert len(kept) == 75
        for i in range(bed, 60, 4):
            assert [one for one in kept if one.split("-")[0] == str(i)] == [f"{i}-{n}" for n in range(5)]


def test_the_same_bytes_are_recorded_once_and_an_old_id_with_other_content_again() -> None:
    (session,) = ward.furnish(1)
    first, other = bedside.message("M1", "c1"), bedside.message("M1", "c1", hr="80")
    with running() as one:
        with one.device() as monitor:
            assert [monitor.ask(first)[0] for _ in range(3)] == ["AA", "AA", "AA"]
        with one.device() as monitor:
            monitor.send(first, other, first, other)
            assert [monitor.answer()[0] for _ in range(4)] == ["AA"] * 4
    assert readings(session) == ["c1", "c1"]


def test_a_stranger_is_refused_with_the_reason_and_kept_whole() -> None:
    ward.furnish(1)
    payload = bedside.message("STRANGER^01^EUI-64", "s1")
    with running() as one, one.device() as stranger:
        assert stranger.ask(payload) == ("AR", "s1", verdict.NOT_LINKED.reason)
        assert stranger.ask(payload)[0] == "AR"
        assert stranger.ask(bedside.message("STRANGER^01^EUI-64", "s2"))[1] == "s2"
    kept = {one.control_id: one for one in Quarantined.objects.all()}
    assert set(kept) == {"s1", "s2"}
    assert bytes(kept["s1"].payload) == payload
    assert (kept["s1"].device, kept["s1"].times) == ("STRANGER^01^EUI-64", 2)
    assert kept["s1"].peer.startswith("127.0.0.1:")


def test_a_link_counts_on_a_running_listener_and_closes_what_is_sent_again() -> None:
    (session,) = ward.furnish(1)
    payload = bedside.message("NEW", "n1")
    with running() as one, one.device() as monitor:
        assert monitor.ask(payload)[0] == "AR"
        ward.link("NEW", session.chair)
        assert monitor.ask(payload) == ("AA", "n1", "")
    assert readings(session) == ["n1"]
    assert Quarantined.objects.get().resolved_at is not None


def test_without_a_session_the_message_is_an_error_and_kept() -> None:
    (session,) = ward.furnish(1)
    with running() as one, one.device() as monitor:
        assert monitor.ask(bedside.message("M1", "c1"))[0] == "AA"
        ward.close_session(session)
        assert monitor.ask(bedside.message("M1", "c2")) == ("AE", "c2", verdict.NO_SESSION.reason)
        later = ward.open_session(session.chair, 2)
        assert monitor.ask(bedside.message("M1", "c3"))[0] == "AA"
    assert readings(session) == ["c1"]
    assert readings(later) == ["c3"]
    assert [one.control_id for one in Quarantined.objects.all()] == ["c2"]


def test_what_was_recorded_for_the_patient_before_is_not_recorded_for_the_next() -> None:
    (session,) = ward.furnish(1)
    payload = bedside.message("M1", "c1")
    with running() as one:
        with one.device() as monitor:
            assert monitor.ask(payload)[0] == "AA"
        ward.close_session(session)
        later = ward.open_session(session.chair, 2)
        with one.device() as monitor:
            assert monitor.ask(payload)[0] == "AA"
    assert readings(later) == []


def test_two_monitors_at_one_chair_and_a_device_that_moves() -> None:
    first, second = ward.furnish(2)
    with running() as one, one.device() as monitor:
        ward.link("M2", first.chair)
        monitor.send(bedside.message("M1", "a"), bedside.message("M2", "b"))
        assert [monitor.answer()[:2] for _ in range(2)] == [("AA", "a"), ("AA", "b")]
        ward.link("M2", second.chair)
        assert monitor.ask(bedside.message("M2", "c"))[0] == "AA"
    assert readings(first) == ["a", "b"]
    assert readings(second) == ["c"]
    assert [kind for kind, _ in recorded(first)][-1] == "device_lost"


def test_a_clock_that_is_years_off_and_refused_rows_are_taken() -> None:
    (session,) = ward.furnish(1)
    ancient = clock.now() - timedelta(days=3_000)
    cut = bedside.message("M1", "c2").rpartition(b"|264864")[0]
    with running() as one, one.device() as monitor:
        assert monitor.ask(bedside.message("M1", "c1", at=ancient))[0] == "AA"
        assert monitor.ask(cut)[0] == "AA"
    entries = [one for one in streams.read(session.stream) if one.kind == "readings"]
    assert '"clock_ms":-' in (entries[0].body or "")
    assert abs(entries[0].occurred_ms - entries[0].recorded_ms) < 60_000
    assert '"refused":[[' in (entries[1].body or "")


@pytest.mark.parametrize(
    ("payload", "control_id"),
    [
        (b"garbage", ""),
        (b"", ""),
        (b"\x00\xff\xfe" * 40, ""),
        (b"MSH|^~\\&|M1|W|||20261124||ORU^R01|x1", "x1"),
        (b"MSH|^~\\&|||||20261124||ORU^R01|x2|P|2.6\rOBR|1\r", "x2"),
        (b"MSH", ""),
    ],
)
def test_what_cannot_be_read_is_never_taken(payload: bytes, control_id: str) -> None:
    (session,) = ward.furnish(1)
    with running() as one, one.device() as monitor:
        monitor.socket.sendall(frame(payload))
        code, answered_id, reason = monitor.answer()
        assert code in ("AE", "AR")
        assert answered_id == control_id
        assert reason
    assert readings(session) == []
    assert [bytes(one.payload) for one in Quarantined.objects.all()] == [payload]


def test_noise_cut_and_oversized_frames_are_refused_and_the_next_message_is_taken() -> None:
    (session,) = ward.furnish(1)
    good = frame(bedside.message("M1", "good"))
    half = good[: len(good) // 2]
    with running() as one, one.device() as monitor:
        monitor.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + half + good)
        answers = [monitor.answer() for _ in range(3)]
        monitor.socket.sendall(b"\x0bMSH|" + b"x" * (LIMIT_BYTES + 10) + b"\x1c\r" + good)
        answers += [monitor.answer() for _ in range(2)]
    assert [code in ("AE", "AR") for code, _, _ in answers] == [True, True, False, True, False]
    assert answers[1][1] == "good"
    assert readings(session) == ["good"]
    assert Quarantined.objects.count() == 3


def test_a_message_that_breaks_off_with_its_connection_is_kept() -> None:
    ward.furnish(1)
    whole = bedside.message("M1", "half")
    with running() as one, one.device() as other:
        with one.device() as monitor:
            monitor.socket.sendall(frame(whole)[:200])
        number = 0
        while not Quarantined.objects.exists():
            number += 1
            assert number < 2_000
            other.ask(bedside.message("M1", str(number)))
    kept = Quarantined.objects.get()
    assert kept.reason == "The message broke off before its end."
    assert bytes(kept.payload) == whole[:199]


def test_a_device_that_says_it_is_done_gets_its_answers_before_the_end() -> None:
    (session,) = ward.furnish(1)
    whole = bedside.message("M1", "half")
    with running() as one, one.device() as monitor:
        monitor.send(bedside.message("M1", "first"), bedside.message("M1", "second"))
        monitor.socket.sendall(frame(whole)[:200])
        monitor.socket.shutdown(socket.SHUT_WR)
        assert [monitor.answer()[:2] for _ in range(3)] == [("AA", "first"), ("AA", "second"), ("AR", "half")]
        assert monitor.socket.recv(10) == b""
        with one.device() as silent:
            silent.socket.shutdown(socket.SHUT_WR)
            assert silent.socket.recv(10) == b""
    assert readings(session) == ["first", "second"]


def test_a_device_that_is_done_is_not_waited_for_without_end() -> None:
    (session,) = ward.furnish(1)
    # the listener cannot commit meanwhile
    with running(Bounds(unfinished_s=0.0)) as one, one.device() as monitor, transaction.atomic():
        monitor.send(bedside.message("M1", "late"))
        monitor.socket.shutdown(socket.SHUT_WR)
        assert monitor.socket.recv(10) == b""
    assert readings(session) == ["late"]


def test_one_connection_too_many_is_told_so() -> None:
    ward.furnish(1)
    with running(Bounds(connections=2)) as one:
        monitors = [one.device() for _ in range(2)]
        for number, monitor in enumerate(monitors):
            assert monitor.ask(bedside.message("M1", str(number)))[0] == "AA"
        with one.device() as late:
            assert late.answer() == ("AR", "", verdict.TOO_MANY.reason)
            assert late.socket.recv(10) == b""
        for monitor in monitors:
            monitor.close()


def test_a_message_that_is_never_finished_is_refused_and_let_go() -> None:
    ward.furnish(1)
    with running(Bounds(unfinished_s=0.0)) as one, one.device() as slow:
        slow.socket.sendall(b"\x0bMSH|^~\\&|M1|W|||20261124||ORU^R01|slow|P|2.6\r")
        code, control_id, reason = slow.answer()
        assert (code, control_id) == ("AR", "slow")
        assert "broke off" in reason
        assert slow.socket.recv(10) == b""


def test_a_device_that_fetches_no_answers_is_not_read_without_end() -> None:
    (session,) = ward.furnish(1)
    with running(Bounds(waiting=50, waiting_a_line=20)) as one, one.device() as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        count = scale(test=1_600, soak=5_000)
        # a line's share, and what one read may bring: asyncio takes up to 256 KiB at once
        most = 20 + 262_144 // len(frame(bedside.message("M1", "d0", rows=2)))
        assert most < count
        for start in range(0, count, 50):
            deaf.send(*(bedside.message("M1", f"d{i}", rows=2) for i in range(start, start + 50)))
            assert one.listener.waiting <= most
        assert [deaf.answer()[1] for _ in range(count)] == [f"d{i}" for i in range(count)]
    assert len(readings(session)) == count


def test_the_device_list_knows_when_it_was_heard() -> None:
    ward.furnish(1)
    with running() as one, one.device() as monitor:
        monitor.ask(bedside.message("M1", "c1"))
    heard_at = Device.objects.get(name="M1").heard_at
    assert heard_at is not None
    assert clock.now() - heard_at < timedelta(minutes=1)


def fuzzed(rng: Random, number: int) -> bytes:
    """A message as it may come from a bad line, or not a message at all."""
    whole = bedside.message(f"M{rng.randint(1, 4)}", f"f{number}", hr=str(rng.randint(40, 150)))
    kind = rng.randrange(9)
    if kind == 0:
        return rng.randbytes(rng.randrange(200)).replace(b"\x0b", b"").replace(b"\x1c", b"")
    if kind == 1:
        return whole[: rng.randrange(len(whole))]
    if kind == 2:
        # one byte in a hundred
        spoilt = bytearray(whole)
        for _ in range(len(whole) // 100):
            spoilt[rng.randrange(len(whole))] = rng.choice(b"\x00\xff|^~\\&ABC 09\x80\t")
        return bytes(spoilt)
    if kind == 3:
        return whole.replace(b"\r", b"\n")
    if kind == 4:
        return whole.replace(b"PID|||", "PID|||||Müller^Jörg".encode("latin-1"))
    if kind == 5:
        return whole.replace(b"PID|||", "PID|||||张伟".encode("gbk"))
    if kind == 6:
        lines = whole.split(b"\r")
        rng.shuffle(lines)
        return b"\r".join(lines)
    return whole


def send_fuzzed(one: Running, rng: Random, count: int) -> tuple[list[bytes], list[tuple[str, str, str]]]:
    """Send so many, some twice, in packets of every size; what was sent and answered."""
    sent: list[bytes] = []
    for number in range(count):
        again = sent and rng.random() < 0.1
        sent.append(rng.choice(sent) if again else fuzzed(rng, number))
    answers = []
    with one.device() as monitor:
        for start in range(0, count, 50):
            some = sent[start : start + 50]
            raw = b"".join(map(frame, some))
            while raw:
                size = rng.choice((1, 7, 33, 200, 2_000, 20_000))
                monitor.socket.sendall(raw[:size])
                raw = raw[size:]
            answers += [monitor.answer() for _ in some]
    return sent, answers


def test_whatever_comes_is_answered_and_nothing_is_lost() -> None:
    sessions = ward.furnish(4)
    count = scale(test=2_000, soak=100_000)
    with running() as one:
        sent, answers = send_fuzzed(one, Random(20261124), count)
    taken = {payload for payload, (code, _, _) in zip(sent, answers, strict=True) if code == "AA"}
    refused = {payload for payload, (code, _, _) in zip(sent, answers, strict=True) if code != "AA"}
    assert not taken & refused
    assert all(reason for code, _, reason in answers if code != "AA")
    assert sum(len(readings(session)) for session in sessions) == len(taken)
    assert {bytes(one.payload) for one in Quarantined.objects.filter(resolved_at=None)} == refused
    assert len(taken) > count // 3
    assert len(refused) > count // 20
