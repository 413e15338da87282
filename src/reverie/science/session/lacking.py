"""What a record lacks of the causes that the engine finds at a moment, as events to be recorded.

The alarms in the record are compared with the causes that hold: so the same moment judged again adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from reverie.science.session.alarm import INTERRUPTIVE, Alarm, is_open, is_shown, weight
from reverie.science.session.events import AlarmChanged, AlarmCleared, AlarmEscalated, AlarmRaised, Event
from reverie.science.vitals.alarms.rules import FromMonitor, Rule, Ruleset
from reverie.science.vitals.alarms.told import Condition, Input

Cause = tuple[str, str]
Clock = Callable[[int], int]


class Standing(NamedTuple):
    """The alarms of a record that matter to the watch: the open ones by cause, those shown that nobody saw.

    `called_ms` is by alarm: the entry that gave it its present priority, and when that was recorded (steady).
    """

    open: Mapping[Cause, Alarm]
    unseen: tuple[Alarm, ...]
    called_ms: Mapping[int, tuple[int, int]]


NOTHING = Standing({}, (), {})


def stand(alarms: Mapping[int, Alarm], before: Standing, shift_ms: int) -> Standing:
    """What stands after `before`; `shift_ms` leads from the clock's time to steady time now."""
    open_now = {(one.group, one.subject): one for one in alarms.values() if is_open(one)}
    unseen = tuple(one for one in alarms.values() if is_shown(one) and one.seen_ms is None)
    if not open_now and not unseen:
        return NOTHING
    called = {}
    for alarm in unseen:
        known = before.called_ms.get(alarm.seq)
        fresh = (alarm.since_seq, alarm.recorded_ms - shift_ms)
        called[alarm.seq] = known if known is not None and known[0] == alarm.since_seq else fresh
    return Standing(open_now, unseen, called)


def missing(
    standing: Standing,
    ruleset: Ruleset,
    conditions: Iterable[Condition],
    clock: Clock,
    at_ms: int,
    *,
    over: bool,
) -> tuple[Event, ...]:
    """What is to be recorded at the steady time `at_ms`; `clock` gives the clock's time of a steady one.

    `over`: nothing is judged any more, so nobody is called either.
    """
    found: list[Event] = []
    there = set()
    for condition in conditions:
        cause = (condition.group, condition.subject)
        there.add(cause)
        alarm = standing.open.get(cause)
        if alarm is None:
            found.append(_raised(ruleset, condition, clock))
        elif _differs(alarm, condition, ruleset):
            found.append(_changed(ruleset, alarm, condition, clock))
    found += [AlarmCleared(alarm.seq) for cause, alarm in standing.open.items() if cause not in there]
    return tuple(found) if over else (*found, *_unseen(standing, ruleset, at_ms))


def _rule(ruleset: Ruleset, id: str) -> Rule:
    return next(rule for rule in ruleset.rules if rule.id == id)


def _inputs(condition: Condition, clock: Clock) -> tuple[Input, ...]:
    return tuple(
        one if one.at_ms is None else one._replace(at_ms=clock(one.at_ms)) for one in condition.inputs
    )


def _raised(ruleset: Ruleset, condition: Condition, clock: Clock) -> AlarmRaised:
    rule = _rule(ruleset, condition.rule)
    return AlarmRaised(
        condition.group, condition.subject, rule.id, condition.priority, rule.label, rule.action,
        clock(condition.onset_ms), _inputs(condition, clock), condition.latching, condition.silent,
        "monitor" if isinstance(rule.predicate, FromMonitor) else "watch", ruleset.edition,
    )  # fmt: skip


def _differs(alarm: Alarm, condition: Condition, ruleset: Ruleset) -> bool:
    eased = condition.eased_ms is not None
    known = (alarm.rule, alarm.priority, alarm.latching, alarm.silent, alarm.edition)
    told = (condition.rule, condition.priority, condition.latching, condition.silent, ruleset.edition)
    if known == told and eased == (alarm.eased_ms is not None):
        return False
    # a high alarm that nobody has seen stays high until somebody has
    lower = weight(condition.priority) < weight(alarm.priority)
    return not (lower and alarm.latching and alarm.seen_ms is None)


def _changed(ruleset: Ruleset, alarm: Alarm, condition: Condition, clock: Clock) -> AlarmChanged:
    rule = _rule(ruleset, condition.rule)
    return AlarmChanged(
        alarm.seq, rule.id, condition.priority, rule.label, rule.action, condition.eased_ms is not None,
        _inputs(condition, clock), condition.latching, condition.silent, ruleset.edition,
    )  # fmt: skip


def _unseen(standing: Standing, ruleset: Ruleset, at_ms: int) -> list[Event]:
    timing = ruleset.timing
    after = {"high": timing.escalate_high_s, "medium": timing.escalate_medium_s}
    found: list[Event] = []
    for alarm in standing.unseen:
        if alarm.priority not in INTERRUPTIVE or alarm.silent:
            continue
        since_seq, called_ms = standing.called_ms[alarm.seq]
        told = alarm.escalated_seq is not None and alarm.escalated_seq > since_seq
        if not told and at_ms - called_ms >= after[alarm.priority] * 1_000:
            found.append(AlarmEscalated(alarm.seq, after[alarm.priority], ()))
    return found
