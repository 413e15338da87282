"""A ruleset made ready for judging: for each phase, which rule looks at which parameter, and how.

It also knows what a profile leaves of it. Without secondary alarms there remain the monitor's own, what is
absent or overdue, what staff observe, and that the monitor's own alarms are off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import inf

from reverie.science.vitals.alarms.plans import (
    ARTERIAL,
    CONTINUOUS,
    CUFF,
    MEASURED_BY,
    PRESSURES,
    PULSE,
    Bound,
    Counted,
    Plan,
    Prepared,
    Way,
    WayKey,
)
from reverie.science.vitals.alarms.rules import (
    FromMonitor,
    Limit,
    Lost,
    NoBreath,
    OverBaseline,
    Overdue,
    Profile,
    Projection,
    Rise,
    Rule,
    Ruleset,
    Seen,
    Silent,
    Stale,
    Technical,
)
from reverie.science.vitals.alarms.runs import AT_ONCE, SLOWLY, Pace
from reverie.science.vitals.alarms.told import PHASES

# how quickly a held alarm eases and returns: by time, within these bounds
_LEAST_EASE_MS, _MOST_EASE_MS = 3_000, 6_000
_LEAST_ARTERIAL_MS = 10_000
# one value of SpO2 that stands alone must stand for so long
_LEAST_SPO2_MS = 1_000
_ARTERIAL_WAY = 100
NO_BAND = (Decimal(-inf), Decimal(inf))
_LEAST_BREATH = {"rr": Decimal(1), "etco2": Decimal(4)}


def prepare(rules: Ruleset, profile: Profile) -> Prepared:
    """What the engine needs of `rules` under `profile`."""
    text = repr((rules.edition, rules.rules, sorted(rules.silences.items()), rules.timing, profile))
    chosen = [(order, rule) for order, rule in enumerate(rules.rules) if _is_on(rule, profile)]
    rearm_ms = rules.timing.rearm_s * 1000
    baselines = frozenset(
        asked.parameter
        for _, rule in chosen
        if isinstance(asked := rule.predicate, OverBaseline)
        or (isinstance(asked, Limit) and asked.resting_below is not None)
    )
    return Prepared(
        {phase: _plan(chosen, phase, rearm_ms, baselines) for phase in PHASES},
        _without_cycles(rules.silences),
        rearm_ms,
        hashlib.sha256(text.encode()).hexdigest(),
        rules,
    )


def _is_on(rule: Rule, profile: Profile) -> bool:
    asked = rule.predicate
    if not profile.secondary_alarms:
        return isinstance(asked, FromMonitor | Lost | Silent | Stale | Overdue | Seen) or (
            isinstance(asked, Technical) and asked.why == "inhibited"
        )
    if rule.sign == "slope":
        return profile.slope_rules
    return profile.prediction or rule.sign != "prediction"


def _plan(chosen: Iterable[tuple[int, Rule]], phase: str, rearm_ms: int, baselines: frozenset[str]) -> Plan:
    ways: dict[WayKey, Way] = {}
    limits: dict[str, list[Bound]] = {}
    counted: dict[str, list[Counted]] = {}
    by_kind: dict[type, list[Way]] = {}
    technical: dict[str, list[Way]] = {}
    named: set[str] = set(CONTINUOUS)
    for order, rule in chosen:
        if phase not in rule.phases:
            continue
        asked = rule.predicate
        if isinstance(asked, Limit | OverBaseline | Rise | Projection):
            for item in _looks(rule, asked, order, rearm_ms):
                ways[item.way.key] = item.way
                for parameter in item.way.parameters:
                    if isinstance(item, Bound):
                        limits.setdefault(parameter, []).append(item)
                    else:
                        counted.setdefault(parameter, []).append(item)
            continue
        for way in _waits(rule, order, rearm_ms):
            ways[way.key] = way
            by_kind.setdefault(type(asked), []).append(way)
            named |= way.parameters
            if isinstance(asked, Technical):
                technical.setdefault(asked.why, []).append(way)
    named |= set(limits)
    return Plan(
        ways,
        {
            parameter: _band(parameter, limits.get(parameter, ()))
            for parameter in sorted(named - PRESSURES - set(counted))
        },
        {parameter: tuple(bounds) for parameter, bounds in limits.items()},
        {parameter: tuple(found) for parameter, found in counted.items()},
        baselines,
        frozenset(
            parameter for signal in baselines for parameter in MEASURED_BY.get(signal, (signal,))
        ) if phase == "before" else frozenset(),
        {kind: tuple(found) for kind, found in by_kind.items()},
        {why: tuple(found) for why, found in technical.items()},
    )  # fmt: skip


def _looks(
    rule: Rule, asked: Limit | OverBaseline | Rise | Projection, order: int, rearm_ms: int
) -> Iterable[Bound | Counted]:
    """The looks of a rule at values, for each kind of measurement that gives its signal."""
    signal = asked.parameter
    parameters = frozenset(MEASURED_BY.get(signal, (signal,)))
    single = not isinstance(asked, Limit) or asked.readings > 1
    for own, first in ((parameters - ARTERIAL, 0), (parameters & ARTERIAL, _ARTERIAL_WAY)):
        if not own:
            continue
        by_count = single or bool(own & CUFF)
        if not isinstance(asked, Limit):
            way = Way(rule, first, order, Pace(0, 0, rearm_ms), own)
            yield Counted(way, asked, signal, None)
            continue
        for index, step in enumerate(asked.steps, first):
            delay_ms = step.delay_s * 1000
            if first and not single:
                delay_ms = max(delay_ms, _LEAST_ARTERIAL_MS)
            at_once = signal == "spo2" and delay_ms < 2 * _LEAST_SPO2_MS
            if at_once:
                delay_ms = max(delay_ms, _LEAST_SPO2_MS)
            ease_ms = 0 if by_count else min(max(delay_ms, _LEAST_EASE_MS), _MOST_EASE_MS)
            way = Way(rule, index, order, Pace(delay_ms, ease_ms, rearm_ms), own)
            below = asked.side == "below"
            edge = asked.steps[0].limit + (asked.hysteresis if below else -asked.hysteresis)
            bound = Bound(way, asked, signal, step.limit, edge, below, at_once)
            if by_count:
                yield Counted(way, asked, signal, bound)
            else:
                yield bound


def _waits(rule: Rule, order: int, rearm_ms: int) -> Iterable[Way]:
    """The ways of a rule that waits for something to be missing, told or observed."""
    asked = rule.predicate
    parameters: tuple[str, ...] = ()
    delays: tuple[int | None, ...] = (0,)
    steady = False  # a state that is known at each moment, so that easing can be asked to last
    if isinstance(asked, Lost):
        parameters, delays, steady = (*PULSE, "spo2"), (asked.both_s, asked.either_s), True
    elif isinstance(asked, NoBreath):
        parameters, delays, steady = ("rr", "etco2"), (asked.after_s,), True
    elif isinstance(asked, Technical):
        parameters, steady = _TECHNICAL.get(asked.why, ()), asked.why not in ("cuff_failed", "inhibited")
        delays = (asked.after_s,)
    elif isinstance(asked, Stale):
        parameters = tuple(one for name in asked.parameters for one in MEASURED_BY.get(name, (name,)))
    for index, delay_s in enumerate(delays):
        if delay_s is not None:
            delay_ms = delay_s * 1000
            ease_ms = min(max(delay_ms, _LEAST_EASE_MS), _MOST_EASE_MS) if steady else 0
            pace = Pace(delay_ms, ease_ms, rearm_ms, AT_ONCE if isinstance(asked, Lost) else SLOWLY)
            yield Way(rule, index, order, pace, frozenset(parameters))


_TECHNICAL: Mapping[str, tuple[str, ...]] = {
    "probe_off": ("spo2",),
    "leads_off": ("hr",),
    "off_nose": ("rr", "etco2"),
    "doubtful": ("spo2",),
    "cuff_failed": ("nibp_sys", "nibp_dia"),
}


def _band(parameter: str, bounds: Iterable[Bound]) -> tuple[Decimal, Decimal]:
    low, high = NO_BAND
    for bound in bounds:
        if bound.below:
            low = max(low, bound.edge, bound.limit)
        else:
            high = min(high, bound.edge, bound.limit)
    return max(low, _LEAST_BREATH.get(parameter, low)), high


def _without_cycles(silences: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    """Who speaks for whom, directly or through others; groups that would silence each other do not."""
    reached: dict[str, set[str]] = {group: set(others) for group, others in silences.items()}
    grown = True
    while grown:
        grown = False
        for others in reached.values():
            more = {far for other in others for far in reached.get(other, ())} - others
            if more:
                others |= more
                grown = True
    return {
        group: frozenset(other for other in others if other != group and group not in reached.get(other, ()))
        for group, others in reached.items()
    }
