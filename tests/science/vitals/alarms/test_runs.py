"""A run by itself: sums of time, easing, what is unknown, and that nothing happens before it is due."""

from __future__ import annotations

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

PACE = Pace(15_000, 6_000, 60_000)


def advance(run: Run | None, pace: Pace, to_ms: int) -> Run | None:
    """Let happen what is due."""
    while run is not None and due_ms(run, pace) <= to_ms:
        run = ripen(run, pace, due_ms(run, pace))
    return run


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
