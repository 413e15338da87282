"""A message as it came from the socket, read and made ready to be recorded; or the reason why it cannot be.

Nothing here touches the database: this is done beside the commit, so that the lock is held briefly.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from reverie.clinic.devices.hl7v2.message import Parsed, Unreadable, read
from reverie.clinic.devices.hl7v2.pump import report_of
from reverie.clinic.kernel import clock
from reverie.clinic.kernel.streams import Draft
from reverie.clinic.session import intake
from reverie.clinic.session.pump import Report
from reverie.formats.mllp import LIMIT_BYTES, Fault
from reverie.science.session import events

NO_DEVICE = "The message names no device (MSH-3, MSH-4)."
TOO_LONG_NAME = "The device's name (MSH-3) is longer than 250 characters."
FAULTS = {
    "noise": "What came is no MLLP frame.",
    "cut": "The message broke off before its end.",
    "oversized": f"The message is longer than {LIMIT_BYTES:,} bytes; so many of it are kept.",
}
LONGEST_NAME = 250
LONGEST_NUMBER = 60


@dataclass(slots=True)
class Arrival:
    """What came, over which connection and when (milliseconds since the epoch, and of the monotonic clock).

    `unreadable` says why there is no `draft`. `content` is the hash of the bytes, `zone` the one they were
    read in. `patient` is the record number of whom the message names, if anybody.
    """

    line: int
    peer: str
    received_ms: int
    monotonic_ms: int
    payload: bytes
    content: str
    zone: str = "UTC"
    device: str = ""
    control_id: str = ""
    patient: str = ""
    unreadable: str = ""
    draft: Draft | None = None
    report: Report | None = None


def arrive(payload: bytes | Fault, line: int, peer: str, received_ms: int, monotonic_ms: int) -> Arrival:
    """What a connection gave, before it is read."""
    if isinstance(payload, Fault):
        content = hashlib.sha256(payload.data).hexdigest()
        arrival = Arrival(line, peer, received_ms, monotonic_ms, payload.data, content)
        _name(arrival, "UTC")
        arrival.unreadable = FAULTS[payload.kind]
        arrival.draft = arrival.report = None
        return arrival
    content = hashlib.sha256(payload).hexdigest()
    return Arrival(line, peer, received_ms, monotonic_ms, payload, content)


def read_arrival(arrival: Arrival, zone: str = "UTC") -> None:
    """Read its message, times without a zone as in `zone`, and draft the event. Never raises."""
    arrival.zone = zone
    parsed = _name(arrival, zone)
    if parsed is None:
        return
    if not arrival.device:
        arrival.unreadable = NO_DEVICE
    elif len(arrival.device) > LONGEST_NAME:
        arrival.unreadable = TOO_LONG_NAME
    else:
        try:
            arrival.draft = _draft(arrival, parsed)
            arrival.report = report_of(arrival.payload, parsed)
        except (events.BadEvent, ValueError, ArithmeticError) as error:
            arrival.draft = None
            arrival.unreadable = f"The message cannot be recorded: {error}"[:300]


def _name(arrival: Arrival, zone: str) -> Parsed | None:
    try:
        parsed = read(arrival.payload, zone_named(zone))
    except Unreadable as error:
        arrival.unreadable, arrival.control_id = _sentence(error.reason), error.control_id
        arrival.device = error.sender[:LONGEST_NAME]
        return None
    except Exception as error:  # one message that we cannot read must not stop the others
        arrival.unreadable = f"The message cannot be read ({type(error).__name__})."
        return None
    arrival.device, arrival.control_id, arrival.unreadable = parsed.device.strip(), parsed.control_id, ""
    arrival.patient = parsed.patient[:LONGEST_NUMBER]
    return parsed


def _draft(arrival: Arrival, parsed: Parsed) -> Draft:
    at = parsed.at or next((reading.at for reading in parsed.readings if reading.at), None)
    at_ms = None if at is None else clock.to_ms(at)
    ahead_ms = intake.clock_ahead_ms(at_ms, arrival.received_ms)
    event = events.Readings(
        device=arrival.device,
        control_id=parsed.control_id,
        at_ms=at_ms,
        clock_ms=ahead_ms,
        hash=arrival.content[:16],
        rows=events.rows_of(parsed.readings, at_ms),
        refused=events.tally([refusal.reason for refusal in parsed.refused]),
    )
    # a clock that is off says nothing about when it happened; receipt does
    occurred_ms = at_ms if at_ms is not None and ahead_ms is None else arrival.received_ms
    key = intake.key_of(arrival.device, arrival.content)
    return intake.draft(event, key, occurred_ms, intake.device_actor(arrival.device))


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """The time zone of that name; UTC when nobody knows it."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith(".") else ".")
