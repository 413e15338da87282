"""The engine as a whole: the default rules at work, changes of phase and edition, and ugly input."""

from __future__ import annotations

import pickle
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Limit, Profile
from reverie.science.vitals.alarms.told import Condition, Linked, Passed, Sample, Situation
from tests.science.vitals.alarms.played import CODES, Play, calm, cuff, limit, rule, ruleset, sample

LOW = rule("low", limit("spo2", "below", (90, 15)), group="spo2")
BP = rule("bp", limit("sbp", "above", (180, 0), hysteresis=5), group="bp", phases=("infusion",))


@cache
def begun(start: int) -> engine.Memory:
    """The memory of a quiet session until the drug."""
    play = Play(DEFAULTS, linked=True, cuff_interval_s=600, phase="before")
    play.run(0, start, lambda at: [*calm(at), *(cuff(at, 122) if at % 300 == 0 else ())])
    assert not play.told
    return play.memory


def session(start: int, end: int, **other: float | None) -> Play:
    """The default rules over a session that began quietly."""
    play = Play(DEFAULTS, linked=True, cuff_interval_s=600, phase_since_s=start, memory=begun(start))
    return play.run(start, end, lambda at: [*calm(at, **other), *(cuff(at, 128) if at % 600 == 0 else ())])


def test_the_default_rules_are_silent_over_a_quiet_session() -> None:
    assert not session(610, 1_900).told


@pytest.mark.parametrize(
    ("other", "name", "after_s"),
    [
        ({"spo2": 88}, "spo2-very-low", 15),
        ({"spo2": 78}, "spo2-very-low", 1),
        ({"hr": 35, "pr": 35}, "hr-very-low", 10),
        ({"hr": 150, "pr": 150}, "hr-very-high", 10),
        ({"rr": 6}, "rr-very-low", 15),
        ({"rr": 0, "etco2": 0}, "apnoea", 20),
        ({"hr": None, "pr": None, "spo2": None}, "check-patient", 0),
        ({"hr": None, "pr": None, "spo2": None}, "check-patient-now", 60),
    ],
)
def test_the_default_rules_speak_in_their_time(
    other: dict[str, float | None], name: str, after_s: int
) -> None:
    assert session(610, 680, **other).first(name) == 610 + after_s


def test_an_arrest_is_never_technical_alone() -> None:
    play = session(610, 760, hr=None, pr=None, spo2=None, etco2=0, rr=0)
    for second, found in play.told:
        assert found[0].priority in ("medium", "high"), second


def test_another_edition_applies_from_there() -> None:
    play = Play(ruleset(LOW, BP))
    play.at(0, cuff(0, 170))
    play.run(1, 40, lambda at: calm(at, spo2=88))
    assert play.rules_now == ["low"]
    lower = replace(BP, predicate=limit("sbp", "above", (160, 0), hysteresis=5))
    play.use(ruleset(LOW, lower, edition="2"))
    play.at(40, calm(40, spo2=88))
    assert play.rules_now == ["low", "bp"]
    assert [one.onset_ms for one in play.found] == [1_000, 39_000]
    play.use(ruleset(lower, edition="3"))
    play.at(41, calm(41, spo2=88))
    assert play.rules_now == ["bp"]


def test_an_edition_with_a_milder_limit_lets_an_alarm_ease() -> None:
    play = Play(ruleset(LOW)).run(0, 40, lambda at: calm(at, spo2=88))
    play.use(ruleset(replace(LOW, predicate=limit("spo2", "below", (85, 15))), edition="2"))
    play.run(40, 60, lambda at: calm(at, spo2=88))
    assert play.found[0].eased_ms is not None


def test_a_rule_that_keeps_its_name_and_looks_at_something_else_begins_anew() -> None:
    play = Play(ruleset(LOW)).run(0, 40, lambda at: calm(at, spo2=88))
    play.use(ruleset(replace(LOW, predicate=limit("hr", "above", (120, 5))), edition="2"))
    play.at(40, calm(40, spo2=88))
    assert not play.found


def test_a_reading_known_before_the_drug_counts_for_the_rules_of_the_drug() -> None:
    play = Play(ruleset(BP), phase="before")
    play.at(0, cuff(0, 185))
    assert not play.found
    play.phase, play.phase_since_s = "infusion", 60
    play.at(61)
    assert play.rules_now == ["bp"]


def test_a_cause_that_goes_on_into_another_phase_is_the_same_alarm() -> None:
    early = rule("early", limit("sbp", "above", (180, 0)), group="bp", phases=("before",))
    play = Play(ruleset(early, BP), phase="before")
    play.at(5, cuff(5, 185))
    play.phase, play.phase_since_s = "infusion", 60
    play.at(60)
    assert [(one.rule, one.onset_ms) for one in play.found] == [("bp", 5_000)]
    play.phase = "recovery"
    play.at(90)
    assert not play.found


def test_a_phase_that_is_over_ends_everything_and_breaks_nothing() -> None:
    play = Play(DEFAULTS).run(0, 60, lambda at: calm(at, spo2=85))
    assert play.found
    play.phase = "over"
    play.run(60, 100, lambda at: calm(at, spo2=85))
    assert not play.found
    play.phase = "recovery"
    play.run(100, 140, lambda at: calm(at, spo2=85))
    assert play.found


def test_memory_can_be_kept_and_a_step_changes_none_that_it_was_given() -> None:
    play = Play(DEFAULTS, linked=True).run(0, 40, lambda at: calm(at, spo2=88, hr=None))
    kept = pickle.dumps(play.memory)
    before = play.memory
    copy = Play(DEFAULTS, linked=True, memory=pickle.loads(kept), found=play.found, last_ms=play.last_ms)
    play.run(40, 130, lambda at: calm(at, spo2=97, hr=None))
    copy.run(40, 130, lambda at: calm(at, spo2=97, hr=None))
    assert copy.told
    assert copy.told == play.told[-len(copy.told) :]
    assert copy.memory == play.memory
    assert pickle.loads(kept) == before


def step(
    samples: list[Sample], now_ms: int, memory: engine.Memory | None = None
) -> tuple[engine.Memory, tuple[Condition, ...]]:
    return engine.step(
        memory or engine.begin(),
        engine.prepare(ruleset(LOW), Profile()),
        Situation("infusion", 0),
        samples,
        (),
        now_ms,
    )


def test_times_that_do_not_move_on_or_go_back_alarm_nobody_early() -> None:
    still = [sample("spo2", 88, 100) for _ in range(500)]
    assert not step(still, 100_000)[1]
    back = [sample("spo2", 88, 100 - at) for at in range(100)]
    assert not step(back, 100_000)[1]
    memory, _ = step([sample("spo2", 88, 100)], 100_000)
    assert not step([sample("spo2", 88, 5)], 5_000, memory)[1]


def test_a_sample_of_the_future_counts_as_now() -> None:
    memory, found = step([sample("spo2", 88, 10**9)], 1_000)
    for second in range(2, 17):
        assert not found
        memory, found = step([sample("spo2", 88, 10**9)], second * 1_000, memory)
    assert found


def test_a_gap_of_a_year_is_survived() -> None:
    play = Play(DEFAULTS, linked=True, cuff_interval_s=600).run(0, 30, calm)
    play.at(31_536_000, calm(31_536_000))
    assert "no-bp-high" in play.rules_now
    play.run(31_536_001, 31_536_100, calm)
    assert not [one for one in play.found if one.group == "check_patient" and one.eased_ms is None]


@pytest.mark.parametrize(
    "odd",
    [
        Sample("M1", "spo2", None, "valid", 1_000, 1_000),
        Sample("M1", "spo2", Decimal("NaN"), "valid", 1_000, 1_000),
        Sample("M1", "spo2", Decimal("sNaN"), "valid", 1_000, 1_000),
        Sample("M1", "hr", Decimal("-Infinity"), "valid", 1_000, 1_000),
        Sample("M1", "spo2", Decimal("1E+999999"), "valid", 1_000, -(10**15)),
        Sample("M1", "humidity", Decimal(3), "valid", 1_000, 1_000),
        Sample("", "", Decimal(3), "", 1_000, 1_000),
        Sample("M1", "nibp_sys", Decimal("NaN"), "valid", 1_000, 1_000),
        Sample("M1", "nibp_sys", None, "valid", 1_000, 1_000, late=True),
        Sample("M1", "rr", Decimal(-5), "valid", 1_000, 1_000),
    ],
)
def test_odd_samples_break_nothing(odd: Sample) -> None:
    play = Play(DEFAULTS, linked=True)
    play.run(0, 10, calm)
    play.at(10, [odd._replace(at_ms=10_000), *calm(10)])
    play.at(11, [odd._replace(at_ms=11_000)])
    play.run(12, 30, calm)
    assert not [one for one in play.found if one.priority == "high" and one.eased_ms is None]


def test_a_value_that_nobody_asks_for_stops_none_that_follows_it() -> None:
    play = Play(ruleset(LOW))
    play.run(0, 20, lambda at: [sample("humidity", 40, at), sample("spo2", 85, at)])
    assert play.rules_now == ["low"]


@pytest.mark.parametrize("value", [97, 80])
def test_very_many_devices_are_borne(value: int) -> None:
    play = Play(DEFAULTS)
    for second in range(1, 3 if value == 97 else 20):
        play.at(
            second,
            [
                sample(name, value, second, device=f"D{place}")
                for place in range(1_000 if value == 97 else 40)
                for name in ("spo2", "hr")
            ],
        )
    play.run(20, 24, calm)
    assert len(play.memory.tracks) < 100
    assert bool([one for one in play.found if one.group == "spo2_low"]) == (value == 80)


def test_devices_that_come_and_go_by_the_situation_break_nothing() -> None:
    prepared = engine.prepare(DEFAULTS, Profile())
    memory = engine.begin()
    for second in range(300):
        linked = tuple(Linked(f"D{place}", 0, None, 1_000) for place in range(second % 7))
        told = (Passed(f"D{second % 7}", "", "high", 10**9),)
        situation = Situation("infusion", 10**9, linked, cuff_interval_ms=0)
        memory, _ = engine.step(memory, prepared, situation, (), told, second * 1_000)


@pytest.mark.parametrize("asked", [limit("hr", "above", (120, 0), readings=2, apart_s=60)])
def test_a_rule_that_counts_readings_looks_at_each_value(asked: Limit) -> None:
    play = Play(ruleset(rule("fast", asked))).run(0, 100, lambda at: calm(at, hr=140))
    assert play.first("fast") == 60


def test_codes_of_the_table_are_the_ones_that_rows_carry() -> None:
    from reverie.science.session.rows import USUAL

    assert {name: code for name, code in CODES.items() if name != "rr"}.items() <= {
        name: usual.code for name, usual in USUAL.items()
    }.items()
