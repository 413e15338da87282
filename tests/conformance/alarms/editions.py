"""The editions that scripts name: the defaults, a stricter one, and a profile without secondary alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from reverie.science.simulation.alarmed import Rules
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Limit, Profile, Rule, Ruleset


def stricter(rules: Ruleset, edition: str = "strict") -> Ruleset:
    """The rules with a high SpO2 alarm below 93 where it was below 90."""

    def change(rule: Rule) -> Rule:
        seen = rule.predicate
        if not isinstance(seen, Limit) or seen.parameter != "spo2" or rule.priority != "high":
            return rule
        steps = tuple(replace(step, limit=Decimal(93)) if step.limit == 90 else step for step in seen.steps)
        return replace(rule, predicate=replace(seen, steps=steps))

    return replace(rules, rules=tuple(change(rule) for rule in rules.rules), edition=edition)


EDITIONS: Mapping[str, Rules] = {
    "": (DEFAULTS, Profile()),
    "strict": (stricter(DEFAULTS), Profile()),
    "secondary-off": (DEFAULTS, Profile(secondary_alarms=False)),
}
