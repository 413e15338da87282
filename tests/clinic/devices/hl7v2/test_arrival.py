"""A message read and drafted beside the commit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.clinic.devices.hl7v2.arrival import FAULTS, NO_DEVICE, Arrival, arrive, read_arrival, zone_named
from reverie.clinic.kernel import clock
from reverie.formats.mllp import Fault
from reverie.science.session import events
from tests.clinic.devices import bedside

NOW_MS = clock.to_ms(clock.now())


def came(payload: bytes, received_ms: int = NOW_MS) -> Arrival:
    """A payload, read."""
    arrival = arrive(payload, 1, "peer", received_ms, 0)
    read_arrival(arrival)
    return arrival


def test_the_draft_is_a_lawful_event() -> None:
    arrival = came(bedside.message("M^1^EUI-64", "c1", at=clock.from_ms(NOW_MS)))
    assert arrival.draft is not None
    event = events.parse(arrival.draft.kind, arrival.draft.version, json.loads(arrival.draft.body))
    assert isinstance(event, events.Readings)
    assert (event.device, event.control_id, event.at_ms) == ("M^1^EUI-64", "c1", NOW_MS)
    assert (event.clock_ms, len(event.rows)) == (None, 12)
    assert event.hash == arrival.content[:16]
    assert arrival.draft.occurred_ms == NOW_MS


def test_a_clock_that_is_off_is_flagged_and_receipt_counts() -> None:
    payload = bedside.message("M", "c1", at=clock.from_ms(NOW_MS))
    ahead = came(payload, NOW_MS - 60_000)
    assert ahead.draft is not None
    assert json.loads(ahead.draft.body)["clock_ms"] == 60_000
    assert ahead.draft.occurred_ms == NOW_MS - 60_000


def test_the_key_is_device_and_content() -> None:
    one, again = came(bedside.message("M", "c1", hr="70")), came(bedside.message("M", "c1", hr="70"), 5)
    other = came(bedside.message("M", "c1", hr="71"))
    assert one.draft is not None
    assert again.draft is not None
    assert other.draft is not None
    assert one.draft.key != other.draft.key
    same_bytes = bedside.message("M", "c2", at=clock.from_ms(NOW_MS))
    first, second = came(same_bytes), came(same_bytes, 5)
    assert first.draft is not None
    assert second.draft is not None
    assert first.draft.key == second.draft.key


def test_a_message_without_a_device_is_refused_with_its_control_id() -> None:
    arrival = came(b"MSH|^~\\&|||||20261124150000||ORU^R01|c9|P|2.6\r")
    assert (arrival.draft, arrival.unreadable, arrival.control_id) == (None, NO_DEVICE, "c9")


@pytest.mark.parametrize("kind", ["noise", "cut", "oversized"])
def test_what_is_no_frame_is_never_a_message(kind: str) -> None:
    arrival = arrive(Fault(kind, bedside.message("M", "c1")), 1, "peer", NOW_MS, 0)
    assert (arrival.draft, arrival.unreadable) == (None, FAULTS[kind])
    assert (arrival.device, arrival.control_id) == ("M", "c1")


def test_an_unknown_zone_is_utc() -> None:
    assert zone_named("Nowhere/At_All") is zone_named("UTC")
    assert str(zone_named("Europe/Vienna")) == "Europe/Vienna"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"MSH|^~\\&|M|{text}".encode()))
def test_whatever_comes_is_drafted_or_refused_with_a_reason(payload: bytes) -> None:
    arrival = came(payload)
    assert (arrival.draft is None) == bool(arrival.unreadable)
    assert len(arrival.unreadable) <= 300
