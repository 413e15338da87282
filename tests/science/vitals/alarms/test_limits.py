"""Limits on what comes continuously: delays, depth, hysteresis, flicker, doubt and what is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.science.vitals.alarms.played import Play, calm, limit, rule, ruleset, sample

LOW = rule("low", limit("spo2", "below", (90, 15), (85, 5), (80, 0)), group="spo2")
MILD = rule("mild", limit("spo2", "below", (94, 15)), "medium", "spo2")
FAST = rule("fast", limit("hr", "above", (120, 300), (130, 10), hysteresis=5))


def spo2(rules: tuple[object, ...] = (LOW,), **more: object) -> Play:
    return Play(ruleset(*rules), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "after_s"), [(89, 15), (84, 5), (79, 1)])
def test_the_deeper_the_value_the_sooner_the_alarm_counted_from_the_first_low_value(
    value: int, after_s: int
) -> None:
    play = spo2().run(0, 60, lambda at: calm(at, spo2=98 if at < 20 else value))
    assert play.first("low") == 20 + after_s
    (one,) = play.found
    assert (one.group, one.subject, one.priority) == ("spo2", "", "high")
    assert (one.onset_ms, one.since_ms) == (20_000, (20 + after_s) * 1000)
    assert (one.inputs[0].name, one.inputs[0].value, one.inputs[0].unit) == ("spo2", str(value), "%")
    assert one.inputs[0].device == "M1"


def test_the_limit_itself_is_allowed() -> None:
    assert not spo2().run(0, 60, lambda at: calm(at, spo2=90)).told


def test_it_eases_inside_the_hysteresis_only_and_is_over_a_minute_later() -> None:
    play = spo2().run(0, 30, lambda at: calm(at, spo2=89))
    play.run(30, 90, lambda at: calm(at, spo2=90))
    assert play.found[0].eased_ms is None
    play.run(90, 240, lambda at: calm(at, spo2=91))
    eased_s = next(second for second, found in play.told if found and found[0].eased_ms)
    assert 90 < eased_s <= 100
    assert play.told[-1] == (eased_s + 60, ())


def test_what_returns_within_the_minute_is_the_same_alarm() -> None:
    play = spo2().run(0, 30, lambda at: calm(at, spo2=88))
    play.run(30, 70, lambda at: calm(at, spo2=98))
    assert play.found[0].eased_ms is not None
    play.run(70, 100, lambda at: calm(at, spo2=88))
    assert (play.found[0].onset_ms, play.found[0].eased_ms) == (0, None)
    assert play.raised("spo2") == 1


def test_a_value_that_flickers_at_its_limit_gives_one_alarm() -> None:
    play = spo2().run(0, 30, calm).run(30, 600, lambda at: calm(at, spo2=(89, 91)[at % 2]))
    assert play.raised("spo2") == 1
    assert len(play.told) == 1


@pytest.mark.parametrize("touches", [90, 91, 97])
def test_a_value_below_most_of_the_time_cannot_evade_by_touching_the_limit(touches: int) -> None:
    play = spo2().run(0, 120, lambda at: calm(at, spo2=touches if at % 4 == 0 else 89))
    first = play.first("low")
    assert first is not None
    assert first <= 30


def test_a_rare_low_value_is_no_alarm() -> None:
    assert not spo2((LOW, MILD)).run(0, 900, lambda at: calm(at, spo2=70 if at % 20 == 0 else 97)).told


def test_heart_rates_that_touch_the_limit_cannot_evade_either() -> None:
    play = Play(ruleset(FAST)).run(0, 200, lambda at: calm(at, hr=120 if at % 5 == 0 else 140))
    first = play.first("fast")
    assert first is not None
    assert 10 <= first <= 20


def test_a_shallow_excess_takes_its_own_longer_time() -> None:
    play = Play(ruleset(FAST)).run(0, 330, lambda at: calm(at, hr=125))
    assert play.first("fast") == 300


def test_a_limit_whose_value_disappears_stays_and_says_that_it_is_missing() -> None:
    play = spo2().run(0, 30, lambda at: calm(at, spo2=88))
    play.run(30, 400, lambda at: calm(at, spo2=None))
    (one,) = play.found
    assert (one.rule, one.inputs[0].value, one.eased_ms) == ("low", None, None)
    play.run(400, 402, lambda at: calm(at, spo2=87))
    assert play.found[0].inputs[0].value == "87"
    play.run(402, 500, lambda at: calm(at))
    assert not play.found


def test_an_eased_alarm_does_not_end_by_silence() -> None:
    play = spo2().run(0, 30, lambda at: calm(at, spo2=88)).run(30, 60, calm)
    assert play.found[0].eased_ms is not None
    play.run(60, 600, lambda at: ())
    assert play.rules_now == ["low"]


def test_what_has_not_held_yet_is_forgotten_in_a_minute_of_silence() -> None:
    play = spo2().run(0, 8, lambda at: calm(at, spo2=88)).run(8, 100, lambda at: ())
    play.run(100, 110, lambda at: calm(at, spo2=88))
    assert not play.found


def test_one_value_stands_for_its_usual_gap_only() -> None:
    play = Play(ruleset(FAST)).run(0, 60, calm)
    play.at(60, calm(60, hr=150))
    play.run(61, 100, lambda at: ())
    assert not play.told


def test_a_heart_rate_that_comes_each_minute_alarms_when_it_has_stood_for_its_delay() -> None:
    play = Play(ruleset(FAST))
    for second in range(400):
        play.at(second, calm(second, hr=140 if second >= 240 else 80) if second % 60 == 0 else ())
    assert play.first("fast") == 250


def minutely(values: dict[int, int]) -> Play:
    """SpO2 once a minute, 97 but where given."""
    play = spo2((LOW, MILD))
    for second in range(900):
        value = values.get(second // 60, 97)
        play.at(second, calm(second, spo2=value) if second % 60 == 0 else ())
    return play


def test_spo2_that_comes_seldom_is_judged_by_most_of_its_last_values() -> None:
    assert not minutely({5: 92, 6: 93}).told
    assert not minutely({5: 70}).told
    assert minutely({5: 92, 6: 97, 7: 93, 8: 92}).first("mild") == 480
    play = minutely({5: 88, 6: 88, 7: 87})
    assert (play.first("low"), play.told[0][1][0].onset_ms) == (420, 300_000)
    assert minutely({5: 79, 6: 78}).first("low") == 360


def test_one_false_value_at_the_very_start_is_no_alarm() -> None:
    assert not spo2().run(0, 60, lambda at: calm(at, spo2=97 if at else 70)).told
    assert spo2().run(0, 60, lambda at: calm(at, spo2=70)).first("low") == 1


def test_doubt_does_not_touch_an_alarm_that_holds_already() -> None:
    play = spo2((LOW, MILD)).run(0, 30, lambda at: calm(at, spo2=88))
    play.run(30, 200, lambda at: calm(at, spo2=88, pi=0.1))
    assert len(play.told) == 1


def test_a_value_in_doubt_ends_no_alarm_for_a_minute() -> None:
    play = spo2().run(0, 30, lambda at: calm(at, spo2=88))
    play.run(30, 88, lambda at: calm(at, spo2=97, pi=0.1))
    assert (play.rules_now, play.found[0].eased_ms) == (["low"], None)
    play.run(88, 240, lambda at: calm(at, spo2=97, pi=0.1))
    assert not play.found


def test_a_pulse_without_perfusion_is_doubted_where_no_ecg_speaks() -> None:
    fast = rule("fast", limit("hr", "above", (130, 10)))
    play = Play(ruleset(fast)).run(0, 50, lambda at: calm(at, hr=None, pr=180, pi=0.1))
    assert not play.told
    play.run(50, 62, lambda at: calm(at, hr=None, pr=180, pi=0.1))
    assert play.rules_now == ["fast"]


def test_what_a_person_took_is_judged_at_once() -> None:
    play = spo2((LOW, MILD))
    play.at(5, [sample("spo2", 88, 4, device="")])
    assert play.rules_now == ["low"]


def test_a_patient_whose_own_pulse_is_slow_is_left_alone() -> None:
    slow = rule("slow", limit("hr", "below", (55, 10), resting_below=Decimal(55)))
    very = rule("very", limit("hr", "below", (40, 10)))
    play = Play(ruleset(slow, very), phase="before")
    play.run(0, 400, lambda at: calm(at, hr=52, pr=52))
    assert play.rules_now == []
    play.phase, play.phase_since_s = "infusion", 400
    play.run(400, 600, lambda at: calm(at, hr=51, pr=51))
    assert play.rules_now == []
    play.run(600, 620, lambda at: calm(at, hr=39, pr=39))
    assert play.rules_now == ["very"]


def test_before_the_baseline_is_known_a_slow_pulse_is_told() -> None:
    slow = rule("slow", limit("hr", "below", (55, 10), resting_below=Decimal(55)))
    play = Play(ruleset(slow)).run(0, 20, lambda at: calm(at, hr=52, pr=52))
    assert play.rules_now == ["slow"]


@pytest.mark.parametrize("validity", ["invalid", "not_available", "demo", "test", "calibration", "new word"])
def test_what_is_not_valid_never_reaches_a_limit(validity: str) -> None:
    play = spo2((LOW, FAST))
    play.run(0, 60, lambda at: [sample("spo2", 60, at, validity), sample("hr", 200, at, validity)])
    assert not play.told


def test_a_rate_off_the_scale_counts_on_its_own_side_only() -> None:
    slow = rule("slow", limit("rr", "below", (8, 15)))
    fast = rule("fast", limit("rr", "above", (30, 15)))
    play = Play(ruleset(slow, fast)).run(0, 60, lambda at: [sample("rr", 70, at, "overflow")])
    assert play.rules_now == ["fast"]
    play = Play(ruleset(slow, fast)).run(0, 60, lambda at: [sample("rr", 5, at, "overflow")])
    assert not play.told


def test_a_questionable_value_can_raise_an_alarm_and_never_ends_one() -> None:
    slow = rule("slow", limit("rr", "below", (8, 15)))
    play = Play(ruleset(slow)).run(0, 30, lambda at: [sample("rr", 6, at, "questionable")])
    assert play.rules_now == ["slow"]
    play.run(30, 300, lambda at: [sample("rr", 14, at, "questionable")])
    assert play.rules_now == ["slow"]
    assert play.found[0].eased_ms is None
