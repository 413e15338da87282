"""Values that tell of the past: judged along their own times, and told without a sound.

They make a pressure fresher, and they fill the baseline. They say nothing of now: no alarm ends by them.
"""

from __future__ import annotations

from reverie.science.vitals.alarms import readings
from reverie.science.vitals.alarms.arbitration import key_of, may_speak
from reverie.science.vitals.alarms.filters import COUNTS, learn_gap, stand_ms, usable
from reverie.science.vitals.alarms.limits import input_of, is_resting, level_of
from reverie.science.vitals.alarms.memory import Key, Memory, Track
from reverie.science.vitals.alarms.plans import PRESSURES, Plan, Way
from reverie.science.vitals.alarms.runs import BEYOND, CLEAR, NEVER, begin, due_ms, ripen, turn
from reverie.science.vitals.alarms.told import BY_HAND, Input, Sample

LATE = "late"  # also the subject of what is told of the past, so that it never speaks for what is now


def take(m: Memory, plan: Plan, sample: Sample, at_ms: int) -> None:
    """Judge a value of the past, which came at `at_ms`."""
    value = sample.value
    if value is None or usable(value, sample.validity) < COUNTS:
        return
    live = key_of(sample)
    key: Key = (LATE, sample.parameter, f"{live[0]} {live[2]}", live[3])
    if sample.parameter in PRESSURES:
        if readings.is_known(m, live, sample):
            return
        _freshen(m, live, sample)
        signal = "sbp" if sample.parameter.endswith("sys") else "dbp"
        readings.remember(m, plan, key, signal, sample, sample.parameter in plan.collects)
        for counted, inputs in readings.see_late(m, plan, key, sample):
            _tell(m, counted.way, key, sample.measured_ms, sample.measured_ms, inputs, at_ms)
        return
    last = m.tracks.get(key)
    if last is not None and sample.measured_ms <= last.at_ms:
        return
    gap_ms = 0 if last is None else learn_gap(last.gap_ms, sample.measured_ms - last.at_ms)
    m.tracks[key] = Track(value, sample.measured_ms, sample.measured_ms, gap_ms)
    until_ms = sample.measured_ms + stand_ms(sample.device, gap_ms)
    for bound in plan.limits.get(sample.parameter, ()):
        if not may_speak(m, live, bound) or is_resting(m, bound):
            continue
        level = level_of(bound, value)
        place = (*bound.way.key, key)
        run = m.late_runs.get(place)
        pace = bound.way.pace
        while run is not None and due_ms(run, pace) <= sample.measured_ms:
            run = ripen(run, pace, due_ms(run, pace))
        inputs = (input_of(sample),)
        if run is None and level == BEYOND:
            run = begin(sample.measured_ms, until_ms, inputs)
        credit_ms = pace.delay_ms if sample.device == BY_HAND else 0
        if run is not None:
            run = turn(run, pace, sample.measured_ms, level, until_ms, inputs, credit_ms)
        if run is None:
            m.late_runs.pop(place, None)
        else:
            m.late_runs[place] = run
            if run.held_ms is not None and run.eased_ms is None:
                _tell(m, bound.way, key, run.onset_ms, run.held_ms, run.inputs, at_ms)


def _freshen(m: Memory, key: Key, sample: Sample) -> None:
    track = m.tracks.get(key)
    if track is None:
        m.tracks[key] = Track(None, sample.measured_ms, sample.measured_ms, 0)
        m.sources[key[1]] = (*m.sources.get(key[1], ()), key)
    elif track.measured_ms is None or sample.measured_ms > track.measured_ms:
        m.tracks[key] = track._replace(measured_ms=sample.measured_ms)


def _tell(
    m: Memory, way: Way, key: Key, onset_ms: int, held_ms: int, inputs: tuple[Input, ...], at_ms: int
) -> None:
    """A run that held in the past, is eased now, and never sounds."""
    run = begin(at_ms, NEVER, inputs, subject=LATE)
    run = run._replace(level=CLEAR, onset_ms=onset_ms, held_ms=held_ms, eased_ms=at_ms, silent=True)
    m.put((*way.key, key), run)
