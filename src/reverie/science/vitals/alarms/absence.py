"""What is not there: pulse and SpO2 lost, a value too old, a silent device, a set overdue, a probe off.

An absence begins when the last value came, not when it is noticed. A set taken by hand makes a pressure
fresh; it never brings back a lost pulse or SpO2.
"""

from __future__ import annotations

from typing import NamedTuple

from reverie.science.vitals.alarms.filters import stand_ms
from reverie.science.vitals.alarms.memory import NOT_YET, Memory
from reverie.science.vitals.alarms.plans import PULSE, Plan
from reverie.science.vitals.alarms.rules import Lost, Overdue, Silent, Stale
from reverie.science.vitals.alarms.runs import BEYOND, CLEAR, NEVER
from reverie.science.vitals.alarms.told import BY_HAND, Input

LEAST_SILENCE_MS = 10_000  # for so long a device may say nothing, whatever its usual gap


class Presence(NamedTuple):
    """Of one measurement, over all its devices: whether it is gone, and since when it is missing.

    `check_ms` is when that may change of itself.
    """

    gone: bool
    since_ms: int
    check_ms: int
    inputs: tuple[Input, ...]


def presence(m: Memory, names: tuple[str, ...], at_ms: int) -> Presence:
    """Whether any device still gives one of the parameters `names`."""
    gone_ms, since_ms, last = -NEVER, -NEVER, None
    for name in names:
        for key in m.sources.get(name, ()):
            if key[0] == BY_HAND:
                continue
            track = m.tracks[key]
            if track.bad_ms is None:
                stands_ms = max(stand_ms(key[0], track.gap_ms), LEAST_SILENCE_MS)
                gone, since = track.at_ms + stands_ms, track.at_ms
            else:
                gone = since = track.bad_ms
            if last is None or (gone, since) > (gone_ms, since_ms):
                gone_ms, since_ms, last = gone, since, key
    if last is None:
        since = m.phase_since_ms if m.first_ms is None else max(m.phase_since_ms, m.first_ms)
        return Presence(True, since, NEVER, (Input(names[0], None),))
    track = m.tracks[last]
    inputs = (Input(last[1], None, "", last[0], track.measured_ms),)
    if gone_ms <= at_ms:
        return Presence(True, since_ms, NEVER, inputs)
    return Presence(False, since_ms, gone_ms, inputs)


def look(m: Memory, plan: Plan, at_ms: int) -> int:
    """Judge everything that is absent at a moment; when to look again."""
    return min(
        _look_for_pulse_and_spo2(m, plan, at_ms),
        _look_for_age(m, plan, at_ms),
        _look_for_silence(m, plan, at_ms),
        _look_for_due(m, plan, at_ms),
    )


def _look_for_pulse_and_spo2(m: Memory, plan: Plan, at_ms: int) -> int:
    if m.first_ms is None:
        return NEVER
    pulse, spo2 = presence(m, PULSE, at_ms), presence(m, ("spo2",), at_ms)
    for way in plan.by_kind.get(Lost, ()):
        if way.number == 0:
            lost, since_ms = pulse.gone and spo2.gone, max(pulse.since_ms, spo2.since_ms)
        else:
            times = [one.since_ms for one in (pulse, spo2) if one.gone]
            times += m.suppressed.values()
            lost, since_ms = bool(times), min(times, default=at_ms)
        since_ms = max(since_ms, m.phase_since_ms) if m.phase_since_ms <= at_ms else since_ms
        inputs = (*(pulse.inputs if pulse.gone else ()), *(spo2.inputs if spo2.gone else ()))
        if not inputs:
            inputs = tuple(Input(name, None) for name in sorted(m.suppressed)) or (Input("spo2", None),)
        m.feed(
            way,
            (),
            at_ms,
            BEYOND if lost else CLEAR,
            inputs,
            credit_ms=max(0, at_ms - since_ms) if lost else 0,
        )
    _look_for_probes(m, plan, at_ms, spo2)
    return min(pulse.check_ms, spo2.check_ms)


def _look_for_probes(m: Memory, plan: Plan, at_ms: int, spo2: Presence) -> None:
    rate = presence(m, ("hr",), at_ms)
    for why, one, names in (("probe_off", spo2, ("spo2",)), ("leads_off", rate, ("hr",))):
        for way in plan.technical.get(why, ()):
            off = one.gone and is_off(m, names, at_ms)
            credit_ms = at_ms - one.since_ms if off else 0
            level = BEYOND if off else CLEAR
            m.feed(way, (why,), at_ms, level, one.inputs, credit_ms=credit_ms)


def is_off(m: Memory, names: tuple[str, ...], at_ms: int) -> bool:
    """Whether a device that speaks says that it has none of the values, or no longer tells of them.

    A device that is silent, or has only just come back, says nothing of the kind.
    """
    for name in names:
        for key in m.sources.get(name, ()):
            track = m.tracks[key]
            last_ms, before_ms = m.spoke.get(key[0], NOT_YET)
            speaks = at_ms - last_ms < max(stand_ms(key[0], track.gap_ms), LEAST_SILENCE_MS)
            if key[0] != BY_HAND and speaks and (track.bad_ms is not None or track.at_ms < before_ms):
                return True
    return False


def newest_ms(m: Memory, names: frozenset[str]) -> int | None:
    """When the newest usable value of any of the parameters was measured."""
    found = [
        measured
        for name in names
        for key in m.sources.get(name, ())
        if (measured := m.tracks[key].measured_ms) is not None
    ]
    return max(found, default=None)


def _look_for_age(m: Memory, plan: Plan, at_ms: int) -> int:
    check_ms = NEVER
    for way in plan.by_kind.get(Stale, ()):
        asked = way.rule.predicate
        assert isinstance(asked, Stale)
        waits = [] if asked.most_s is None else [asked.most_s * 1000]
        if asked.intervals is not None and m.cuff_interval_ms is not None and way.parameters & _CYCLED:
            waits.append(int(asked.intervals * m.cuff_interval_ms))
        if not waits:
            continue
        newest = newest_ms(m, way.parameters)
        began_ms = m.phase_since_ms if newest is None else newest
        old_ms = began_ms + min(waits)
        inputs = (Input(asked.parameters[0] if asked.parameters else "", None, "", "", newest),)
        if at_ms >= old_ms:
            m.feed(way, (), at_ms, BEYOND, inputs, credit_ms=at_ms - old_ms)
        else:
            m.feed(way, (), at_ms, CLEAR, inputs)
            check_ms = min(check_ms, old_ms)
    return check_ms


_CYCLED = frozenset(("nibp_sys", "nibp_dia"))


def _look_for_silence(m: Memory, plan: Plan, at_ms: int) -> int:
    check_ms = NEVER
    ways = plan.by_kind.get(Silent, ())
    for linked in m.linked if ways else ():
        last_ms = max(linked.since_ms, m.spoke_ms(linked.device))
        quiet_ms = last_ms + (linked.interval_ms or 0)
        inputs = (Input("device", None, "", linked.device, last_ms),)
        for way in ways:
            asked = way.rule.predicate
            assert isinstance(asked, Silent)
            silent_ms = quiet_ms + asked.after_s * 1000
            source = (linked.device,)
            if at_ms >= silent_ms:
                m.feed(way, source, at_ms, BEYOND, inputs, credit_ms=at_ms - last_ms, subject=linked.device)
            else:
                m.feed(way, source, at_ms, CLEAR, inputs)
                check_ms = min(check_ms, silent_ms)
    return check_ms


def _look_for_due(m: Memory, plan: Plan, at_ms: int) -> int:
    check_ms = NEVER
    for way in plan.by_kind.get(Overdue, ()):
        asked = way.rule.predicate
        assert isinstance(asked, Overdue)
        late_ms = NEVER if m.due is None else m.due.due_ms + asked.after_s * 1000
        inputs = (Input("set", None, "", "", None if m.due is None else m.due.due_ms),)
        if at_ms >= late_ms:
            m.feed(way, (), at_ms, BEYOND, inputs, credit_ms=at_ms - late_ms)
        else:
            m.feed(way, (), at_ms, CLEAR, inputs)
            check_ms = min(check_ms, late_ms)
    return check_ms


def forget_unlinked(m: Memory, plan: Plan) -> None:
    """A device that a person took away is not silent."""
    linked = {one.device for one in m.linked}
    for key in list(m.runs):
        way = plan.ways.get(key[:2])
        if way is not None and isinstance(way.rule.predicate, Silent) and key[2][0] not in linked:
            m.put(key, None)
