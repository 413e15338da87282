"""Events of a session: the registry of kinds and versions, and the door between bodies and events.

`parse` reads what a stream holds, whatever its version; `body_of` writes what a stream will hold. It
never asks whether an event was allowed (that is `judge`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from reverie.science.session.alarm_kinds import (
    AlarmAnswered,
    AlarmChanged,
    AlarmCleared,
    AlarmEscalated,
    AlarmRaised,
    AlarmSeen,
    RulesApplied,
    SoundChecked,
)
from reverie.science.session.body import read_body, write_body
from reverie.science.session.kinds import (
    ClockStepped,
    Correction,
    DeviceConnected,
    DeviceLost,
    Event,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    LateEntry,
    Note,
    NoteV1,
    Opened,
    PatientNamed,
    RateChanged,
    Readings,
    Redaction,
    Signed,
    StaffIn,
    StaffOut,
    StateChanged,
)
from reverie.science.session.rows import Row, readings_of, rows_of, tally
from reverie.science.session.set_kinds import (
    Taken,
    VitalsRecorded,
    VitalsRecordedV1,
    own_rows,
    typed_rows,
)
from reverie.science.session.upcast import upcast
from reverie.science.session.values import BadEvent

__all__ = [
    "REGISTRY", "AlarmAnswered", "AlarmChanged", "AlarmCleared", "AlarmEscalated", "AlarmRaised", "AlarmSeen",
    "BadEvent", "ClockStepped", "Correction", "DeviceConnected", "DeviceLost", "Event", "InfusionPaused",
    "InfusionResumed", "InfusionStarted", "InfusionStopped", "LateEntry", "Note", "Opened", "PatientNamed",
    "RateChanged", "Readings", "Redaction", "Row", "RulesApplied", "Signed", "SoundChecked", "StaffIn",
    "StaffOut", "StateChanged", "Taken", "VitalsRecorded", "actor", "body_of", "kind_of", "own_rows", "parse",
    "readings_of", "rows_of", "tally", "typed_rows", "version_of",
]  # fmt: skip

REGISTRY: Mapping[tuple[str, int], type[Any]] = {
    ("opened", 1): Opened,
    ("state_changed", 1): StateChanged,
    ("readings", 1): Readings,
    ("infusion_started", 1): InfusionStarted,
    ("rate_changed", 1): RateChanged,
    ("infusion_paused", 1): InfusionPaused,
    ("infusion_resumed", 1): InfusionResumed,
    ("infusion_stopped", 1): InfusionStopped,
    ("vitals_recorded", 1): VitalsRecordedV1,
    ("vitals_recorded", 2): VitalsRecorded,
    ("note", 1): NoteV1,
    ("note", 2): Note,
    ("staff_in", 1): StaffIn,
    ("staff_out", 1): StaffOut,
    ("device_connected", 1): DeviceConnected,
    ("device_lost", 1): DeviceLost,
    ("patient_named", 1): PatientNamed,
    ("correction", 1): Correction,
    ("late_entry", 1): LateEntry,
    ("signed", 1): Signed,
    ("redaction", 1): Redaction,
    ("clock_stepped", 1): ClockStepped,
    ("rules_applied", 1): RulesApplied,
    ("alarm_raised", 1): AlarmRaised,
    ("alarm_changed", 1): AlarmChanged,
    ("alarm_cleared", 1): AlarmCleared,
    ("alarm_seen", 1): AlarmSeen,
    ("alarm_escalated", 1): AlarmEscalated,
    ("alarm_answered", 1): AlarmAnswered,
    ("sound_checked", 1): SoundChecked,
}
_NEWEST: Mapping[type[Any], tuple[str, int]] = {
    cls: (kind, version) for (kind, version), cls in REGISTRY.items() if (kind, version + 1) not in REGISTRY
}


def parse(kind: str, version: int, body: Mapping[str, Any]) -> Event:
    """The event in a body, in the newest version of its kind. Raises BadEvent with a sentence."""
    cls = REGISTRY.get((kind, version)) if type(version) is int and isinstance(kind, str) else None
    if cls is None:
        raise BadEvent(f"there is no kind “{kind}” in version {version}")
    try:
        return cast(Event, upcast(kind, version, read_body(cls, body)))
    except BadEvent as error:
        raise BadEvent(f"{kind}: {error}") from None


def kind_of(event: Event) -> str:
    """The kind's name."""
    return _NEWEST[type(event)][0]


def version_of(event: Event) -> int:
    """The newest version of its kind, which is what is written."""
    return _NEWEST[type(event)][1]


def body_of(event: Event) -> dict[str, Any]:
    """The body to record: JSON-able, without floats, Decimal as text. Raises BadEvent."""
    return write_body(event)


def actor(kind: str, id: str, name: str, role: str) -> dict[str, str]:
    """Who did it: `kind` is staff, device or system."""
    if kind not in ("staff", "device", "system"):
        raise BadEvent(f"an actor is staff, device or system, not “{kind}”")
    return {"kind": kind, "id": id, "name": name, "role": role}
