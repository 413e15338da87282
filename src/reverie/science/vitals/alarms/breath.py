"""Whether the patient breathes, by capnography.

No breath with the line on the nose is apnoea. Where the line may be off, or the chest still moves, it is
unsure: technical at first, then somebody must look; apnoea as soon as SpO2 falls, the pulse is gone or the
chest stands still, and after a minute where no rule asks somebody to look. A moving chest never proves
breath: an obstructed patient moves it too.
"""

from __future__ import annotations

from decimal import Decimal

from reverie.science.vitals.alarms.absence import is_off, presence
from reverie.science.vitals.alarms.arbitration import is_capnography
from reverie.science.vitals.alarms.filters import freshest, is_fresh, stand_ms
from reverie.science.vitals.alarms.memory import Memory
from reverie.science.vitals.alarms.plans import PULSE, Plan
from reverie.science.vitals.alarms.rules import Limit, NoBreath
from reverie.science.vitals.alarms.runs import BEYOND, CLEAR, NEVER, UNKNOWN
from reverie.science.vitals.alarms.told import BY_HAND, Input

NEVER_SEEN, ABSENT, ZERO, THERE = range(4)
BREATHES, UNSURE, APNOEA = range(3)
FLAT_MMHG = Decimal(3)
FALL_PERCENT = Decimal(3)
LEAST_CHEST_PER_MIN = Decimal(4)
MOST_UNSURE_MS = 60_000


def look(m: Memory, plan: Plan, at_ms: int) -> int:
    """Judge breathing at a moment; when to look again."""
    ways, off_nose = plan.by_kind.get(NoBreath, ()), plan.technical.get("off_nose", ())
    if not ways and not off_nose:
        return NEVER
    gas, gas_ms, gas_check_ms, inputs = _gas(m, "etco2", at_ms)
    rate, rate_ms, rate_check_ms, more = _gas(m, "rr", at_ms)
    if gas == rate == NEVER_SEEN:
        return NEVER
    check_ms = min(gas_check_ms, rate_check_ms)
    state = _state(m, gas, rate, at_ms)
    if state == BREATHES:
        m.breathless = None
    elif m.breathless is None:
        times = [when for what, when in ((gas, gas_ms), (rate, rate_ms)) if what in (ABSENT, ZERO)]
        spo2 = freshest(m, "spo2", at_ms)
        m.breathless = min(times, default=at_ms), None if spo2 is None else spo2.value
    since_ms = at_ms if m.breathless is None else m.breathless[0]
    if state == UNSURE and gas != ZERO and rate != ZERO and _was_counted(m, since_ms):
        # somebody counted breaths after the line was gone
        state = BREATHES
    unheard = state == UNSURE and ZERO not in (gas, rate) and not is_off(m, ("etco2", "rr"), at_ms)
    if state == UNSURE and not unheard:
        if _is_worse(m, plan, at_ms):
            state = APNOEA
        elif not any(_asks_unsure(way.rule.predicate) for way in ways):
            if at_ms >= since_ms + MOST_UNSURE_MS:
                state = APNOEA
            else:
                check_ms = min(check_ms, since_ms + MOST_UNSURE_MS)
    credit_ms = max(0, at_ms - since_ms)
    for way in ways:
        sure = state == APNOEA or (state == UNSURE and _asks_unsure(way.rule.predicate))
        level = CLEAR if state == BREATHES else BEYOND if sure and not unheard else UNKNOWN
        m.feed(way, (), at_ms, level, (*inputs, *more), credit_ms=credit_ms)
    for way in off_nose:
        level = UNKNOWN if unheard else BEYOND if state == UNSURE else CLEAR
        m.feed(way, ("off_nose",), at_ms, level, (*inputs, *more), credit_ms=credit_ms)
    return check_ms


def _asks_unsure(asked: object) -> bool:
    return isinstance(asked, NoBreath) and asked.unsure


def _gas(m: Memory, name: str, at_ms: int) -> tuple[int, int, int, tuple[Input, ...]]:
    """What the capnograph says by one of its numbers, since when, when to look again, and as inputs."""
    found, since_ms, check_ms, inputs = NEVER_SEEN, at_ms, NEVER, (Input(name, None),)
    for key in m.sources.get(name, ()):
        if key[0] == BY_HAND or (name == "rr" and not is_capnography(m, key)):
            continue
        track = m.tracks[key]
        value = track.value
        if is_fresh(key, track, at_ms) and value is not None:
            is_zero = value == 0 if name == "rr" else value <= FLAT_MMHG
            what, when = ZERO if is_zero else THERE, track.at_ms
            check_ms = min(check_ms, track.at_ms + stand_ms(key[0], track.gap_ms))
            text: str | None = format(value, "f")
        else:
            what, when = ABSENT, track.at_ms if track.bad_ms is None else track.bad_ms
            text = None
        if what > found:
            found, since_ms = what, when
            inputs = (Input(name, text, "", key[0], track.measured_ms),)
    return found, since_ms, check_ms, inputs


def _state(m: Memory, gas: int, rate: int, at_ms: int) -> int:
    if rate == THERE:
        return UNSURE if gas == ZERO else BREATHES
    if gas == THERE:
        return APNOEA if rate == ZERO else BREATHES
    if ZERO in (gas, rate):
        return UNSURE if _chest(m, at_ms) == THERE else APNOEA
    return UNSURE


def _chest(m: Memory, at_ms: int) -> int:
    """Whether the chest moves, by impedance; that it stands still counts only with the leads on."""
    found = NEVER_SEEN
    for key in m.sources.get("rr", ()):
        if is_capnography(m, key):
            continue
        track = m.tracks[key]
        if is_fresh(key, track, at_ms) and track.value is not None and track.value >= LEAST_CHEST_PER_MIN:
            return THERE
        rate = freshest(m, "hr", at_ms)
        if track.value is not None and rate is not None and track.bad_ms is not None:
            found = ZERO
    return found


def _was_counted(m: Memory, since_ms: int) -> bool:
    for key in m.sources.get("rr", ()):
        track = m.tracks[key]
        if key[0] == BY_HAND and track.value is not None and track.measured_ms is not None:
            return track.value > 0 and track.measured_ms >= since_ms
    return False


def _is_worse(m: Memory, plan: Plan, at_ms: int) -> bool:
    """Whether something else says that there is no breath."""
    if _chest(m, at_ms) == ZERO or presence(m, PULSE, at_ms).gone:
        return True
    before = None if m.breathless is None else m.breathless[1]
    spo2 = freshest(m, "spo2", at_ms)
    if spo2 is None or spo2.value is None:
        return True
    if before is not None and spo2.value <= before - FALL_PERCENT:
        return True
    for (rule, index, _), run in m.runs.items():
        asked = plan.ways[rule, index].rule.predicate
        holds = run.held_ms is not None and run.eased_ms is None
        if holds and isinstance(asked, Limit) and asked.parameter == "spo2":
            return True
    return False
