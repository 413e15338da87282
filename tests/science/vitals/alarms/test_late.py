"""Values that tell of the past: told, silent, and nothing about now."""

from __future__ import annotations

from reverie.science.vitals.alarms.rules import Lost
from tests.science.vitals.alarms.played import Play, calm, cuff, limit, rule, ruleset, sample

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
