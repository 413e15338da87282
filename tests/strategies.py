"""Hypothesis strategies for the values of the record: rows, events, entries, whole streams."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.alarm_kinds import GOVERNING, PLACES, RAISED_BY
from reverie.science.session.fold import Recorded
from reverie.science.session.kinds import SOURCES
from reverie.science.session.rows import USUAL, VALIDITIES, Row
from reverie.science.session.states import STATES
from reverie.science.session.values import read_text
from reverie.science.vitals.alarms.told import PRIORITIES, Input
from tests.scale import scale

# modest in a test run; no deadline, for a busy machine is no fault
examples = settings(max_examples=scale(test=40, soak=2_000), deadline=None)
START_MS = 1_760_350_000_000
NURSE = ev.actor("staff", "7", "Ines Roth", "infusion_nurse")

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20).map(read_text)
some_words = words.filter(lambda text: bool(text.strip()))
decimals = st.builds(
    lambda whole, places: Decimal(whole).scaleb(-places), st.integers(-99_999, 999_999), st.integers(0, 4)
)
rates = st.builds(lambda tenths: Decimal(tenths).scaleb(-1), st.integers(1, 12_000))
times_ms = st.integers(START_MS, START_MS + 7_200_000)
sources = st.sampled_from(SOURCES)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def rows(draw: Callable[..., Any]) -> Row:
    """A row of a mapped parameter, mostly usual, or of one that we do not map."""
    parameter = draw(st.sampled_from([*USUAL, None]))
    value = draw(st.none() | decimals)
    validity = draw(st.sampled_from(VALIDITIES))
    at_ms = draw(st.none() | times_ms)
    if parameter is not None and draw(st.integers(0, 3)):
        return Row(parameter, value, validity, *USUAL[parameter], "", None)
    return Row(parameter, value, validity, draw(words), draw(words), draw(words), draw(words), at_ms)


row_sets = st.lists(rows(), max_size=6).map(tuple)
opened = st.builds(
    ev.Opened,
    chair=words, patient=words, initials=words, indication=words, course=st.none() | words, clinic=words,
    number=st.none() | st.integers(1, 40),
)  # fmt: skip
readings = st.builds(
    ev.Readings,
    device=st.sampled_from(["MON^1", "PUMP^2", "staff"]),
    control_id=words,
    at_ms=st.none() | times_ms,
    clock_ms=st.none() | st.integers(-(10**11), 10**11),
    hash=st.just("0123456789abcdef"),
    rows=row_sets,
    refused=st.lists(st.tuples(words, st.integers(1, 9)), max_size=2).map(tuple),
)


@st.composite
def sets(draw: Callable[..., Any]) -> ev.VitalsRecorded:
    """A set by staff: some values typed, some confirmed, some left to the device."""
    found = draw(row_sets)
    taken = []
    for parameter in sorted({row.parameter for row in found if row.parameter is not None}):
        how = draw(st.sampled_from(["", "typed", "confirmed", "device"]))
        if how:
            device = "" if how == "typed" else draw(st.sampled_from(["MON^1", "PUMP^2"]))
            taken.append(ev.Taken(parameter, how, device, draw(times_ms) if device else None))
    return ev.VitalsRecorded(
        draw(st.none() | times_ms), found, draw(st.none() | words), draw(st.none() | words),
        draw(st.none() | times_ms), tuple(taken), draw(st.none() | st.integers(0, 5)),
        draw(st.none() | st.integers(0, 10)), draw(st.none() | st.integers(0, 10)),
        tuple(draw(st.lists(some_words, max_size=2))),
    )  # fmt: skip


vitals = sets()
notes = st.builds(ev.Note, text=some_words, subject=words)
people = st.sampled_from([("7", "Ines Roth", "infusion_nurse"), ("8", "Ola Berg", "prescriber")])
staff_in = st.builds(lambda who: ev.StaffIn(*who), people)
staff_out = st.builds(lambda who: ev.StaffOut(*who), people)
started = st.builds(
    ev.InfusionStarted, st.none() | rates, sources, words, st.none() | words, st.none() | rates
)
rate_changed = st.builds(ev.RateChanged, st.none() | rates, sources, words, words)
paused = st.builds(ev.InfusionPaused, sources, words, words)
resumed = st.builds(ev.InfusionResumed, st.none() | rates, sources, words)
stopped = st.builds(ev.InfusionStopped, sources, words, words, st.none() | rates)
infusion_events = st.one_of(started, rate_changed, paused, resumed, stopped)
state_changes = st.builds(ev.StateChanged, st.sampled_from(STATES), st.sampled_from(STATES), words)
device_events = st.one_of(
    st.builds(ev.DeviceConnected, st.sampled_from(["MON^1", "PUMP^2"]), words),
    st.builds(ev.DeviceLost, st.sampled_from(["MON^1", "PUMP^2"]), words, times_ms),
    st.builds(ev.PatientNamed, st.sampled_from(["MON^1", "PUMP^2"]), words),
)
signed = st.builds(ev.Signed, words, words, words, st.just("ab" * 32), st.just("cd" * 32))
clock_steps = st.builds(ev.ClockStepped, st.integers(-(10**9), 10**9))
entry_numbers = st.integers(1, 14)
priorities = st.sampled_from(PRIORITIES)
inputs = st.lists(
    st.builds(Input, words, st.none() | words, words, words, st.none() | times_ms), max_size=2
).map(tuple)
alarm_raised = st.builds(
    ev.AlarmRaised,
    group=st.sampled_from(["spo2", "pressure"]), subject=st.sampled_from(["", "MON^1"]), rule=words,
    priority=priorities, label=words, action=words, onset_ms=times_ms, inputs=inputs, latching=st.booleans(),
    silent=st.booleans(), source=st.sampled_from(RAISED_BY), edition=words,
)  # fmt: skip
alarm_changed = st.builds(
    ev.AlarmChanged,
    refers_to=entry_numbers, rule=words, priority=priorities, label=words, action=words, eased=st.booleans(),
    inputs=inputs, latching=st.booleans(), silent=st.booleans(), edition=words,
)  # fmt: skip
alarm_answered = st.builds(ev.AlarmAnswered, entry_numbers, some_words, some_words, words)
alarm_events = st.one_of(
    alarm_raised,
    alarm_changed,
    st.builds(ev.AlarmCleared, entry_numbers),
    st.builds(ev.AlarmSeen, entry_numbers),
    st.builds(
        ev.AlarmEscalated, entry_numbers, st.integers(0, 600),
        st.lists(st.tuples(words, words), max_size=2).map(tuple),
    ),
    alarm_answered,
    st.builds(ev.RulesApplied, st.sampled_from(GOVERNING), words, st.integers(0, 9), words),
    st.builds(ev.SoundChecked, some_words, st.sampled_from(PLACES), st.booleans()),
)  # fmt: skip
# what a person may enter, correct and enter late
CHARTED: dict[str, st.SearchStrategy[Any]] = {
    "vitals_recorded": vitals,
    "note": notes,
    "staff_in": staff_in,
    "staff_out": staff_out,
    "infusion_started": started,
    "rate_changed": rate_changed,
    "infusion_paused": paused,
    "infusion_resumed": resumed,
    "infusion_stopped": stopped,
    "state_changed": state_changes,
    "alarm_answered": alarm_answered,
}
charted = st.one_of(*CHARTED.values())
plain_events = st.one_of(charted, readings, device_events, signed, clock_steps, opened, alarm_events)


def late(event: ev.Event) -> ev.LateEntry:
    """The event as something entered late."""
    return ev.LateEntry(ev.kind_of(event), ev.version_of(event), ev.body_of(event), "was busy")


def correction(refers_to: int, kind: str, event: ev.Event | None) -> ev.Correction:
    """A correction that puts `event` in place, or strikes."""
    if event is None:
        return ev.Correction(refers_to, "wrong patient", kind, 1, None)
    return ev.Correction(refers_to, "mistyped", ev.kind_of(event), ev.version_of(event), ev.body_of(event))


def entry(seq: int, event: ev.Event, occurred_ms: int, recorded_ms: int | None = None) -> Recorded:
    """The event as an entry, its body through JSON as a stream would give it back."""
    body = json.loads(json.dumps(ev.body_of(event)))
    return Recorded(
        seq, f"key-{seq}", ev.kind_of(event), ev.version_of(event), occurred_ms,
        occurred_ms if recorded_ms is None else recorded_ms, NURSE, body,
    )  # fmt: skip


def entries_of(events: list[ev.Event]) -> list[Recorded]:
    """The events recorded as they occurred, one a second."""
    return [entry(seq, event, START_MS + seq * 1_000) for seq, event in enumerate(events, start=1)]


@st.composite
def streams(draw: Callable[..., Any], most: int = 14) -> list[Recorded]:
    """A stream of anything: late entries, corrections of whatever, redactions, empty and foreign bodies."""
    found: list[Recorded] = []
    recorded_ms = START_MS
    for seq in range(1, draw(st.integers(0, most)) + 1):
        recorded_ms += draw(st.integers(0, 90_000))
        occurred_ms = recorded_ms - draw(st.sampled_from([0, 0, 0, 5_000, 600_000]))
        target = draw(st.integers(0, seq))
        event = draw(
            st.one_of(
                opened if seq == 1 else plain_events,
                charted.map(late),
                st.builds(
                    correction, st.just(target), st.sampled_from(["note", "readings"]), st.none() | charted
                ),
                st.builds(ev.Redaction, st.just(target), some_words),
            )
        )
        one = entry(seq, event, occurred_ms, recorded_ms)
        if target and draw(st.integers(0, 2)) == 0:
            # a correction that fits what it refers to
            fitting = found[target - 1].kind if target < seq else "note"
            one = entry(seq, ev.Correction(target, "mistyped", fitting, 1, None), occurred_ms, recorded_ms)
        if draw(st.integers(0, 9)) == 0:
            one = one._replace(
                body=draw(st.none() | st.dictionaries(st.text(max_size=8), json_values, max_size=4))
            )
        found.append(one)
    return found
