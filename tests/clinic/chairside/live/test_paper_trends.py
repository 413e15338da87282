"""Vital signs in figures on paper: extremes, time beyond the medium limits, time without values."""

from __future__ import annotations

from decimal import Decimal

from reverie.clinic.chairside.live.paper_trends import limits, rows
from reverie.clinic.session.columns import Point
from reverie.science.vitals.alarms.defaults import DEFAULTS


def test_the_limits_are_those_of_the_rules() -> None:
    assert limits(DEFAULTS, "spo2") == (Decimal(94), None)
    assert limits(DEFAULTS, "rr") == (Decimal(10), Decimal(28))
    assert limits(DEFAULTS, "") == (None, None)


def test_time_beyond_a_limit_and_time_without_values() -> None:
    values = [97, 93, 92, None, 97]
    points = {("M^1", "spo2"): [Point(at * 1_000, value) for at, value in enumerate(values)]}
    (row,) = rows(points, {"M^1": 1_000}, DEFAULTS, 0, 70_000)
    assert (row["least"], row["middle"], row["most"]) == ("92", "95", "97")
    assert row["below"] == "0:02 below 94"
    assert row["above"] == ""
    # one second without a value, and all after the last one had stood for ten seconds
    assert row["gap"] == "0:57"


def test_a_doubtful_value_counts_as_none_and_staff_are_told_apart() -> None:
    points = {("M^1", "hr"): [Point(0, 30.0, "demo")], ("", "hr"): [Point(0, 70.0)]}
    assert rows(points, {}, DEFAULTS, 0, 60_000) == []
