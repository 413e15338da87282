"""The watch's own time under clocks that step and creep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.kernel import clock
from reverie.clinic.session.steady import STEP_MS, Steady

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from([-3_600.0, -2.5, 2.5, 86_400.0])), max_size=8))
def test_it_passes_as_time_passes_whatever_the_clock_says(moves: list[tuple[float, float]]) -> None:
    fake = clock.FakeClock(NOON)
    with clock.replaced_by(fake):
        steady = Steady()
        begun_ms, passed_s, stepped_s = steady.now_ms(), 0.0, 0.0
        for seconds, step_s in moves:
            fake.advance(seconds)
            passed_s += seconds
            fake.step(step_s)
            stepped_s += step_s
            by_ms = steady.stepped_ms()
            assert abs(by_ms - step_s * 1_000) <= 2
            assert abs(steady.now_ms() - begun_ms - (passed_s + stepped_s - step_s) * 1_000) <= 2 + len(moves)
            steady.take_over(by_ms)
            assert steady.stepped_ms() == 0
            assert abs(steady.now_ms() - clock.to_ms(fake.now())) <= 2


def test_what_creeps_is_followed_and_never_called_a_step() -> None:
    fake = clock.FakeClock(NOON)
    with clock.replaced_by(fake):
        steady = Steady()
        for _ in range(30):
            fake.advance(0.2)
            fake.step(0.5)
            assert steady.stepped_ms() == 0
        assert steady.now_ms() == pytest.approx(clock.to_ms(fake.now()), abs=2)


def test_a_step_that_happened_while_nobody_looked_is_measured_by_where_the_clock_stood() -> None:
    fake = clock.FakeClock(NOON)
    with clock.replaced_by(fake):
        stood_ms = Steady().offset_ms
        fake.advance(30)
        fake.step(-7_200)
        steady = Steady(stood_ms)
        assert steady.stepped_ms() == pytest.approx(-7_200_000, abs=2)
        assert steady.now_ms() == pytest.approx(clock.to_ms(NOON) + 30_000, abs=2)
    assert STEP_MS == 2_000
