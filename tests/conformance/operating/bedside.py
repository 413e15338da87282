"""Devices at a chair of a running clinic: linking them, and what of theirs was recorded."""

from __future__ import annotations

from typing import Any

from tests.conformance.operating.demo import Running
from tests.conformance.operating.line import Line, until, vitals

CHAIR, OTHER_CHAIR = "3", "4"


def linked(demo: Running, device: str, chair: str = CHAIR) -> str:
    """Link a device, and wait until the listener knows; the device."""
    demo.run("devices", "link", device, chair)
    with Line(demo.mllp_port) as line:
        until(lambda: line.ask(vitals(device, "is-linked")).code == "AA", words="the link")
    return device


def readings(demo: Running, device: str, chair: str = CHAIR) -> list[dict[str, Any]]:
    """The bodies of recorded events with readings of this device, in order."""
    events = demo.exported(demo.live(chair))
    bodies = [one["body"] for one in events if one["kind"] == "readings"]
    return [one for one in bodies if one["device"] == device]


def control_ids(demo: Running, device: str, chair: str = CHAIR) -> list[str]:
    """Control ids of what was recorded of this device after the link."""
    return [one["control_id"] for one in readings(demo, device, chair) if one["control_id"] != "is-linked"]
