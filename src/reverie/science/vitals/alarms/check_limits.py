"""Whether the limits of a ruleset fit together: on each signal's axis, side by side and priority in priority.

Knows when limits overlap, cross, leave a gap or contradict each other, and which zones they cut the axis
into. It says so in sentences for the person who signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations, pairwise
from typing import NamedTuple

from reverie.science.vitals import parameters
from reverie.science.vitals.alarms.rules import SIDES, SIGNALS, Limit, OverBaseline, Rule, Ruleset
from reverie.science.vitals.alarms.told import PHASES, PRIORITIES

PLAUSIBLE: Mapping[str, parameters.Parameter] = {
    "sbp": parameters.NIBP_SYS,
    "dbp": parameters.NIBP_DIA,
    "hr": parameters.HR,
    "spo2": parameters.SPO2,
    "rr": parameters.RR,
    "etco2": parameters.ETCO2,
}
LONGEST_DELAY_S = 600
MOST_READINGS = 5
_NAMES = {
    "sbp": "systolic pressure",
    "dbp": "diastolic pressure",
    "hr": "heart rate",
    "spo2": "SpO2",
    "rr": "respiratory rate",
    "etco2": "end-tidal CO2",
}


class Zone(NamedTuple):
    """A piece of a signal's axis from `low` to `high` with the priority that a lasting value there has.

    `priority` is "" inside all limits. An end belongs to the milder of the two zones that it parts.
    """

    low: Decimal
    high: Decimal
    priority: str


class Held(NamedTuple):
    """A limit rule as it stands on one side of a signal in one phase."""

    rule: Rule
    limit: Limit

    @property
    def first(self) -> Decimal:
        """The limit that is crossed first."""
        return self.limit.steps[0].limit

    @property
    def slowness(self) -> tuple[int, int, int]:
        """How much it asks for beyond its first limit: readings, their distance, and the delay."""
        return self.limit.readings, self.limit.apart_s, self.limit.steps[0].delay_s


def zones(rules: Ruleset, signal: str, phase: str) -> tuple[Zone, ...]:
    """How the limits cut the plausible axis of `signal` in `phase`, from its low end to its high end.

    For a faultless set, every value lies in one zone (in two of them on a shared end).
    """
    axis = PLAUSIBLE[signal]
    below = _entries(rules, signal, "below", phase)
    above = _entries(rules, signal, "above", phase)
    cuts = [
        (limit, priority) for priority in reversed(PRIORITIES) if (limit := below.get(priority)) is not None
    ]
    found, start = [], axis.low
    for limit, priority in cuts:
        found.append(Zone(start, limit, priority))
        start = limit
    priority = ""
    for next_priority in PRIORITIES:
        if (limit := above.get(next_priority)) is not None:
            found.append(Zone(start, limit, priority))
            start, priority = limit, next_priority
    return (*found, Zone(start, axis.high, priority))


def faults_of_limits(rules: Ruleset) -> Iterator[str]:
    """A sentence for each fault of a limit on its own, and of limits beside each other."""
    sound = True
    for rule in rules.rules:
        if isinstance(rule.predicate, Limit):
            for fault in _own_faults(rule, rule.predicate):
                sound = False
                yield fault
    if not sound:
        return  # limits that make no sense alone cannot be compared
    seen: set[str] = set()
    for signal in SIGNALS:
        for phase in PHASES:
            for fault in _faults_together(rules, signal, phase):
                if fault not in seen:
                    seen.add(fault)
                    yield fault


def _own_faults(rule: Rule, limit: Limit) -> Iterator[str]:
    where = f"Rule “{rule.id}”"
    if limit.parameter not in PLAUSIBLE:
        yield f"{where} looks at “{limit.parameter}”, which is not a signal; known are {', '.join(SIGNALS)}."
        return
    if limit.side not in SIDES:
        yield f"{where}: its side is “{limit.side}”; it must be below or above."
        return
    if not limit.steps:
        yield f"{where} has no limit."
        return
    axis = PLAUSIBLE[limit.parameter]
    for step in limit.steps:
        if not axis.low < step.limit < axis.high:
            yield (
                f"{where}: the limit {step.limit} lies outside what is plausible for "
                f"{_NAMES[limit.parameter]}, {axis.low} to {axis.high} {axis.unit}."
            )
        if not 0 <= step.delay_s <= LONGEST_DELAY_S:
            yield f"{where}: a delay of {step.delay_s} s is not between 0 and {LONGEST_DELAY_S} s."
    for one, other in pairwise(limit.steps):
        if not _deeper(limit.side, other.limit, one.limit):
            yield f"{where}: its limits must go deeper one by one, but {other.limit} follows {one.limit}."
        elif other.delay_s >= one.delay_s:
            yield (
                f"{where}: the deeper limit {other.limit} must need less time than {one.limit}, "
                f"but it needs {other.delay_s} s against {one.delay_s} s."
            )
    most = (axis.high - axis.low) / 10
    if not 0 <= limit.hysteresis <= most:
        yield f"{where}: its hysteresis of {limit.hysteresis} is not between 0 and {most} {axis.unit}."
    yield from _faults_of_readings(where, limit)
    if limit.resting_below is not None:
        if limit.side != "below" or rule.priority == "high":
            yield f"{where}: only a low or medium rule below a limit may spare a patient who rests low."
        elif limit.resting_below > limit.steps[0].limit:
            yield (
                f"{where} spares patients who rest below {limit.resting_below}, but its own limit is "
                f"{limit.steps[0].limit}: some would have no alarm."
            )


def _faults_of_readings(where: str, limit: Limit) -> Iterator[str]:
    if not 1 <= limit.readings <= MOST_READINGS:
        yield f"{where}: {limit.readings} readings in a row is not between 1 and {MOST_READINGS}."
    if limit.apart_s < 0 or limit.within_s < 0 or max(limit.apart_s, limit.within_s) > 3_600:
        yield f"{where}: the distance of its readings must be between 0 and 3600 s."
    elif limit.readings == 1 and (limit.apart_s or limit.within_s):
        yield f"{where} looks at one reading only: a distance of readings says nothing."
    elif limit.within_s and limit.within_s < limit.apart_s:
        yield (
            f"{where}: its readings must be {limit.apart_s} s apart but within {limit.within_s} s, "
            "which cannot be."
        )


def _faults_together(rules: Ruleset, signal: str, phase: str) -> Iterator[str]:
    for side in SIDES:
        yield from _faults_of_side(_held(rules, signal, side, phase), signal, side, phase)
    below, above = _held(rules, signal, "below", phase), _held(rules, signal, "above", phase)
    for low in below:
        for high in above:
            bottom, top = low.first + low.limit.hysteresis, high.first - high.limit.hysteresis
            if bottom > top:
                yield (
                    f"Rules “{low.rule.id}” and “{high.rule.id}” contradict each other in {phase}: between "
                    f"{low.first} and {high.first} there is no room (with their hysteresis) for a "
                    f"{_NAMES[signal]} without an alarm."
                )


def _faults_of_side(held: list[Held], signal: str, side: str, phase: str) -> Iterator[str]:
    axis = f"{_NAMES[signal]} {side} in {phase}"
    for one, other in combinations(held, 2):
        mild, grave = sorted((one, other), key=lambda each: PRIORITIES.index(each.rule.priority))
        names = f"“{mild.rule.id}” ({mild.rule.priority} {side} {mild.first})"
        others = f"“{grave.rule.id}” ({grave.rule.priority} {side} {grave.first})"
        if mild.rule.priority == grave.rule.priority:
            if _never_first(one, other) or _never_first(other, one):
                yield f"Rules {names} and {others} overlap: one of them never speaks. ({axis})"
        elif _deeper(side, mild.first, grave.first):
            yield (
                f"Rules {names} and {others} cross: the {mild.rule.priority} limit must come before the "
                f"{grave.rule.priority} one. ({axis})"
            )
        elif mild.first == grave.first and mild.slowness >= grave.slowness:
            yield (
                f"Rules {names} and {others} overlap: at the same limit the {mild.rule.priority} one never "
                f"speaks. ({axis})"
            )
    there = {each.rule.priority for each in held}
    if {"low", "high"} <= there and "medium" not in there:
        yield f"There is a gap: {axis} has a low and a high rule, but no medium one."


def _never_first(one: Held, other: Held) -> bool:
    """Whether `one` can only hold where `other` of the same priority already does."""
    if one.limit.resting_below != other.limit.resting_below or one.limit.not_from != other.limit.not_from:
        return False
    side = one.limit.side
    deeper = one.first == other.first or _deeper(side, one.first, other.first)
    slower = all(mine >= theirs for mine, theirs in zip(one.slowness, other.slowness, strict=True))
    return deeper and slower and len(one.limit.steps) == 1


def faults_of_baselines(rules: Ruleset) -> Iterator[str]:
    """A sentence for each fault of the rules relative to a baseline."""
    held = [(rule, rule.predicate) for rule in rules.rules if isinstance(rule.predicate, OverBaseline)]
    for rule, over in held:
        where = f"Rule “{rule.id}”"
        if over.parameter not in PLAUSIBLE:
            yield f"{where} looks at “{over.parameter}”, which is not a signal."
            continue
        axis = PLAUSIBLE[over.parameter]
        if over.percent is None and over.absolute is None:
            yield f"{where} asks neither for a percentage nor for a difference."
        if over.percent is not None and not 5 <= over.percent <= 100:
            yield f"{where}: {over.percent} % over the baseline is not between 5 and 100 %."
        if over.absolute is not None and not 5 <= over.absolute <= 150:
            yield f"{where}: {over.absolute} {axis.unit} over the baseline is not between 5 and 150."
        if not axis.low <= over.counts_from <= axis.high:
            yield f"{where} counts from {over.counts_from} {axis.unit}, which is not plausible."
        if not 0 <= over.hysteresis <= (axis.high - axis.low) / 10:
            yield f"{where}: its hysteresis of {over.hysteresis} {axis.unit} is too wide or below 0."
        if not 1 <= over.readings <= MOST_READINGS:
            yield f"{where}: {over.readings} readings in a row is not between 1 and {MOST_READINGS}."
    for (one, first), (other, second) in combinations(held, 2):
        if first.parameter != second.parameter or not set(one.phases) & set(other.phases):
            continue
        if (
            one.priority not in PRIORITIES
            or other.priority not in PRIORITIES
            or one.priority == other.priority
        ):
            continue
        pair = ((one, first), (other, second))
        (mild, milder), (grave, graver) = sorted(pair, key=lambda each: PRIORITIES.index(each[0].priority))
        for what, low, high in (
            ("percentage", milder.percent, graver.percent),
            ("difference", milder.absolute, graver.absolute),
        ):
            if low is not None and high is not None and low >= high:
                yield (
                    f"Rules “{mild.id}” ({mild.priority}) and “{grave.id}” ({grave.priority}) cross: their "
                    f"{what} over the baseline is {low} against {high}."
                )


def _deeper(side: str, one: Decimal, other: Decimal) -> bool:
    return one > other if side == "above" else one < other


def _held(rules: Ruleset, signal: str, side: str, phase: str) -> list[Held]:
    return [
        Held(rule, rule.predicate)
        for rule in rules.rules
        if isinstance(rule.predicate, Limit)
        and (rule.predicate.parameter, rule.predicate.side) == (signal, side)
        and phase in rule.phases
        and rule.priority in PRIORITIES
    ]


def _entries(rules: Ruleset, signal: str, side: str, phase: str) -> dict[str, Decimal]:
    """The first limit of each priority on one side; what a weightier one covers is left out."""
    found: dict[str, Decimal] = {}
    for each in _held(rules, signal, side, phase):
        held = found.get(each.rule.priority)
        if held is None or _deeper(side, held, each.first):
            found[each.rule.priority] = each.first
    shown: dict[str, Decimal] = {}
    for priority in reversed(PRIORITIES):
        limit = found.get(priority)
        if limit is not None and all(_deeper(side, graver, limit) for graver in shown.values()):
            shown[priority] = limit
    return shown
