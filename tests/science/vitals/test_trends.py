"""Trends: slopes beside those of SciPy, times beside a count second by second."""

from __future__ import annotations

import warnings
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes

from reverie.science.vitals.trends import MOST_FOR_SLOPE, Point, Slope, Trend, slope, summarise
from tests.scale import scale

D = Decimal
examples = settings(max_examples=scale(test=80, soak=5_000))
VALUES = st.integers(0, 300).map(lambda tenths: D(tenths) / 2)
SERIES = st.lists(st.tuples(st.integers(0, 60), VALUES), min_size=3, max_size=30).map(
    lambda pairs: [Point(seconds * 1_000, value) for seconds, value in sorted(pairs)]
)


def series(*values: int | None, every_s: int = 60) -> list[Point]:
    """Values at even distances."""
    return [
        Point(place * every_s * 1_000, None if value is None else D(value))
        for place, value in enumerate(values)
    ]


@examples
@given(SERIES, st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_slope_and_interval_are_those_of_scipy(points: list[Point], confidence: float) -> None:
    minutes = [point.at_ms / 60_000 for point in points]
    found = slope(points, confidence)
    if len(set(minutes)) == 1:
        assert found is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = theilslopes(
            [float(point.value) for point in points if point.value is not None], minutes, confidence
        )
    assert found is not None
    assert found.per_min == pytest.approx(float(expected[0]), abs=1e-9)
    if expected[2] == expected[2]:  # SciPy gives NaN for the interval where all is tied
        assert found.low == pytest.approx(float(expected[2]), abs=1e-9)
        assert found.high == pytest.approx(float(expected[3]), abs=1e-9)


def test_a_line_has_its_own_slope_and_no_doubt() -> None:
    assert slope(series(100, 102, 104, 106, 108)) == Slope(2.0, 2.0, 2.0)
    assert slope(series(100, 102, 104, every_s=30)) == Slope(4.0, 4.0, 4.0)


def test_one_artefact_does_not_move_it() -> None:
    found = slope(series(120, 121, 122, 250, 124, 125, 126))
    assert found is not None
    assert found.per_min == pytest.approx(1.0)


def test_too_little_gives_no_slope() -> None:
    assert slope([]) is None
    assert slope(series(1, 2)) is None
    assert slope(series(1, 2, None)) is None
    assert slope(series(1, 2, 3)) is not None
    assert slope([Point(5, D(1)), Point(5, D(2)), Point(5, D(3))]) is None


def test_a_long_series_is_thinned_evenly() -> None:
    long = [Point(place * 1_000, D(place)) for place in range(3 * MOST_FOR_SLOPE)]
    found = slope(long)
    assert found is not None
    assert found.per_min == pytest.approx(60.0)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 2])
def test_a_confidence_lies_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        slope(series(1, 2, 3), confidence)


def test_a_summary_by_hand() -> None:
    points = series(100, 95, None, 85, 90, every_s=10)
    found = summarise(points, begin_ms=0, end_ms=60_000, stands_ms=15_000, below=D(95), above=D(95))
    assert found == Trend(
        known=4,
        least=D(85),
        most=D(100),
        middle=D("92.5"),
        mean=D("92.5"),
        slope=slope(points),
        # 85 for 10 s, then 90 for the 15 s that a value stands
        below_s=D(25),
        above_s=D(10),
        # 10 s of a probe that is off, 5 s after the last value
        gap_s=D(15),
    )


def test_nothing_is_a_gap() -> None:
    for points in ([], series(None, None)):
        found = summarise(points, begin_ms=0, end_ms=90_000, stands_ms=10_000, below=D(1))
        assert found == Trend(0, None, None, None, None, None, D(0), D(0), D(90))


def test_a_value_from_before_the_time_stands_into_it() -> None:
    points = [Point(0, D(80)), Point(100_000, D(99))]
    found = summarise(points, begin_ms=10_000, end_ms=60_000, stands_ms=30_000, below=D(90))
    assert (found.known, found.below_s, found.gap_s) == (0, D(20), D(30))
    ended = summarise(points, begin_ms=0, end_ms=100_000, stands_ms=30_000)
    assert (ended.known, ended.least, ended.most) == (2, D(80), D(99))
    assert (ended.below_s, ended.above_s) == (D(0), D(0))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        summarise([], begin_ms=1, end_ms=0, stands_ms=1)
    with pytest.raises(ValueError, match="ends after"):
        summarise([], begin_ms=0, end_ms=0, stands_ms=-1)
    with pytest.raises(ValueError, match="order of time"):
        summarise([Point(2, D(1)), Point(1, D(1))], begin_ms=0, end_ms=5, stands_ms=1)
    assert summarise([], begin_ms=0, end_ms=0, stands_ms=0).gap_s == 0


@examples
@given(
    st.lists(st.tuples(st.integers(0, 40), st.none() | VALUES), max_size=12),
    st.integers(0, 20),
    st.integers(0, 30),
    st.integers(0, 12),
    VALUES,
    VALUES,
)
def test_times_are_those_counted_second_by_second(
    pairs: list[tuple[int, Decimal | None]],
    begin: int,
    lasts: int,
    stands: int,
    below: Decimal,
    above: Decimal,
) -> None:
    by_second = dict(pairs)
    points = [Point(second * 1_000, value) for second, value in sorted(by_second.items())]
    end = begin + lasts
    found = summarise(
        points,
        begin_ms=begin * 1_000,
        end_ms=end * 1_000,
        stands_ms=stands * 1_000,
        below=below,
        above=above,
    )
    counts = {"below": 0, "above": 0, "gap": 0}
    for second in range(begin, end):
        before = [one for one in by_second if one <= second]
        last = max(before, default=None)
        value = None if last is None or second >= last + stands else by_second[last]
        counts["gap"] += value is None
        counts["below"] += value is not None and value < below
        counts["above"] += value is not None and value > above
    assert (found.below_s, found.above_s, found.gap_s) == (counts["below"], counts["above"], counts["gap"])
    known = [value for second, value in by_second.items() if begin <= second <= end and value is not None]
    assert found.known == len(known)
    assert (found.least, found.most) == (min(known, default=None), max(known, default=None))
