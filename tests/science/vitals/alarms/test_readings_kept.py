"""Readings by their bounds: which are the same, which are kept, what a row, a rise and a line ask of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.memory import Key, Memory, Track
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.readings import History, is_known, is_same, over_from, projects, remember
from reverie.science.vitals.alarms.rules import OverBaseline, Profile, Projection, Rise, Rule
from tests.science.vitals.alarms.played import Play, cuff, limit, rule, ruleset, sample

D = Decimal
CUFF: Key = ("*", "nibp_sys", "", "")
ARTERIAL: Key = ("M1", "art_sys", "", "150033")
OVER = rule("over", OverBaseline("sbp", D(30), D(40), D(150), D(5), 2))
RISE = rule("rise", Rise("sbp", D(20), 600, D(150), 2))
EXTREME = rule("extreme", limit("sbp", "above", (200, 0), hysteresis=5))


@pytest.mark.parametrize(
    ("value", "measured_s", "came_s", "same"),
    [
        *((120, 90, 200, True), (130, 90, 200, True), (130, 89, 200, True), (130, 91, 101, False)),
        # by when it came and by when it was measured: either is known to a few seconds only
        *(
            (120, 130, 114.999, True),
            (120, 130, 115, False),
            (120, 104.999, 200, True),
            (120, 105, 200, False),
        ),
    ],
)
def test_which_reading_is_told_again(value: int, measured_s: float, came_s: float, same: bool) -> None:
    m = Memory(tracks={CUFF: Track(D(120), 100_000, 90_000, 0)})
    came = sample("nibp_sys", value, came_s, measured_s=measured_s)
    assert is_same(m, CUFF, came, came.at_ms) == same


def test_only_a_cuffs_reading_that_was_usable_can_be_told_again() -> None:
    came = sample("nibp_sys", 120, 100)
    for key, measured_ms in ((ARTERIAL, 100_000), (CUFF, None)):
        m = Memory(tracks={key: Track(D(120), 100_000, measured_ms, 0)})
        assert not is_same(m, key, came, 100_000)
    assert not is_same(Memory(), CUFF, came, 100_000)


@pytest.mark.parametrize(
    ("value", "measured_s", "known"),
    [
        *((120, 114.999, True), (120, 115, False), (120, 85.001, True), (120, 85, False)),
        *((121, 100, False), (110, 50, True)),
    ],
)
def test_which_reading_of_the_past_is_known(value: int, measured_s: float, known: bool) -> None:
    m = Memory(history={CUFF: ((50_000, D(110)), (100_000, D(120)))})
    assert is_known(m, CUFF, sample("nibp_sys", value, 500, measured_s=measured_s)) == known
    assert not is_known(Memory(), CUFF, sample("nibp_sys", value, 500))


def kept(key: Key, *measured_s: float, collects: bool = False, rules: tuple[Rule, ...] = (OVER,)) -> Memory:
    m, plan = Memory(), prepare(ruleset(*rules), Profile()).plan("infusion")
    for place, second in enumerate(measured_s):
        remember(m, plan, key, "sbp", sample(key[1], place, second), collects)
    return m


def seconds(history: History) -> list[float]:
    return [when / 1_000 for when, _ in history]


def test_how_many_readings_are_kept_and_for_how_long() -> None:
    assert seconds(kept(CUFF, 0, 0.001, 0.001, 0, 9).history[CUFF]) == [0, 0.001, 9]
    assert seconds(kept(ARTERIAL, 0, 29.999, 30, 59, 60).history[ARTERIAL]) == [0, 30, 60]
    assert seconds(kept(CUFF, 0.999, 1, 3_601).history[CUFF]) == [1, 3_601]
    many = kept(CUFF, *range(200), collects=True)
    assert seconds(many.history[CUFF]) == list(range(200 - 128, 200))
    assert seconds(many.baselines["sbp"]) == list(range(200 - 64, 200))


def test_what_a_baseline_takes() -> None:
    assert seconds(kept(CUFF, 5, 5, 4, 6, collects=True).baselines["sbp"]) == [5, 6]
    assert kept(CUFF, 5, 6).baselines == {}
    # nobody asks for it
    assert kept(CUFF, 5, 6, collects=True, rules=(RISE,)).baselines == {}


@pytest.mark.parametrize(
    ("percent", "absolute", "own", "least"),
    [
        *((30, 40, 120, "156"), (30, 40, 140, "180"), (30, 40, 90, "150"), (None, 40, 140, "180")),
        *((30, None, 140, "182"), (None, None, 140, "Infinity")),
    ],
)
def test_from_where_a_reading_is_over_the_baseline(
    percent: int | None, absolute: int | None, own: int, least: str
) -> None:
    part, more = (None if one is None else D(one) for one in (percent, absolute))
    assert over_from(OverBaseline("sbp", part, more, D(150), D(5)), D(own)) == D(least)


def known_baseline(*rules: Rule, sys: int) -> Play:
    play = Play(ruleset(*rules), phase="before")
    for second in (0, 300):
        play.at(second, cuff(second, sys))
    play.phase = "infusion"
    return play


def test_readings_off_the_scale_are_over_the_baseline_by_their_own_side_only() -> None:
    for validity, rules in (("overflow", ["over"]), ("underflow", [])):
        play = known_baseline(OVER, sys=90)
        for second, sys in ((600, 150), (600.5, 151)):
            play.at(second, cuff(second, sys, validity=validity))
        assert play.rules_now == rules


@pytest.mark.parametrize(("own", "alarms"), [(140, True), (141, False)])
def test_a_patient_whose_own_pressure_is_beyond_the_limit_is_left_alone(own: int, alarms: bool) -> None:
    play = known_baseline(rule("high", limit("sbp", "above", (140, 0), resting_below=D(140))), sys=own)
    play.at(600, cuff(600, 150))
    assert bool(play.found) == alarms


@pytest.mark.parametrize(("between", "alarms"), [(145, True), (144, False), (149, True)])
def test_what_breaks_a_row_over_the_baseline(between: int, alarms: bool) -> None:
    play = known_baseline(OVER, sys=90)
    for second, sys in ((600, 150), (700, between), (800, 151)):
        play.at(second, cuff(second, sys))
    assert bool(play.found) == alarms


@pytest.mark.parametrize(
    ("readings", "asked", "alarms"),
    [
        ([0, 60], {"readings": 2, "apart_s": 60}, True),
        ([0, 59.999], {"readings": 2, "apart_s": 60}, False),
        ([0, 600], {"readings": 2, "within_s": 600}, True),
        ([0, 600.001], {"readings": 2, "within_s": 600}, False),
        ([0, 400, 800], {"readings": 3, "within_s": 600}, False),
        # what follows within a tenth of that time is no further reading
        ([0, 10, 100], {"readings": 3, "apart_s": 100}, True),
        ([0, 9.999, 100], {"readings": 3, "apart_s": 100}, False),
        ([0, 1, 2], {"readings": 3}, True),
        ([0], {"readings": 1}, True),
        ([0], {"readings": 2}, False),
    ],
)
def test_how_many_readings_confirm_each_other(
    readings: list[float], asked: dict[str, int], alarms: bool
) -> None:
    play = Play(ruleset(rule("row", limit("sbp", "above", (180, 0), hysteresis=5, **asked))))
    for place, second in enumerate(readings):
        play.at(second, cuff(second, 185 + place))
    assert bool(play.found) == alarms


def test_of_a_long_row_or_rise_only_its_begin_and_end_are_kept() -> None:
    row = rule("row", limit("sbp", "above", (180, 0), hysteresis=5, readings=3))
    play = Play(ruleset(row, RISE))
    play.at(0, cuff(0, 150))
    for second in range(10, 100, 10):
        play.at(second, cuff(second, 180 + second))
    rows = {key[0]: kept for key, kept in play.memory.rows.items() if key[2] == CUFF}
    assert rows == {"row": (10_000, 80_000, 90_000), "rise": (10_000, 80_000, 90_000)}
    play.at(100, cuff(100, 140))
    assert not play.memory.rows
    assert not play.memory.rises


@pytest.mark.parametrize(
    ("parameter", "device", "stands_s"),
    [("nibp_sys", "M1", 900), ("art_sys", "M1", 100), ("art_sys", "", 900)],
)
def test_how_long_a_reading_stands(parameter: str, device: str, stands_s: int) -> None:
    play = Play(ruleset(rule("row", limit("sbp", "above", (180, 0), readings=2))))
    for second, value in ((10, 185), (50, 186)):
        play.at(second, [sample(parameter, value, second, device=device)])
    assert [run.until_ms for run in play.memory.runs.values()] == [(50 + stands_s) * 1_000]


def test_a_row_begins_anew_when_its_limit_changes() -> None:
    play = Play(ruleset(rule("row", limit("sbp", "above", (170, 0), hysteresis=5, readings=3))))
    for second, sys in ((0, 178), (300, 179)):
        play.at(second, cuff(second, sys))
    play.use(ruleset(rule("row", limit("sbp", "above", (180, 0), hysteresis=5, readings=3))))
    play.at(600, cuff(600, 185))
    assert not play.told


@pytest.mark.parametrize(
    ("validity", "sys", "raises"),
    [
        ("questionable", 210, True),
        ("overflow", 210, True),
        ("underflow", 210, False),
        ("invalid", 210, False),
    ],
)
def test_a_doubtful_reading_may_raise_an_alarm_and_ends_none(validity: str, sys: int, raises: bool) -> None:
    play = Play(ruleset(EXTREME))
    play.at(0, cuff(0, sys, validity=validity))
    assert bool(play.found) == raises
    play.at(60, cuff(60, 210))
    play.at(120, cuff(120, 140, validity=validity))
    assert [one.eased_ms for one in play.found] == [None]


@pytest.mark.parametrize(
    ("readings", "asked", "first"),
    [
        # up to the floor, by just so much, and confirmed at the very end of the time
        *(([(0, 130), (300, 150), (420, 150)], RISE, 420), ([(0, 130), (300, 149), (420, 149)], RISE, None)),
        *(
            ([(0, 130), (550, 155), (1_150, 155)], RISE, 1_150),
            ([(0, 130), (550, 155), (1_150.1, 155)], RISE, None),
        ),
        *(
            ([(0, 130), (600, 155), (660, 155)], RISE, 660),
            ([(0, 130), (600.1, 155), (660, 155)], RISE, None),
        ),
        # known already when the rule comes to hold
        ([(0, 182), (300, 183)], rule("row", limit("sbp", "above", (180, 0), readings=2, apart_s=270)), 300),
    ],
)
def test_rules_that_come_late_see_what_the_others_saw(
    readings: list[tuple[float, int]], asked: Rule, first: float | None
) -> None:
    early, late = Play(ruleset(asked)), Play(ruleset(rule("other", limit("rr", "above", (90, 0)))))
    for second, sys in readings:
        early.at(second, cuff(second, sys, 80))
        late.at(second, cuff(second, sys, 80))
    late.use(ruleset(asked))
    late.at(readings[-1][0])
    assert early.first(asked.id) == late.first(asked.id) == first


def line(*values: int, step_ms: int = 300_000) -> History:
    return tuple((9_000_000 + place * step_ms, D(value)) for place, value in enumerate(values))


@pytest.mark.parametrize(
    ("asked", "history", "crosses"),
    [
        # 10 more each five minutes: 190 in ten minutes
        *(
            (("189.9", "above"), line(140, 150, 160, 170), True),
            (("190", "above"), line(140, 150, 160, 170), False),
        ),
        *(
            (("170", "above"), line(140, 150, 160, 170), True),
            (("169.9", "above"), line(140, 150, 160, 170), False),
        ),
        *(
            (("80.1", "below"), line(130, 120, 110, 100), True),
            (("80", "below"), line(130, 120, 110, 100), False),
        ),
        *(
            (("100", "below"), line(130, 120, 110, 100), True),
            (("100.1", "below"), line(130, 120, 110, 100), False),
        ),
        # of the last as many as asked, and not of fewer
        *(
            (("180", "above"), line(150, 160, 170), False),
            (("180", "above"), line(190, 140, 150, 160, 170), True),
        ),
        (("180", "above"), line(90, 175, 140, 150, 160, 170), True),
        # the last reading itself, and the line, must not be beyond already
        *(
            (("180", "above"), line(140, 150, 160, 181), False),
            (("170", "above"), line(155, 165, 175, 160), False),
        ),
        *(
            (("90", "below"), line(130, 120, 110, 89), False),
            (("100", "below"), line(115, 105, 95, 110), False),
        ),
        *(
            (("180", "above"), line(175, 175, 175, 175), False),
            (("175", "below"), line(175, 175, 175, 175), False),
        ),
        # too little time to see a slope in
        (("180", "above"), line(177, 178, 179, 180, step_ms=10_000), True),
        (("180", "above"), line(177, 178, 179, 180, step_ms=9_999), False),
    ],
)
def test_which_line_crosses_a_limit(asked: tuple[str, str], history: History, crosses: bool) -> None:
    limit_, side = asked
    now_ms = history[-1][0]
    assert projects(Projection("sbp", D(limit_), 600, 4, side), history, now_ms) == crosses
