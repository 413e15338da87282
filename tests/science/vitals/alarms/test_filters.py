"""The filters by their bounds: what a value may be used for, how long it stands, what puts it in doubt."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.filters import (
    COUNTS,
    NONE,
    RAISES,
    cuff_may_inflate,
    doubt,
    freshest,
    is_fresh,
    learn_gap,
    middle,
    stand_ms,
    usable,
)
from reverie.science.vitals.alarms.memory import Key, Memory, Track
from tests.science.vitals.alarms.played import Play, calm, cuff, limit, rule, ruleset, sample

D = Decimal
LOW = rule("low", limit("spo2", "below", (90, 15)))


@pytest.mark.parametrize(
    ("value", "validity", "below", "use"),
    [
        *((D(90), "valid", below, COUNTS) for below in (None, True, False)),
        *((D(90), "questionable", below, RAISES) for below in (None, True, False)),
        *((D(90), "underflow", below, RAISES) for below in (None, True)),
        (D(90), "underflow", False, NONE),
        *((D(90), "overflow", below, RAISES) for below in (None, False)),
        (D(90), "overflow", True, NONE),
        *((D(90), validity, None, NONE) for validity in ("invalid", "demo", "test", "not_available", "")),
        *((value, "valid", None, NONE) for value in (None, D("NaN"), D("Infinity"))),
    ],
)
def test_what_a_value_may_be_used_for(
    value: Decimal | None, validity: str, below: bool | None, use: int
) -> None:
    assert usable(value, validity, below) == use


@pytest.mark.parametrize(
    ("device", "gap_ms", "stands_ms"),
    [
        *(
            ("M", 0, 60_000),
            ("M", 1_000, 5_000),
            ("M", 2_000, 5_000),
            ("M", 2_400, 6_000),
            ("M", 10_000, 25_000),
        ),
        *(("M", 60_000, 150_000), ("M", 600_000, 150_000), ("", 0, 900_000), ("", 1_000, 900_000)),
    ],
)
def test_how_long_a_value_stands(device: str, gap_ms: int, stands_ms: int) -> None:
    assert stand_ms(device, gap_ms) == stands_ms


@pytest.mark.parametrize(
    ("gap_ms", "seen_ms", "learnt_ms"),
    [
        *((0, 1_000, 1_000), (1_000, 1_000, 1_000), (1_000, 0, 1_000), (1_000, -5, 1_000), (0, 0, 0)),
        *((1_000, 2_000, 1_250), (1_000, 100_000, 1_750), (4_000, 1, 3_000), (1_000, 1, 750)),
    ],
)
def test_how_a_gap_is_learnt(gap_ms: int, seen_ms: int, learnt_ms: int) -> None:
    assert learn_gap(gap_ms, seen_ms) == learnt_ms


def test_the_middle() -> None:
    assert [middle([D(one) for one in many]) for many in ([3, 1, 2], [4, 1, 3, 2], [7])] == [2, 3, 7]


@pytest.mark.parametrize(
    ("other", "doubted"),
    [
        *(({"pi": 0.2}, True), ({"pi": 0.3}, False), ({"pr": 87}, False), ({"pr": 88}, True)),
        *(({"pr": 57}, False), ({"pr": 56}, True), ({"pr": 88, "pi": None}, True)),
    ],
)
def test_what_puts_spo2_in_doubt_for_a_minute(other: dict[str, float | None], doubted: bool) -> None:
    play = Play(ruleset(LOW)).run(0, 30, calm).run(30, 120, lambda at: calm(at, spo2=85, **other))
    first = play.first("low")
    assert first is not None
    assert (first > 60) == doubted


def test_when_a_cuff_may_inflate() -> None:
    play = Play(ruleset(LOW), cuff_interval_s=600)
    play.at(0, calm(0))
    assert not cuff_may_inflate(play.memory, 0)
    play.at(10, cuff(10, 120, 80))
    bounds = (10_000, 564_999, 565_000, 624_999, 625_000, 1_200_000)
    found = [cuff_may_inflate(play.memory, at_ms) for at_ms in bounds]
    assert found == [False, False, True, True, False, False]
    unknown = Play(ruleset(LOW))
    unknown.at(10, cuff(10, 120, 80))
    assert not cuff_may_inflate(unknown.memory, 600_000)


def known(parameter: str, *tracks: tuple[str, int | None, int]) -> Memory:
    """A memory of a parameter as its sources gave it last, once a second: device, value, when in ms."""
    m = Memory()
    for device, value, at_ms in tracks:
        key: Key = (device, parameter, "", "")
        number = None if value is None else D(value)
        m.tracks[key] = Track(number, at_ms, at_ms, 1_000, bad_ms=at_ms if value is None else None)
        m.sources[parameter] = (*m.sources.get(parameter, ()), key)
    return m


@pytest.mark.parametrize(
    ("device", "bad_ms", "at_ms", "fresh"),
    [
        *(("M", None, 4_999, True), ("M", None, 5_000, False), ("M", 0, 1, False)),
        *(("", None, 899_999, True), ("", None, 900_000, False)),
    ],
)
def test_how_long_a_source_is_fresh(device: str, bad_ms: int | None, at_ms: int, fresh: bool) -> None:
    track = Track(D(97), 0, 0, 1_000, bad_ms=bad_ms)
    assert is_fresh((device, "spo2", "", ""), track, at_ms) == fresh


@pytest.mark.parametrize(
    ("tracks", "value"),
    [
        ((("A", 1, 2_000), ("B", 2, 3_000), ("C", 3, 1_000)), 2),
        ((("A", 1, 3_000), ("B", 2, 3_000)), 1),
        # what a person took, what has gone and what is too old are passed over
        ((("A", 1, 1_000), ("", 2, 3_000), ("B", None, 3_000)), 1),
        ((("A", 1, -9_000), ("B", 2, -8_000)), None),
        ((), None),
    ],
)
def test_the_freshest_device_speaks(tracks: tuple[tuple[str, int | None, int], ...], value: int) -> None:
    found = freshest(known("spo2", *tracks), "spo2", 3_000)
    assert (None if found is None else found.value) == value


@pytest.mark.parametrize(
    ("parameter", "values", "cuff_ms", "reason"),
    [
        *(("spo2", {}, None, ""), ("spo2", {}, 0, "cuff"), ("spo2", {"hr": 70}, 0, "cuff")),
        *(("spo2", {"pi": "0.2"}, 0, "pi"), ("spo2", {"pi": "0.3"}, 0, "")),
        *(("spo2", {"hr": 70, "pr": 85}, 0, ""), ("spo2", {"hr": 70, "pr": 86}, 0, "pulse")),
        *(("pr", {"pi": "0.2"}, 0, "pi"), ("pr", {"pi": 1, "hr": 70, "pr": 86}, 0, ""), ("pr", {}, 0, "")),
        *(("hr", {"pi": "0.2", "hr": 70, "pr": 86}, 0, ""),),
    ],
)
def test_what_speaks_against_a_value(
    parameter: str, values: dict[str, int | str], cuff_ms: int | None, reason: str
) -> None:
    m = Memory(cuff_interval_ms=300_000)
    for name, value in values.items():
        key: Key = ("M", name, "", "")
        m.tracks[key], m.sources[name] = Track(D(value), 300_000, 300_000, 1_000), (key,)
    if cuff_ms is not None:
        key = ("*", "nibp_sys", "", "")
        m.tracks[key], m.sources["nibp_sys"] = Track(D(120), cuff_ms, cuff_ms, 0), (key,)
    assert doubt(m, parameter, 300_000) == reason


@pytest.mark.parametrize(
    ("gap_s", "delay_s"),
    [(1.5, 0), (2.5, 4)],  # a limit without a delay sees 3 s, one with a delay 5 s
)
def test_a_value_that_is_as_old_as_the_window_is_not_in_it(gap_s: float, delay_s: int) -> None:
    play = Play(ruleset(rule("low", limit("spo2", "below", (90, delay_s)))))
    low = {10, 12}
    for place in range(20):
        at = place * gap_s
        play.at(at, [sample("spo2", 80 if place in low else 97, at)])
    assert not play.told
