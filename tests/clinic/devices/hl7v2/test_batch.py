"""One batch: routed, recorded with what follows from it, or quarantined; remembered only when committed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection

from reverie.clinic.devices.hl7v2.arrival import Arrival, arrive, read_arrival
from reverie.clinic.devices.hl7v2.batch import MOVED, Batches
from reverie.clinic.devices.models import Device, Quarantined
from reverie.clinic.devices.presence import SILENT, Loss, Presence
from reverie.clinic.devices.quarantine import Store
from reverie.clinic.kernel import chain, clock, streams
from tests.clinic.devices import bedside, ward

pytestmark = pytest.mark.django_db(transaction=True)
ON_SQLITE = pytest.mark.sqlite("the fault is made by one of its triggers")


def came(*payloads: bytes, line: int = 1) -> list[Arrival]:
    """Payloads as they arrive now."""
    found = []
    for payload in payloads:
        arrival = arrive(payload, line, "test", clock.to_ms(clock.now()), int(clock.monotonic() * 1_000))
        read_arrival(arrival)
        found.append(arrival)
    return found


def batches(limit: int | None = None) -> Batches:
    """What a listener that has just started remembers."""
    return Batches(Presence(), Store(limit))


def entries(session: Any) -> list[tuple[str, dict[str, Any]]]:
    """Kinds and bodies after the opening; the chain verifies."""
    found = list(streams.read(session.stream))
    assert isinstance(next(iter(chain.check(session.stream, found))), tuple)
    return [(one.kind, json.loads(one.body or "{}")) for one in found[1:]]


def kinds(session: Any) -> list[str]:
    """Kinds after the opening."""
    return [kind for kind, _ in entries(session)]


def test_a_device_connects_once_and_again_after_it_was_lost() -> None:
    (session,) = ward.furnish(1)
    writing = batches()
    writing.write(came(bedside.message("M1", "a"), bedside.message("M1", "b")))
    writing.write(came(bedside.message("M1", "c"), line=2))
    assert kinds(session) == ["device_connected", "readings", "readings", "readings"]
    now_ms = clock.to_ms(clock.now())
    (loss,) = writing.presence.losses(int(clock.monotonic() * 1_000) + 60_000)
    writing.write_losses([(loss, now_ms - 60_000)], now_ms)
    assert entries(session)[-1] == (
        "device_lost",
        {"device": "M1", "reason": SILENT, "since_ms": now_ms - 60_000},
    )
    writing.write(came(bedside.message("M1", "d"), line=3))
    assert kinds(session)[-3:] == ["device_lost", "device_connected", "readings"]


def test_a_loss_is_not_said_when_the_device_is_back_or_the_session_closed() -> None:
    first, second = ward.furnish(2)
    writing = batches()
    writing.write(came(bedside.message("M1", "a"), bedside.message("M2", "b")))
    late_ms = int(clock.monotonic() * 1_000) + 60_000
    losses = [(one, 0) for one in writing.presence.losses(late_ms)]
    writing.write(came(bedside.message("M1", "c")))
    ward.close_session(second)
    writing.write_losses(losses, 1)
    assert "device_lost" not in kinds(first) + kinds(second)
    writing.write_losses([(Loss("NOBODY", 0, SILENT), 0)], 1)


def test_a_device_that_names_another_patient_is_recorded_and_flagged_once() -> None:
    (session,) = ward.furnish(1)
    number = session.patient.number
    writing = batches()
    writing.write(
        came(bedside.message("M1", "a", patient=number), bedside.message("M1", "b", patient="77^^^X^MR"))
    )
    writing.write(came(bedside.message("M1", "c", patient="77"), bedside.message("M1", "d", patient="0077")))
    found = entries(session)
    assert [kind for kind, _ in found].count("readings") == 4
    assert [body for kind, body in found if kind == "patient_named"] == [
        {"device": "M1", "said": "77"},
        {"device": "M1", "said": "0077"},
    ]
    # a listener that starts anew remembers it from the stream
    batches().write(
        came(bedside.message("M1", "e", patient="0077"), bedside.message("M1", "f", patient=f"00{number}"))
    )
    assert [body["said"] for kind, body in entries(session) if kind == "patient_named"] == ["77", "0077", ""]


def test_a_moved_device_is_said_in_both_streams() -> None:
    first, second = ward.furnish(2)
    writing = batches()
    writing.write(came(bedside.message("M1", "a")))
    ward.link("M1", second.chair)
    writing._routes._known.clear()  # another connection has committed
    writing.write(came(bedside.message("M1", "b")))
    assert [body.get("reason") for kind, body in entries(first) if kind == "device_lost"] == [MOVED]
    assert kinds(second) == ["device_connected", "readings"]


def test_a_pump_tells_of_the_infusion_and_a_repeat_tells_nothing_new() -> None:
    (session,) = ward.furnish(1)
    ward.link("P", session.chair)
    first = bedside.pump_message("P", "1", "0")
    started, faster = bedside.pump_message("P", "2", "50"), bedside.pump_message("P", "3", "60")
    ended = bedside.pump_message("P", "4", "0", "pump-stopped-infusion-complete")
    writing = batches()
    writing.write(came(first, started))
    # an old message again: the rate did not go back
    writing.write(came(faster, started, first))
    assert kinds(session) == [
        "device_connected", "readings", "readings", "infusion_started", "readings", "rate_changed",
    ]  # fmt: skip
    # after a restart nothing is remembered, but the stream is
    after = batches()
    after.write(came(faster, ended))
    assert kinds(session)[6:] == ["device_connected", "readings", "infusion_stopped"]
    assert entries(session)[3][1] == {
        "device": "P", "drug": "Ketamine", "rate_ml_per_h": "50", "source": "device", "volume_ml": None,
    }  # fmt: skip


def test_two_pumps_at_one_chair_are_two_infusions() -> None:
    (session,) = ward.furnish(1)
    for name in ("P", "Q"):
        ward.link(name, session.chair)
    batches().write(
        came(
            bedside.pump_message("P", "1", "50"),
            bedside.pump_message("Q", "1", "20"),
            bedside.pump_message("P", "2", "0"),
            bedside.pump_message("Q", "2", "20"),
        )
    )
    told = [(kind, body["device"]) for kind, body in entries(session) if kind.startswith("infusion")]
    assert told == [("infusion_started", "P"), ("infusion_started", "Q"), ("infusion_paused", "P")]


def test_a_rate_that_is_only_a_test_starts_nothing() -> None:
    (session,) = ward.furnish(1)
    ward.link("P", session.chair)
    demo = bedside.pump_message("P", "1", "50").replace(b"|||||R|||", b"||DEMO|||R|||")
    training = bedside.pump_message("P", "2", "50").replace(b"|2|P|2.6", b"|2|T|2.6")
    batches().write(came(demo, training))
    assert kinds(session) == ["device_connected", "readings", "readings"]


def test_times_without_a_zone_are_read_in_the_devices_own() -> None:
    (session,) = ward.furnish(1)
    Device.objects.update(zone="Europe/Vienna")
    writing = batches()
    now = clock.now()
    payload = bedside.message("M1", "a", at=now).replace(b"+0000", b"")
    writing.write(came(payload))
    body = next(body for kind, body in entries(session) if kind == "readings")
    assert clock.to_ms(now) - body["at_ms"] in (3_600_000, 7_200_000)
    assert writing.zones == {"M1": "Europe/Vienna"}


@ON_SQLITE
def test_a_batch_that_fails_leaves_nothing_behind_and_can_be_written_again() -> None:
    (session,) = ward.furnish(1)
    ward.link("P", session.chair)
    writing = batches()
    arrivals = came(
        bedside.message("M1", "a"), bedside.pump_message("P", "1", "50"), bedside.message("STRANGER", "s")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE INSERT ON devices_quarantined "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    try:
        with pytest.raises(DatabaseError):
            writing.write(arrivals)
        assert kinds(session) == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full")
    assert [one.code for one in writing.write(arrivals)] == ["AA", "AA", "AR"]
    assert kinds(session) == [
        "device_connected", "readings", "device_connected", "readings", "infusion_started",
    ]  # fmt: skip
    assert Quarantined.objects.count() == 1


def test_what_would_be_refused_is_known_without_writing() -> None:
    (session,) = ward.furnish(1)
    arrivals = came(bedside.message("M1", "a"), bedside.message("X", "b"), b"garbage")
    assert [one and one.code for one in batches().refusals(arrivals)] == [None, "AR", "AR"]
    ward.close_session(session)
    assert [one and one.code for one in batches().refusals(arrivals)] == ["AE", "AR", "AR"]
    assert not Quarantined.objects.exists()


def test_a_full_quarantine_is_said_and_recording_goes_on() -> None:
    (session,) = ward.furnish(1)
    writing = batches(limit=10)
    found = writing.write(came(bedside.message("M1", "a"), bedside.message("X", "b")))
    assert found[0].code == "AA"
    assert (found[1].code, "full" in found[1].reason) == ("AE", True)
    assert writing.store.full
    assert kinds(session) == ["device_connected", "readings"]


def test_a_restart_loses_nobody_who_comes_back_and_says_who_does_not() -> None:
    first, second = ward.furnish(2)
    batches().write(came(bedside.message("M1", "a"), bedside.message("M2", "b")))
    after = batches()
    now_ms, monotonic_ms = clock.to_ms(clock.now()), int(clock.monotonic() * 1_000)
    after.recall(now_ms, monotonic_ms - 5_000)
    after.write(came(bedside.message("M1", "c")))
    assert kinds(first) == ["device_connected", "readings", "readings"]
    losses = after.presence.losses(monotonic_ms + 6_000)
    assert [(one.device, one.reason) for one in losses] == [("M2", SILENT)]
    after.write_losses([(one, 0) for one in losses], now_ms)
    assert kinds(second) == ["device_connected", "readings", "device_lost"]
    last = batches()
    last.recall(now_ms, monotonic_ms)
    assert [one.device for one in last.presence.losses(monotonic_ms + 60_000)] == ["M1"]
