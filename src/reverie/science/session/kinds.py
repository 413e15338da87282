"""The kinds of event that a session's stream holds: one frozen dataclass per kind and version.

Each says what happened and nothing about what follows. A released class never changes: a new version
gets a new class and an upcast. Fields named `_ms` are milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reverie.science.session.alarm_kinds import AlarmEvent
from reverie.science.session.rows import Row
from reverie.science.session.set_kinds import VitalsRecorded
from reverie.science.session.states import STATES
from reverie.science.session.values import BadEvent, one_of, some

SOURCES = ("staff", "device")


@dataclass(frozen=True, slots=True)
class Opened:
    """The patient arrived. `number` counts the sessions of the course; ids are text."""

    chair: str
    patient: str
    initials: str
    indication: str
    course: str | None
    clinic: str
    number: int | None


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The session went from one state to another."""

    from_state: str
    to_state: str
    reason: str

    def __post_init__(self) -> None:
        """Both must be states."""
        one_of(self.from_state, STATES, "from_state")
        one_of(self.to_state, STATES, "to_state")


@dataclass(frozen=True, slots=True)
class Readings:
    """One message of a device.

    `at_ms` is the device's own time. `clock_ms` says by how much the device's clock was ahead of
    receipt, and is None unless that was more than tolerated. `hash` is the short hash of the content
    received. `refused` counts refused rows by reason.
    """

    device: str
    control_id: str
    at_ms: int | None
    clock_ms: int | None
    hash: str
    rows: tuple[Row, ...]
    refused: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        """A message has a device."""
        if not self.device:
            raise BadEvent("the field “device” is empty")


@dataclass(frozen=True, slots=True)
class InfusionStarted:
    """The drug runs. `device` names the pump that reported it; volume is what is to be infused."""

    rate_ml_per_h: Decimal | None
    source: str
    device: str = ""
    drug: str | None = None
    volume_ml: Decimal | None = None

    def __post_init__(self) -> None:
        """Staff or device said so."""
        one_of(self.source, SOURCES, "source")


@dataclass(frozen=True, slots=True)
class RateChanged:
    """The rate was set anew."""

    rate_ml_per_h: Decimal | None
    source: str
    device: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Staff or device said so."""
        one_of(self.source, SOURCES, "source")


@dataclass(frozen=True, slots=True)
class InfusionPaused:
    """The drug stands still and may run again."""

    source: str
    device: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Staff or device said so."""
        one_of(self.source, SOURCES, "source")


@dataclass(frozen=True, slots=True)
class InfusionResumed:
    """The drug runs again; the rate is None where it was not said anew."""

    rate_ml_per_h: Decimal | None
    source: str
    device: str = ""

    def __post_init__(self) -> None:
        """Staff or device said so."""
        one_of(self.source, SOURCES, "source")


@dataclass(frozen=True, slots=True)
class InfusionStopped:
    """The drug has stopped; `volume_ml` is what was infused, where that was reported."""

    source: str
    device: str = ""
    reason: str = ""
    volume_ml: Decimal | None = None

    def __post_init__(self) -> None:
        """Staff or device said so."""
        one_of(self.source, SOURCES, "source")


@dataclass(frozen=True, slots=True)
class NoteV1:
    """A note, as first released: without a subject."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note; `subject` is one word on what it is about, or empty."""

    text: str
    subject: str = ""

    def __post_init__(self) -> None:
        """An empty note says nothing."""
        some(self.text, "text")


@dataclass(frozen=True, slots=True)
class StaffIn:
    """A member of staff came to the chair."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class StaffOut:
    """A member of staff left the chair."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class DeviceConnected:
    """A device is there."""

    device: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeviceLost:
    """Nothing has come from a device since `since_ms`."""

    device: str
    reason: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class PatientNamed:
    """A device names another patient than the one in the chair; an empty `said`: it no longer does.

    `said` is the record number in its messages (PID-3).
    """

    device: str
    said: str


@dataclass(frozen=True, slots=True)
class Correction:
    """An earlier event was wrong: `body` stands in its place, or nothing does (struck).

    `kind` and `version` are those of the event that stands corrected, for a late entry those inside it.
    """

    refers_to: int
    reason: str
    kind: str
    version: int
    body: Mapping[str, Any] | None

    def __post_init__(self) -> None:
        """A correction has a reason."""
        some(self.reason, "reason")


@dataclass(frozen=True, slots=True)
class LateEntry:
    """Something that happened earlier and is entered now; when, is the entry's own occurrence."""

    kind: str
    version: int
    body: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Someone signed the record up to `head` (the hash before this event, hex), for a stated meaning.

    `content` is the hash of the document that was shown (hex), or empty.
    """

    meaning: str
    name: str
    role: str
    head: str
    content: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """The content of an earlier event was lawfully removed."""

    refers_to: int
    reason: str

    def __post_init__(self) -> None:
        """A redaction has a reason."""
        some(self.reason, "reason")


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The clock of the recording machine was moved by `by_ms` (negative: back)."""

    by_ms: int


Event = (
    Opened | StateChanged | Readings | InfusionStarted | RateChanged | InfusionPaused | InfusionResumed
    | InfusionStopped | VitalsRecorded | Note | StaffIn | StaffOut | DeviceConnected | DeviceLost
    | PatientNamed | Correction | LateEntry | Signed | Redaction | ClockStepped | AlarmEvent
)  # fmt: skip
