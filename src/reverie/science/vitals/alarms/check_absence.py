"""Whether the rules of absence, rise and projection fit together: times in order, numbers plausible.

It says so in sentences for the person who signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from reverie.science.vitals.alarms.check_limits import PLAUSIBLE
from reverie.science.vitals.alarms.rules import (
    SIDES,
    WHYS,
    Lost,
    NoBreath,
    Overdue,
    Projection,
    Rise,
    Rule,
    Ruleset,
    Silent,
    Stale,
    Technical,
)
from reverie.science.vitals.alarms.told import PRIORITIES

# what may be asked, from and to (both included), in seconds unless it is a number of intervals or readings
_BOUNDS: dict[tuple[type, str], tuple[Decimal, Decimal]] = {
    (Rise, "within_s"): (Decimal(60), Decimal(3_600)),
    (Rise, "by"): (Decimal(5), Decimal(100)),
    (Rise, "readings"): (Decimal(1), Decimal(5)),
    (Projection, "within_s"): (Decimal(60), Decimal(3_600)),
    (Projection, "readings"): (Decimal(3), Decimal(12)),
    (Stale, "intervals"): (Decimal("1.1"), Decimal(10)),
    (Stale, "most_s"): (Decimal(60), Decimal(7_200)),
    (Lost, "both_s"): (Decimal(0), Decimal(120)),
    (Lost, "either_s"): (Decimal(0), Decimal(300)),
    (Silent, "after_s"): (Decimal(1), Decimal(300)),
    (NoBreath, "after_s"): (Decimal(10), Decimal(180)),
    (Technical, "after_s"): (Decimal(0), Decimal(600)),
    (Overdue, "after_s"): (Decimal(0), Decimal(3_600)),
}
_LONGEST_APNOEA_S = 60
# of two rules of the same thing, the weightier must come later
_ORDERED = {
    Stale: ("intervals", "most_s"),
    Lost: ("both_s", "either_s"),
    Silent: ("after_s",),
    Overdue: ("after_s",),
}


def faults_of_absence(rules: Ruleset) -> Iterator[str]:
    """A sentence for each fault of a rule of absence, rise or projection."""
    for rule in rules.rules:
        yield from _faults_of_bounds(rule)
        yield from _faults_of_kind(rule)
    for one, other in combinations(rules.rules, 2):
        yield from _faults_of_order(one, other)


def _faults_of_bounds(rule: Rule) -> Iterator[str]:
    for (kind, name), (least, most) in _BOUNDS.items():
        if isinstance(rule.predicate, kind):
            value = getattr(rule.predicate, name)
            if value is not None and not least <= value <= most:
                yield f"Rule “{rule.id}”: “{name}” is {value}; it must be between {least} and {most}."


def _faults_of_kind(rule: Rule) -> Iterator[str]:
    where, asked = f"Rule “{rule.id}”", rule.predicate
    if isinstance(asked, Rise | Projection):
        if asked.parameter not in PLAUSIBLE:
            yield f"{where} looks at “{asked.parameter}”, which is not a signal."
            return
        if isinstance(asked, Projection) and asked.side not in SIDES:
            yield f"{where}: its side is “{asked.side}”; it must be below or above."
        axis = PLAUSIBLE[asked.parameter]
        mark = asked.counts_from if isinstance(asked, Rise) else asked.limit
        if not axis.low <= mark <= axis.high:
            yield f"{where}: {mark} lies outside what is plausible, {axis.low} to {axis.high} {axis.unit}."
    elif isinstance(asked, Stale):
        if not asked.parameters:
            yield f"{where} names nothing that could be missing."
        for signal in asked.parameters:
            if signal not in PLAUSIBLE:
                yield f"{where} looks at “{signal}”, which is not a signal."
        if asked.intervals is None and asked.most_s is None:
            yield f"{where} asks neither for intervals nor for a longest time."
    elif isinstance(asked, Lost):
        if asked.both_s is None and asked.either_s is None:
            yield f"{where} asks neither for both nor for either to be lost."
        if asked.both_s is not None and asked.either_s is not None and asked.both_s > asked.either_s:
            yield (
                f"{where}: both pulse and SpO2 lost must alarm no later ({asked.both_s} s) than either "
                f"({asked.either_s} s)."
            )
        if rule.priority == "low":
            yield f"{where}: a lost pulse or SpO2 is never merely technical; it must be medium or high."
    elif isinstance(asked, NoBreath):
        if rule.priority == "low" or (rule.priority == "medium" and not asked.unsure):
            yield f"{where}: breath that stops must be high, breath that cannot be seen at least medium."
        if asked.after_s > _LONGEST_APNOEA_S and not asked.unsure:
            yield f"{where}: no breath for {asked.after_s} s is longer than {_LONGEST_APNOEA_S} s."
    elif isinstance(asked, Technical) and asked.why not in WHYS:
        yield f"{where}: “{asked.why}” is not one of {', '.join(WHYS)}."


def _faults_of_order(one: Rule, other: Rule) -> Iterator[str]:
    kind = type(one.predicate)
    names = _ORDERED.get(kind)
    if names is None or type(other.predicate) is not kind or not set(one.phases) & set(other.phases):
        return
    if (
        isinstance(one.predicate, Stale)
        and isinstance(other.predicate, Stale)
        and not (set(one.predicate.parameters) & set(other.predicate.parameters))
    ):
        return
    if one.priority not in PRIORITIES or other.priority not in PRIORITIES:
        return
    if one.priority == other.priority:
        yield f"Rules “{one.id}” and “{other.id}” overlap: both are {one.priority} and look for the same."
        return
    mild, grave = sorted((one, other), key=lambda rule: PRIORITIES.index(rule.priority))
    for name in names:
        early, late = getattr(mild.predicate, name), getattr(grave.predicate, name)
        if early is not None and late is not None and early >= late:
            yield (
                f"Rules “{mild.id}” ({mild.priority}) and “{grave.id}” ({grave.priority}) cross: “{name}” is "
                f"{early} against {late}, and the weightier must come later."
            )
