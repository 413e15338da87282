"""The same scripts the whole way through a session's record; and a watch that stops and starts."""

from __future__ import annotations

import pytest

from reverie.science.session import watching
from reverie.science.session.alarm_kinds import AlarmEscalated, AlarmRaised
from reverie.science.session.events import parse
from reverie.science.session.state import Recorded
from reverie.science.vitals.alarms import engine
from tests.conformance.alarms.editions import EDITIONS
from tests.conformance.alarms.judge import clock, interruptive, judge_script
from tests.conformance.alarms.played import NAMES, play, script_of, whole_of
from tests.conformance.alarms.through_record import EPOCH_MS, Book, alarms_in, record_of, run
from tests.scale import SOAK

INCIDENTS = [name for name in NAMES if script_of(name).kind == "incident"]
NORMAL = [name for name in NAMES if script_of(name).kind == "normal"]
MOST_INTERRUPTIVE = 0.5
# the whole way takes five times as long: in a short run those that differ most from the engine alone
FEW = ["normal-plain", "normal-limb", "normal-off-nose", "normal-wires"]


@pytest.mark.parametrize("name", INCIDENTS)
def test_every_expectation_is_met_in_the_record(name: str) -> None:
    script, whole = script_of(name), whole_of(name)
    judged = judge_script(script, run(script, whole, EDITIONS), EDITIONS[""][0], whole)
    assert not judged.unmet, "\n".join(judged.unmet)
    assert not [one.words for one in judged.findings if one.technical_only]


def test_ordinary_sessions_interrupt_as_rarely_in_the_record() -> None:
    told = []
    names = NORMAL if SOAK else FEW
    for name in names:
        alarms = interruptive(run(script_of(name), whole_of(name), EDITIONS))
        told += [
            f"{name}: {one.priority} {one.spans[0].condition.rule} at {clock(one.begun_ms)}" for one in alarms
        ]
        assert len(alarms) <= len(play(name).judged.interruptive), told
    if SOAK:
        assert len(told) / len(names) <= MOST_INTERRUPTIVE, "\n".join(told)


def book(name: str) -> Book:
    """A script's record."""
    return record_of(
        script_of(name), whole_of(name), {key: engine.prepare(*one) for key, one in EDITIONS.items()}
    )


def told(entries: list[Recorded]) -> list[tuple[str, int]]:
    """Rule and onset of every alarm that was raised."""
    events = [parse(one.kind, one.version, one.body or {}) for one in entries]
    return [(one.rule, one.onset_ms) for one in events if isinstance(one, AlarmRaised)]


def test_a_watch_that_starts_anew_finds_nothing_to_add() -> None:
    whole = book("desaturation-fast").entries
    prepared = engine.prepare(*EDITIONS[""])
    watched = watching.begin(whole)
    at_ms = EPOCH_MS
    for one in whole:
        while at_ms < one.recorded_ms:
            at_ms += 1_000
            watched, _ = watching.look(watched, prepared, at_ms)
        watched = watching.take(watched, one)
    watched, found = watching.look(watched, prepared, at_ms + 1_000)
    assert told(whole)
    assert not [one for one in found if isinstance(one, AlarmRaised)]


def test_what_a_dead_watch_missed_is_raised_once_with_its_own_onset() -> None:
    """The watch is away from 19:50 to 20:50, while SpO2 falls."""
    whole = book("desaturation-fast").entries
    prepared = engine.prepare(*EDITIONS[""])
    watched = watching.begin()
    events: list[AlarmRaised] = []
    at_ms = EPOCH_MS
    for one in [one for one in whole if not one.kind.startswith("alarm")]:
        while at_ms < one.recorded_ms:
            at_ms += 1_000
            if 1_190_000 <= at_ms - EPOCH_MS < 1_250_000:
                continue
            watched, found = watching.look(watched, prepared, at_ms)
            events += [one for one in found if isinstance(one, AlarmRaised)]
            if events:
                break
        if events:
            break
        watched = watching.take(watched, one)
    assert [one.rule for one in events] == ["spo2-very-low"]
    assert at_ms - EPOCH_MS == 1_250_000
    onset_ms = events[0].onset_ms - EPOCH_MS
    assert 1_200_000 <= onset_ms <= 1_203_000, "the cause began at 20:00"


def test_an_alarm_that_nobody_sees_calls_somebody_once() -> None:
    entries = book("arrest").entries
    events = [parse(one.kind, one.version, one.body or {}) for one in entries]
    raised = [one for one in events if isinstance(one, AlarmRaised) and one.group == "check_patient"]
    called = [one for one in events if isinstance(one, AlarmEscalated)]
    assert len(raised) == 1
    first = next(one for one in entries if one.kind == "alarm_raised")
    assert len([one for one in called if one.refers_to == first.seq]) >= 1
    assert len({(one.refers_to, one.after_s) for one in called}) == len(called)


def test_clocks_that_step_change_no_age() -> None:
    entries = book("wires-desaturation").entries
    alarms = alarms_in(entries)
    assert all(one.begun_ms >= 0 for one in alarms)
    rules = {one.spans[0].condition.rule for one in alarms}
    assert not {"no-bp-low", "no-bp-medium", "no-bp-high", "link-quiet", "link-lost"} & rules
