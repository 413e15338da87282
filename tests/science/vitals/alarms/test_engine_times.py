"""What happens of itself before a value, with it and after it, and who has spoken by then."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.rules import Lost, Profile, Rule, Silent, Technical
from reverie.science.vitals.alarms.told import Condition, Linked, Passed, Sample, Situation
from tests.science.vitals.alarms.played import Play, calm, limit, rule, ruleset, sample

FAST = rule("fast", limit("hr", "above", (120, 10)))
QUIET = rule("quiet", Silent(10), "low")
PROBE = rule("probe", Technical("probe_off", 5), "low")


@pytest.mark.parametrize(("inside_s", "since_ms"), [(10, None), (10.001, 10_000), (10.5, 10_000)])
def test_a_value_counts_before_what_is_due_in_its_own_moment_and_after_what_was_due_before(
    inside_s: float, since_ms: int | None
) -> None:
    play = Play(ruleset(FAST)).run(0, 10, lambda at: calm(at, hr=140, pr=140))
    play.at(12, calm(inside_s))
    assert [one.since_ms for one in play.found] == ([] if since_ms is None else [since_ms])


def test_of_two_things_that_are_due_only_the_one_before_a_value_comes_before_it() -> None:
    slower = rule("slower", limit("hr", "above", (120, 11)))
    play = Play(ruleset(FAST, slower)).run(0, 10, lambda at: calm(at, hr=140, pr=140))
    play.at(12, calm(11))
    assert [(one.rule, one.since_ms) for one in play.found] == [("fast", 10_000)]


def linked(
    *steps: tuple[float, Sequence[Sample], Sequence[Linked]], rules: tuple[Rule, ...] = (QUIET,)
) -> list[tuple[Condition, ...]]:
    """What holds after each step, with devices as they are linked then."""
    memory, prepared = engine.begin(), engine.prepare(ruleset(*rules), Profile())
    told = []
    for second, samples, devices in steps:
        situation = Situation("infusion", 0, tuple(devices))
        memory, found = engine.step(memory, prepared, situation, samples, (), int(second * 1000))
        told.append(found)
    return told


@pytest.mark.parametrize(("spoke_ms", "quiet"), [(10_000, False), (10_001, True)])
def test_a_device_that_speaks_when_it_is_due_is_not_quiet(spoke_ms: int, quiet: bool) -> None:
    told = linked((0, (), [Linked("M1", 0, None, None)]), (12, (), [Linked("M1", 0, spoke_ms, None)]))
    assert bool(told[-1]) == quiet


def test_every_device_of_a_message_has_spoken() -> None:
    devices = [Linked("M1", 0, None, None), Linked("M2", 0, None, None)]
    both = [sample("hr", 70, 2), sample("hr", 70, 9), sample("hr", 70, 9, device="M2")]
    told = linked((0, (), devices), (9, both, devices), (15, (), devices), (19, (), devices))
    assert [[one.subject for one in found] for found in told] == [[], [], [], ["M1", "M2"]]


def test_a_quiet_device_is_back_with_its_first_word_whatever_it_says() -> None:
    devices = [Linked("M1", 0, None, None)]
    quiet = ((0, (), devices), (15, (), devices))
    told = linked(*quiet, (20, [sample("temp", 37, 20)], devices))
    assert [[one.eased_ms for one in found] for found in told] == [[], [None], [20_000]]
    # also one that only its link has heard
    told = linked(*quiet, (20, (), [Linked("M1", 0, 18_000, None)]))
    assert [one.eased_ms for one in told[-1]] == [18_000]


def test_a_device_that_has_only_just_come_back_says_nothing_of_its_probe() -> None:
    for devices, passed in ((("M1", "M2", "M1"), False), (("M1",), True)):
        play = Play(ruleset(PROBE, rule("check", Lost(0, 30)))).run(0, 30, calm)
        for second in (90, 91):
            said = [Passed("M1", "VTACH", "low", second * 1000)] if passed else []
            play.at(second, [sample("hr", 70, second, device=device) for device in devices], said)
            assert ("probe" in play.rules_now) == (second == 91)
