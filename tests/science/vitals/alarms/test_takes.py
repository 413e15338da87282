"""One sample that is kept and judged: what is remembered of it, and what new rules make of what is known."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.memory import Memory
from reverie.science.vitals.alarms.plans import Plan
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import OverBaseline, Profile, Rise, Rule, Stale
from reverie.science.vitals.alarms.runs import NEVER
from reverie.science.vitals.alarms.takes import mark_torn, take
from reverie.science.vitals.alarms.told import Sample
from tests.science.vitals.alarms.played import Play, cuff, limit, rule, ruleset, sample

D = Decimal
LOW = rule("low", limit("spo2", "below", (90, 15)))
FAST = rule("fast", limit("hr", "above", (130, 10)))
HIGH = rule("high", limit("sbp", "above", (200, 0)))
OVER = rule("over", OverBaseline("hr", D(50), None, D(100), D(5), 2))
RISE = rule("rise", Rise("hr", D(30), 600, D(100), 2))


def taken(samples: Iterable[Sample], *rules: Rule, phase: str = "infusion") -> Memory:
    """What is remembered after these samples."""
    m, plan = Memory(), prepare(ruleset(*rules), Profile()).plan(phase)
    for one in samples:
        take(m, plan, one)
    return m


def test_what_is_remembered_of_a_source() -> None:
    came = [
        *(sample("spo2", 90 + place, place * 2) for place in range(6)),
        *(sample("spo2", 50, 12, "questionable"), sample("spo2", None, 14), sample("spo2", None, 16)),
    ]
    (track,) = taken(came, LOW).tracks.values()
    assert (track.value, track.at_ms, track.measured_ms, track.gap_ms) == (D(50), 16_000, 10_000, 2_000)
    assert track.bad_ms == 14_000
    assert track.recent == tuple((place * 2_000, D(90 + place)) for place in range(1, 6))
    (track,) = taken([*came, sample("spo2", 97, 18, measured_s=17)], LOW).tracks.values()
    assert (track.value, track.measured_ms, track.bad_ms, len(track.recent)) == (D(97), 17_000, None, 5)
    (track,) = taken([sample("rr", 14, 0), sample("rr", 15, 9)], LOW).tracks.values()
    assert (track.recent, track.gap_ms) == ((), 9_000)
    # a person has no usual gap
    (track,) = taken([sample("rr", 14, 0, device=""), sample("rr", 15, 9, device="")], LOW).tracks.values()
    assert track.gap_ms == 0


@pytest.mark.parametrize(
    ("devices", "crowded"), [(["A", "B"], True), (["A", ""], False), (["", "A"], False), (["A", "A"], False)]
)
def test_devices_crowd_and_people_do_not(devices: list[str], crowded: bool) -> None:
    m = taken((sample("spo2", 97, at, device=device, code=str(at)) for at, device in enumerate(devices)), LOW)
    assert m.crowded == ({"spo2"} if crowded else frozenset())


@pytest.mark.parametrize(
    ("parameter", "device", "first_ms"),
    [("spo2", "A", 7_000), ("hr", "A", 7_000), ("pr", "A", 7_000), ("rr", "A", None), ("spo2", "", None)],
)
def test_the_patient_is_monitored_from_the_first_pulse_or_spo2_of_a_device(
    parameter: str, device: str, first_ms: int | None
) -> None:
    came = [sample(parameter, 70, 7, device=device), sample("pi", 2, 8), sample(parameter, 70, 9)]
    assert taken(came[:2], LOW).first_ms == first_ms
    assert taken(came, LOW).first_ms in (7_000, None if parameter == "rr" else 9_000)


def test_of_very_many_sources_the_one_that_was_silent_for_longest_is_forgotten() -> None:
    came = [sample("spo2", 97, 5 if place in (3, 7) else 10, device=f"D{place:02}") for place in range(16)]
    assert len(taken(came, LOW).sources["spo2"]) == 16
    m = taken([*came, sample("spo2", 97, 11, device="NEW")], LOW)
    left = [f"D{place:02}" for place in range(16) if place != 3]
    assert [key[0] for key in m.sources["spo2"]] == [*left, "NEW"]
    assert {key[0] for key in m.tracks} == {*left, "NEW"}


@pytest.mark.parametrize(("held", "runs"), [((), []), (("D1",), ["D1"]), (("D1", "D2"), ["D2"])])
def test_only_an_alarm_that_no_other_source_holds_outlives_its_source(
    held: tuple[str, ...], runs: list[str]
) -> None:
    play = Play(ruleset(LOW))
    for at in range(20):
        lows = dict.fromkeys(held, 80) | ({"D1": 80} if at > 15 else {})
        play.at(at, [sample("spo2", lows.get(name, 97), at, device=name) for name in ("D1", "D2")])
    play.at(21, [sample("spo2", 80 if "D2" in held else 97, 21, device="D2")])
    play.at(22, [sample("spo2", 97, 22, device=f"E{place}") for place in range(15)])
    assert [key[2][0] for key in play.memory.runs] == runs


def two_pulses(at: int) -> list[Sample]:
    """The pulse oximeter says 110, the ECG 60; at each full minute the ECG is not to be trusted."""
    unsure = at > 0 and at % 60 == 0
    hr = sample("hr", 99 if unsure else 60, at, "questionable" if unsure else "valid")
    return [sample("pr", 110, at), hr] if at else [hr]


def test_the_baseline_of_a_pulse_is_taken_once_a_minute_from_the_best_source() -> None:
    play = Play(ruleset(OVER), phase="before").run(0, 302, two_pulses)
    minutes = tuple((at * 1_000, D(60)) for at in (0, 61, 121, 181, 241, 301))
    assert play.memory.baselines == {"hr": minutes}
    play.phase, play.phase_since_s = "infusion", 302
    play.run(302, 500, two_pulses)
    assert play.memory.baselines == {"hr": minutes}
    play.run(500, 600, lambda at: [sample("hr", 100, at)])
    assert play.first("over") == 530


def test_a_pulse_that_rises_is_told_from_the_best_source_only() -> None:
    play = Play(ruleset(RISE)).run(0, 60, lambda at: [sample("hr", 80, at), sample("pr", 80, at)])
    play.run(60, 120, lambda at: [sample("hr", 80, at), sample("pr", 120, at)])
    assert not play.told
    play.run(120, 200, lambda at: [sample("hr", 80, at), sample("pr", 80, at)])
    play.run(200, 260, lambda at: [sample("hr", 120, at), sample("pr", 80, at)])
    assert play.first("rise") == 230
    assert [(one.name, one.value) for one in play.found[0].inputs] == [("hr", "120"), ("rise_from", "80")]


@pytest.mark.parametrize(
    ("come", "after_s", "rules"),
    [
        # the last value still stands, or has gone
        *(([sample("hr", 150, 0)], 59, ["fast"]), ([sample("hr", 150, 0)], 60, [])),
        # a cuff's reading stands for a quarter of an hour, a count by hand too
        *((cuff(0, 210), 899, ["high"]), (cuff(0, 210), 900, [])),
        ([sample("hr", 150, 0, device="")], 899, ["fast"]),
        # but a count gives way to a device that has spoken since, by whatever it measures the same
        ([sample("hr", 150, 10, device=""), sample("pr", 80, 29)], 69, ["fast"]),
        ([sample("hr", 150, 10, device=""), sample("pr", 80, 29)], 70, []),
        ([sample("spo2", 80, 0, device=""), sample("spo2", 97, 29)], 59, ["low"]),
        ([sample("spo2", 80, 0, device=""), sample("spo2", 97, 29)], 60, []),
        ([sample("spo2", 80, 0, device=""), sample("hr", 80, 29)], 60, ["low"]),
        # nor is what is not available, what was never usable, or the past judged anew
        ([sample("hr", 150, 0), sample("hr", None, 29)], 30, []),
        *(([sample("hr", None, 0)], 30, []), ([sample("hr", 150, 0, "questionable")], 30, [])),
        ([sample("hr", 150, 20, device="", measured_s=1, late=True)], 30, []),
    ],
)
def test_what_new_rules_make_of_what_is_known(come: list[Sample], after_s: int, rules: list[str]) -> None:
    play = Play(ruleset(rule("other", limit("etco2", "above", (90, 0)))))
    play.at(30, [*come, sample("rr", 5, 30, device="")])
    play.at(after_s)
    play.use(ruleset(LOW, FAST, HIGH, rule("slow", limit("rr", "below", (8, 15)))))
    for second in (after_s, after_s + 12):
        play.at(second)
    # what is passed over keeps nothing else from being judged
    assert sorted({one.rule for _, found in play.told for one in found}) == [*rules, "slow"]


def test_a_reading_ends_that_one_is_missing_at_once() -> None:
    play = Play(ruleset(rule("stale", Stale(("sbp",), None, 600), "low")))
    play.at(0, cuff(0, 120))
    play.at(601)
    assert play.rules_now == ["stale"]
    play.at(700, cuff(700, 120))
    assert [one.eased_ms for one in play.found] == [700_000]


def torn(*samples: Sample) -> list[bool]:
    return [mark_torn(samples, index) for index in range(len(samples))]


def test_ends_of_one_reading_that_are_too_close_are_torn() -> None:
    sys, dia, near = sample("nibp_sys", 120, 9), sample("nibp_dia", 110, 9), sample("nibp_dia", 111, 9)
    other = sample("spo2", 97, 9)
    assert torn(sys, dia) == torn(dia, sys) == [False, False]
    assert torn(sys, near) == torn(near, sys) == [True, True]
    assert torn(sys, other, near) == [True, False, True]
    assert torn(near, other, sys) == [True, False, True]
    arterial = sample("art_sys", 100, 9), sample("art_dia", 95, 9)
    assert torn(*arterial, sys) == [True, True, False]


@pytest.mark.parametrize(
    "other",
    [
        sample("nibp_dia", 119, 9, device="M2"),
        sample("nibp_dia", 119, 9, measured_s=3),
        sample("nibp_dia", 119, 8, measured_s=9),
        sample("nibp_dia", None, 9),
        sample("nibp_dia", float("nan"), 9),
        sample("nibp_sys", 119, 9),
    ],
)
def test_what_is_not_the_other_end_of_a_reading_tears_nothing(other: Sample) -> None:
    sys, near = sample("nibp_sys", 120, 9), sample("nibp_dia", 119, 9)
    assert torn(sys, other) == torn(other, sys) == [False, False]
    # it does not hide the end that does, unless a time lies between
    assert torn(sys, other, near)[0] == torn(near, other, sys)[2] == (other.at_ms == sys.at_ms)


def plan_of(*rules: Rule) -> Plan:
    return prepare(ruleset(*rules), Profile()).plan("infusion")


def test_what_is_absent_is_looked_at_where_a_value_may_change_it() -> None:
    m, plan = Memory(), plan_of(LOW, HIGH)
    looked = [
        take(m, plan, one)
        for one in (
            *(sample("spo2", 97, 0), sample("spo2", 97, 1), sample("spo2", None, 2), sample("spo2", 97, 3)),
            *(sample("spo2", 97, 4), sample("rr", 14, 5), sample("rr", 14, 6), sample("pi", 2, 6)),
            *(sample("pi", 2, 7), sample("nibp_sys", 120, 8), sample("nibp_sys", 121, 90)),
        )
    ]
    assert looked == [True, False, True, True, False, True, True, True, False, True, False]
    m.missed = frozenset(("pi", "nibp_sys"))
    assert take(m, plan, sample("pi", 2, 100))
    assert take(m, plan, sample("nibp_sys", 122, 200))
    assert not take(m, plan, sample("nibp_sys", 122, 201))
    assert not take(m, plan, sample("nibp_sys", None, 300))
    assert not take(m, plan, sample("spo2", 97, 400))
    assert not take(m, plan, sample("spo2", 97, 401, "questionable"))


def test_it_is_noted_when_a_value_will_no_longer_stand() -> None:
    m = Memory(check_ms=NEVER, next_ms=NEVER)
    take(m, plan_of(LOW), sample("spo2", 97, 10))
    assert (m.check_ms, m.next_ms) == (70_000, 70_000)
    take(m, plan_of(LOW), sample("spo2", 97, 11))
    assert (m.check_ms, m.next_ms) == (16_000, 16_000)
    take(m, plan_of(LOW), sample("spo2", 97, 12))
    assert m.check_ms == 16_000
    m = Memory(check_ms=NEVER, next_ms=NEVER)
    take(m, plan_of(LOW), sample("spo2", 97, 10, device=""))
    assert m.check_ms == 910_000
