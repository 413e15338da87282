"""Monitors that speak every second, every few seconds or once a minute: events are told in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from reverie.science.simulation.alarmed import Alarm, Moment, alarms_of
from reverie.science.vitals.alarms.told import Linked, Sample, Situation
from tests.conformance.alarms.editions import EDITIONS
from tests.conformance.alarms.judge import interruptive

CODES = {"spo2": "150456", "pr": "149530", "nibp_sys": "150301", "nibp_dia": "150302"}
HAPPENS_S, ENDS_S, BEGINS_S = 1_200, 2_700, 600
Course = Callable[[int], int | None]


def moments(interval_s: int, spo2: Course, pulse: Course, late_by_s: int = 0) -> Iterator[Moment]:
    """A session of an oximeter that speaks every `interval_s`, and a cuff every ten minutes."""
    last_ms: int | None = None
    for second in range(ENDS_S):
        at_ms = second * 1_000
        values: dict[str, int | None] = {}
        if (second - late_by_s) % interval_s == 0:
            last_ms = at_ms
            values |= {"spo2": spo2(second), "pr": pulse(second)}
        if second % 600 == 0:
            values |= {"nibp_sys": 121, "nibp_dia": 76}
        phase, since_ms = ("before", 0) if second < BEGINS_S else ("infusion", BEGINS_S * 1_000)
        # the interval is learned from messages, and not known at first
        learned_ms = interval_s * 1_000 if second > 3 * interval_s else None
        linked = (Linked("MONITOR", 0, last_ms, learned_ms),)
        yield Moment(
            at_ms,
            Situation(phase, since_ms, linked, cuff_interval_ms=600_000),
            tuple(_samples(values, at_ms)),
        )


def _samples(values: dict[str, int | None], at_ms: int) -> Iterator[Sample]:
    for name, value in values.items():
        validity = "not_available" if value is None else "valid"
        number = None if value is None else Decimal(value)
        yield Sample("MONITOR", name, number, validity, at_ms, at_ms, CODES[name])


def stepped(before: int, after: int | None) -> Course:
    """One value until the event, another from then on."""
    return lambda second: before if second < HAPPENS_S else after


def told_after_s(alarms: list[Alarm], group: str, priority: str) -> float | None:
    """How long after the event an alarm of a group first had a priority."""
    firsts = [one.first_at(priority) for one in alarms if one.group == group]
    after = [at_ms / 1_000 - HAPPENS_S for at_ms in firsts if at_ms is not None]
    return min(after) if after else None


INTERVALS_S = (1, 2, 5, 10, 15, 30, 60)


@pytest.mark.parametrize("interval_s", INTERVALS_S)
@pytest.mark.parametrize(
    ("spo2", "pulse", "group", "delay_s"),
    [(86, 72, "spo2_low", 15), (82, 72, "spo2_low", 5), (97, 140, "hr_high", 10), (97, 35, "hr_low", 10)],
)
def test_an_event_is_told_once_its_delay_has_run_and_a_second_value_has_come(
    interval_s: int, spo2: int, pulse: int, group: str, delay_s: int
) -> None:
    courses = stepped(97, spo2), stepped(72, pulse)
    for late_by_s in {0, interval_s // 2}:
        alarms = alarms_of(moments(interval_s, *courses, late_by_s), EDITIONS)
        after_s = told_after_s(alarms, group, "high")
        first_s = late_by_s - HAPPENS_S % interval_s
        # the median of five asks for three values where they come seldom; nothing asks for more
        at_latest_s = max(first_s + delay_s + 1, first_s + 2 * interval_s + 1)
        assert after_s is not None
        assert after_s <= at_latest_s


@pytest.mark.parametrize("interval_s", INTERVALS_S)
def test_values_that_vanish_ask_to_check_the_patient(interval_s: int) -> None:
    alarms = alarms_of(moments(interval_s, stepped(97, None), stepped(72, None)), EDITIONS)
    assert told_after_s(alarms, "check_patient", "medium") == 0
    high_s = told_after_s(alarms, "check_patient", "high")
    assert high_s is not None
    assert high_s <= 61


@pytest.mark.parametrize("interval_s", INTERVALS_S)
def test_a_quiet_session_is_quiet_at_any_pace(interval_s: int) -> None:
    alarms = alarms_of(moments(interval_s, stepped(97, 97), stepped(72, 72)), EDITIONS)
    assert not interruptive(alarms)


@pytest.mark.parametrize("interval_s", [one for one in INTERVALS_S if one <= 30])
def test_one_false_value_calls_nobody(interval_s: int) -> None:
    def once(second: int) -> int:
        return 71 if HAPPENS_S <= second < HAPPENS_S + interval_s else 97

    alarms = alarms_of(moments(interval_s, once, stepped(72, 72)), EDITIONS)
    assert not interruptive(alarms)


def test_a_real_fall_is_no_cuff_on_the_same_arm() -> None:
    """SpO2 of 86 stays for twenty minutes, while the cuff measures: one alarm, of what it is."""
    alarms = alarms_of(moments(1, stepped(97, 86), stepped(72, 72)), EDITIONS)
    assert [one.group for one in interruptive(alarms)] == ["spo2_low"]
    (alarm,) = interruptive(alarms)
    assert alarm.ended_ms is None
    assert all(span.condition.eased_ms is None for span in alarm.spans)
