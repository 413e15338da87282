"""From runs to conditions: one for each group and subject, its weightiest rule speaking.

A group that speaks for another hides it while it is there itself, but never one that is weightier. What comes
out of hiding begins anew. A priority falls only once its rule has been clear for as long as a cause needs to
be over.
"""

from __future__ import annotations

from reverie.science.vitals.alarms.memory import Memory, RunKey
from reverie.science.vitals.alarms.plans import Plan, Prepared, Way, weight
from reverie.science.vitals.alarms.runs import Run
from reverie.science.vitals.alarms.told import Condition, Input

Cause = tuple[str, str]
Held = list[tuple[int, Way, RunKey, Run]]  # since when it holds, how, its name and itself


def regroup(m: Memory, prepared: Prepared, plan: Plan, at_ms: int) -> None:
    """Make the conditions of this moment."""
    m.dirty = False
    held: dict[Cause, Held] = {}
    for key, run in m.runs.items():
        if run.held_ms is not None:
            way = plan.ways[key[:2]]
            held.setdefault((way.rule.group, run.subject), []).append((run.held_ms, way, key, run))
    for cause in list(m.causes):
        if cause not in held:
            del m.causes[cause]
    before = {(one.group, one.subject): one for one in m.conditions}
    found: dict[Cause, Condition] = {}
    for cause, runs in held.items():
        if cause not in m.causes:
            m.causes[cause] = min(run.onset_ms for _, _, _, run in runs)
        found[cause] = one = _condition(cause, m.causes[cause], runs)
        last = before.get(cause)
        if one.eased_ms is not None and last is not None:
            # what is over but for the waiting does not change its words any more
            found[cause] = last._replace(eased_ms=one.eased_ms)
    hidden = _hidden(found, prepared)
    for cause in m.hidden - hidden:
        if cause in found:
            m.causes[cause] = at_ms
            found[cause] = found[cause]._replace(onset_ms=at_ms)
    m.hidden = hidden
    m.conditions = tuple(
        sorted((one for cause, one in found.items() if cause not in hidden), key=_by_priority)
    )


def _condition(cause: Cause, onset_ms: int, runs: Held) -> Condition:
    since_ms, way, _, speaker = _speaker(runs)
    eased = [run.eased_ms for _, _, _, run in runs if run.eased_ms is not None]
    return Condition(
        *cause,
        rule=way.rule.id,
        priority=speaker.priority or way.rule.priority,
        onset_ms=onset_ms,
        since_ms=since_ms,
        inputs=tuple(_blank(one) for one in speaker.latest) if speaker.gone else speaker.inputs,
        eased_ms=max(eased) if len(eased) == len(runs) else None,
        latching=any(one.rule.latching for _, one, _, _ in runs),
        silent=all(run.silent for _, _, _, run in runs),
    )


def _speaker(runs: Held) -> tuple[int, Way, RunKey, Run]:
    """The weightiest rule that is not eased, and of its runs the one that held first."""
    awake = {way.rule.id for _, way, _, run in runs if run.eased_ms is None}

    def rank(held: tuple[int, Way, RunKey, Run]) -> tuple[int, bool, bool, int, int, RunKey]:
        held_ms, way, key, run = held
        priority = weight(run.priority or way.rule.priority)
        return -priority, run.silent, way.rule.id not in awake, held_ms, way.order, key

    return min(runs, key=rank)


def _blank(one: Input) -> Input:
    return one._replace(value=None)


def _by_priority(one: Condition) -> tuple[int, int, str, str]:
    return -weight(one.priority), one.onset_ms, one.group, one.subject


def _hidden(found: dict[Cause, Condition], prepared: Prepared) -> frozenset[Cause]:
    hidden = set()
    for speaker in found.values():
        silenced = prepared.silences.get(speaker.group)
        if not silenced or speaker.silent:
            continue
        for cause, one in found.items():
            waits = speaker.eased_ms is not None and one.eased_ms is None
            if one.group in silenced and weight(one.priority) <= weight(speaker.priority) and not waits:
                hidden.add(cause)
    return frozenset(hidden)
