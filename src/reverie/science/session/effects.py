"""What each event does to what is known. Facts are never refused: an unlawful one is kept and said.

Pure functions from a state and one event to the next state. They apply no correction and sort nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reverie.science.session.alarm_effects import ALARM_EFFECTS
from reverie.science.session.events import (
    ClockStepped,
    DeviceConnected,
    DeviceLost,
    Note,
    Opened,
    PatientNamed,
    Readings,
    Redaction,
    Row,
    Signed,
    StaffIn,
    StaffOut,
    StateChanged,
    VitalsRecorded,
    typed_rows,
)
from reverie.science.session.infusion import INFUSION_EFFECTS, Effect
from reverie.science.session.rows import USUAL
from reverie.science.session.state import (
    STAFF,
    Device,
    Latest,
    Present,
    Recorded,
    Said,
    Signature,
    State,
    deviate,
    is_older,
)
from reverie.science.session.states import lawful

BURST_MS = 500  # messages closer together than this are one sending
# between two cuffs a monitor may say that it has no value: the last one stands, with its age
CUFF = frozenset({"nibp_sys", "nibp_dia", "nibp_mean"})
GAPS = 8  # how many intervals are remembered to learn from


def _opened(state: State, one: Recorded, event: Opened, late: bool) -> State:
    if state.opened_ms is not None:
        return deviate(state, one, "opened again")
    return state._replace(
        chair=event.chair,
        patient=event.patient,
        initials=event.initials,
        indication=event.indication,
        course=event.course,
        clinic=event.clinic,
        number=event.number,
        opened_ms=one.occurred_ms,
        phase="arrived",
        phase_since_ms=one.occurred_ms,
    )


def _state_changed(state: State, one: Recorded, event: StateChanged, late: bool) -> State:
    if is_older(one, late, state.phase_since_ms):
        return state
    before = state.phase
    state = state._replace(phase=event.to_state, phase_since_ms=one.occurred_ms)
    if event.from_state != before:
        return deviate(
            state, one, f"tells of {event.from_state}, while the session was {before or 'not open'}"
        )
    if not lawful(before, event.to_state):
        return deviate(state, one, f"from {before} to {event.to_state}, which is no lawful step")
    return state


def choose_rows(rows: tuple[Row, ...]) -> dict[str, Row]:
    """The one row to show of each parameter in a message.

    Where a message holds several: one with a value, then the parameter's usual code, then the last.
    """
    chosen: dict[str, Row] = {}
    for row in rows:
        parameter = row.parameter
        if parameter is None:
            continue
        other = chosen.get(parameter)
        if other is not None:
            usual = USUAL[parameter].code
            if (other.value is not None, other.code == usual) > (row.value is not None, row.code == usual):
                continue
        chosen[parameter] = row
    return chosen


def _latest(
    state: State, one: Recorded, device: str, source: str, rows: tuple[Row, ...], own_ms: int | None
) -> dict[tuple[str, str], Latest]:
    latest = dict(state.latest)
    seq, occurred, received = one.seq, one.occurred_ms, one.recorded_ms
    for parameter, row in choose_rows(rows).items():
        key = (device, parameter)
        shown = latest.get(key)
        # a message that comes late does not replace a newer one, unless the clock itself was set back
        if shown is not None and occurred < shown[4] and received >= shown[5]:
            continue
        _, value, validity, unit, _, _, _, at_ms, _ = row
        if validity == "not_available" and parameter in CUFF and shown is not None and shown[0] is not None:
            continue
        latest[key] = Latest(
            value, unit, validity, own_ms if at_ms is None else at_ms, occurred, received, seq, source
        )
    return latest


def _heard(device: Device | None, received_ms: int, clock_ms: int | None) -> Device:
    if device is None or device.beat_ms is None:
        gaps = () if device is None else device.gaps_ms
        interval = None if device is None else device.interval_ms
        return Device(True, received_ms, None, interval, clock_ms, received_ms, gaps)
    interval, beat_ms, gaps = device.interval_ms, device.beat_ms, device.gaps_ms
    gap = received_ms - beat_ms
    if gap >= BURST_MS:
        gaps = (*gaps[-GAPS + 1 :], gap)
        # the second longest: one long gap teaches nothing, nor do messages sent in pairs
        interval = gaps[0] if len(gaps) == 1 else sorted(gaps)[-2]
        beat_ms = received_ms
    elif gap < 0:
        beat_ms = received_ms
    return Device(True, received_ms, None, interval, clock_ms, beat_ms, gaps)


def _readings(state: State, one: Recorded, event: Readings, late: bool) -> State:
    device = event.device
    latest = _latest(state, one, device, "device", event.rows, event.at_ms)
    if late:
        return state._replace(latest=latest)
    return state._replace(
        latest=latest,
        devices={
            **state.devices,
            device: _heard(state.devices.get(device), one.recorded_ms, event.clock_ms),
        },
    )


def _vitals(state: State, one: Recorded, event: VitalsRecorded, late: bool) -> State:
    return state._replace(
        latest=_latest(state, one, STAFF, "staff", typed_rows(event), event.at_ms),
        arousal=_said(state.arousal, one, event.arousal, late),
        comfort=_said(state.comfort, one, event.comfort, late),
    )


def _said(before: Said | None, one: Recorded, words: str | None, late: bool) -> Said | None:
    if words is None or (before is not None and is_older(one, late, before.since_ms)):
        return before
    return Said(words, one.occurred_ms)


def _note(state: State, one: Recorded, event: Note, late: bool) -> State:
    return state._replace(notes=state.notes + 1)


def _staff_in(state: State, one: Recorded, event: StaffIn, late: bool) -> State:
    if event.id in state.staff or (late and _left_since(state, one, event.id)):
        return state
    return state._replace(staff={**state.staff, event.id: Present(event.name, event.role, one.occurred_ms)})


def _left_since(state: State, one: Recorded, id: str) -> bool:
    return any(
        other.kind == "staff_out"
        and other.occurred_ms >= one.occurred_ms
        and (other.body or {}).get("id") == id
        for other in state.kept
    )


def _staff_out(state: State, one: Recorded, event: StaffOut, late: bool) -> State:
    here = state.staff.get(event.id)
    if here is None or is_older(one, late, here.since_ms):
        return state
    return state._replace(staff={id: who for id, who in state.staff.items() if id != event.id})


def _device_connected(state: State, one: Recorded, event: DeviceConnected, late: bool) -> State:
    known = state.devices.get(event.device) or Device(True, None, None, None, None)
    found = known._replace(connected=True, lost_since_ms=None)
    return state._replace(devices={**state.devices, event.device: found})


def _device_lost(state: State, one: Recorded, event: DeviceLost, late: bool) -> State:
    known = state.devices.get(event.device) or Device(False, None, None, None, None)
    # the silence that follows is no sending interval: learning starts anew with the next message
    lost = known._replace(connected=False, lost_since_ms=event.since_ms, beat_ms=None)
    return state._replace(devices={**state.devices, event.device: lost})


def _patient_named(state: State, one: Recorded, event: PatientNamed, late: bool) -> State:
    others = {device: said for device, said in state.misnamed.items() if device != event.device}
    return state._replace(misnamed={**others, event.device: event.said} if event.said else others)


def _signed(state: State, one: Recorded, event: Signed, late: bool) -> State:
    row = Signature(
        one.seq, one.occurred_ms, event.meaning, event.name, event.role, event.head, event.content
    )
    return state._replace(signatures=(*state.signatures, row))


def _clock_stepped(state: State, one: Recorded, event: ClockStepped, late: bool) -> State:
    return state._replace(clock_steps=(*state.clock_steps, (one.seq, event.by_ms)))


def _unmoved(state: State, one: Recorded, event: Redaction, late: bool) -> State:
    return state


EFFECTS: Mapping[type[Any], Effect] = {
    **INFUSION_EFFECTS,
    **ALARM_EFFECTS,
    Opened: _opened,
    StateChanged: _state_changed,
    Readings: _readings,
    VitalsRecorded: _vitals,
    Note: _note,
    StaffIn: _staff_in,
    StaffOut: _staff_out,
    DeviceConnected: _device_connected,
    DeviceLost: _device_lost,
    PatientNamed: _patient_named,
    Signed: _signed,
    Redaction: _unmoved,
    ClockStepped: _clock_stepped,
}


def apply(state: State, one: Recorded, event: Any, late: bool = False) -> State:
    """The state after `event`, which `one` recorded; `late` when it was entered afterwards."""
    return EFFECTS[type(event)](state, one, event, late)
