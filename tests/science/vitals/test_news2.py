"""NEWS2 against the chart, written here cell by cell, over every whole value of every parameter."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.vitals.news2 import (
    BANDS,
    NAMES,
    News2,
    NotForThisPatient,
    Taken,
    score,
    trusted,
)
from tests.scale import scale

D = Decimal
# what scores nothing
QUIET: dict[str, Any] = {
    "respiration_per_min": 16,
    "spo2_percent": 98,
    "on_oxygen": False,
    "sbp_mmhg": 120,
    "pulse_per_min": 70,
    "consciousness": "A",
    "temperature_c": D("37.0"),
}


def scored(sats: int = 1, **changes: Any) -> News2:
    return score(Taken(**{**QUIET, **changes}), age_years=40, pregnant=False, scale=sats)


# the chart: from, to, points (both ends included)
RESPIRATION = [(0, 8, 3), (9, 11, 1), (12, 20, 0), (21, 24, 2), (25, 70, 3)]
SPO2_1 = [(50, 91, 3), (92, 93, 2), (94, 95, 1), (96, 100, 0)]
SPO2_2_AIR = [(50, 83, 3), (84, 85, 2), (86, 87, 1), (88, 92, 0), (93, 100, 0)]
SPO2_2_OXYGEN = [(50, 83, 3), (84, 85, 2), (86, 87, 1), (88, 92, 0), (93, 94, 1), (95, 96, 2), (97, 100, 3)]
SBP = [(50, 90, 3), (91, 100, 2), (101, 110, 1), (111, 219, 0), (220, 260, 3)]
PULSE = [(20, 40, 3), (41, 50, 1), (51, 90, 0), (91, 110, 1), (111, 130, 2), (131, 250, 3)]
TENTHS = [(300, 350, 3), (351, 360, 1), (361, 380, 0), (381, 390, 1), (391, 430, 2)]
Chart = list[tuple[int, int, int]]


def points(chart: Chart, value: int) -> int:
    (found,) = (points for low, high, points in chart if low <= value <= high)
    return found


@pytest.mark.parametrize(
    ("field", "name", "chart", "sats", "oxygen", "made"),
    [
        ("respiration_per_min", "respiration", RESPIRATION, 1, False, int),
        ("spo2_percent", "spo2", SPO2_1, 1, False, int),
        ("spo2_percent", "spo2", SPO2_1, 1, True, int),
        ("spo2_percent", "spo2", SPO2_2_AIR, 2, False, int),
        ("spo2_percent", "spo2", SPO2_2_OXYGEN, 2, True, int),
        ("sbp_mmhg", "sbp", SBP, 1, False, D),
        ("pulse_per_min", "pulse", PULSE, 1, True, int),
        ("temperature_c", "temperature", TENTHS, 1, False, lambda tenths: D(tenths) / 10),
    ],
)  # fmt: skip
def test_every_value_of_the_chart(
    field: str, name: str, chart: Chart, sats: int, oxygen: bool, made: Callable[[int], Any]
) -> None:
    for low, high, expected in chart:
        for value in range(low, high + 1):
            found = scored(sats, on_oxygen=oxygen, **{field: made(value)})
            others = 2 if oxygen else 0
            assert found.points[name] == expected, value
            assert found.whole.total == found.whole.least == found.whole.most == expected + others
            assert found.whole == found.without_consciousness
            assert found.threes == ((name,) if expected == 3 else ())
    # both sides of the chart's ends are refused
    for value in (chart[0][0] - 1, chart[-1][1] + 1):
        assert scored(sats, on_oxygen=oxygen, **{field: made(value)}).invalid == (name,)


def test_every_level_of_consciousness() -> None:
    for level, expected in (("A", 0), ("C", 3), ("V", 3), ("P", 3), ("U", 3)):
        found = scored(consciousness=level)
        assert found.whole.total == expected
        assert found.points["consciousness"] == expected
        assert found.without_consciousness.total == 0
        assert found.threes == (("consciousness",) if expected else ())
    for wrong in ("a", "", "X", 3, True):
        assert scored(consciousness=wrong).invalid == ("consciousness",)


def test_oxygen() -> None:
    assert scored(on_oxygen=True).points["oxygen"] == 2
    assert scored(on_oxygen=True).whole.total == 2
    assert scored().points["oxygen"] == 0
    for wrong in (1, 0, "yes", D(1)):
        assert scored(on_oxygen=wrong).invalid == ("oxygen",)


# one value for each number of points: 0, 1, 2, 3
LADDERS: dict[str, dict[int, Any]] = {
    "respiration_per_min": {0: 16, 1: 10, 2: 22, 3: 6},
    "spo2_percent": {0: 98, 1: 95, 2: 92, 3: 80},
    "sbp_mmhg": {0: 120, 1: 105, 2: 95, 3: 80},
    "pulse_per_min": {0: 70, 1: 100, 2: 120, 3: 35},
    "temperature_c": {0: D("36.5"), 1: D("38.5"), 2: D("39.5"), 3: D("34.0")},
    "consciousness": {0: "A", 3: "V"},
    "on_oxygen": {0: False, 2: True},
}


def band_of(parts: tuple[int, ...]) -> str:
    total = sum(parts)
    if total >= 7:
        return "high"
    if total in (5, 6):
        return "medium"
    if 3 in parts:
        return "single"
    return "low" if 1 <= total <= 4 else "none"


def test_every_sum_and_band() -> None:
    seen = set()
    for parts in product(*LADDERS.values()):
        found = scored(**{field: LADDERS[field][part] for field, part in zip(LADDERS, parts, strict=True)})
        assert found.whole.total == sum(parts)
        assert found.whole.band == band_of(parts)
        assert found.whole.bands == (band_of(parts),)
        without = (*parts[:5], parts[6])
        assert found.without_consciousness.total == sum(without)
        assert found.without_consciousness.band == band_of(without)
        assert not found.missing
        assert not found.invalid
        assert sum(found.points.values()) == sum(parts)
        assert len(found.threes) == parts.count(3)
        seen.add(sum(parts))
    assert seen == set(range(21))
    assert scored(2, on_oxygen=True, spo2_percent=98).whole.total == 5


FIELDS = dict(zip(NAMES, ("respiration_per_min", "spo2_percent", "on_oxygen", "sbp_mmhg", "pulse_per_min",
                          "consciousness", "temperature_c"), strict=True))  # fmt: skip
# every value that a field could have, thinned to one per step of both scales
WORLDS: dict[str, list[Any]] = {
    "respiration_per_min": [8, 9, 12, 21, 25],
    "spo2_percent": [83, 84, 86, 88, 91, 92, 93, 94, 95, 96, 97],
    "on_oxygen": [False, True],
    "sbp_mmhg": [90, 91, 101, 111, 220],
    "pulse_per_min": [40, 41, 51, 91, 111, 131],
    "consciousness": ["A", "C"],
    "temperature_c": [D("35.0"), D("35.1"), D("36.1"), D("38.1"), D("39.1")],
}


@settings(max_examples=scale(test=60, soak=2_000))
@given(
    st.fixed_dictionaries({field: st.sampled_from(values) for field, values in WORLDS.items()}),
    st.sets(st.sampled_from(sorted(WORLDS)), min_size=1, max_size=3),
    st.sampled_from([1, 2]),
    st.booleans(),
)
def test_what_is_missing_gives_the_range_of_all_that_it_could_be(
    values: dict[str, Any], gone: set[str], sats: int, broken: bool
) -> None:
    absent: Any = D("NaN") if broken else None
    found = scored(sats, **{**values, **dict.fromkeys(gone, absent)})
    assert found.whole.total is None
    assert found.whole.band == ""
    names = tuple(name for name in NAMES if FIELDS[name] in gone)
    assert (found.invalid, found.missing) == ((names, ()) if broken else ((), names))
    worlds = [
        scored(sats, **{**values, **dict(zip(gone, chosen, strict=True))})
        for chosen in product(*(WORLDS[field] for field in gone))
    ]
    for sum_of in (lambda one: one.whole, lambda one: one.without_consciousness):
        totals = [sum_of(one).total for one in worlds]
        assert (sum_of(found).least, sum_of(found).most) == (min(totals), max(totals))
        assert set(sum_of(found).bands) == {sum_of(one).band for one in worlds}
        assert sum_of(found).bands == tuple(band for band in BANDS if band in sum_of(found).bands)
    if gone == {"consciousness"}:
        assert found.without_consciousness.total == worlds[0].without_consciousness.total
    else:
        assert found.without_consciousness.total is None
    # points are told only where they are the same in every world
    for name in NAMES:
        if name in names:
            assert name not in found.points
        else:
            could = {one.points[name] for one in worlds}
            assert found.points.get(name) == (could.pop() if len(could) == 1 else None)


def test_everything_missing() -> None:
    found = score(Taken(), age_years=40, pregnant=False)
    assert (found.whole.least, found.whole.most) == (0, 20)
    assert (found.without_consciousness.least, found.without_consciousness.most) == (0, 17)
    assert found.missing == NAMES
    assert found.whole.bands == BANDS
    assert not found.points
    assert not found.threes


@pytest.mark.parametrize(
    ("changes", "points_of"),
    [
        # between two steps the worse one counts
        ({"respiration_per_min": D("8.5")}, {"respiration": 3}),
        ({"respiration_per_min": D("11.5")}, {"respiration": 1}),
        ({"respiration_per_min": D("20.1")}, {"respiration": 2}),
        ({"temperature_c": D("38.05")}, {"temperature": 1}),
        ({"temperature_c": D("36.00")}, {"temperature": 1}),
        ({"temperature_c": D("36.05")}, {"temperature": 1}),
        ({"temperature_c": 37}, {"temperature": 0}),
        ({"pulse_per_min": D("40.4")}, {"pulse": 3}),
        ({"sbp_mmhg": D("219.5")}, {"sbp": 3}),
        ({"spo2_percent": D("95.9")}, {"spo2": 1}),
    ],
)
def test_a_value_between_two_steps_counts_as_the_worse(
    changes: dict[str, Any], points_of: dict[str, int]
) -> None:
    found = scored(**changes)
    assert {name: found.points[name] for name in points_of} == points_of


@pytest.mark.parametrize("value", [True, D("NaN"), D("Infinity"), "98", 98.0, D(49), D(0), -1])
def test_what_is_no_plausible_number_is_not_scored(value: Any) -> None:
    found = scored(spo2_percent=value)
    assert found.whole.total is None
    assert found.invalid == ("spo2",)
    assert "spo2" not in found.points
    assert (found.whole.least, found.whole.most) == (0, 3)


def test_only_valid_readings_are_trusted() -> None:
    assert trusted(D(98), "valid") == 98
    for validity in (
        "questionable",
        "invalid",
        "not_available",
        "demo",
        "test",
        "calibration",
        "overflow",
        "",
    ):
        assert trusted(D(98), validity) is None


def test_not_for_children_nor_in_pregnancy_nor_on_a_third_scale() -> None:
    with pytest.raises(NotForThisPatient, match="below 16 years"):
        score(Taken(**QUIET), age_years=15, pregnant=False)
    assert score(Taken(**QUIET), age_years=16, pregnant=False).whole.total == 0
    with pytest.raises(NotForThisPatient, match="pregnancy"):
        score(Taken(**QUIET), age_years=40, pregnant=True)
    assert score(Taken(**{**QUIET, "spo2_percent": 92}), age_years=16, pregnant=False).points["spo2"] == 2
    for wrong in (0, 3):
        with pytest.raises(ValueError, match="scales 1 and 2"):
            score(Taken(**QUIET), age_years=40, pregnant=False, scale=wrong)


def test_mistakes_seen_in_other_programs() -> None:
    assert scored(respiration_per_min=6).points["respiration"] == 3
    assert scored(sbp_mmhg=80).points["sbp"] == 3
    assert scored(respiration_per_min=None).whole.total is None
