"""The listener judged by the bytes on its socket: packets, broken frames, many connections, rude ones.

Nothing here imports Reverie.
"""

from __future__ import annotations

import socket
import struct

from tests.conformance.operating.bedside import control_ids, linked
from tests.conformance.operating.demo import Running
from tests.conformance.operating.line import Line, vitals


def test_many_messages_in_one_packet_and_one_message_in_many(demo: Running) -> None:
    device = linked(demo, "PACKETS")
    wanted = [f"p{number}" for number in range(100)]
    with Line(demo.mllp_port) as line:
        line.write(b"".join(b"\x0b" + vitals(device, one) + b"\x1c\r" for one in wanted))
        assert [line.answer()[:2] for _ in wanted] == [("AA", one) for one in wanted]
        for byte in b"\x0b" + vitals(device, "slowly") + b"\x1c\r":
            line.write(bytes([byte]))
        assert line.answer()[:2] == ("AA", "slowly")
        line.write(b"\x0b" + vitals(device, "done") + b"\x1c\r\n")
        assert [one[:2] for one in line.rest()] == [("AA", "done")]
    assert control_ids(demo, device) == [*wanted, "slowly", "done"]


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", ""),
    "prose": (b"Die Sitzung begann um zehn Uhr.", ""),
    "binary": (bytes(one for one in range(256) if one not in b"\x0b\x1c") * 20, ""),
    "no-header": (b"PID|||1\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1|72|264864|||||R\r", ""),
    "bare-header": (b"MSH|", ""),
    "cut-in-header": (vitals("UNREADABLE", "cut-id")[:60].split(b"|cut-id")[0], ""),
    "cut-after-id": (vitals("UNREADABLE", "cut-id").split(b"|P|")[0], "cut-id"),
    "no-device": (vitals("", "no-device"), "no-device"),
    "two-in-one": (vitals("UNREADABLE", "one") + vitals("UNREADABLE", "two"), "one"),
}


def test_what_cannot_be_read_is_refused_with_its_id_and_stops_nothing(demo: Running) -> None:
    device = linked(demo, "UNREADABLE")
    before = {one["id"] for one in demo.quarantined()}
    with Line(demo.mllp_port) as line:
        for name, (raw, control_id) in UNREADABLE.items():
            answer = line.ask(raw)
            assert answer.code in ("AR", "AE"), name
            assert answer.control_id == control_id, name
        assert line.ask(vitals(device, "after"))[:2] == ("AA", "after")
        line.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\x0b" + vitals(device, "cut-1")[:200])
        line.write(b"\x0b" + vitals(device, "next") + b"\x1c\r")
        assert [line.answer()[:2] for _ in range(3)] == [("AR", ""), ("AR", "cut-1"), ("AA", "next")]
        line.write(b"\x0b" + vitals(device, "big", ["NTE|1||" + "x" * 3_000_000]) + b"\x1c\r")
        line.write(b"\x0b" + vitals(device, "after-big") + b"\x1c\r\x0b" + vitals(device, "half")[:150])
        assert [one[:2] for one in line.rest()] == [("AR", "big"), ("AA", "after-big"), ("AR", "half")]
    assert control_ids(demo, device) == ["after", "next", "after-big"]
    kept = [one for one in demo.quarantined() if one["id"] not in before]
    assert len(kept) == len(UNREADABLE) + 4
    assert {one["control_id"] for one in kept} >= {"cut-id", "no-device", "one", "cut-1", "big", "half"}
    assert all(one["reason"] for one in kept)


def test_a_message_cut_anywhere_is_answered_and_never_taken_before_its_header_is_whole(demo: Running) -> None:
    device = linked(demo, "CUT")
    message = vitals(device, "cut", facility="HERE")
    header = message.index(b"|2.6") + len(b"|2.6")
    with Line(demo.mllp_port) as line:
        for end in range(len(message)):
            answer = line.ask(message[:end])
            assert (answer.code == "AA") == (end >= header - 3), message[:end]
        assert line.ask(message).code == "AA"


def test_fifty_connections_keep_their_messages_apart_and_in_order(demo: Running) -> None:
    devices = ["BED-1", "BED-2"]
    for device in devices:
        linked(demo, device)
    lines = [(device, number, Line(demo.mllp_port)) for device in devices for number in range(25)]
    for n in range(10):
        for device, number, line in lines:
            line.write(b"\x0b" + vitals(device, f"{device}.{number}.{n}") + b"\x1c\r")
    for device, number, line in lines:
        with line:
            answers = [line.answer()[:2] for _ in range(10)]
            assert answers == [("AA", f"{device}.{number}.{n}") for n in range(10)]
    for device in devices:
        recorded = control_ids(demo, device)
        assert len(recorded) == 250
        for number in range(25):
            own = [one for one in recorded if one.startswith(f"{device}.{number}.")]
            assert own == [f"{device}.{number}.{n}" for n in range(10)]


def test_connections_that_are_reset_leave_the_listener_well(demo: Running) -> None:
    device = linked(demo, "RESET")
    for number in range(200):
        rude = socket.create_connection(("127.0.0.1", demo.mllp_port))
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        rude.sendall(b"\x0b" + vitals(device, f"x{number}") + (b"\x1c\r" if number % 2 else b""))
        rude.close()
    with Line(demo.mllp_port) as line:
        assert line.ask(vitals(device, "well"))[:2] == ("AA", "well")
    recorded = control_ids(demo, device)
    assert recorded[-1] == "well"
    assert len(recorded) == len(set(recorded))
