"""The alarm engine: what was heard and what was not, in; the conditions that hold now, out.

It has no clock and no chance: the same facts with the same times give the same conditions, however they are
cut into steps. Samples of one message come in one step. A situation and a ruleset hold from the step that
brings them. Times that go back count as now. Values inside every limit take the shortest path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reverie.science.vitals.alarms import absence, breath, limits, takes
from reverie.science.vitals.alarms import passed as others
from reverie.science.vitals.alarms.conditions import regroup
from reverie.science.vitals.alarms.filters import learn_gap, stand_ms
from reverie.science.vitals.alarms.memory import NOT_YET, Memory, Track
from reverie.science.vitals.alarms.plans import PRESSURES, Plan, Prepared
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import OverBaseline
from reverie.science.vitals.alarms.runs import due_ms, ripen
from reverie.science.vitals.alarms.told import Condition, Linked, Passed, Sample, Situation

__all__ = ["Memory", "Prepared", "begin", "prepare", "step", "unjudged"]


class Heard(NamedTuple):
    """A device spoke, or told of an alarm of its own."""

    at_ms: int
    device: str
    passed: Passed | None


def begin() -> Memory:
    """A memory of nothing."""
    return Memory()


def step(
    memory: Memory,
    prepared: Prepared,
    situation: Situation,
    samples: Sequence[Sample],
    passed: Sequence[Passed],
    now_ms: int,
) -> tuple[Memory, tuple[Condition, ...]]:
    """What is remembered after hearing `samples` and `passed`, in order, and what holds at `now_ms`."""
    m = memory.copied()
    plan = prepared.plan(situation.phase)
    if m.now_ms is None:
        sampled_ms = samples[0].at_ms if samples else now_ms
        m.now_ms = min(now_ms, sampled_ms, passed[0].at_ms if passed else now_ms)
    now_ms = max(now_ms, m.now_ms)
    _change(m, prepared, plan, situation, now_ms)
    heard = _heard(m, situation, passed)
    bands, tracks, spoke = plan.bands, m.tracks, m.spoke
    clock = m.now_ms
    device_before, at_before, stirred = "", clock, False
    for index, sample in enumerate(samples):
        device, parameter, value, validity, at_ms, measured_ms, code, channel, is_late = sample
        at_ms = clock if at_ms < clock else min(at_ms, now_ms)
        if at_ms > clock:
            if stirred:
                # what is absent is judged when the whole message is known
                _look(m, prepared, plan)
                stirred = False
            while heard and heard[-1].at_ms < at_ms:
                _hear(m, prepared, plan, heard.pop())
            if m.next_ms < at_ms:
                _settle(m, prepared, plan, at_ms - 1)
            clock = m.now_ms = at_ms
        if device != device_before or at_ms != at_before:
            device_before, at_before = device, at_ms
            last_ms = spoke.get(device, NOT_YET)[0]
            if at_ms > last_ms:
                spoke[device] = at_ms, last_ms
            stirred = stirred or device in m.quiet
        band = bands.get(parameter)
        if band is not None:
            key = (device, parameter, channel, code)
            track = tracks.get(key)
            if (
                track is not None
                and track.bad_ms is None
                and validity == "valid"
                and value is not None
                and parameter not in m.busy
                and not is_late
                and device
                and value.is_finite()
                and band[0] <= value <= band[1]
            ):
                gap_ms, usual_ms = at_ms - track.at_ms, track.gap_ms
                if gap_ms != usual_ms:
                    usual_ms = learn_gap(usual_ms, gap_ms)
                    m.expect(at_ms + stand_ms(device, usual_ms))
                recent = (*track.recent[-4:], (at_ms, value)) if parameter == "spo2" else ()
                if measured_ms > at_ms:
                    measured_ms = at_ms
                tracks[key] = Track(value, at_ms, measured_ms, usual_ms, recent, None)
                continue
        elif parameter not in PRESSURES and parameter not in plan.counted:
            continue
        if takes.mark_torn(samples, index):
            validity = "invalid"
        sample = Sample(
            device, parameter, value, validity, at_ms, min(measured_ms, at_ms), code, channel, is_late
        )
        stirred = takes.take(m, plan, sample) or stirred
        _finish(m, prepared, plan)
    if stirred:
        _look(m, prepared, plan)
    while heard:
        _hear(m, prepared, plan, heard.pop())
    if m.next_ms <= now_ms:
        _settle(m, prepared, plan, now_ms)
    m.now_ms = now_ms
    return m, m.conditions


def unjudged(memory: Memory, prepared: Prepared, phase: str) -> tuple[str, ...]:
    """The ids of rules that say nothing in a phase because the session's baseline is not known."""
    found: dict[str, None] = {}
    for way in prepared.plan(phase).ways.values():
        asked = way.rule.predicate
        if isinstance(asked, OverBaseline) and limits.baseline(memory, asked.parameter) is None:
            found[way.rule.id] = None
    return tuple(found)


def _heard(m: Memory, situation: Situation, passed: Sequence[Passed]) -> list[Heard]:
    """What was heard beside samples, the first last."""
    found = [Heard(one.at_ms, one.device, one) for one in passed]
    for linked in situation.linked:
        if linked.last_ms is not None and linked.last_ms > m.spoke_ms(linked.device):
            found.append(Heard(linked.last_ms, linked.device, None))
    found.sort(key=_by_time)
    found.reverse()
    return found


def _by_time(heard: Heard) -> int:
    return heard.at_ms


def _hear(m: Memory, prepared: Prepared, plan: Plan, heard: Heard) -> None:
    assert m.now_ms is not None
    at_ms = max(heard.at_ms, m.now_ms)
    _settle(m, prepared, plan, at_ms - 1)
    m.now_ms = at_ms
    last_ms = m.spoke_ms(heard.device)
    if at_ms > last_ms:
        m.spoke[heard.device] = at_ms, last_ms
    if heard.passed is not None:
        others.take(m, plan, heard.passed, at_ms)
    if heard.passed is not None or heard.device in m.quiet:
        _look(m, prepared, plan)


def _settle(m: Memory, prepared: Prepared, plan: Plan, to_ms: int) -> None:
    """Let happen what happens of itself until a time, each thing at its own time."""
    while m.next_ms <= to_ms:
        assert m.now_ms is not None
        at_ms = m.now_ms = max(m.next_ms, m.now_ms)
        for key, run in list(m.runs.items()):
            pace = plan.ways[key[:2]].pace
            if due_ms(run, pace) <= at_ms:
                m.put(key, ripen(run, pace, at_ms))
        if m.check_ms <= at_ms:
            _look(m, prepared, plan)
        else:
            _finish(m, prepared, plan)


def _look(m: Memory, prepared: Prepared, plan: Plan) -> None:
    """Judge what is absent now."""
    assert m.now_ms is not None
    at_ms = m.now_ms
    m.check_ms = min(absence.look(m, plan, at_ms), breath.look(m, plan, at_ms), others.look(m, plan, at_ms))
    _finish(m, prepared, plan)


def _finish(m: Memory, prepared: Prepared, plan: Plan) -> None:
    if m.dirty:
        assert m.now_ms is not None
        regroup(m, prepared, plan, m.now_ms)
    m.look_ahead(plan)


def _change(m: Memory, prepared: Prepared, plan: Plan, situation: Situation, now_ms: int) -> None:
    """Take over what a step says of the session, and what its rules make of what is known already."""
    assert m.now_ms is not None
    other_rules = m.mark != prepared.mark or m.phase != situation.phase
    news = other_rules or (
        m.cuff_interval_ms != situation.cuff_interval_ms
        or m.due != situation.due
        or m.observed != situation.observed
        or m.phase_since_ms != situation.phase_since_ms
    )
    if m.linked != situation.linked:
        news = news or _ties(m.linked) != _ties(situation.linked)
        m.linked = situation.linked
    if not news:
        return
    m.phase, m.phase_since_ms = situation.phase, situation.phase_since_ms
    m.cuff_interval_ms, m.due = situation.cuff_interval_ms, situation.due
    if other_rules:
        _drop(m, prepared, plan)
        takes.take_again(m, plan, m.now_ms)
    if other_rules or m.observed != situation.observed:
        m.observed = situation.observed
        others.observe(m, plan, situation.observed, now_ms)
    absence.forget_unlinked(m, plan)
    _look(m, prepared, plan)


def _ties(linked: tuple[Linked, ...]) -> list[tuple[str, int, int | None]]:
    return [(one.device, one.since_ms, one.interval_ms) for one in linked]


def _drop(m: Memory, prepared: Prepared, plan: Plan) -> None:
    """Causes of rules that went are over, also of a rule that keeps its name and looks at something else."""
    kinds = {key: way.kind for key, way in plan.ways.items()}
    for runs in (m.runs, m.late_runs):
        for key in [key for key in runs if kinds.get(key[:2], "") != m.kinds.get(key[:2], "-")]:
            del runs[key]
    m.kinds, m.mark, m.dirty = kinds, prepared.mark, True
