"""Pressures reading by reading: repeats, baseline, rise, projection, and what is no new reading."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.readings import projects
from reverie.science.vitals.alarms.rules import OverBaseline, Projection, Rise, Technical
from tests.science.vitals.alarms.played import Play, cuff, limit, rule, ruleset, sample

STOP = rule("stop", limit("sbp", "above", (180, 0), hysteresis=5, readings=2, apart_s=270), group="bp")
EXTREME = rule("extreme", limit("sbp", "above", (200, 0), hysteresis=5), group="bp")
REPEAT = rule("repeat", limit("sbp", "above", (160, 0), hysteresis=5), "low", "bp")
OVER = rule(
    "over",
    OverBaseline("sbp", Decimal(30), Decimal(40), Decimal(150), Decimal(5), 2),
    "medium",
    "bp",
    ("infusion", "recovery"),
)
RISE = rule("rise", Rise("sbp", Decimal(20), 600, Decimal(150), 2), "medium", "bp", sign="slope")
AHEAD = rule("ahead", Projection("sbp", Decimal(180), 600, 4), "low", "bp", sign="prediction")


def play(*rules: object, **more: object) -> Play:
    return Play(ruleset(*rules), **more)  # type: ignore[arg-type]


def readings(on: Play, *pairs: tuple[int, int]) -> Play:
    """Cuff readings as (second, systolic)."""
    for second, sys in pairs:
        on.at(second, cuff(second, sys))
    return on


def test_one_reading_asks_for_a_repeat_and_the_repeat_makes_the_alarm() -> None:
    on = readings(play(STOP, EXTREME, REPEAT), (0, 185))
    assert on.rules_now == ["repeat"]
    readings(on, (120, 186))
    assert on.rules_now == ["repeat"]
    readings(on, (300, 184))
    assert on.rules_now == ["stop"]
    assert on.found[0].onset_ms == 0
    assert on.raised("bp") == 1


def test_beyond_the_extreme_once_is_enough() -> None:
    assert readings(play(STOP, EXTREME), (0, 201)).rules_now == ["extreme"]
    assert readings(play(STOP, EXTREME), (0, 200)).rules_now == []


def test_a_reading_inside_breaks_the_row_and_one_that_is_nearly_inside_does_not() -> None:
    assert readings(play(STOP), (0, 185), (150, 150), (300, 185)).rules_now == []
    assert readings(play(STOP), (0, 185), (150, 178), (300, 185)).rules_now == ["stop"]


def test_readings_that_are_too_far_apart_do_not_confirm_each_other() -> None:
    within = rule("within", limit("sbp", "above", (180, 0), readings=2, apart_s=60, within_s=600))
    assert readings(play(within), (0, 185), (700, 185)).rules_now == []
    assert readings(play(within), (0, 185), (700, 185), (800, 185)).rules_now == ["within"]


def test_an_alarm_of_pressure_ends_by_a_reading_inside_and_by_nothing_else() -> None:
    on = readings(play(EXTREME), (0, 210))
    on.at(4_000)
    assert (on.rules_now, on.found[0].inputs[0].value) == (["extreme"], None)
    readings(on, (4_001, 140))
    assert on.found[0].eased_ms == 4_001_000
    on.at(4_061)
    assert not on.found


def test_a_monitor_that_tells_the_same_reading_every_second_took_one() -> None:
    on = play(STOP)
    for second in range(900):
        on.at(second, cuff(second, 185))
    assert on.rules_now == []
    on = play(STOP)
    for second in range(900):
        wobble = 0.3 if second % 3 else 0
        on.at(second, [sample("nibp_sys", 185, second, measured_s=wobble)])
    assert on.rules_now == []


def test_a_repeat_by_hand_confirms_the_monitor() -> None:
    on = readings(play(STOP), (0, 185))
    on.at(300, cuff(300, 183, device=""))
    assert on.rules_now == ["stop"]


def test_the_same_reading_under_another_code_is_the_same_source() -> None:
    on = play(STOP)
    on.at(0, [sample("nibp_sys", 185, 0, code="150021")])
    on.at(300, [sample("nibp_sys", 185, 300, code="150301")])
    assert on.rules_now == ["stop"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_pressure_whose_ends_are_too_close_never_counts(order: int) -> None:
    failed = rule("failed", Technical("cuff_failed", 0), "low")
    on = play(EXTREME, failed)
    on.at(0, cuff(0, 210, 201)[::order])
    assert on.rules_now == ["failed"]
    on.at(60, cuff(60, 210, 200)[::order])
    assert [one.rule for one in on.found if one.eased_ms is None] == ["extreme"]


def test_a_cuff_without_a_value_between_its_readings_has_not_failed() -> None:
    failed = rule("failed", Technical("cuff_failed", 0), "low")
    on = readings(play(EXTREME, failed), (0, 210))
    on.at(30, [sample("nibp_sys", None, 30)])
    assert on.rules_now == ["extreme"]
    assert on.found[0].inputs[0].value == "210"


def before(on: Play, *pairs: tuple[int, int]) -> Play:
    """Readings before the drug, which then runs from 1,000 s on."""
    on.phase = "before"
    readings(on, *pairs)
    on.phase, on.phase_since_s = "infusion", 1_000
    return on


def test_the_baseline_is_the_median_of_readings_before_the_drug() -> None:
    on = before(play(OVER), (0, 110), (300, 120), (600, 118))
    readings(on, (1_200, 153), (1_320, 152))
    assert on.rules_now == []
    readings(on, (1_440, 154), (1_500, 156))
    assert on.rules_now == ["over"]
    assert [(one.name, one.value) for one in on.found[0].inputs] == [("nibp_sys", "156"), ("baseline", "118")]


def test_over_the_baseline_counts_only_from_its_floor_on() -> None:
    on = before(play(OVER), (0, 90), (300, 90))
    readings(on, (1_200, 149), (1_320, 149), (1_440, 150))
    assert on.rules_now == []
    readings(on, (1_500, 150))
    assert on.rules_now == ["over"]


@pytest.mark.parametrize("known", [(), ((0, 110),), ((0, 110), (60, 112))])
def test_a_baseline_that_is_not_known_alarms_nobody_and_is_told(known: tuple[tuple[int, int], ...]) -> None:
    on = before(play(OVER), *known)
    readings(on, (1_200, 170), (1_320, 172))
    assert on.rules_now == []
    assert engine.unjudged(on.memory, on.prepared, "infusion") == ("over",)
    assert engine.unjudged(on.memory, on.prepared, "before") == ()


def test_a_rise_is_told_once_a_second_reading_confirms_it() -> None:
    on = readings(play(RISE), (0, 130), (300, 155))
    assert on.rules_now == []
    readings(on, (420, 153))
    assert on.rules_now == ["rise"]
    assert [(one.name, one.value) for one in on.found[0].inputs] == [
        ("nibp_sys", "153"),
        ("rise_from", "130"),
    ]


def test_a_rise_that_a_repeat_does_not_confirm_is_none_nor_one_below_its_floor() -> None:
    assert readings(play(RISE), (0, 130), (300, 155), (420, 140)).rules_now == []
    assert readings(play(RISE), (0, 110), (300, 149), (420, 149)).rules_now == []
    assert readings(play(RISE), (0, 130), (700, 155), (820, 155)).rules_now == []


def test_a_rise_that_has_become_a_plateau_is_over() -> None:
    on = readings(play(RISE), (0, 130), (300, 155), (420, 155), (1_100, 155), (1_800, 155))
    assert [one.eased_ms for one in on.found] in ([], [1_100_000])


def test_a_line_that_crosses_the_stop_limit_within_ten_minutes_is_told_early() -> None:
    on = readings(play(AHEAD), (0, 140), (300, 150), (600, 158))
    assert on.rules_now == []
    readings(on, (900, 168))
    assert on.rules_now == ["ahead"]
    readings(on, (1_200, 150))
    assert on.found[0].eased_ms == 1_200_000


def history(*values: int, gap_ms: int = 300_000) -> list[tuple[int, Decimal]]:
    return [(place * gap_ms, Decimal(value)) for place, value in enumerate(values)]


def test_one_reading_that_is_off_does_not_bend_the_line() -> None:
    asked = Projection("sbp", Decimal(180), 600, 5)
    assert not projects(asked, history(140, 140, 179, 140, 140), 1_200_000)
    assert projects(asked, history(140, 150, 90, 170, 175), 1_200_000)


def test_a_line_down_reaches_a_lower_limit() -> None:
    asked = Projection("sbp", Decimal(90), 600, 4, "below")
    assert projects(asked, history(120, 112, 104, 96), 900_000)
    assert not projects(asked, history(96, 104, 112, 120), 900_000)


@given(st.lists(st.integers(80, 220), min_size=4, max_size=4), st.integers(1, 40))
def test_a_steeper_line_never_crosses_later(values: list[int], steeper: int) -> None:
    asked = Projection("sbp", Decimal(180), 600, 4)
    steep = [value + steeper * (place - 3) for place, value in enumerate(values)]
    if projects(asked, history(*values), 900_000):
        assert projects(asked, history(*steep), 900_000) or max(steep) > 220


def test_an_arterial_pressure_is_judged_beside_the_cuff_and_not_by_a_single_beat() -> None:
    on = play(EXTREME)
    on.run(0, 60, lambda at: [sample("art_sys", 230 if at == 30 else 120, at)])
    assert on.rules_now == []
    on.run(60, 80, lambda at: [sample("art_sys", 230, at)])
    assert on.rules_now == ["extreme"]
    assert on.found[0].since_ms == 70_000
