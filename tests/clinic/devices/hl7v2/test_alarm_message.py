"""A monitor's alarm message (ORU^R40) is taken, answered and kept with the alarm in its row."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from reverie.clinic.devices.hl7v2.arrival import Arrival, arrive, read_arrival
from reverie.formats.hl7v2.acknowledgement import acknowledgement
from reverie.science.session import events

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp()) * 1000


def told(text: str, phase: str = "start") -> bytes:
    return (
        "MSH|^~\\&|MONITOR^0001^EUI-64|WARD|||20261124150000+0000||ORU^R40^ORU_R40|7|P|2.6\r"
        "PID|||1^^^Hospital^PI||Doe^Jane^^^^^L\r"
        "OBR|1|7^MONITOR|7^MONITOR|196616^MDC_EVT_ALARM^MDC|||20261124150000+0000\r"
        f"OBX|1|ST|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1|{text}|||PM~SP|||F\r"
        f"OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.1.1.1.3|{phase}\r"
        "OBX|3|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.1.1.1.4|"
        + ("inactive" if phase == "end" else "active")
        + "\r"
    ).encode()


def kept(payload: bytes) -> tuple[Arrival, events.Readings]:
    arrival = arrive(payload, 1, "peer", AT_MS, 0)
    read_arrival(arrival)
    assert not arrival.unreadable
    assert arrival.draft is not None
    event = events.parse(arrival.draft.kind, arrival.draft.version, json.loads(arrival.draft.body))
    assert isinstance(event, events.Readings)
    return arrival, event


def test_an_alarm_is_kept_and_its_end_too() -> None:
    _, event = kept(told("*** ASYSTOLE"))
    assert [row.alarm for row in event.rows if row.alarm] == ["high *** ASYSTOLE"]
    _, event = kept(told("*** ASYSTOLE", "end"))
    assert [row.alarm for row in event.rows if row.alarm] == ["over *** ASYSTOLE"]


def test_an_alarm_message_is_answered_as_taken() -> None:
    answer = acknowledgement(told("*** ASYSTOLE"), "AA", at=AT, own_id="1")
    assert b"|ACK^R40^ACK|" in answer
    assert b"\rMSA|AA|7\r" in answer


@pytest.mark.parametrize(
    "text", ["Atem e\u0301 zu e\u0301", "呼吸暂停 " * 60, "a" * 500, '""', "\\T\\ ^ & ~ x"]
)
def test_no_name_of_an_alarm_keeps_a_message_from_the_record(text: str) -> None:
    _, event = kept(told(text))
    (alarm,) = (row.alarm for row in event.rows if row.alarm)
    assert alarm.startswith("medium ")
