"""When sets are due: exact examples, and what holds for every course of events."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.due import Mark, Slot, due_by, due_of, is_set, slots, slots_by
from reverie.science.session.fold import as_happened, as_known
from reverie.science.sources import Source
from reverie.science.vitals.alarms.rules import Cadence
from reverie.science.vitals.alarms.told import Due
from tests import strategies as s
from tests.science.session.test_alarm_effects import raised
from tests.science.session.told import OPENED, row

MIN = 60_000
START = s.START_MS
CADENCE = Cadence(900, 600, 900, 300, 900, 120, Source("test", 2026, "assumed"))
SET = ev.VitalsRecorded(None, (row("nibp_sys", "128"), row("nibp_dia", "80")), "alert")
INFUSING = ((0, OPENED), (10, ev.StateChanged("ready", "infusing", "")))
RATE = ev.RateChanged(Decimal(50), "staff")


def stream(*told: tuple[float, ev.Event]) -> list[Any]:
    """Entries with their minutes."""
    return [
        s.entry(seq, event, START + int(minute * MIN), START + int(minute * MIN))
        for seq, (minute, event) in enumerate(told, 1)
    ]


def due(*told: tuple[float, ev.Event]) -> float | None:
    """In which minute the next set is due."""
    entries = stream(*told)
    found = due_of(as_known(entries), CADENCE)
    assert found == due_of(as_happened(entries)._replace(kept=tuple(entries)), CADENCE)
    return None if found is None else (found.due_ms - START) / MIN


@pytest.mark.parametrize(
    ("told", "minute"),
    [
        ([], None),
        ([(0, OPENED)], 15),
        ([(0, OPENED), (4, SET)], 19),
        # what was due before the start is sooner than ten minutes after it
        ([(0, OPENED), (1, SET), (10, ev.StateChanged("ready", "infusing", ""))], 16),
        # what nobody took before the start is the start's own check
        ([(0, OPENED), (40, ev.StateChanged("ready", "infusing", ""))], 45),
        ([*INFUSING, (14, SET)], 24),
        # a change brings it nearer
        ([*INFUSING, (14, SET), (15, RATE)], 20),
        # and never further
        ([*INFUSING, (14, SET), (23, RATE)], 24),
        # for a while the next ones too
        ([*INFUSING, (14, SET), (15, RATE), (20, SET)], 25),
        ([*INFUSING, (14, SET), (15, RATE), (20, SET), (25, SET), (30, SET)], 40),
        ([*INFUSING, (14, SET), (15, raised("high"))], 20),
        ([*INFUSING, (14, SET), (15, raised("medium"))], 24),
        # overdue stays what it was
        ([*INFUSING, (14, SET), (50, ev.Note("busy"))], 24),
        ([*INFUSING, (14, SET), (50, RATE)], 24),
        ([*INFUSING, (14, SET), (50, SET)], 60),
        # after the infusion every fifteen minutes; what is due sooner stays
        ([*INFUSING, (50, SET), (51, ev.StateChanged("infusing", "completed_dose", ""))], 60),
        (
            [*INFUSING, (50, SET), (51, ev.StateChanged("infusing", "completed_dose", "")), (60, SET)],
            75,
        ),
        ([*INFUSING, (50, ev.StateChanged("discharge_ready", "discharged", ""))], None),
        # paused is still the infusion
        ([*INFUSING, (14, SET), (16, ev.StateChanged("infusing", "paused", ""))], 24),
        # a set that was struck is none
        ([*INFUSING, (14, SET), (15, s.correction(3, "vitals_recorded", None))], 15),
    ],
)
def test_when_the_next_set_is_due(told: list[tuple[float, ev.Event]], minute: float | None) -> None:
    assert due(*told) == minute


def test_a_late_entry_answers_what_was_due_then() -> None:
    late = s.entry(4, s.late(SET), START + 24 * MIN, START + 31 * MIN)
    state = as_known([*stream(*INFUSING, (14, SET)), late])
    assert due_of(state, CADENCE) == Due(START + 34 * MIN, 120_000)


def test_a_stepped_clock_moves_no_due_time() -> None:
    hour = 3_600_000
    stepped = s.entry(4, ev.ClockStepped(hour), START + 16 * MIN + hour)
    state = as_known([*stream(*INFUSING, (14, SET)), stepped])
    found = due_of(state, CADENCE)
    # the clock shows an hour more by now
    assert found is not None
    assert found.due_ms == START + 24 * MIN + hour
    late_set = s.entry(5, SET, START + 25 * MIN + hour)
    again = due_of(as_known([*stream(*INFUSING, (14, SET)), stepped, late_set]), CADENCE)
    assert again is not None
    assert again.due_ms == START + 35 * MIN + hour


@pytest.mark.parametrize(
    ("event", "answers"),
    [
        (SET, True),
        (ev.VitalsRecorded(None, (), None, None, None, (), 4), True),
        (ev.VitalsRecorded(None, (row("nibp_sys", "128"), row("nibp_dia", "80"))), True),
        (ev.VitalsRecorded(None, (row("spo2", "98"),)), False),
        (ev.VitalsRecorded(None, (row("spo2", "98"),), due_ms=START), True),
        (ev.VitalsRecorded(None, (), None, "at ease"), False),
        # what nobody confirmed is no set by staff
        (
            ev.VitalsRecorded(
                None, (row("nibp_sys", "128"),), due_ms=START,
                taken=(ev.Taken("nibp_sys", "device", "MON^1", START),),
            ),
            False,
        ),
        (
            ev.VitalsRecorded(
                None, (row("nibp_sys", "128"),), taken=(ev.Taken("nibp_sys", "confirmed", "MON^1", START),)
            ),
            True,
        ),
    ],
)  # fmt: skip
def test_what_answers_a_due_time(event: ev.VitalsRecorded, answers: bool) -> None:
    assert is_set(event) == answers


def test_every_due_time_is_told_with_its_answer() -> None:
    told = [*INFUSING, (14.5, SET), (26, SET), (45, SET), (47, SET), (48.5, RATE)]
    state = as_known(stream(*told))

    def at(minute: float) -> int:
        return START + int(minute * MIN)

    assert slots(state, CADENCE, at(60)) == (
        Slot(at(15), 3, at(14.5)),
        Slot(at(24.5), 4, at(26)),
        # long overdue; the one at 47 came too soon after it to have been due
        Slot(at(36), 5, at(45)),
        Slot(at(53.5)),
        Slot(at(58.5)),
        Slot(at(63.5)),
    )


# -- for every course of events

marks = st.lists(
    st.builds(
        Mark,
        st.integers(0, 7_200_000),
        st.sampled_from(["set", "set", "change", "phase"]),
        st.sampled_from(["before", "infusion", "recovery", "over"]),
        st.integers(1, 99),
    ),
    max_size=14,
).map(sorted)
cadences = st.builds(
    Cadence,
    *[st.integers(60, 1_800)] * 4,
    st.integers(0, 3_600),
    st.integers(0, 300),
    st.just(CADENCE.source),
)


@s.examples
@given(marks, cadences, st.integers(0, 9_000_000))
def test_two_sets_are_never_due_too_close_together(told: list[Mark], cadence: Cadence, now_ms: int) -> None:
    shortest_ms = 1_000 * min(
        cadence.before_s, cadence.infusion_s, cadence.recovery_s, cadence.after_change_s
    )
    asked = [slot.due_ms for slot in slots_by(told, cadence, now_ms)]
    assert asked == sorted(asked)
    assert all(later - sooner >= shortest_ms for sooner, later in pairwise(asked))


@s.examples
@given(marks, cadences, st.integers(0, 600_000))
def test_a_change_brings_the_next_set_nearer_and_never_further(
    told: list[Mark], cadence: Cadence, after_ms: int
) -> None:
    now_ms = (told[-1].at_ms if told else 0) + after_ms
    before = due_by(told, cadence)
    after = due_by([*told, Mark(now_ms, "change")], cadence)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after.due_ms <= before.due_ms
        assert after.due_ms <= max(before.due_ms, now_ms + cadence.after_change_s * 1_000)
        assert after.due_ms == before.due_ms or after.due_ms >= now_ms


@s.examples
@given(marks, cadences, st.integers(0, 600_000))
def test_a_set_is_followed_by_a_whole_interval(told: list[Mark], cadence: Cadence, after_ms: int) -> None:
    now_ms = (told[-1].at_ms if told else 0) + after_ms
    before = due_by(told, cadence)
    after = due_by([*told, Mark(now_ms, "set", "", 7)], cadence)
    assert (before is None) == (after is None)
    if after is not None:
        shortest_s = min(cadence.before_s, cadence.infusion_s, cadence.recovery_s, cadence.after_change_s)
        assert after.due_ms - now_ms >= shortest_s * 1_000


@s.examples
@given(marks, cadences, st.integers(-(10**9), 10**9))
def test_there_is_no_clock_in_it(told: list[Mark], cadence: Cadence, by_ms: int) -> None:
    moved = [mark._replace(at_ms=mark.at_ms + by_ms) for mark in told]
    here, there = due_by(told, cadence), due_by(moved, cadence)
    assert (None if here is None else here.due_ms + by_ms) == (None if there is None else there.due_ms)


@s.examples
@given(marks, cadences, st.integers(0, 9_000_000))
def test_what_is_due_is_the_first_that_nothing_answered_since_the_last_set(
    told: list[Mark], cadence: Cadence, now_ms: int
) -> None:
    found = due_by(told, cadence)
    now_ms = max(now_ms, told[-1].at_ms if told else 0)
    left = [slot.due_ms for slot in slots_by(told, cadence, now_ms) if slot.seq is None]
    assert (found is None) or found.due_ms in left
