"""A session under watch: what is recorded of its alarms, once, whatever the clock and whoever begins anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session import watching
from reverie.science.session.fold import Recorded, as_known
from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.rules import Profile
from tests import strategies as s
from tests.scale import scale
from tests.science.session.told import message, row
from tests.science.session.watched import MONITOR, RULES, START, Bed, with_edition

HOUR_MS = 3_600_000
PRESSURE = (row("nibp_sys", "190"), row("nibp_dia", "115"))
few = settings(max_examples=scale(test=12, soak=400), deadline=None)


def kinds(bed: Bed) -> list[str]:
    return [one.kind for one in bed.record if one.kind.startswith("alarm_")]


def seconds(ms: int | None) -> int | None:
    return None if ms is None else (ms - START) // 1_000


# -- once, and in time


def test_an_alarm_from_beginning_to_end() -> None:
    bed = Bed()
    bed.go(30, spo2="97", hr="70")
    assert kinds(bed) == []
    bed.go(20, spo2="91", hr="70")
    (alarm,) = bed.alarms
    assert (alarm.rule, alarm.priority, alarm.source, alarm.edition) == ("spo2-low", "medium", "watch", "e-1")
    assert 30 <= (seconds(alarm.onset_ms) or 0) <= 34
    # the delay of 5 s and the median of five samples
    assert 35 <= (seconds(alarm.raised_ms) or 0) <= 39
    assert alarm.inputs[0].value == "91"
    bed.go(15, spo2="84", hr="70")
    (alarm,) = bed.alarms
    assert (alarm.rule, alarm.priority, alarm.latching) == ("spo2-very-low", "high", True)
    bed.tell(ev.AlarmSeen(alarm.seq))
    bed.go(100, spo2="98", hr="70")
    (alarm,) = bed.alarms
    assert alarm.eased_ms is not None
    assert alarm.cleared_ms is not None
    assert alarm.cleared_ms - alarm.eased_ms >= 60_000 - 1_000
    assert kinds(bed)[:2] == ["alarm_raised", "alarm_changed"]
    assert kinds(bed)[-1] == "alarm_cleared"


def test_looking_again_records_nothing_more() -> None:
    bed = Bed()
    bed.go(30, spo2="97")
    bed.go(20, spo2="84")
    before = len(bed.record)
    assert bed.look() == []
    bed.watched = bed.again()
    assert bed.look() == []
    assert len(bed.record) == before


def test_what_was_not_written_is_found_again() -> None:
    bed = Bed()
    bed.go(30, spo2="97")
    bed.lost = lambda event: isinstance(event, ev.AlarmRaised)
    found = bed.go(20, spo2="84")
    assert bed.alarms == []
    assert {one.onset_ms for one in found if isinstance(one, ev.AlarmRaised)} == {found[0].onset_ms}  # type: ignore[union-attr]
    bed.lost = lambda event: False
    bed.go(1, spo2="84")
    assert [alarm.onset_ms for alarm in bed.alarms] == [found[0].onset_ms]  # type: ignore[union-attr]


@few
@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["98", "92", "85", None])), max_size=6), st.data()
)
def test_a_watch_that_begins_anew_anywhere_comes_to_the_same(
    told: list[tuple[int, str | None]], data: Any
) -> None:
    steady, killed = Bed(), Bed()
    for bed in (steady, killed):
        bed.go(10, spo2="97", hr="70")
    for length, value in told:
        steady.go(length, spo2=value, hr="70")
        cut = data.draw(st.integers(0, length))
        killed.go(cut, spo2=value, hr="70")
        killed.watched = killed.again()
        killed.go(length - cut, spo2=value, hr="70")

    def lines(bed: Bed) -> list[Any]:
        times = [(a.onset_ms, a.raised_ms, a.eased_ms, a.cleared_ms) for a in bed.alarms]
        return [*times, *((a.group, a.priority) for a in bed.alarms)]

    assert lines(killed) == lines(steady)


# -- absence


def test_a_silent_device_is_told_of_without_an_entry() -> None:
    bed = Bed()
    bed.go(30, spo2="97")
    found = bed.go(40)
    (raised,) = (one for one in found if isinstance(one, ev.AlarmRaised))
    assert raised.group == "link_lost"
    (alarm,) = bed.alarms
    assert 50 <= (seconds(alarm.raised_ms) or 0) <= 54


def test_a_set_that_is_overdue() -> None:
    bed = Bed()
    bed.tell(ev.StateChanged("ready", "infusing", ""))
    bed.go(715)
    assert bed.alarms == []
    bed.go(10)
    (alarm,) = bed.alarms
    assert (alarm.group, seconds(alarm.raised_ms)) == ("overdue", 720)
    bed.tell(ev.VitalsRecorded(None, (), "alert"))
    bed.go(70)
    assert bed.alarms[0].cleared_ms is not None


# -- what staff enter


def test_a_pressure_by_hand_alarms_with_the_next_look() -> None:
    bed = Bed()
    bed.go(5)
    bed.tell(ev.VitalsRecorded(None, PRESSURE))
    (raised,) = bed.go(1)
    assert isinstance(raised, ev.AlarmRaised)
    assert (raised.group, raised.silent) == ("bp_high", False)


@pytest.mark.parametrize(
    ("event", "silent"),
    [
        (ev.VitalsRecorded(None, PRESSURE), False),
        (s.late(ev.VitalsRecorded(None, PRESSURE)), True),
    ],
)
def test_what_tells_of_the_past_alarms_and_does_not_sound(event: ev.Event, silent: bool) -> None:
    bed = Bed()
    bed.go(900)
    bed.tell(event, ago_s=120 if not silent else 600)
    raised = [one for one in bed.go(2) if isinstance(one, ev.AlarmRaised) and one.group == "bp_high"]
    assert [one.silent for one in raised] == [silent]


@pytest.mark.parametrize(
    "event",
    [
        # the ends the wrong way round
        ev.VitalsRecorded(None, (row("nibp_sys", "190"), row("nibp_dia", "200"))),
        # the monitor's own value, which was told already
        ev.VitalsRecorded(
            None, PRESSURE,
            taken=(ev.Taken("nibp_sys", "confirmed", MONITOR, 1), ev.Taken("nibp_dia", "device", MONITOR, 1)),
        ),
        ev.VitalsRecorded(None, (row("nibp_sys", "190", "invalid"), row("nibp_dia", "115"))),
    ],
)  # fmt: skip
def test_what_is_no_value_by_hand_is_not_judged(event: ev.Event) -> None:
    bed = Bed()
    bed.go(5)
    bed.tell(event)
    assert bed.go(3) == []


@pytest.mark.parametrize(
    "right", [ev.VitalsRecorded(None, (row("nibp_sys", "119"), row("nibp_dia", "75"))), None]
)
def test_a_corrected_set_counts_as_corrected(right: ev.VitalsRecorded | None) -> None:
    bed = Bed()
    bed.go(5)
    entry = bed.tell(ev.VitalsRecorded(None, PRESSURE))
    bed.go(2)
    assert [alarm.group for alarm in bed.alarms] == ["bp_high"]
    bed.tell(ev.Note("nothing to do with it"))
    assert not bed.watched.astray
    bed.tell(s.correction(entry, "vitals_recorded", right))
    assert bed.watched.astray
    bed.watched = bed.again()
    assert not bed.watched.astray
    bed.go(2)
    assert bed.alarms[0].cleared_ms is not None


def test_a_correction_that_is_withdrawn_counts_as_withdrawn() -> None:
    bed = Bed()
    entry = bed.tell(ev.VitalsRecorded(None, PRESSURE))
    fix = bed.tell(s.correction(entry, "vitals_recorded", None))
    bed.watched = bed.again()
    assert bed.go(2) == []
    bed.tell(s.correction(fix, "vitals_recorded", None))
    assert bed.watched.astray
    bed.watched = bed.again()
    assert [type(one) for one in bed.go(1)] == [ev.AlarmRaised]


def test_what_staff_observe_holds_until_they_observe_otherwise() -> None:
    bed = Bed()
    bed.tell(ev.VitalsRecorded(None, (), "drowsy", arousal_level=4))
    bed.go(100)
    (alarm,) = bed.alarms
    assert (alarm.group, alarm.cleared_ms) == ("arousal", None)
    bed.tell(ev.VitalsRecorded(None, (row("spo2", "98"),)))
    bed.go(70)
    assert bed.alarms[0].cleared_ms is None
    bed.tell(ev.VitalsRecorded(None, (), "alert", arousal_level=5))
    bed.go(70)
    assert bed.alarms[0].cleared_ms is not None


# -- the bedside monitor's own


def test_the_monitors_own_alarm_is_passed_on_at_its_own_priority() -> None:
    bed = Bed()
    bed.go(5, spo2="97")
    told = row("hr", None, "not_available")._replace(alarm="medium MDC_EVT_ASYSTOLE")
    bed.tell(message(MONITOR, told))
    raised = [one for one in bed.go(2) if isinstance(one, ev.AlarmRaised)]
    assert [(one.source, one.priority) for one in raised if one.group == "monitor"] == [("monitor", "medium")]


# -- the clock


@pytest.mark.parametrize("by_ms", [HOUR_MS, -HOUR_MS])
def test_a_stepped_clock_raises_nothing_and_moves_nothing(by_ms: int) -> None:
    bed, other = Bed(), Bed()
    for one in (bed, other):
        one.tell(ev.StateChanged("ready", "infusing", ""))
        one.go(300, spo2="97", hr="70")
    bed.tell(ev.ClockStepped(by_ms))
    for one in (bed, other):
        one.go(300, spo2="97", hr="70")
        assert kinds(one) == []
        one.go(200, spo2="84", hr="70")
    groups = [(alarm.group, alarm.priority) for alarm in other.alarms]
    assert [(alarm.group, alarm.priority) for alarm in bed.alarms] == groups
    assert {"spo2_low", "overdue"} <= {group for group, _priority in groups}
    for mine, theirs in zip(bed.alarms, other.alarms, strict=True):
        # as the clock showed it then
        assert mine.onset_ms - theirs.onset_ms == by_ms
        assert mine.raised_ms - theirs.raised_ms == by_ms


def test_a_message_from_before_the_step_was_known_is_judged_now() -> None:
    bed = Bed()
    bed.go(30, spo2="97")
    for by_ms in (HOUR_MS, -HOUR_MS):
        bed.second += 1
        bed.shift_ms += by_ms
        bed.values(spo2="97")
        bed.shift_ms -= by_ms
        assert bed.look() == []
        bed.tell(ev.ClockStepped(by_ms))
        assert bed.go(15, spo2="97") == []


def test_the_clocks_time_of_a_steady_moment() -> None:
    bed = Bed()
    bed.go(10)
    bed.tell(ev.ClockStepped(HOUR_MS))
    bed.go(10)
    bed.tell(ev.ClockStepped(-5_000))
    shown = [watching.wall_ms(bed.watched, START + second * 1_000) - START for second in (9, 10, 19, 25)]
    assert shown == [9_000, 10_000 + HOUR_MS, 19_000 + HOUR_MS, 20_000 + HOUR_MS]


# -- nobody saw it


def test_what_nobody_saw_is_escalated_once_for_each_priority() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    bed.go(200, spo2="91")
    told = [one for one in bed.record if one.kind == "alarm_escalated"]
    assert [seconds(one.occurred_ms) for one in told] == [seconds(bed.alarms[0].raised_ms or 0) + 180]  # type: ignore[operator]
    bed.go(100, spo2="84")
    high_s = seconds(bed.alarms[0].since_ms) or 0
    told = [one for one in bed.record if one.kind == "alarm_escalated"]
    assert [seconds(one.occurred_ms) for one in told[1:]] == [high_s + 60]
    assert (told[1].body or {})["after_s"] == 60


def test_what_was_seen_or_is_silent_calls_nobody() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    bed.go(20, spo2="84")
    bed.tell(ev.AlarmSeen(bed.alarms[0].seq))
    bed.tell(s.late(ev.VitalsRecorded(None, PRESSURE)), ago_s=600)
    bed.go(200, spo2="84")
    assert "alarm_escalated" not in kinds(bed)
    assert len(bed.alarms) == 2


def test_a_high_alarm_that_nobody_saw_stays_high_and_calls_after_it_is_over() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    bed.go(12, spo2="84")
    bed.go(40, spo2="97")
    (alarm,) = bed.alarms
    assert (alarm.priority, alarm.eased_ms is not None) == ("high", True)
    bed.go(40, spo2="97")
    (alarm,) = bed.alarms
    assert (alarm.priority, alarm.cleared_ms is not None, alarm.escalated_ms is not None) == (
        "high",
        True,
        True,
    )


# -- rules and phases


def test_another_edition_applies_from_where_it_is_said() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    bed.go(20, spo2="91")
    bed.use(with_edition("e-2"))
    bed.go(1, spo2="91")
    (alarm,) = bed.alarms
    assert alarm.edition == "e-2"
    assert kinds(bed) == ["alarm_raised", "alarm_changed"]
    bed.go(5, spo2="91")
    assert len(kinds(bed)) == 2


def test_when_the_patient_has_gone_every_cause_is_over() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    bed.go(20, spo2="84")
    bed.tell(ev.StateChanged("discharge_ready", "discharged", ""))
    bed.go(300)
    assert [alarm.cleared_ms is not None for alarm in bed.alarms] == [True]
    assert "alarm_escalated" not in kinds(bed)


def test_flicker_at_a_limit_is_one_alarm() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    for turn in range(150):
        bed.go(1, spo2="93" if turn % 2 else "95")
        bed.go(2, spo2="92" if turn % 3 else "96")
    assert len(bed.alarms) <= 1
    assert len(kinds(bed)) <= 20


# -- whatever a stream holds


@s.examples
@given(s.streams(most=10), st.integers(0, 200_000))
def test_no_stream_breaks_the_watch(stream: list[Recorded], after_ms: int) -> None:
    prepared = engine.prepare(RULES, Profile())
    watched = watching.begin(stream)
    for one in stream:
        watched, _ = watching.look(watched, prepared, one.recorded_ms - watched.shift_ms)
        watched = watching.take(watching.take(watched, one), one)
    watched, found = watching.look(watched, prepared, (watched.looked_ms or START) + after_ms)
    assert watched.state == as_known(stream)
    for event in found:
        assert ev.parse(ev.kind_of(event), ev.version_of(event), ev.body_of(event)) == event


def test_values_are_never_changed_by_looking_at_them() -> None:
    bed = Bed()
    bed.go(10, spo2="97")
    bed.values(spo2="84")
    before = bed.watched
    one = watching.look(before, bed.prepared, START + 30_000)
    two = watching.look(before, bed.prepared, START + 30_000)
    assert one[1] == two[1]
    assert before.samples
    assert before.samples[0].value == Decimal(84)
