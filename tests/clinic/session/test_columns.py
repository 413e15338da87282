"""Columns for charts: when a value was true, what is told again, what is no value."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.session.columns import Columns, Point, measured_ms, packed
from reverie.science.session import events
from tests.clinic.session.made import row


def readings(*rows: events.Row, at_ms: int | None = None) -> events.Readings:
    return events.Readings("M", "1", at_ms, None, "", rows, ())


def unpacked(series: dict[str, object]) -> list[tuple[int, float | None]]:
    at, found = 0, []
    for difference, value in zip(series["t"], series["v"], strict=True):  # type: ignore[call-overload]
        at += difference
        found.append((at, value))
    return found


def only(columns: Columns, left_out: Collection[int] = ()) -> dict[str, Any]:
    (points,) = columns.points(left_out=left_out).values()
    return dict(packed(points))


def test_the_lag_that_a_message_tells_counts_and_the_device_clock_does_not() -> None:
    assert measured_ms(1_000_000, 50_000, 20_000) == 970_000
    assert measured_ms(1_000_000, 50_000, None) == 1_000_000
    assert measured_ms(1_000_000, 50_000, 60_000) == 1_000_000  # its own future is no age
    assert measured_ms(1_000_000, 10**12, 0) == 1_000_000  # years of lag are a broken clock


def test_a_cuff_told_again_and_again_is_one_point() -> None:
    columns = Columns()
    for second in range(60):
        at = 1_000_000 + second * 1_000
        columns.add(
            second + 1,
            at,
            readings(row("nibp_sys", "131", at_ms=1_000_000), row("spo2", "97"), at_ms=at),
        )
    by_name = {name: unpacked(dict(packed(points))) for (_device, name), points in columns.points().items()}
    assert by_name["nibp_sys"] == [(1_000_000, 131)]
    assert len(by_name["spo2"]) == 60


def test_no_value_stays_in_its_place_with_its_reason() -> None:
    columns = Columns()
    columns.add(1, 1_000, readings(row("spo2", "97")))
    columns.add(2, 2_000, readings(row("spo2", None, "not_available")))
    columns.add(3, 3_000, readings(row("spo2", "96.5", "questionable")))
    series = only(columns)
    assert unpacked(series) == [(1_000, 97), (2_000, None), (3_000, 96.5)]
    assert series["q"] == {"1": "not_available", "2": "questionable"}
    without = only(columns, left_out={2})
    assert unpacked(without) == [(1_000, 97), (3_000, 96.5)]


def test_decimals_are_those_of_the_device() -> None:
    columns = Columns()
    for number, text in enumerate(("150.0", "150.0", "48", None, "48.25"), 1):
        columns.add(number, number * 1_000, readings(row("pump_rate", text)))
    series = only(columns)
    assert series["v"] == [150, 150, 48, None, 48.25]
    assert (series["n"], series["o"]) == (1, {"2": 0, "4": 2})


@given(st.lists(st.tuples(st.integers(0, 10**13), st.none() | st.integers(-500, 500))))
def test_packing_keeps_every_row(rows: list[tuple[int, int | None]]) -> None:
    made = packed([Point(at, value if value is None else float(value)) for at, value in rows])
    assert unpacked(dict(made)) == rows
