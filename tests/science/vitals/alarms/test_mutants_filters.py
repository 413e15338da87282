"""The filters by their bounds: what a value may be used for, how long it stands, what puts it in doubt."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.filters import (
    COUNTS,
    NONE,
    RAISES,
    cuff_may_inflate,
    learn_gap,
    middle,
    stand_ms,
    usable,
)
from tests.science.vitals.alarms.played import Play, calm, cuff, limit, rule, ruleset

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
    found = [second for second in range(10, 1_300) if cuff_may_inflate(play.memory, second * 1_000)]
    assert found == list(range(610 - 45, 610 + 15))
    unknown = Play(ruleset(LOW))
    unknown.at(10, cuff(10, 120, 80))
    assert not cuff_may_inflate(unknown.memory, 600_000)
