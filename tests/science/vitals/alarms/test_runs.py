"""A run by itself: sums of time, easing, what is unknown, and that nothing happens before it is due."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.vitals.alarms.runs import (
    AT_ONCE,
    BAND,
    BEYOND,
    CLEAR,
    FORGET_MS,
    NEVER,
    UNKNOWN,
    Pace,
    Run,
    begin,
    due_ms,
    ripen,
    turn,
)
from reverie.science.vitals.alarms.told import Input

PACE = Pace(15_000, 6_000, 60_000)
Moves = tuple[tuple[int, int], ...]
HELD: Moves = ((0, BEYOND), (15_000, BEYOND))
EASED: Moves = (*HELD, (20_000, CLEAR), (26_000, CLEAR))


def advance(run: Run | None, pace: Pace, to_ms: int) -> Run | None:
    """Let happen what is due."""
    while run is not None and due_ms(run, pace) <= to_ms:
        run = ripen(run, pace, due_ms(run, pace))
    return run


def walk(*moves: tuple[int, int]) -> Run | None:
    """A run that begins at 0 after it was known at these times to be at these levels."""
    run: Run | None = begin(0, NEVER, ())
    for at_ms, level in moves:
        assert run is not None
        run = turn(run, PACE, at_ms, level, NEVER, ())
    return run


def test_a_run_begins_with_nothing_behind_it() -> None:
    inputs = (Input("spo2", "88"),)
    assert begin(5, 9, inputs) == (BEYOND, 5, 9, 0, 5, inputs, inputs, None, None, 0, False, "", "", False)


def test_it_holds_when_its_delay_has_run_and_not_a_millisecond_before() -> None:
    run = turn(begin(1_000, NEVER, ()), PACE, 1_000, BEYOND, NEVER, ())
    assert run is not None
    assert due_ms(run, PACE) == 16_000
    held = ripen(run, PACE, 16_000)
    assert held is not None
    assert (held.onset_ms, held.held_ms, held.eased_ms) == (1_000, 16_000, None)


def test_what_was_unknown_counts_for_nothing() -> None:
    run = turn(begin(0, NEVER, ()), PACE, 0, BEYOND, 5_000, ())
    assert run is not None
    run = advance(run, PACE, 5_000)
    assert run is not None
    assert (run.level, run.sum_ms) == (UNKNOWN, 5_000)
    assert due_ms(run, PACE) == 5_000 + FORGET_MS
    assert advance(run, PACE, 5_000 + FORGET_MS) is None


def test_time_inside_counts_half_and_where_presence_proves_all_at_once() -> None:
    for pace, due in ((PACE, 26_000), (PACE._replace(inside=AT_ONCE), 12_000)):
        run = turn(begin(0, NEVER, ()), pace, 0, BEYOND, NEVER, ())
        assert run is not None
        run = turn(run, pace, 8_000, CLEAR, NEVER, ())
        assert run is not None
        assert due_ms(run, pace) == due - 2_000
        assert advance(run, pace, due) is None


def test_between_limit_and_hysteresis_a_held_run_holds() -> None:
    run = advance(turn(begin(0, NEVER, ()), PACE, 0, BEYOND, NEVER, ()), PACE, 15_000)
    assert run is not None
    run = turn(run, PACE, 20_000, BAND, NEVER, ())
    assert run is not None
    assert due_ms(run, PACE) == NEVER
    run = turn(run, PACE, 400_000, CLEAR, NEVER, ())
    run = advance(run, PACE, 405_999)
    assert run is not None
    assert run.eased_ms is None
    run = advance(run, PACE, 406_000)
    assert run is not None
    assert run.eased_ms == 406_000
    assert advance(run, PACE, 465_999) is not None
    assert advance(run, PACE, 466_000) is None


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from((UNKNOWN, CLEAR, BAND, BEYOND)))),
    st.sampled_from((0, 5_000, 15_000)),
)
def test_it_always_moves_on_and_its_times_are_in_order(moves: list[tuple[int, int]], delay_ms: int) -> None:
    pace = Pace(delay_ms, min(delay_ms, 6_000), 60_000)
    run: Run | None = None
    now = 0
    for gap, level in moves:
        now += gap
        run = advance(run, pace, now)
        if run is None and level == BEYOND:
            run = begin(now, now + 30_000, ())
        if run is not None:
            run = turn(run, pace, now, level, now + 30_000, ())
        if run is not None:
            assert due_ms(run, pace) >= now
            assert run.sum_ms >= 0
            if run.held_ms is not None:
                assert run.onset_ms <= run.held_ms <= now
            if run.eased_ms is not None:
                assert run.held_ms is not None
                assert run.held_ms <= run.eased_ms <= now


@pytest.mark.parametrize(
    ("moves", "times"),
    [
        # sum, held, eased, calm
        (((0, BEYOND), (1, BEYOND)), (1, None, None, 0)),
        (((0, BEYOND), (14_999, BEYOND)), (14_999, None, None, 0)),
        (((0, BEYOND), (8_000, BAND), (20_000, BAND)), (5_000, None, None, 0)),
        (((0, BEYOND), (8_000, CLEAR), (8_003, CLEAR)), (7_999, None, None, 0)),
        (((0, BEYOND), (8_000, CLEAR), (23_999, CLEAR)), (1, None, None, 0)),
        (((0, BEYOND), (8_000, CLEAR), (24_000, CLEAR)), None),
        (((0, BEYOND), (8_000, UNKNOWN), (50_000, CLEAR)), (8_000, None, None, 0)),
        (HELD, (6_000, 15_000, None, 0)),
        ((*HELD, (20_000, BAND), (90_000, BAND)), (6_000, 15_000, None, 0)),
        ((*HELD, (20_000, UNKNOWN), (90_000, CLEAR)), (6_000, 15_000, None, 0)),
        ((*HELD, (20_000, CLEAR), (25_999, CLEAR)), (1, 15_000, None, 0)),
        ((*HELD, (20_000, CLEAR), (22_000, BEYOND), (23_000, CLEAR)), (5_000, 15_000, None, 0)),
        ((*HELD, (20_000, CLEAR), (22_000, BEYOND), (40_000, CLEAR)), (6_000, 15_000, None, 0)),
        (EASED, (0, 15_000, 26_000, 0)),
        ((*EASED, (85_999, CLEAR)), (0, 15_000, 26_000, 59_999)),
        ((*EASED, (86_000, CLEAR)), None),
        ((*EASED, (36_000, BAND), (46_000, BAND)), (0, 15_000, 26_000, 20_000)),
        ((*EASED, (36_000, UNKNOWN), (80_000, CLEAR)), (0, 15_000, 26_000, 10_000)),
        # beyond again: not for long enough to return, but calm begins anew
        ((*EASED, (36_000, BEYOND), (37_000, CLEAR), (37_400, CLEAR)), (600, 15_000, 26_000, 400)),
        ((*EASED, (36_000, BEYOND), (50_999, BEYOND)), (14_999, 15_000, 26_000, 0)),
        ((*EASED, (36_000, BEYOND), (51_000, BEYOND)), (6_000, 15_000, None, 0)),
    ],
)
def test_what_time_at_each_level_does(
    moves: Moves, times: tuple[int, int | None, int | None, int] | None
) -> None:
    run = walk(*moves)
    assert (None if run is None else (run.sum_ms, run.held_ms, run.eased_ms, run.calm_ms)) == times


@pytest.mark.parametrize(
    ("moves", "due"),
    [
        *((((0, BEYOND),), 15_000), (((0, BEYOND), (4_000, BEYOND)), 15_000)),
        *((((0, BEYOND), (8_000, BAND)), 40_000), (((0, BEYOND), (8_000, CLEAR)), 24_000)),
        (((0, BEYOND), (5_000, UNKNOWN)), 65_000),
        *((HELD, NEVER), ((*HELD, (20_000, BAND)), NEVER), ((*HELD, (20_000, CLEAR)), 26_000)),
        ((*HELD, (20_000, UNKNOWN)), 30_000),
        *((EASED, 86_000), ((*EASED, (36_000, BAND)), 86_000), ((*EASED, (36_000, BEYOND)), 51_000)),
    ],
)
def test_when_it_changes_of_itself(moves: Moves, due: int) -> None:
    run = walk(*moves)
    assert run is not None
    assert due_ms(run, PACE) == due


def test_what_is_taken_away_at_once_is_gone_in_a_whole_millisecond() -> None:
    pace = PACE._replace(inside=AT_ONCE)
    run = turn(begin(0, NEVER, ()), pace, 4_001, CLEAR, NEVER, ())
    assert run is not None
    assert due_ms(run, pace) == 4_001 + 1_001
    assert ripen(run, pace, 4_001 + 1_001) is None


@pytest.mark.parametrize(
    ("moves", "at_ms", "credit_ms", "times"),
    [
        # sum, onset, held, eased: what was beyond before it was known counts once, and moves the onset back
        (((10_000, BEYOND),), 10_000, 14_000, (14_000, -4_000, None, None)),
        (((10_000, BEYOND),), 10_000, 15_000, (6_000, -5_000, 10_000, None)),
        (((0, BEYOND),), 12_000, 9_000, (12_000, 0, None, None)),
        (HELD, 20_000, 19_000, (6_000, 0, 15_000, None)),
        (EASED, 36_000, 14_000, (14_000, 0, 15_000, 26_000)),
        (EASED, 36_000, 15_000, (6_000, 0, 15_000, None)),
    ],
)
def test_what_is_known_only_now_to_have_been_beyond(
    moves: Moves, at_ms: int, credit_ms: int, times: tuple[int, int, int | None, int | None]
) -> None:
    run = walk(*moves)
    assert run is not None
    run = turn(run, PACE, at_ms, BEYOND, NEVER, (), credit_ms)
    assert run is not None
    assert (run.sum_ms, run.onset_ms, run.held_ms, run.eased_ms) == times


def test_it_shows_what_it_came_to_hold_by_until_that_is_gone() -> None:
    first, second, third, fourth = ((Input("spo2", value),) for value in ("88", "87", "86", "85"))
    run: Run | None = begin(0, NEVER, first, "subject", "low")
    for at_ms, inputs in ((0, first), (15_000, second), (16_000, third)):
        assert run is not None
        run = turn(run, PACE, at_ms, BEYOND, NEVER, inputs)
    assert run is not None
    assert (run.inputs, run.latest, run.gone) == (second, third, False)
    run = turn(run, PACE, 17_000, UNKNOWN, NEVER, ())
    assert run is not None
    assert (run.inputs, run.latest) == (second, third)
    # said again, it is not heard later
    assert turn(run, PACE, 20_000, UNKNOWN, NEVER, ()) == run
    run = ripen(run, PACE, 27_000)
    assert run is not None
    assert (run.gone, due_ms(run, PACE)) == (True, NEVER)
    run = turn(run, PACE, 30_000, BEYOND, NEVER, fourth)
    assert run is not None
    assert (run.gone, run.inputs, run.subject, run.priority, run.silent) == (
        *(False, fourth, "subject", "low", False),
    )
