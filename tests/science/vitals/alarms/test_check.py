"""A set that contradicts itself is found out, in words; a faultless one gives each value one priority."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.vitals.alarms.check import faults
from reverie.science.vitals.alarms.check_limits import PLAUSIBLE, zones
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import (
    SIGNALS,
    FromMonitor,
    Limit,
    Lost,
    OverBaseline,
    Projection,
    Rise,
    Ruleset,
    Seen,
    Stale,
    Step,
)
from reverie.science.vitals.alarms.told import PHASES, PRIORITIES
from tests.scale import scale
from tests.science.vitals.alarms.sets import (
    asking,
    limited,
    limits_of,
    one_fault,
    rule_of,
    with_rule,
    without,
)

D = Decimal


def weightiest(rules: Ruleset, signal: str, phase: str, value: Decimal) -> str:
    """The priority that a lasting value has, straight from the rules."""
    beyond = {
        rule.priority
        for side in ("below", "above")
        for rule, limit in limits_of(rules, signal, side, phase)
        if any(value < step.limit if side == "below" else value > step.limit for step in limit.steps)
    }
    return next((priority for priority in reversed(PRIORITIES) if priority in beyond), "")


def test_the_defaults_are_faultless() -> None:
    assert faults(DEFAULTS) == ()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("signal", SIGNALS)
def test_every_value_has_just_one_priority(signal: str, phase: str) -> None:
    cover_axis(DEFAULTS, signal, phase)


def cover_axis(rules: Ruleset, signal: str, phase: str) -> None:
    found, axis = zones(rules, signal, phase), PLAUSIBLE[signal]
    assert found[0].low == axis.low
    assert found[-1].high == axis.high
    for one, other in pairwise(found):
        assert one.high == other.low
        assert one.priority != other.priority
    # outwards from the quiet zone it only gets graver
    order = ["", *PRIORITIES]
    quiet = [zone.priority for zone in found].index("")
    ranks = [order.index(zone.priority) for zone in found]
    assert ranks[: quiet + 1] == sorted(ranks[: quiet + 1], reverse=True)
    assert ranks[quiet:] == sorted(ranks[quiet:])
    for halves in range(int(axis.low) * 2, int(axis.high) * 2 + 1):
        value = D(halves) / 2
        held = {zone.priority for zone in found if zone.low < value < zone.high}
        ends = {zone.priority for zone in found if value in (zone.low, zone.high)}
        priority = weightiest(rules, signal, phase, value)
        if held:
            assert held == {priority}
        else:
            assert priority == min(ends, key=order.index)


def laddered(signal: str, below: tuple[int, ...], above: tuple[int, ...], names: tuple[str, ...]) -> Ruleset:
    """The defaults with other limits of one signal: low, medium and high of each side, by their rules."""
    rules = DEFAULTS
    for name, limit in zip(names, (*below, *above), strict=True):
        asked = rule_of(name, rules).predicate
        assert isinstance(asked, Limit)
        spared = asked.resting_below if asked.resting_below is None else D(limit)
        rules = asking(
            name,
            rules,
            steps=(Step(D(limit), asked.steps[0].delay_s),),
            resting_below=spared,
            hysteresis=D(2),
        )
    return rules


SIX = st.lists(st.integers(21, 249), min_size=6, max_size=6)
CLOSE = st.lists(st.integers(60, 75), min_size=6, max_size=6)
HR_NAMES = ("hr-lowered", "hr-low", "hr-very-low", "hr-raised", "hr-high", "hr-very-high")


@settings(max_examples=scale(test=150, soak=20_000))
@given(
    st.lists(st.integers(21, 249), min_size=6, max_size=6)
    | st.lists(st.integers(60, 75), min_size=6, max_size=6)
)
def test_limits_of_every_order_are_judged_right(limits: list[int]) -> None:
    low_b, medium_b, high_b, low_a, medium_a, high_a = limits
    rules = laddered("hr", (low_b, medium_b, high_b), (low_a, medium_a, high_a), HR_NAMES)
    for name, limit, delay_s in (("hr-very-low-off", high_b, 10), ("hr-very-high-off", high_a, 300)):
        rules = limited(name, (limit, delay_s), rules=asking(name, rules, hysteresis=D(2)))
    # at one limit the slower rule may be the weightier: only the high rule above is slower (300 s)
    nested = high_b < medium_b < low_b and low_a < medium_a <= high_a
    room = max(low_b, medium_b, high_b) + 2 <= min(low_a, medium_a, high_a) - 2
    found = faults(rules)
    assert (found == ()) == (nested and room), found
    if not found:
        for phase in PHASES:
            cover_axis(rules, "hr", phase)


@settings(max_examples=scale(test=100, soak=10_000))
@given(st.permutations([*range(86, 97)]).map(lambda many: many[:3]))
def test_limits_of_spo2_in_every_order(limits: list[int]) -> None:
    low, medium, high = limits
    rules = limited("spo2-lowered", (low, 15))
    rules = limited("spo2-low", (medium, 15), rules=rules)
    for name in ("spo2-very-low", "spo2-very-low-off"):
        rules = limited(name, (high, 15), (85, 5), (80, 0), rules=rules)
    found = faults(rules)
    assert (found == ()) == (high < medium < low), found
    if found:
        assert any("cross" in fault for fault in found)
    else:
        for phase in PHASES:
            cover_axis(rules, "spo2", phase)


def test_a_phase_without_a_priority_is_told() -> None:
    rules = replace(DEFAULTS, rules=tuple(rule for rule in DEFAULTS.rules if rule.priority != "medium"))
    one_fault(rules, "No rule of priority medium holds in infusion.")


def test_no_fault_is_told_twice() -> None:
    rules = limited("spo2-low", (96, 15), rules=without("apnoea"))
    found = faults(rules)
    assert len(found) == len(set(found))


def test_an_empty_set_is_no_set() -> None:
    found = faults(replace(DEFAULTS, rules=()))
    assert "No rule of priority high holds in infusion." in found
    assert any("monitor's own alarms" in fault for fault in found)


WORDS = st.text(max_size=5) | st.sampled_from([*SIGNALS, "below", "above", "arousal", "symptom"])
ODD = st.sampled_from([-1, 0, 1, 5, 10, 1_000_000])
ODD_NUMBERS = ODD.map(D)
ODD_PREDICATES = st.one_of(
    st.builds(
        Limit, WORDS, WORDS, st.lists(st.builds(Step, ODD_NUMBERS, ODD), max_size=3).map(tuple), ODD_NUMBERS,
        ODD, ODD, ODD, st.none() | ODD_NUMBERS,
    ),
    st.builds(
        OverBaseline, WORDS, st.none() | ODD_NUMBERS, st.none() | ODD_NUMBERS, ODD_NUMBERS, ODD_NUMBERS, ODD
    ),
    st.builds(Rise, WORDS, ODD_NUMBERS, ODD, ODD_NUMBERS, ODD),
    st.builds(Projection, WORDS, ODD_NUMBERS, ODD, ODD),
    st.builds(Stale, st.lists(WORDS, max_size=2).map(tuple), st.none() | ODD_NUMBERS, st.none() | ODD),
    st.builds(Lost, st.none() | ODD, st.none() | ODD),
    st.builds(Seen, WORDS, st.none() | ODD, st.none() | ODD, st.lists(WORDS, max_size=2).map(tuple)),
    st.just(FromMonitor()),
)  # fmt: skip


@settings(max_examples=scale(test=60, soak=5_000))
@given(st.sampled_from(DEFAULTS.rules), ODD_PREDICATES, WORDS, st.lists(WORDS, max_size=2).map(tuple))
def test_the_oddest_rule_is_told_in_sentences(rule, predicate, priority, phases) -> None:  # type: ignore[no-untyped-def]
    odd = with_rule(rule.id, predicate=predicate, priority=priority, phases=phases)
    assert all(fault.endswith((".", ")")) for fault in faults(odd))
