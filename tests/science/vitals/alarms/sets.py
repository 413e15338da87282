"""Edited copies of the default rules, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reverie.science.vitals.alarms.check import faults
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Limit, Rule, Ruleset, Step


def rule_of(name: str, rules: Ruleset = DEFAULTS) -> Rule:
    """The rule of that id."""
    (found,) = (rule for rule in rules.rules if rule.id == name)
    return found


def with_rule(name: str, rules: Ruleset = DEFAULTS, **changes: Any) -> Ruleset:
    """The set with one rule's fields changed."""
    return replace(
        rules, rules=tuple(replace(rule, **changes) if rule.id == name else rule for rule in rules.rules)
    )


def asking(name: str, rules: Ruleset = DEFAULTS, **changes: Any) -> Ruleset:
    """The set with fields of one rule's predicate changed."""
    return with_rule(name, rules, predicate=replace(rule_of(name, rules).predicate, **changes))


def limited(name: str, *steps: tuple[int | str, int], rules: Ruleset = DEFAULTS) -> Ruleset:
    """The set with a limit rule's steps changed to these limits and delays."""
    return asking(name, rules, steps=tuple(Step(Decimal(limit), delay_s) for limit, delay_s in steps))


def without(*names: str, rules: Ruleset = DEFAULTS) -> Ruleset:
    """The set without the rules of these ids."""
    return replace(rules, rules=tuple(rule for rule in rules.rules if rule.id not in names))


def with_more(*more: Rule, rules: Ruleset = DEFAULTS) -> Ruleset:
    """The set with further rules at its end."""
    return replace(rules, rules=(*rules.rules, *more))


def limits_of(rules: Ruleset, signal: str, side: str, phase: str) -> Iterable[tuple[Rule, Limit]]:
    """The limit rules of one side of a signal in a phase."""
    for rule in rules.rules:
        asked = rule.predicate
        if (
            isinstance(asked, Limit)
            and (asked.parameter, asked.side) == (signal, side)
            and phase in rule.phases
        ):
            yield rule, asked


def one_fault(rules: Ruleset, *words: str) -> None:
    """Assert that the set has faults, all sentences, and that one of them says all these words."""
    found = faults(rules)
    assert any(all(word in fault for word in words) for fault in found), found
    assert all(fault.endswith((".", ")")) for fault in found)
