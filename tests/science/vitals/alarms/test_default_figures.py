"""What small faults in reading and checking rules would have changed unnoticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reverie.science.vitals.alarms.body import BadRules, body_of, ruleset_of
from reverie.science.vitals.alarms.check import faults
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Limit, OverBaseline, Overdue, Technical


@pytest.mark.parametrize("phase", ["before", "infusion", "recovery"])
@pytest.mark.parametrize("priority", ["low", "medium", "high"])
def test_a_priority_that_is_missing_in_one_phase_is_told(priority: str, phase: str) -> None:
    kept = tuple(
        rule
        if rule.priority != priority
        else replace(rule, phases=tuple(one for one in rule.phases if one != phase))
        for rule in DEFAULTS.rules
    )
    found = faults(replace(DEFAULTS, rules=kept))
    assert f"No rule of priority {priority} holds in {phase}." in found
    others = {"before", "infusion", "recovery"} - {phase}
    assert not any(f"No rule of priority {priority} holds in {one}." in found for one in others)


@pytest.mark.parametrize(("length", "readable"), [(500, True), (501, False)])
def test_a_list_is_bounded(length: int, readable: bool) -> None:
    body = body_of(DEFAULTS)
    body["silences"]["apnoea"] = ["rr_low"] * length
    if readable:
        assert len(ruleset_of(body).silences["apnoea"]) == length
    else:
        with pytest.raises(BadRules, match="must be a list"):
            ruleset_of(body)


def test_how_far_each_default_must_return_inside() -> None:
    found = {
        rule.id.removesuffix("-after").removesuffix("-off"): rule.predicate.hysteresis
        for rule in DEFAULTS.rules
        if isinstance(rule.predicate, Limit | OverBaseline)
    }
    pressures = {name: width for name, width in found.items() if name.startswith(("sbp", "dbp"))}
    assert set(pressures.values()) == {5}
    assert {name: width for name, width in found.items() if name not in pressures} == {
        "hr-raised": 3, "hr-high": 5, "hr-very-high": 5, "hr-lowered": 2, "hr-low": 3, "hr-very-low": 3,
        "spo2-lowered": 1, "spo2-low": 1, "spo2-very-low": 1,
        "rr-raised": 2, "rr-high": 2, "rr-low": 1, "rr-very-low": 1,
    }  # fmt: skip


def test_how_long_each_default_measurement_must_be_unusable() -> None:
    asked = [rule.predicate for rule in DEFAULTS.rules]
    assert {one.why: one.after_s for one in asked if isinstance(one, Technical)} == {
        "probe_off": 10, "leads_off": 10, "off_nose": 10, "doubtful": 10,
        "cuff_failed": 0, "clash": 20, "inhibited": 0,
    }  # fmt: skip
    assert [one.after_s for one in asked if isinstance(one, Overdue)] == [120, 120, 300]
    cadence = DEFAULTS.cadence
    assert (cadence.before_s, cadence.after_change_for_s) == (600, 300)


def test_only_what_must_be_seen_stays() -> None:
    stays = {rule.priority for rule in DEFAULTS.rules if rule.latching}
    assert stays == {"high"}
