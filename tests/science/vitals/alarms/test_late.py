"""Values that tell of the past: told, silent, and nothing about now."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.engine import unjudged
from reverie.science.vitals.alarms.rules import Lost, OverBaseline, Stale
from reverie.science.vitals.alarms.told import Sample
from tests.science.vitals.alarms.played import CODES, Play, calm, cuff, limit, rule, ruleset, sample

LOW = rule("low", limit("spo2", "below", (90, 15)), group="spo2")
EXTREME = rule("extreme", limit("sbp", "above", (200, 0), hysteresis=5), group="bp")
STOP = rule("stop", limit("sbp", "above", (180, 0), hysteresis=5, readings=2, apart_s=270), group="bp")


def test_a_stored_stretch_is_judged_along_its_own_times_and_never_sounds() -> None:
    play = Play(ruleset(LOW)).run(500, 510, calm)
    stored = [sample("spo2", 88, 510, measured_s=second, late=True) for second in range(100, 130)]
    play.at(510, [*calm(510), *stored])
    (one,) = play.found
    assert (one.rule, one.silent, one.subject) == ("low", True, "late")
    assert (one.onset_ms, one.since_ms, one.eased_ms) == (100_000, 115_000, 510_000)
    play.at(570, calm(570))
    assert not play.found


def test_a_short_dip_in_the_past_is_no_alarm() -> None:
    play = Play(ruleset(LOW))
    stored = [sample("spo2", 88, 510, measured_s=second, late=True) for second in range(100, 108)]
    stored += [sample("spo2", 97, 510, measured_s=second, late=True) for second in range(108, 140)]
    play.at(510, stored)
    assert not play.told


def test_pressures_of_the_past_confirm_each_other_but_not_one_of_now() -> None:
    play = Play(ruleset(STOP))
    play.at(1_000, cuff(1_000, 185))
    play.at(1_010, [sample("nibp_sys", 186, 1_010, measured_s=200, late=True, device="")])
    assert not play.found
    play.at(1_020, [sample("nibp_sys", 186, 1_020, measured_s=500, late=True, device="")])
    assert [(one.rule, one.silent) for one in play.found] == [("stop", True)]


def test_a_late_alarm_never_speaks_for_what_is_now() -> None:
    mild = rule("mild", limit("sbp", "above", (140, 0), hysteresis=5), "low", "bp")
    play = Play(ruleset(mild, EXTREME))
    play.at(1_000, cuff(1_000, 150))
    play.at(1_010, [sample("nibp_sys", 210, 1_010, measured_s=300, late=True, device="")])
    assert [(one.rule, one.subject, one.silent) for one in play.found] == [
        ("extreme", "late", True),
        ("mild", "", False),
    ]


def test_a_reading_that_a_monitor_goes_on_telling_for_long_is_not_judged_again() -> None:
    play = Play(ruleset(EXTREME))
    play.at(0, cuff(0, 210))
    play.at(10, cuff(10, 140))
    for second in range(400, 420):
        play.at(second, [sample("nibp_sys", 210, second, measured_s=0.2, late=True)])
    assert not play.found


def test_the_past_ends_no_alarm_and_brings_no_pulse_back() -> None:
    check = rule("check", Lost(0, 30), "medium")
    play = Play(ruleset(LOW, check)).run(0, 30, lambda at: calm(at, spo2=88))
    gone = {"hr": None, "pr": None, "spo2": None}
    play.run(30, 60, lambda at: calm(at, **gone))
    play.at(60, [sample(name, 97, 60, measured_s=20, late=True) for name in gone])
    assert sorted(one.rule for one in play.found if one.eased_ms is None) == ["check", "low"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ((100, 130), True),  # so seldom that nobody knows how often
        ((100, 101, 160), False),  # often, then a gap
        ((100, 116), True),
        ((100, 114), False),
    ],
)
def test_a_value_of_the_past_stands_for_its_usual_gap(seconds: tuple[int, ...], told: bool) -> None:
    play = Play(ruleset(LOW))
    play.at(510, [sample("spo2", 88, 510, measured_s=second, late=True) for second in seconds])
    assert bool(play.found) == told


def test_of_one_moment_of_the_past_the_first_value_counts() -> None:
    play = Play(ruleset(LOW))
    stored = [
        sample("spo2", value, 510, measured_s=second, late=True)
        for second in range(100, 130)
        for value in (88, 99)
    ]
    play.at(510, stored)
    assert play.rules_now == ["low"]


def test_a_pressure_of_the_past_is_as_fresh_as_it_is_whatever_came_before() -> None:
    stale = rule("stale", Stale(("sbp",), None, 300), "low")

    def past(at: int, measured_s: int) -> list[Sample]:
        return [sample("nibp_sys", 120, at, measured_s=measured_s, late=True)]

    alone = Play(ruleset(stale))
    alone.at(200, past(200, 150))
    # a cuff that failed is no reading, and an older value makes nothing older
    failed = Play(ruleset(stale))
    failed.at(100, [sample("nibp_sys", None, 100)])
    failed.at(200, [*past(200, 150), *past(200, 120)])
    for play in (alone, failed):
        for second in range(200, 460):
            play.at(second)
        assert play.first("stale") == 450


@pytest.mark.parametrize("validity", ["questionable", "invalid", "demo"])
def test_of_the_past_only_valid_values_count(validity: str) -> None:
    play = Play(ruleset(LOW))
    stored = [sample("spo2", 88, 510, validity, measured_s=second, late=True) for second in range(100, 130)]
    play.at(510, stored)
    assert not play.told


def test_what_was_told_of_the_past_is_not_told_again_by_what_followed_it() -> None:
    play = Play(ruleset(LOW))
    for at, begins, ends in ((510, 100, 130), (540, 130, 150)):
        play.at(
            at,
            [
                sample("spo2", 88 if second < 120 else 98, at, measured_s=second, late=True)
                for second in range(begins, ends)
            ],
        )
    assert [(one.rule, one.eased_ms) for one in play.found] == [("low", 510_000)]
    play.at(570)
    assert not play.found


def test_readings_of_the_past_fill_the_baseline_before_the_drug_only() -> None:
    over = rule("over", OverBaseline("sbp", Decimal(30), None, Decimal(150), Decimal(5)))
    past = [sample("nibp_sys", 120, 700, measured_s=second, late=True) for second in (100, 400)]
    known = {}
    for phase in ("before", "infusion"):
        play = Play(ruleset(over), phase=phase)
        play.at(700, past)
        known[phase] = not unjudged(play.memory, play.prepared, phase)
    assert known == {"before": True, "infusion": False}


def test_rules_that_are_not_for_a_value_of_the_past_leave_it_to_the_others() -> None:
    resting = rule("resting", limit("hr", "below", (50, 10), resting_below=Decimal(50)))
    elsewhere = rule("elsewhere", limit("hr", "below", (50, 10), not_from=(CODES["hr"],)))
    every = rule("every", limit("hr", "below", (50, 10)))
    play = Play(ruleset(resting, elsewhere, every), phase="before").run(0, 400, lambda at: calm(at, hr=47))
    before = play.memory
    play = Play(ruleset(resting, elsewhere, every), memory=before, phase_since_s=400)
    play.run(400, 480, calm)
    play.at(480, [sample("hr", 45, 480, measured_s=second, late=True) for second in range(420, 440)])
    assert [one.rule for one in play.found if one.silent] == ["every"]
