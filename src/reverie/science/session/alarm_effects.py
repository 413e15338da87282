"""What each event about alarms does to what is known. Facts are never refused: an unlawful one is said.

A raised priority takes the "seen" mark away: it must be seen anew. Nothing is computed anew here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reverie.science.session.alarm import Alarm, Person, Rules, Sound, open_of, weight
from reverie.science.session.alarm_kinds import (
    AlarmAnswered,
    AlarmChanged,
    AlarmCleared,
    AlarmEscalated,
    AlarmRaised,
    AlarmSeen,
    RulesApplied,
    SoundChecked,
)
from reverie.science.session.state import Recorded, State, deviate

Effect = Callable[[State, Recorded, Any, bool], State]


def _by(one: Recorded) -> Person:
    return Person(str(one.actor.get("id", "")), str(one.actor.get("name", "")))


def _put(state: State, alarm: Alarm) -> State:
    return state._replace(alarms={**state.alarms, alarm.seq: alarm})


def _stray(state: State, one: Recorded, refers_to: int) -> State:
    return deviate(state, one, f"tells of alarm {refers_to}, which was not raised")


def _rules_applied(state: State, one: Recorded, event: RulesApplied, late: bool) -> State:
    rules = Rules(event.edition, event.number, event.content_hash, one.occurred_ms, one.seq)
    return state._replace(rules={**state.rules, event.what: rules})


def _raised(state: State, one: Recorded, event: AlarmRaised, late: bool) -> State:
    before = open_of(state.alarms, event.group, event.subject)
    after = _put(
        state,
        Alarm(
            seq=one.seq, group=event.group, subject=event.subject, rule=event.rule, priority=event.priority,
            label=event.label, action=event.action, onset_ms=event.onset_ms, raised_ms=one.occurred_ms,
            inputs=event.inputs, latching=event.latching, silent=event.silent, source=event.source,
            edition=event.edition, since_ms=one.occurred_ms, since_seq=one.seq, recorded_ms=one.recorded_ms,
        ),
    )  # fmt: skip
    if before is not None:
        return deviate(after, one, f"raised again, while alarm {before.seq} of this cause was open")
    return after


def _changed(state: State, one: Recorded, event: AlarmChanged, late: bool) -> State:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _stray(state, one, event.refers_to)
    now = alarm._replace(
        rule=event.rule, priority=event.priority, label=event.label, action=event.action,
        eased_ms=(one.occurred_ms if alarm.eased_ms is None else alarm.eased_ms) if event.eased else None,
        inputs=event.inputs, latching=event.latching, silent=event.silent, edition=event.edition,
    )  # fmt: skip
    if weight(event.priority) != weight(alarm.priority):
        now = now._replace(since_ms=one.occurred_ms, since_seq=one.seq, recorded_ms=one.recorded_ms)
    if weight(event.priority) > weight(alarm.priority):
        now = now._replace(seen_ms=None, seen_by=None)
    after = _put(state, now)
    if alarm.cleared_ms is not None:
        return deviate(after, one, f"changed alarm {alarm.seq}, while it was over")
    return after


def _cleared(state: State, one: Recorded, event: AlarmCleared, late: bool) -> State:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _stray(state, one, event.refers_to)
    if alarm.cleared_ms is not None:
        return deviate(state, one, f"told again that alarm {alarm.seq} was over")
    return _put(state, alarm._replace(cleared_ms=one.occurred_ms))


def _seen(state: State, one: Recorded, event: AlarmSeen, late: bool) -> State:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _stray(state, one, event.refers_to)
    # what was seen before the priority rose was the lower one
    if alarm.seen_ms is not None or one.seq < alarm.since_seq:
        return state
    return _put(state, alarm._replace(seen_ms=one.occurred_ms, seen_by=_by(one)))


def _escalated(state: State, one: Recorded, event: AlarmEscalated, late: bool) -> State:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _stray(state, one, event.refers_to)
    return _put(
        state, alarm._replace(escalated_ms=one.occurred_ms, escalated_seq=one.seq, escalated_to=event.to)
    )


def _answered(state: State, one: Recorded, event: AlarmAnswered, late: bool) -> State:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _stray(state, one, event.refers_to)
    after = _put(
        state,
        alarm._replace(
            cause=event.cause, outcome=event.outcome, answer_note=event.note, answered_by=_by(one),
            answer_seq=one.seq,
        ),
    )  # fmt: skip
    if alarm.answered_by is not None:
        return deviate(after, one, f"answered alarm {alarm.seq} again, without a correction")
    return after


def _sound_checked(state: State, one: Recorded, event: SoundChecked, late: bool) -> State:
    checked = Sound(event.place, event.heard, one.occurred_ms, _by(one))
    return state._replace(sound={**state.sound, event.screen: checked})


ALARM_EFFECTS: Mapping[type[Any], Effect] = {
    RulesApplied: _rules_applied,
    AlarmRaised: _raised,
    AlarmChanged: _changed,
    AlarmCleared: _cleared,
    AlarmSeen: _seen,
    AlarmEscalated: _escalated,
    AlarmAnswered: _answered,
    SoundChecked: _sound_checked,
}
