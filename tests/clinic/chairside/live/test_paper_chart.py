"""The still chart: holes are never joined, extremes survive thinning, everything lies in its lane."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.chairside.live.paper_chart import HEAD, WIDTH, broken, draw
from reverie.clinic.session.columns import Point

HOUR_MS = 3_600_000


def every_second(count: int, value: float = 97) -> list[Point]:
    return [Point(second * 1_000, value) for second in range(count)]


def test_silence_breaks_the_line_and_has_its_length() -> None:
    points = [*every_second(60), *(Point(600_000 + at * 1_000, 96) for at in range(60))]
    runs, holes = broken(points, 4_000)
    assert [len(run) for run in runs] == [60, 60]
    assert holes == [(59_000, 600_000)]


def test_no_value_is_a_hole_from_the_last_value_on() -> None:
    points = [Point(0, 97), Point(1_000, None, "not_available"), Point(2_000, None), Point(3_000, 96)]
    runs, holes = broken(points, 4_000)
    assert [len(run) for run in runs] == [1, 1]
    assert holes == [(0, 3_000)]


@given(st.lists(st.tuples(st.integers(0, 20_000), st.none() | st.integers(50, 100)), max_size=40))
def test_every_value_stands_in_one_run_and_no_run_spans_a_hole(rows: list[tuple[int, int | None]]) -> None:
    at, points = 0, []
    for step, value in rows:
        at += step
        points.append(Point(at, None if value is None else float(value)))
    runs, holes = broken(points, 5_000)
    assert [point for run in runs for point in run] == [point for point in points if point.value is not None]
    for run in runs:
        for from_ms, to_ms in holes:
            assert not any(from_ms < point.at_ms < to_ms for point in run)


def test_thinning_keeps_the_lowest_and_the_highest() -> None:
    points = every_second(2 * 3_600)
    points[3_000] = Point(3_000_000, 85)
    chart = draw({("M", "spo2"): points}, {"M": 1_000}, 0, 2 * HOUR_MS)
    assert chart
    (strip,) = chart.strips
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", strip.path)]
    assert len(heights) < 4 * (WIDTH - HEAD)
    assert max(heights) > strip.top + strip.high * 0.8
    assert all(strip.top <= height <= strip.top + strip.high for height in heights)


def test_what_is_demo_or_invalid_is_not_drawn() -> None:
    points = [Point(0, 97), Point(1_000, 12, "demo"), Point(2_000, 97)]
    chart = draw({("M", "spo2"): points}, {}, 0, HOUR_MS)
    assert chart
    assert (chart.strips[0].lowest, len(chart.strips[0].path.split("M"))) == ("84", 3)


def test_a_pressure_by_hand_stands_beside_the_cuffs() -> None:
    points = {
        ("M", "nibp_sys"): [Point(60_000, 131)], ("M", "nibp_dia"): [Point(60_000, 82)],
        ("", "nibp_sys"): [Point(120_000, 128)], ("", "nibp_dia"): [Point(120_000, 79)],
    }  # fmt: skip
    chart = draw(points, {}, 0, HOUR_MS)
    assert chart
    assert [one.by_hand for one in chart.strips[0].arrows] == [False, True]
    assert all(one.lower is not None and one.lower > one.upper for one in chart.strips[0].arrows)


def test_nothing_gives_no_chart() -> None:
    assert draw({}, {}, 0, HOUR_MS) is None
