"""Limits on what comes continuously: where a value lies, and what that means for each rule.

A limit itself is allowed. A value stands until the next one, for as long as its source usually takes; a
value that a person took is judged at once. A missing value neither raises an alarm nor ends one.
"""

from __future__ import annotations

from decimal import Decimal
from statistics import median

from reverie.science.vitals import parameters
from reverie.science.vitals.alarms.arbitration import is_outranked, may_speak, take_over
from reverie.science.vitals.alarms.filters import (
    COUNTS,
    MOST_SUPPRESSED_MS,
    RAISES,
    SPO2_SHORT_WINDOW_MS,
    SPO2_WINDOW_MS,
    doubt,
    middle,
    stand_ms,
    usable,
)
from reverie.science.vitals.alarms.memory import Key, Memory, Track
from reverie.science.vitals.alarms.plans import Bound, Plan, weight
from reverie.science.vitals.alarms.runs import BAND, BEYOND, CLEAR, UNKNOWN
from reverie.science.vitals.alarms.told import BY_HAND, Input, Sample

UNITS = {meaning.parameter.name: meaning.parameter.unit for meaning in parameters.MEANINGS}
LEAST_BASELINE_READINGS = 2
# five minutes apart, less what a cuff reading itself takes
LEAST_BASELINE_MS = 270_000
DOUBTABLE = ("hr", "pr", "spo2")
_RECENT_GAPS = 5

Seen = tuple[Bound, int, int]  # a bound, the level of a value, and for how long it has been beyond already
_UNSEEN = (UNKNOWN, 0)
_FLAT_CO2_MMHG = Decimal(3)


def input_of(sample: Sample, value: Decimal | None = None) -> Input:
    """A sample as something that was judged."""
    shown = sample.value if value is None else value
    text = None if shown is None or not shown.is_finite() else format(shown, "f")
    return Input(sample.parameter, text, UNITS.get(sample.parameter, ""), sample.device, sample.measured_ms)


def level_of(bound: Bound, value: Decimal) -> int:
    """Beyond the limit, between it and the edge of its hysteresis, or inside."""
    if bound.below:
        return BEYOND if value < bound.limit else CLEAR if value >= bound.edge else BAND
    return BEYOND if value > bound.limit else CLEAR if value <= bound.edge else BAND


def baseline(m: Memory, signal: str) -> Decimal | None:
    """The median of the session's readings before the drug; None while it is not known."""
    readings = m.baselines.get(signal, ())
    if len(readings) < LEAST_BASELINE_READINGS or readings[-1][0] - readings[0][0] < LEAST_BASELINE_MS:
        return None
    return median(value for _, value in readings)


def is_resting(m: Memory, bound: Bound) -> bool:
    """Whether the patient's own baseline lies beyond the limit, so that the rule is not for them."""
    limit = bound.asked.resting_below
    own = None if limit is None else baseline(m, bound.signal)
    if limit is None or own is None:
        return False
    return own < limit if bound.below else own > limit


def feed(m: Memory, plan: Plan, key: Key, track: Track, sample: Sample, at_ms: int) -> None:
    """Judge one value of a continuous parameter by every limit on it."""
    parameter = sample.parameter
    bounds = plan.limits.get(parameter, ())
    value = sample.value
    use = usable(value, sample.validity)
    by_hand = sample.device == BY_HAND
    doubtable = parameter in DOUBTABLE and not by_hand
    if use < RAISES or value is None:
        for bound in bounds:
            m.feed(bound.way, key, at_ms, UNKNOWN, ())
        if doubtable:
            _suppress(m, plan, sample, at_ms, hides=False)
        return
    if is_outranked(m, key, at_ms):
        return
    seen = [(bound, *_see(m, key, track, bound, value, use, sample, at_ms)) for bound in bounds]
    if doubtable:
        seen = _doubt(m, plan, key, sample, seen, use, at_ms)
    until_ms = at_ms + stand_ms(sample.device, track.gap_ms)
    inputs = (input_of(sample),)
    for bound, level, credit_ms in seen:
        m.feed(bound.way, key, at_ms, level, inputs, until_ms=until_ms, credit_ms=credit_ms)
        if level == CLEAR:
            take_over(m, plan, key, bound, at_ms, inputs)


def _see(
    m: Memory, key: Key, track: Track, bound: Bound, value: Decimal, use: int, sample: Sample, at_ms: int
) -> tuple[int, int]:
    """The level that a value means for a bound, and if it is beyond, for how long it has been already."""
    if not may_speak(m, key, bound):
        return _UNSEEN
    if is_resting(m, bound):
        return CLEAR, 0
    if bound.signal == "rr" and value == 0 and sample.device != BY_HAND:
        return _UNSEEN
    if bound.signal == "etco2" and value <= _FLAT_CO2_MMHG:
        return _UNSEEN
    credit_ms = 0
    if sample.device == BY_HAND:
        credit_ms = bound.way.pace.delay_ms
    elif bound.signal == "spo2" and use == COUNTS:
        value, since_ms = _settled(bound, track, value)
        credit_ms = at_ms - since_ms
    level = level_of(bound, value)
    if use == RAISES and (level != BEYOND or usable(value, sample.validity, bound.below) != RAISES):
        return _UNSEEN
    return level, credit_ms


def _settled(bound: Bound, track: Track, value: Decimal) -> tuple[Decimal, int]:
    """SpO2 as a bound sees it, and since when: the median in time, or of the last values where they are few.

    A value beyond that stands too much alone is taken for one on the limit itself, which is nothing.
    """
    window_ms, most = (SPO2_SHORT_WINDOW_MS, 3) if bound.at_once else (SPO2_WINDOW_MS, 5)
    at_ms = track.at_ms
    seldom = not 0 < track.gap_ms < SPO2_WINDOW_MS
    if seldom:
        window_ms = _RECENT_GAPS * track.gap_ms + 1
    recent = [one for one in track.recent[-most:] if one[0] > at_ms - window_ms]
    beyond = [when for when, one in recent if level_of(bound, one) == BEYOND]
    if seldom:
        alone = level_of(bound, value) == BEYOND and len(beyond) <= most // 2
        value = bound.limit if alone else value
    elif recent:
        value = middle([one for _, one in recent])
    return value, min(beyond, default=at_ms)


def _doubt(
    m: Memory, plan: Plan, key: Key, sample: Sample, seen: list[Seen], use: int, at_ms: int
) -> list[Seen]:
    """What is left of levels where a value is in doubt: for a minute it raises nothing and ends nothing.

    An alarm that holds already is not touched by a value beyond.
    """
    parameter = sample.parameter
    holding = [one for one in seen if _holds(m, one[0], key)]
    least = max((weight(bound.way.rule.priority) for bound, _, _ in holding), default=-1)
    beyond = [one for one in seen if one[1] == BEYOND]
    news = [one for one in beyond if weight(one[0].way.rule.priority) > least]
    reason = "flag" if use == RAISES else doubt(m, parameter, at_ms) if beyond or holding else ""
    since_ms = at_ms - max((credit_ms for _, _, credit_ms in news), default=0)
    _suppress(m, plan, sample, since_ms, hides=bool(reason and news), doubtful=bool(reason))
    if not reason:
        m.doubted.pop(parameter, None)
        return seen
    hidden_ms = at_ms - m.suppressed.get(parameter, at_ms)
    if max(hidden_ms, at_ms - m.doubted.setdefault(parameter, since_ms)) >= MOST_SUPPRESSED_MS:
        return [(bound, level, max(credit_ms, hidden_ms)) for bound, level, credit_ms in seen]
    return [one if one in holding and one[1] == BEYOND else (one[0], *_UNSEEN) for one in seen]


def _holds(m: Memory, bound: Bound, key: Key) -> bool:
    run = m.runs.get((*bound.way.key, key))
    return run is not None and run.held_ms is not None and run.eased_ms is None


def _suppress(
    m: Memory, plan: Plan, sample: Sample, since_ms: int, *, hides: bool, doubtful: bool = False
) -> None:
    """Keep since when a value beyond a limit is in doubt, and tell that it is."""
    parameter = sample.parameter
    if hides:
        m.suppressed.setdefault(parameter, since_ms)
    else:
        m.suppressed.pop(parameter, None)
    for way in plan.technical.get("doubtful", ()):
        m.feed(way, (parameter,), sample.at_ms, BEYOND if doubtful else CLEAR, (input_of(sample),))
