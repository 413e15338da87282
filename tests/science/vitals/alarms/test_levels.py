"""Where a value lies by the limits: by the baseline, in doubt, and where it says nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.limits import baseline, is_resting, level_of
from reverie.science.vitals.alarms.memory import Memory
from reverie.science.vitals.alarms.plans import Bound
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import Profile, Technical
from reverie.science.vitals.alarms.runs import BAND, BEYOND, CLEAR
from tests.science.vitals.alarms.played import Play, calm, limit, rule, ruleset, sample

D = Decimal
LOW = rule("low", limit("spo2", "below", (90, 15), (80, 0)), group="spo2")
MILD = rule("mild", limit("spo2", "below", (94, 15)), "medium", "spo2")


def bound_of(side: str, **more: object) -> Bound:
    """The limit 60 of a pulse, with a hysteresis of 5."""
    asked = limit("hr", side, (60, 10), hysteresis=5, **more)
    (bound,) = prepare(ruleset(rule("one", asked)), Profile()).plan("infusion").limits["hr"]
    return bound


def test_a_limit_is_allowed_and_the_edge_of_its_hysteresis_is_inside() -> None:
    levels = (BEYOND, BAND, BAND, CLEAR)
    below, above = bound_of("below"), bound_of("above")
    assert tuple(level_of(below, D(value)) for value in ("59.9", "60", "64.9", "65")) == levels
    assert tuple(level_of(above, D(value)) for value in ("60.1", "60", "55.1", "55")) == levels


@pytest.mark.parametrize(
    ("readings", "own"),
    [
        *(({0: 50, 270_000: 60}, 55), ({0: 50, 269_999: 60}, None), ({0: 50, 9: 99, 400_000: 60}, 60)),
        *(({400_000: 50, 669_999: 60}, None), ({400_000: 50}, None), ({}, None)),
    ],
)
def test_when_a_baseline_is_known(readings: dict[int, int], own: int | None) -> None:
    known = tuple((when, D(value)) for when, value in readings.items())
    assert baseline(Memory(baselines={"hr": known}), "hr") == own


@pytest.mark.parametrize(("side", "own", "resting"), [
    *(("below", 59, True), ("below", 60, False), ("above", 61, True), ("above", 60, False)),
])  # fmt: skip
def test_who_is_left_alone_by_their_baseline(side: str, own: int, resting: bool) -> None:
    m = Memory(baselines={"hr": ((0, D(own)), (300_000, D(own)))})
    assert is_resting(m, bound_of(side, resting_below=D(60))) == resting
    assert not is_resting(m, bound_of(side))


@pytest.mark.parametrize(
    ("parameter", "value", "device", "told"),
    [
        *(
            ("etco2", 3, "M1", False),
            ("etco2", 3.1, "M1", True),
            ("rr", 0, "M1", False),
            ("rr", 1, "M1", True),
        ),
        *(("rr", 0, "", True), ("hr", 0, "M1", True)),
    ],
)
def test_what_is_no_breath_is_no_low_value(parameter: str, value: float, device: str, told: bool) -> None:
    play = Play(ruleset(rule("low", limit(parameter, "below", (8, 10)))))
    play.run(0, 20, lambda at: [sample(parameter, value, at, device=device)])
    assert bool(play.told) == told


def test_a_value_that_stands_alone_is_none_however_long_it_stands() -> None:
    play = Play(ruleset(LOW))
    play.at(0, [sample("spo2", 70, 0)])
    for second in range(60):
        play.at(second)
    assert not play.told
    for second in range(60, 160, 5):
        play.at(second, [sample("spo2", 70 if second == 120 else 97, second)])
    assert not play.told


def test_doubt_hides_nothing_of_what_holds_already() -> None:
    play = Play(ruleset(LOW, MILD)).run(0, 40, lambda at: calm(at, spo2=88))
    play.run(40, 80, lambda at: calm(at, spo2=88, pi=0.1))
    assert (play.rules_now, play.memory.suppressed) == (["low"], {})
    assert play.memory.doubted == {"spo2": 41_000}
    # the graver rule is news where only the milder one holds
    play = Play(ruleset(LOW, MILD)).run(0, 40, lambda at: calm(at, spo2=92))
    play.run(40, 50, lambda at: calm(at, spo2=88, pi=0.1))
    assert play.rules_now == ["mild"]
    assert list(play.memory.suppressed) == ["spo2"]


def test_a_value_is_hidden_from_when_it_was_first_beyond() -> None:
    play = Play(ruleset(LOW, MILD)).run(0, 20, calm)
    play.run(20, 27, lambda at: calm(at, spo2=92 if at < 23 else 85, pi=2 if at < 25 else 0.1))
    # beyond the milder limit for longer than beyond the graver one, as far as the window shows
    assert play.memory.suppressed == {"spo2": 22_000}


def test_doubt_is_told_also_where_it_hides_nothing() -> None:
    play = Play(ruleset(LOW, rule("doubt", Technical("doubtful", 10), "low")))
    play.run(0, 20, calm).run(20, 40, lambda at: [sample("spo2", 97, at, "questionable")])
    assert play.first("doubt") == 30
    play.run(40, 60, lambda at: [sample("spo2", 97, at)])
    assert [one.eased_ms is None for one in play.found] == [False]
