"""Breath by capnography: apnoea is never technical, a line off the nose is at first."""

from __future__ import annotations

import pytest

from reverie.science.vitals.alarms.rules import NoBreath, Rule, Technical
from reverie.science.vitals.alarms.told import Input, Sample
from tests.science.vitals.alarms.played import IMPEDANCE, Play, calm, limit, rule, ruleset, sample

APNOEA = rule("apnoea", NoBreath(20), "high", "breath")
LOOK = rule("look", NoBreath(20, unsure=True), "medium", "breath")
OFF = rule("off", Technical("off_nose", 10), "low", "off")
ALL = (APNOEA, LOOK, OFF)


def play(*rules: Rule) -> Play:
    return Play(ruleset(*(rules or ALL), silences={"breath": ("off",)}))


def chest(at: int, rate: float | None) -> Sample:
    """Breathing by impedance; where it sees none it says so by a zero that is no value."""
    return sample("rr", rate, at, "valid" if rate else "invalid", code=IMPEDANCE)


@pytest.mark.parametrize(
    "gone", [{"rr": 0, "etco2": 0}, {"rr": 0}, {"rr": 0, "etco2": 2}, {"rr": 0, "etco2": None}]
)
def test_twenty_seconds_without_breath_are_high(gone: dict[str, float | None]) -> None:
    on = play().run(0, 30, calm).run(30, 60, lambda at: calm(at, **gone))
    assert on.first("apnoea") == 50
    assert on.found[0].onset_ms == 30_000
    assert on.first("off") is None


def test_a_breath_in_time_is_no_apnoea_and_breath_that_returns_ends_one() -> None:
    on = play().run(0, 30, calm).run(30, 45, lambda at: calm(at, rr=0, etco2=0)).run(45, 100, calm)
    assert not on.told
    on.run(100, 130, lambda at: calm(at, rr=0, etco2=0)).run(130, 300, calm)
    assert on.raised("breath") == 1
    assert not on.found


def test_a_line_off_the_nose_is_technical_then_somebody_looks() -> None:
    on = play().run(0, 30, calm).run(30, 120, lambda at: calm(at, rr=None, etco2=None))
    assert (on.first("off"), on.first("look"), on.first("apnoea")) == (40, 50, None)
    assert on.rules_now == ["look"]


def test_a_moving_chest_makes_zeros_unsure_and_never_technical_for_long() -> None:
    on = play().run(0, 30, lambda at: [*calm(at), chest(at, 14)])
    on.run(30, 60, lambda at: [*calm(at, rr=0, etco2=0), chest(at, 14)])
    assert (on.first("look"), on.first("apnoea")) == (50, None)


def test_a_chest_that_stands_still_makes_it_apnoea() -> None:
    on = play().run(0, 30, lambda at: [*calm(at), chest(at, 14)])
    on.run(30, 60, lambda at: [*calm(at, rr=None, etco2=None), chest(at, 0)])
    assert on.first("apnoea") == 50


def test_a_falling_spo2_makes_it_apnoea_at_once() -> None:
    on = play().run(0, 30, calm)
    on.run(30, 100, lambda at: calm(at, rr=None, etco2=None, spo2=98 if at < 70 else 94))
    assert on.first("apnoea") == 70


def test_a_pulse_that_is_gone_makes_it_apnoea() -> None:
    on = play().run(0, 30, calm)
    on.run(
        30,
        100,
        lambda at: calm(at, rr=None, etco2=None, hr=72 if at < 70 else None, pr=72 if at < 70 else None),
    )
    first = on.first("apnoea")
    assert first is not None
    assert first <= 71


def test_where_no_rule_asks_to_look_it_is_apnoea_after_a_minute() -> None:
    on = play(APNOEA, OFF).run(0, 30, calm).run(30, 120, lambda at: calm(at, rr=None, etco2=None))
    assert (on.first("off"), on.first("apnoea")) == (40, 90)


def test_breaths_that_somebody_counted_answer_for_a_line_that_is_off() -> None:
    on = play().run(0, 30, calm).run(30, 60, lambda at: calm(at, rr=None, etco2=None))
    assert on.rules_now == ["look"]
    on.at(60, [*calm(60, rr=None, etco2=None), sample("rr", 13, 60, device="")])
    on.run(61, 200, lambda at: calm(at, rr=None, etco2=None))
    assert not on.found


def test_a_silent_capnograph_says_nothing_of_breath() -> None:
    on = play().run(0, 30, calm).run(30, 200, lambda at: ())
    assert not on.told


def test_impedance_alone_is_never_apnoea_nor_a_rate_that_calls() -> None:
    slow = rule("slow", limit("rr", "below", (8, 15), not_from=(IMPEDANCE,)))
    told = rule("told", limit("rr", "above", (24, 15)), "low")
    on = play(APNOEA, slow, told).run(0, 100, lambda at: [chest(at, 5)])
    assert not on.told
    on.run(100, 200, lambda at: [chest(at, 30)])
    assert on.rules_now == ["told"]


def test_a_bare_rate_is_believed_only_beside_a_capnogram() -> None:
    slow = rule("slow", limit("rr", "below", (8, 15), not_from=(IMPEDANCE,)))
    alone = play(slow).run(0, 60, lambda at: [sample("rr", 5, at, code="151562")])
    assert not alone.told
    beside = play(slow).run(0, 60, lambda at: [sample("etco2", 50, at), sample("rr", 5, at, code="151562")])
    assert beside.rules_now == ["slow"]


def test_a_rate_of_zero_is_left_to_the_rule_of_breath() -> None:
    slow = rule("slow", limit("rr", "below", (8, 5)))
    on = play(slow, *ALL).run(0, 30, calm).run(30, 60, lambda at: calm(at, rr=None, etco2=None))
    assert on.first("slow") is None


def only(at: int, *names: str, **other: float | None) -> list[Sample]:
    """A message in which no other rows of breath stand."""
    return [one for one in calm(at, **other) if one.parameter in ("hr", "pr", "spo2", *names)]


@pytest.mark.parametrize("name", ["etco2", "rr"])
def test_either_number_of_a_capnograph_alone_tells_of_breath(name: str) -> None:
    assert not play().run(0, 60, lambda at: only(at)).told
    on = play().run(0, 30, lambda at: only(at, name)).run(30, 60, lambda at: only(at, name, **{name: 0}))
    assert (on.first("apnoea"), on.first("off")) == (50, None)
    said = {given.name: given for given in on.found[0].inputs}
    assert said[name] == Input(name, "0", "", "M1", 50_000)


@pytest.mark.parametrize("last", [29, 33, 36])
def test_rows_that_are_left_out_are_a_line_that_is_off_from_their_last_value(last: int) -> None:
    on = play(APNOEA, OFF).run(0, last + 1, lambda at: only(at, "etco2"))
    on.run(last + 1, last + 70, lambda at: only(at))
    assert (on.first("off"), on.first("apnoea")) == (last + 10, last + 60)


@pytest.mark.parametrize(
    ("rate", "counted_s", "answers"),
    [(13, 31, True), (1, 31, True), (13, 30, False), (0, 31, False), (None, 31, False)],
)
def test_only_a_breath_that_was_seen_since_answers(rate: float | None, counted_s: int, answers: bool) -> None:
    on = play().run(0, 30, calm)
    gone = {"rr": None, "etco2": None}
    on.at(31, [*calm(31, **gone), sample("rr", rate, 31, device="", measured_s=counted_s)])
    on.run(32, 60, lambda at: calm(at, **gone))
    assert (on.first("look") is None) == answers


@pytest.mark.parametrize("gone", [{"rr": 0, "etco2": None}, {"rr": None, "etco2": 0}])
def test_a_count_does_not_answer_for_zeros(gone: dict[str, float | None]) -> None:
    on = play().run(0, 30, lambda at: [*calm(at), chest(at, 14)])
    on.at(30, [*calm(30, **gone), chest(30, 14), sample("rr", 13, 30, device="")])
    on.run(31, 60, lambda at: [*calm(at, **gone), chest(at, 14)])
    assert on.first("look") == 50


def test_a_chest_that_stands_still_says_nothing_without_its_leads() -> None:
    on = play().run(0, 30, lambda at: [*calm(at), chest(at, 14)])
    on.run(30, 60, lambda at: [*calm(at, rr=None, etco2=None, hr=None), chest(at, 0)])
    assert (on.first("look"), on.first("apnoea")) == (50, None)


def test_a_chest_that_never_moved_says_nothing() -> None:
    on = play().run(0, 30, lambda at: [*calm(at), chest(at, 0)])
    on.run(30, 60, lambda at: [*calm(at, rr=None, etco2=None), chest(at, 0)])
    assert (on.first("look"), on.first("apnoea")) == (50, None)


def test_without_spo2_a_lost_breath_is_apnoea() -> None:
    on = play().run(0, 30, calm).run(30, 60, lambda at: calm(at, rr=None, etco2=None, spo2=None))
    assert on.first("apnoea") == 50


@pytest.mark.parametrize(("then", "worse"), [(92, True), (97, False)])
def test_spo2_that_is_still_low_by_one_of_its_rules_makes_a_lost_breath_apnoea(
    then: int, worse: bool
) -> None:
    low = rule("low", limit("spo2", "below", (90, 5)), group="spo2")
    mild = rule("mild", limit("spo2", "below", (94, 5)), "medium", "spo2")
    on = play(low, mild, *ALL).run(0, 30, lambda at: calm(at, spo2=85))
    on.run(30, 50, lambda at: calm(at, spo2=then))
    on.run(50, 80, lambda at: calm(at, spo2=then, rr=None, etco2=None))
    assert (on.first("apnoea") is not None) == worse


def test_a_count_from_before_the_capnograph_was_there_hides_nothing_of_it() -> None:
    on = play()
    on.at(0, [sample("rr", 14, 0, device="")])
    on.run(1, 30, lambda at: only(at, "rr")).run(30, 60, lambda at: only(at, "rr", rr=0))
    assert on.first("apnoea") == 50
