"""One cause, one condition: the weightiest speaks, groups speak for others, nothing weighty is hidden."""

from __future__ import annotations

from dataclasses import replace

from reverie.science.vitals.alarms.engine import step
from reverie.science.vitals.alarms.plans import weight
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import Profile, Silent, Technical
from reverie.science.vitals.alarms.told import Linked, Situation
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
    prepared = prepare(ruleset(silences={"a": ("b",), "b": ("c",), "c": ("d",)}), Profile())
    assert prepared.silences["a"] == {"b", "c", "d"}
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


BREATHES_FAST = rule("breathes-fast", limit("rr", "above", (24, 10)), "medium", "pulse")
BEATS_FAST = rule("beats-fast", limit("hr", "above", (120, 20)), "medium", "pulse")


def test_a_cause_began_with_the_first_of_its_rules() -> None:
    # both come to hold in the same second
    play = Play(ruleset(BREATHES_FAST, BEATS_FAST))
    play.run(0, 20, lambda at: calm(at, hr=140, pr=140, rr=30 if at >= 10 else 14))
    play.at(21)
    assert [(one.since_ms, one.onset_ms) for one in play.found] == [(20_000, 0)]


def test_of_equal_rules_the_one_that_held_first_speaks_until_it_eases() -> None:
    play = Play(ruleset(BREATHES_FAST, BEATS_FAST))
    play.run(0, 60, lambda at: calm(at, hr=140, pr=140, rr=30 if at >= 20 else 14))
    assert [(one.rule, one.since_ms) for one in play.found] == [("beats-fast", 20_000)]
    play.run(60, 80, lambda at: calm(at, rr=30))
    assert [(one.rule, one.eased_ms) for one in play.found] == [("breathes-fast", None)]


def test_a_cause_has_eased_once_the_last_of_its_rules_has() -> None:
    play = Play(ruleset(BREATHES_FAST, BEATS_FAST)).run(0, 40, lambda at: calm(at, hr=140, pr=140, rr=30))
    play.run(40, 55, lambda at: calm(at, hr=140, pr=140)).run(55, 70, calm)
    (one,) = play.found
    assert one.eased_ms is not None
    assert one.eased_ms > 55_000


def test_conditions_are_made_anew_only_where_something_to_be_told_has_changed() -> None:
    play = Play(ruleset(LOW)).run(0, 20, lambda at: calm(at, spo2=85))
    before = play.memory.conditions
    play.at(20, calm(20, spo2=84))
    assert play.memory.conditions is before


def test_a_group_that_speaks_for_nobody_stops_none_that_does() -> None:
    noise = rule("noise", limit("pi", "below", (1, 0)), "low", "noise")
    play = Play(ruleset(FAST, PROBE, noise, silences={"probe": ("noise",)})).run(
        0, 20, lambda at: calm(at, hr=140, pr=140)
    )
    play.run(20, 40, lambda at: calm(at, hr=140, pr=140, spo2=None, pi=0.5))
    assert play.rules_now == ["fast", "probe"]


def test_what_is_told_of_the_past_makes_nothing_of_now_silent() -> None:
    # a device of an unlucky name: its silence and the late value are one cause
    quiet = rule("quiet", Silent(10), "medium", "both")
    high = rule("high", limit("sbp", "above", (180, 0)), "medium", "both")
    play = Play(ruleset(high, quiet))
    past = sample("nibp_sys", 190, 100, measured_s=50, late=True)
    situation = Situation("infusion", 0, (Linked("late", 0, None, None),))
    memory, found = play.memory, play.found
    for samples, now_ms in (([past], 100_000), ([], 101_000)):
        memory, found = step(memory, play.prepared, situation, samples, (), now_ms)
    assert [(one.rule, one.subject, one.silent) for one in found] == [("quiet", "late", False)]


def test_what_is_no_priority_weighs_as_much_as_high() -> None:
    assert [weight(word) for word in ("low", "medium", "high", "urgent")] == [0, 1, 2, 2]
    odd = replace(FAST, priority="urgent", group="odd")
    play = Play(ruleset(odd, LOW, silences={"spo2": ("odd",)}))
    play.run(0, 30, lambda at: calm(at, spo2=85, hr=140, pr=140))
    assert play.rules_now == ["low"]
