"""What others tell: the bedside monitor's own alarms, and what staff observe.

A monitor's alarm is always passed on, at the monitor's own priority. One that the monitor repeated and no
longer tells of, while it goes on speaking, eases; one told once stays until the monitor says it is over.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from reverie.science.vitals.alarms.memory import Memory
from reverie.science.vitals.alarms.plans import Plan, Way
from reverie.science.vitals.alarms.rules import FromMonitor, Seen
from reverie.science.vitals.alarms.runs import BEYOND, CLEAR, NEVER, begin, turn
from reverie.science.vitals.alarms.told import PRIORITIES, Input, Observed, Passed

INHIBITED = "inhibited"
NO_SYMPTOM = "none"
_LEAST_SILENCE_MS = 60_000
_LOOK_AGAIN_MS = 1_000


def take(m: Memory, plan: Plan, passed: Passed, at_ms: int) -> None:
    """Pass on what a monitor tells of one of its alarms."""
    switch = passed.inhibited or (not passed.priority and passed.name in ("", INHIBITED))
    if switch:
        for way in plan.technical.get("inhibited", ()):
            level = BEYOND if passed.inhibited else CLEAR
            inputs = (Input("monitor", INHIBITED, "", passed.device, passed.at_ms),)
            m.feed(way, (passed.device, INHIBITED), at_ms, level, inputs, subject=passed.device)
        _note(m, (passed.device, INHIBITED), at_ms)
    if switch and passed.name in ("", INHIBITED):
        return
    for way in plan.by_kind.get(FromMonitor, ()):
        _pass_on(m, way, passed, at_ms)
    _note(m, (passed.device, passed.name), at_ms)


def _pass_on(m: Memory, way: Way, passed: Passed, at_ms: int) -> None:
    source = (passed.device, passed.name)
    key = (*way.key, source)
    run = m.runs.get(key)
    inputs = (Input("monitor", passed.name, "", passed.device, passed.at_ms),)
    if not passed.priority:
        if run is not None:
            m.put(key, turn(run, way.pace, at_ms, CLEAR, NEVER, inputs))
        return
    priority = passed.priority if passed.priority in PRIORITIES else PRIORITIES[-1]
    if run is None:
        run = begin(
            at_ms, NEVER, inputs, subject=f"{passed.device} {passed.name}".rstrip(), priority=priority
        )
    turned = turn(run, way.pace, at_ms, BEYOND, NEVER, inputs)
    if turned is not None:
        m.put(key, turned._replace(priority=priority))


def _note(m: Memory, source: tuple[str, ...], at_ms: int) -> None:
    last_ms, gap_ms = m.told.get(source, (at_ms, 0))
    m.told[source] = (at_ms, max(gap_ms, at_ms - last_ms))


def look(m: Memory, plan: Plan, at_ms: int) -> int:
    """Ease what a monitor repeated and has dropped; when to look again."""
    check_ms = NEVER
    for key, run in list(m.runs.items()):
        source = key[2]
        if source not in m.told or run.level != BEYOND:
            continue
        last_ms, gap_ms = m.told[source]
        if not gap_ms:
            continue
        dropped_ms = last_ms + max(3 * gap_ms, _LEAST_SILENCE_MS)
        if at_ms < dropped_ms:
            check_ms = min(check_ms, dropped_ms)
        elif m.spoke_ms(source[0]) < dropped_ms:
            check_ms = min(check_ms, at_ms + _LOOK_AGAIN_MS)
        else:
            m.put(key, turn(run, plan.ways[key[:2]].pace, at_ms, CLEAR, NEVER, run.latest))
    return check_ms


def observe(m: Memory, plan: Plan, observed: tuple[Observed, ...], at_ms: int) -> None:
    """Judge what staff observed.

    Of a level the newest counts; a symptom stays until a newer word NO_SYMPTOM. What is no longer among the
    facts was withdrawn.
    """
    newest: dict[str, Observed] = {}
    for one in observed:
        if one.topic not in newest or one.at_ms >= newest[one.topic].at_ms:
            newest[one.topic] = one
    none_ms = max((one.at_ms for one in observed if one.level == NO_SYMPTOM), default=-NEVER)
    for way in plan.by_kind.get(Seen, ()):
        asked = way.rule.predicate
        assert isinstance(asked, Seen)
        if asked.words:
            _observe_words(m, way, asked, observed, none_ms, at_ms)
        elif asked.topic in newest:
            one = newest[asked.topic]
            level = BEYOND if _is_within(asked, one.level) else CLEAR
            _tell(m, way, "", one, level, at_ms)
        else:
            m.put((*way.key, ("",)), None)


def _observe_words(
    m: Memory, way: Way, asked: Seen, observed: tuple[Observed, ...], none_ms: int, at_ms: int
) -> None:
    there = {one.level: one for one in observed if one.topic == asked.topic and one.level in asked.words}
    for key in [key for key in m.runs if key[:2] == way.key and key[2][0] not in there]:
        if none_ms >= m.runs[key].onset_ms:
            none = Observed(asked.topic, NO_SYMPTOM, none_ms)
            _tell(m, way, key[2][0], none, CLEAR, at_ms)
        else:
            m.put(key, None)
    for word, one in there.items():
        _tell(m, way, word, one, BEYOND if one.at_ms > none_ms else CLEAR, at_ms)


def _tell(m: Memory, way: Way, subject: str, one: Observed, level: int, at_ms: int) -> None:
    key = (*way.key, (subject,))
    run = m.runs.get(key)
    when = min(one.at_ms, at_ms)
    if run is None and level != BEYOND:
        return
    inputs = (Input(one.topic, one.level, "", "", one.at_ms),)
    if run is None:
        run = begin(when, NEVER, inputs, subject=subject)
    elif run.level == level:
        return
    m.put(key, turn(run, way.pace, max(when, run.at_ms), level, NEVER, inputs))


def _is_within(asked: Seen, text: str) -> bool:
    try:
        level = Decimal(text)
    except InvalidOperation:
        return False
    if not level.is_finite():
        return False
    return (asked.low is None or level >= asked.low) and (asked.high is None or level <= asked.high)
