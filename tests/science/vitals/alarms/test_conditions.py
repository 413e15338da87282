"""One cause, one condition: the weightiest speaks, groups speak for others, nothing weighty is hidden."""

from __future__ import annotations

from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import Profile, Technical
from tests.science.vitals.alarms.played import Play, calm, limit, rule, ruleset, sample

LOW = rule("low", limit("spo2", "below", (90, 15)), "high", "spo2", latching=True)
MILD = rule("mild", limit("spo2", "below", (94, 15)), "medium", "spo2")
PROBE = rule("probe", Technical("probe_off", 5), "low", "probe")
FAST = rule("fast", limit("hr", "above", (130, 10)), "medium", "pulse")


def test_a_cause_that_grows_worse_is_one_alarm_with_its_first_onset() -> None:
    play = Play(ruleset(LOW, MILD)).run(0, 30, lambda at: calm(at, spo2=92))
    assert [(one.rule, one.priority, one.latching) for one in play.found] == [("mild", "medium", False)]
    play.run(30, 60, lambda at: calm(at, spo2=88))
    assert [(one.rule, one.priority, one.onset_ms, one.since_ms) for one in play.found] == [
        ("low", "high", 0, 45_000)
    ]
    assert play.found[0].latching
    assert play.raised("spo2") == 1


def test_a_priority_falls_only_when_its_rule_is_over() -> None:
    play = Play(ruleset(LOW, MILD)).run(0, 30, lambda at: calm(at, spo2=88))
    play.run(30, 80, lambda at: calm(at, spo2=92))
    assert [(one.rule, one.eased_ms) for one in play.found] == [("low", None)]
    play.run(80, 130, lambda at: calm(at, spo2=92))
    assert [(one.rule, one.eased_ms, one.onset_ms) for one in play.found] == [("mild", None, 0)]


def test_the_weightiest_conditions_come_first() -> None:
    play = Play(ruleset(PROBE, FAST, LOW))
    play.run(0, 60, lambda at: calm(at, spo2=85, hr=140, pr=140))
    assert [one.priority for one in play.found] == ["high", "medium"]


def test_a_group_speaks_for_another_while_it_is_there() -> None:
    noise = rule("noise", limit("pi", "below", (1, 0)), "low", "noise")
    play = Play(ruleset(PROBE, noise, silences={"probe": ("noise",)}))
    play.run(0, 30, lambda at: calm(at, spo2=None, pi=0.5))
    assert play.rules_now == ["probe"]
    assert play.first("noise") is not None
    play.run(30, 140, lambda at: calm(at, pi=0.5))
    assert [(one.rule, one.eased_ms) for one in play.found] == [("noise", None)]


def test_what_comes_out_of_hiding_begins_anew() -> None:
    noise = rule("noise", limit("pi", "below", (1, 0)), "low", "noise")
    play = Play(ruleset(PROBE, noise, silences={"probe": ("noise",)})).run(0, 20, lambda at: calm(at, pi=0.5))
    first = play.found[0]
    play.run(20, 40, lambda at: calm(at, spo2=None, pi=0.5)).run(40, 140, lambda at: calm(at, pi=0.5))
    (again,) = play.found
    assert again.rule == "noise"
    assert again.onset_ms > first.onset_ms


def test_nobody_speaks_for_what_is_weightier() -> None:
    play = Play(ruleset(PROBE, FAST, silences={"probe": ("pulse",)}))
    play.run(0, 30, lambda at: calm(at, spo2=None, hr=140, pr=140))
    assert play.rules_now == ["fast", "probe"]


def test_groups_that_would_silence_each_other_both_speak() -> None:
    slow = rule("slow", limit("rr", "below", (10, 5)), "medium", "breath")
    rules = ruleset(FAST, slow, silences={"pulse": ("breath",), "breath": ("pulse",)})
    play = Play(rules).run(0, 30, lambda at: calm(at, hr=140, pr=140, rr=8))
    assert sorted(play.rules_now) == ["fast", "slow"]


def test_who_speaks_for_a_speaker_speaks_for_all() -> None:
    prepared = prepare(ruleset(silences={"a": ("b",), "b": ("c",), "c": ()}), Profile())
    assert prepared.silences["a"] == {"b", "c"}
    ring = prepare(ruleset(silences={"a": ("b",), "b": ("c",), "c": ("a",)}), Profile())
    assert not any(ring.silences.values())


def test_what_eases_does_not_change_its_words_any_more() -> None:
    play = Play(ruleset(LOW, MILD)).run(0, 30, lambda at: calm(at, spo2=88)).run(30, 120, calm)
    assert play.raised("spo2") == 1
    eased = [found[0].rule for _, found in play.told if found and found[0].eased_ms is not None]
    assert set(eased) == {"low"}


def test_an_alarm_says_what_it_was_judged_from_when_it_came_and_is_not_rewritten_every_second() -> None:
    play = Play(ruleset(LOW)).run(0, 16, lambda at: calm(at, spo2=89))
    play.run(16, 300, lambda at: [sample("spo2", 80 + at % 8, at)])
    assert len(play.told) == 1
