"""What small faults in the engine would have changed unnoticed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import FromMonitor, NoBreath, Rise, Technical
from reverie.science.vitals.alarms.takes import MOST_SOURCES
from reverie.science.vitals.alarms.told import Passed, Sample
from tests.science.vitals.alarms.played import IMPEDANCE, Play, calm, cuff, limit, rule, ruleset, sample

LOW = rule("low", limit("spo2", "below", (90, 15)))
APNOEA = rule("apnoea", NoBreath(20), "high", "breath")
LOOK = rule("look", NoBreath(20, unsure=True), "medium", "breath")
RISE = rule("rise", Rise("sbp", Decimal(20), 600, Decimal(150), 2), "medium")


@pytest.mark.parametrize(("other", "clashes"), [(93, False), (92, True)])
def test_devices_clash_only_beyond_what_they_may_differ(other: int, clashes: bool) -> None:
    play = Play(ruleset(rule("clash", Technical("clash", 5), "low")))
    play.run(0, 30, lambda at: [sample("spo2", 97, at), sample("spo2", other, at, device="M2")])
    assert bool(play.told) == clashes


def test_a_count_by_hand_is_no_capnogram() -> None:
    play = Play(ruleset(APNOEA, LOOK)).run(0, 29, calm)
    play.at(29, [*calm(29), sample("rr", 14, 29, device="")])
    play.run(30, 60, lambda at: calm(at, rr=0, etco2=0))
    assert play.first("apnoea") == 50


def test_breath_is_missing_from_when_its_first_sign_was_lost() -> None:
    play = Play(ruleset(APNOEA, LOOK)).run(0, 30, calm)
    play.run(30, 70, lambda at: calm(at, etco2=None, rr=14 if at < 35 else None))
    assert play.first("look") == 50


def arterial(at: int, pressure: int) -> list[Sample]:
    return [sample("art_sys", pressure, at), sample("art_dia", pressure - 50, at)]


def test_a_rise_is_not_confirmed_by_the_next_beat() -> None:
    play = Play(ruleset(RISE)).run(0, 60, lambda at: arterial(at, 130))
    play.run(60, 120, lambda at: arterial(at, 155))
    first = play.first("rise")
    assert first is not None
    assert 80 <= first <= 100


def test_an_alarm_of_a_source_that_makes_room_for_others_stays() -> None:
    play = Play(ruleset(LOW)).run(0, 20, lambda at: [sample("spo2", 80, at)])
    assert play.rules_now == ["low"]
    many = [sample("spo2", 97, 20, device=f"D{place}") for place in range(MOST_SOURCES + 2)]
    play.at(20, many)
    assert play.rules_now == ["low"]


def test_a_dropped_alarm_eases_beside_one_that_was_told_once() -> None:
    def told(name: str, at: int) -> Passed:
        return Passed("M1", name, "medium", at * 1000)

    play = Play(ruleset(rule("monitor", FromMonitor(), "low", "monitor")))
    play.at(0, calm(0), [told("ONCE", 0)])
    for second in range(1, 31):
        play.at(second, calm(second), [told("OFTEN", second)])
    play.run(31, 200, calm)
    assert [one.subject for one in play.found] == ["M1 ONCE"]
    for second in range(1, 31):
        play.at(200 + second, calm(200 + second))
    assert [one.subject for one in play.found] == ["M1 ONCE"]


TWICE = rule("twice", limit("sbp", "above", (180, 0), hysteresis=5, readings=2, apart_s=270))
ONCE = rule("once", limit("sbp", "above", (200, 0), hysteresis=5))


@pytest.mark.parametrize(("validity", "raises"), [("overflow", True), ("underflow", False), ("valid", True)])
def test_a_pressure_off_scale_raises_what_lies_beyond_the_scale(validity: str, raises: bool) -> None:
    play = Play(ruleset(ONCE))
    play.at(10, cuff(10, 210, 100, validity=validity))
    assert bool(play.found) == raises


def test_an_alarm_that_was_confirmed_returns_with_one_reading() -> None:
    play = Play(ruleset(TWICE))
    for second, sys in ((0, 182), (300, 183)):
        play.at(second, cuff(second, sys))
    assert play.rules_now == ["twice"]
    for second, sys in ((600, 178), (900, 183)):
        play.at(second, cuff(second, sys))
        assert play.rules_now == ["twice"]
    assert play.found[0].eased_ms is None


def story(start: int) -> list[tuple[float, list[tuple[str, str, int]]]]:
    """What the default rules tell of a session with many things amiss, told from its start."""
    play = Play(DEFAULTS, cuff_interval_s=300, phase_since_s=start)
    for at in range(900):
        second = start + at
        change = {"spo2": 86} if 200 <= at < 240 else {"hr": 135, "pr": 135} if 400 <= at < 440 else {}
        message = calm(second, **change) if not 600 <= at < 700 else calm(second, spo2=None, pr=None, hr=None)
        if at % 150 == 0:
            message += cuff(second, {0: 130, 150: 131, 300: 155, 450: 183, 600: 190, 750: 189}[at], 80)
        play.at(second, message)
    return [
        (second - start, [(one.rule, one.priority, one.onset_ms - start * 1000) for one in found])
        for second, found in play.told
    ]


def test_what_is_told_does_not_depend_on_when_a_session_begins() -> None:
    early, late = story(3_600), story(10 * 3_600)
    assert early == late
    first: dict[str, float] = {}
    for second, found in early:
        for rule_id, _, _ in found:
            first.setdefault(rule_id, second)
    assert first == {
        "spo2-very-low": 215, "hr-very-high": 410, "sbp-rise": 450, "check-patient": 600,
        "check-patient-now": 660, "sbp-stop": 750,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("readings", "first"),
    [
        # the least within the time counts, not the last or the greatest
        ([(0, 130), (300, 145), (500, 155), (560, 156)], 560),
        # where the rise began is remembered while it is confirmed
        ([(0, 130), (550, 155), (1_000, 157)], 1_000),
        # the time counts to its very end
        ([(0, 130), (600, 155), (660, 156)], 660),
        ([(0, 130), (601, 155), (661, 156)], None),
        ([(0, 136), (300, 155), (360, 155)], None),
        ([(0, 125), (300, 149), (360, 149)], None),
    ],
)
def test_rises(readings: list[tuple[int, int]], first: int | None) -> None:
    play = Play(ruleset(RISE))
    for second, sys in readings:
        play.at(second, cuff(second, sys, 80))
    assert play.first("rise") == first


def test_an_older_reading_that_comes_again_is_no_news() -> None:
    play = Play(ruleset(ONCE))
    play.at(300, cuff(300, 120, 80))
    play.at(400, [sample("nibp_sys", 210, 400, measured_s=10), sample("nibp_dia", 80, 400, measured_s=10)])
    assert not play.told
    play.at(500, cuff(500, 210, 80))
    assert play.rules_now == ["once"]


def chest(at: int, rate: int) -> Sample:
    return sample("rr", rate, at, code=IMPEDANCE)


SLOW_BREATH = rule("slow", limit("rr", "below", (8, 10)), "medium")


@pytest.mark.parametrize(("rate", "first"), [(7, 10), (1, 10), (0, None), (8, None)])
def test_breath_that_is_not_there_is_not_slow_breath(rate: int, first: int | None) -> None:
    play = Play(ruleset(SLOW_BREATH)).run(0, 60, lambda at: calm(at, rr=rate))
    assert play.first("slow") == first


def test_impedance_gives_way_to_the_capnogram() -> None:
    play = Play(ruleset(SLOW_BREATH))
    play.run(0, 60, lambda at: [*calm(at), chest(at, 5)])
    assert not play.told
    play.run(60, 120, lambda at: [*calm(at, rr=None, etco2=None), chest(at, 5)])
    assert play.rules_now == ["slow"]


def test_spo2_that_is_low_already_makes_a_lost_breath_apnoea() -> None:
    play = Play(ruleset(APNOEA, LOOK, LOW)).run(0, 60, lambda at: calm(at, spo2=85))
    assert play.rules_now == ["low"]
    play.run(60, 100, lambda at: calm(at, spo2=85, rr=None, etco2=None))
    assert play.first("apnoea") == 80


def test_a_moving_chest_is_no_breath_where_the_line_is_lost() -> None:
    def message(at: int) -> list[Sample]:
        return [*calm(at, rr=None, etco2=None), sample("rr", 14, at, code=IMPEDANCE)]

    play = Play(ruleset(APNOEA, LOOK)).run(
        0, 30, lambda at: [*calm(at), sample("rr", 14, at, code=IMPEDANCE)]
    )
    play.run(30, 70, message)
    assert (play.first("look"), play.first("apnoea")) == (50, None)


@pytest.mark.parametrize(("rate", "moves"), [(4, True), (3, False)])
def test_how_fast_a_chest_must_move(rate: int, moves: bool) -> None:
    play = Play(ruleset(APNOEA, LOOK)).run(
        0, 30, lambda at: [*calm(at), sample("rr", rate, at, code=IMPEDANCE)]
    )
    play.run(30, 60, lambda at: [*calm(at, rr=0, etco2=0), sample("rr", rate, at, code=IMPEDANCE)])
    assert (play.first("apnoea") is None) == moves


def test_a_confirmed_alarm_that_eased_returns_with_one_reading() -> None:
    play = Play(ruleset(TWICE))
    for second, sys in ((0, 182), (300, 183), (330, 150)):
        play.at(second, cuff(second, sys, 80))
    assert play.found[0].eased_ms is not None
    play.at(360, cuff(360, 183, 80))
    assert play.rules_now == ["twice"]
    assert play.found[0].eased_ms is None


OFF = rule("off", Technical("off_nose", 10), "low", "off")


def test_a_line_off_the_nose_is_told_where_no_rule_asks_for_breath() -> None:
    play = Play(ruleset(OFF)).run(0, 30, calm).run(30, 60, lambda at: calm(at, rr=None, etco2=None))
    assert play.first("off") == 40


@pytest.mark.parametrize(("spo2", "worse"), [(95, True), (96, False)])
def test_how_far_spo2_must_fall_to_make_a_lost_breath_apnoea(spo2: int, worse: bool) -> None:
    play = Play(ruleset(APNOEA, LOOK)).run(0, 30, calm)
    play.run(30, 100, lambda at: calm(at, rr=None, etco2=None, spo2=98 if at < 70 else spo2))
    assert (play.first("apnoea") is not None) == worse


@pytest.mark.parametrize(("gas", "flat"), [(3, True), (4, False)])
def test_how_little_carbon_dioxide_is_none(gas: int, flat: bool) -> None:
    play = Play(ruleset(APNOEA, LOOK)).run(0, 30, calm).run(30, 80, lambda at: calm(at, etco2=gas))
    assert (play.first("look") is not None) == flat
    assert play.first("apnoea") is None


def test_the_end_of_one_alarm_does_not_switch_a_monitors_alarms_back_on() -> None:
    monitor = rule("monitor", FromMonitor(), "low", "monitor")
    play = Play(ruleset(monitor, rule("mute", Technical("inhibited", 0), "low", "mute")))
    play.at(5, calm(5), [Passed("M1", "", "", 5_000, inhibited=True)])
    assert play.rules_now == ["mute"]
    play.at(6, calm(6), [Passed("M1", "SPO2 LOW", "", 6_000)])
    assert play.rules_now == ["mute"]
    assert play.found[0].eased_ms is None
