"""What is known of a session at one moment: recorded facts only, as text, whole numbers and Decimal.

It holds no prediction and no age (that needs a clock). The same facts give the same bytes anywhere.
Times are milliseconds since the epoch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from reverie.science.session.alarm import Alarm, Rules, Sound

STAFF = ""  # the "device" of a manual set; a real device is never empty


class Recorded(NamedTuple):
    """One entry of a stream as folds read it. `body` None means redacted."""

    seq: int
    key: str
    kind: str
    version: int
    occurred_ms: int
    recorded_ms: int
    actor: Mapping[str, Any]
    body: Mapping[str, Any] | None


class Latest(NamedTuple):
    """The latest row of one parameter from one device, whatever its validity.

    `at_ms` is the device's own time; `source` is staff or device.
    """

    value: Decimal | None
    unit: str
    validity: str
    at_ms: int | None
    occurred_ms: int
    received_ms: int
    seq: int
    source: str


class Device(NamedTuple):
    """A device. `interval_ms` is its learned sending interval, None until two messages have come.

    `clock_ms` is how far its clock was ahead at its last message, None within tolerance.
    """

    connected: bool
    last_received_ms: int | None
    lost_since_ms: int | None
    interval_ms: int | None
    clock_ms: int | None
    beat_ms: int | None = None
    gaps_ms: tuple[int, ...] = ()


class Infusion(NamedTuple):
    """The drug: `status` is none, running, paused or stopped, since `since_ms`.

    `source` (staff or device) and `device` are those of the last report; volumes in mL.
    """

    status: str = "none"
    since_ms: int | None = None
    rate_ml_per_h: Decimal | None = None
    rate_since_ms: int | None = None
    started_ms: int | None = None
    source: str = ""
    device: str = ""
    drug: str | None = None
    volume_ml: Decimal | None = None
    infused_ml: Decimal | None = None
    seq: int | None = None


class Present(NamedTuple):
    """A member of staff at the chair."""

    name: str
    role: str
    since_ms: int


class Said(NamedTuple):
    """A word of a manual set (arousal, comfort) and when it was true."""

    words: str
    since_ms: int


class Signature(NamedTuple):
    """A signature; `void_by` is the first correction or late entry after it."""

    seq: int
    at_ms: int
    meaning: str
    name: str
    role: str
    head: str
    content: str
    void_by: int | None = None


class Amendment(NamedTuple):
    """A correction that was recorded; `struck` when nothing stands in place of what it refers to."""

    seq: int
    refers_to: int
    struck: bool
    reason: str


class Deviation(NamedTuple):
    """A fact that no act would have been allowed to bring about; kept, and said."""

    seq: int
    words: str


class State(NamedTuple):
    """All that is known. `phase` is the session's state (the word), "" before it was opened.

    `latest` is by (device, parameter), a manual set under `STAFF`. `misnamed` holds the record number of
    another patient that a device names, by device. `alarms` are by the entry that raised them, `rules` by
    what they are rules of, `sound` by screen. `unknown` names entries whose content is redacted or
    unreadable. `kept` is what a correction needs to fold anew; not a fact.
    """

    last_seq: int = 0
    last_recorded_ms: int | None = None
    chair: str = ""
    patient: str = ""
    initials: str = ""
    indication: str = ""
    course: str | None = None
    clinic: str = ""
    number: int | None = None
    opened_ms: int | None = None
    phase: str = ""
    phase_since_ms: int | None = None
    latest: Mapping[tuple[str, str], Latest] = {}
    devices: Mapping[str, Device] = {}
    infusion: Infusion = Infusion()
    staff: Mapping[str, Present] = {}
    arousal: Said | None = None
    comfort: Said | None = None
    notes: int = 0
    signatures: tuple[Signature, ...] = ()
    corrections: tuple[Amendment, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    clock_steps: tuple[tuple[int, int], ...] = ()
    unknown: tuple[int, ...] = ()
    misnamed: Mapping[str, str] = {}
    alarms: Mapping[int, Alarm] = {}
    rules: Mapping[str, Rules] = {}
    sound: Mapping[str, Sound] = {}
    kept: tuple[Recorded, ...] = ()


EMPTY = State()


def deviate(state: State, one: Recorded, words: str) -> State:
    """The state with one more deviation, said of entry `one`."""
    return state._replace(deviations=(*state.deviations, Deviation(one.seq, words)))


def is_older(one: Recorded, late: bool, since_ms: int | None) -> bool:
    """Whether `one` was entered late and occurred before what is known since `since_ms`."""
    # what is entered late tells of the past: it does not move what has changed since
    return late and since_ms is not None and one.occurred_ms < since_ms


def facts_of(state: State) -> dict[str, Any]:
    """The facts as JSON-able values: Decimal as text, rows as objects, no floats."""
    facts = {name: _plain(value) for name, value in zip(State._fields, state, strict=True)}
    del facts["kept"]
    latest: dict[str, dict[str, Any]] = {}
    for (device, parameter), row in state.latest.items():
        latest.setdefault(device, {})[parameter] = _plain(row)
    facts["latest"] = latest
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return {name: _plain(part) for name, part in zip(value._fields, value, strict=True)}
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    return value


def text_of(state: State) -> str:
    """The facts as canonical JSON: sorted keys, no spaces; the same bytes on any machine."""
    return json.dumps(
        facts_of(state), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
