"""One sample that needs a look: kept, then judged by all that looks at it."""

from __future__ import annotations

from collections.abc import Sequence

from reverie.science.vitals.alarms import late, limits, readings
from reverie.science.vitals.alarms.arbitration import HAND_STANDS_MS, compare, is_outranked, key_of
from reverie.science.vitals.alarms.filters import (
    COUNTS,
    CUFF_STAND_MS,
    NONE,
    freshest,
    is_fresh,
    learn_gap,
    stand_ms,
    usable,
)
from reverie.science.vitals.alarms.memory import Key, Memory, Track
from reverie.science.vitals.alarms.plans import ARTERIAL, CUFF, MEASURED_BY, PRESSURES, PULSE, Plan
from reverie.science.vitals.alarms.runs import BEYOND, CLEAR
from reverie.science.vitals.alarms.told import BY_HAND, Sample
from reverie.science.vitals.parameters import LEAST_PULSE_PRESSURE_MMHG

SIGNAL_OF = {parameter: signal for signal, names in MEASURED_BY.items() for parameter in names}
_BASELINE_STEP_MS = 60_000
MOST_SOURCES = 16  # of one parameter; a chair has a few
_PARTNERS = {"nibp_sys": "nibp_dia", "nibp_dia": "nibp_sys", "art_sys": "art_dia", "art_dia": "art_sys"}
_FAILED = ("invalid", "overflow", "underflow")


def take(m: Memory, plan: Plan, sample: Sample) -> bool:
    """Keep and judge a sample; whether what is absent must be looked at anew."""
    if sample.late:
        late.take(m, plan, sample, sample.at_ms)
        return True
    if sample.parameter in PRESSURES:
        return _take_pressure(m, plan, sample)
    key, at_ms, parameter = key_of(sample), sample.at_ms, sample.parameter
    before, suppressed_ms = m.tracks.get(key), m.suppressed.get(parameter)
    track = _keep(m, key, sample)
    use = usable(sample.value, sample.validity)
    if use == COUNTS and sample.value is not None and not is_outranked(m, key, at_ms):
        signal = SIGNAL_OF.get(parameter, parameter)
        if parameter in plan.collects:
            known = m.baselines.get(signal, ())
            if not known or at_ms - known[-1][0] >= _BASELINE_STEP_MS:
                readings.collect(m, signal, sample.measured_ms, sample.value)
        if parameter in plan.counted:
            readings.remember(m, plan, key, signal, sample, False)
    limits.feed(m, plan, key, track, sample, at_ms)
    if parameter in plan.counted and not is_outranked(m, key, at_ms):
        readings.feed(m, plan, key, sample, at_ms)
    compare(m, plan, parameter, at_ms)
    return (
        before is None
        or before.bad_ms is not None
        or track.bad_ms is not None
        or m.suppressed.get(parameter) != suppressed_ms
        or parameter in m.missed
        or parameter in ("rr", "etco2")
    )


def take_again(m: Memory, plan: Plan, at_ms: int) -> None:
    """Judge what is known by rules that came to hold only now."""
    for key, track in list(m.tracks.items()):
        device, parameter, channel, code = key
        if device == "late" or track.value is None or track.measured_ms is None:
            continue
        if not is_fresh(key, track, at_ms) and parameter not in CUFF:
            continue
        if parameter in CUFF and at_ms - track.at_ms >= CUFF_STAND_MS:
            continue
        # a count by hand gives way to a device that has spoken since
        if device == BY_HAND and at_ms - track.at_ms >= HAND_STANDS_MS and _is_measured(m, parameter, at_ms):
            continue
        sample = Sample(device, parameter, track.value, "valid", at_ms, track.measured_ms, code, channel)
        if parameter in plan.counted:
            readings.feed_again(m, plan, key, sample, at_ms)
        if parameter in plan.limits:
            limits.feed(m, plan, key, track, sample, at_ms)


def _is_measured(m: Memory, parameter: str, at_ms: int) -> bool:
    names = MEASURED_BY.get(SIGNAL_OF.get(parameter, parameter), (parameter,))
    return any(freshest(m, name, at_ms) is not None for name in names)


def mark_torn(samples: Sequence[Sample], index: int) -> bool:
    """Whether a pressure's two ends, in one message, are too close together to be a pressure."""
    one = samples[index]
    partner = _PARTNERS.get(one.parameter)
    if partner is None or one.value is None or not one.value.is_finite():
        return False
    for way in (range(index - 1, -1, -1), range(index + 1, len(samples))):
        for place in way:
            other = samples[place]
            if other.at_ms != one.at_ms:
                break
            if (other.parameter, other.device, other.measured_ms) != (partner, one.device, one.measured_ms):
                continue
            if other.value is None or not other.value.is_finite():
                continue
            above, below = (one, other) if one.parameter.endswith("sys") else (other, one)
            assert above.value is not None
            assert below.value is not None
            if above.value - below.value < LEAST_PULSE_PRESSURE_MMHG:
                return True
    return False


def _keep(m: Memory, key: Key, sample: Sample) -> Track:
    """Remember what came, and from where."""
    at_ms, value, before = sample.at_ms, sample.value, m.tracks.get(key)
    use = usable(value, sample.validity)
    if before is None:
        others = m.sources.get(key[1], ())
        if len(others) >= MOST_SOURCES:
            others = _forget_one(m, others)
        m.sources[key[1]] = (*others, key)
        if key[0] != BY_HAND and any(other[0] not in (BY_HAND, key[0]) for other in others):
            m.crowded |= {key[1]}
        if m.first_ms is None and key[1] in (*PULSE, "spo2") and key[0] != BY_HAND:
            m.first_ms = at_ms
        before = Track(None, at_ms, None, 0)
    gap_ms = 0 if key[0] == BY_HAND else learn_gap(before.gap_ms, at_ms - before.at_ms)
    recent = before.recent
    if use == NONE or value is None:
        bad_ms = at_ms if before.bad_ms is None else before.bad_ms
        track = Track(before.value, at_ms, before.measured_ms, gap_ms, recent, bad_ms)
    else:
        measured_ms = sample.measured_ms if use == COUNTS else before.measured_ms
        if key[1] == "spo2" and use == COUNTS:
            recent = (*recent[-4:], (at_ms, value))
        track = Track(value, at_ms, measured_ms, gap_ms, recent, None)
    m.tracks[key] = track
    m.expect(at_ms + stand_ms(key[0], gap_ms))
    return track


def _forget_one(m: Memory, keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The sources without the one that was silent for longest; an alarm that only it holds stays."""
    oldest = min(keys, key=lambda key: (m.tracks[key].at_ms, key))
    del m.tracks[oldest]
    m.history.pop(oldest, None)
    for place in [place for place in m.runs if place[2] == oldest]:
        others = (run for other, run in m.runs.items() if other[:2] == place[:2] and other != place)
        if m.runs[place].held_ms is None or any(run.held_ms is not None for run in others):
            m.put(place, None)
    return tuple(key for key in keys if key != oldest)


def _take_pressure(m: Memory, plan: Plan, sample: Sample) -> bool:
    key, at_ms, parameter = key_of(sample), sample.at_ms, sample.parameter
    use = usable(sample.value, sample.validity)
    if parameter in CUFF and use == NONE:
        # between its readings a cuff has no value, which is no failure
        if sample.validity in _FAILED:
            for way in plan.technical.get("cuff_failed", ()):
                m.feed(way, ("cuff",), at_ms, BEYOND, (limits.input_of(sample),))
        return False
    if use != NONE and readings.is_same(m, key, sample, at_ms):
        m.tracks[key] = m.tracks[key]._replace(at_ms=at_ms)
        return False
    before = m.tracks.get(key)
    _keep(m, key, sample)
    if parameter in CUFF:
        for way in plan.technical.get("cuff_failed", ()):
            m.feed(way, ("cuff",), at_ms, CLEAR, (limits.input_of(sample),))
    if use == COUNTS:
        readings.remember(m, plan, key, SIGNAL_OF[parameter], sample, parameter in plan.collects)
    readings.feed(m, plan, key, sample, at_ms)
    if parameter in ARTERIAL:
        limits.feed(m, plan, key, m.tracks[key], sample, at_ms)
        compare(m, plan, parameter, at_ms)
    return before is None or parameter in m.missed
