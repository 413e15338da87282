"""Whether an event about an alarm may be appended now, and what alarms keep a session from being closed.

The watch asks too: an alarm that is open is never raised twice, also by two watches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reverie.science.session.alarm import Alarm, is_open, is_unfinished, open_of
from reverie.science.session.alarm_kinds import (
    AlarmAnswered,
    AlarmChanged,
    AlarmCleared,
    AlarmEscalated,
    AlarmRaised,
    AlarmSeen,
    RulesApplied,
)
from reverie.science.session.refusal import Refusal
from reverie.science.session.state import State
from reverie.science.session.states import ENDED


def _rules(state: State, event: RulesApplied) -> Refusal | None:
    now = state.rules.get(event.what)
    if now is not None and (now.edition, now.content_hash) == (event.edition, event.content_hash):
        return Refusal("These rules hold already.", "same_rules")
    return None


def _raised(state: State, event: AlarmRaised) -> Refusal | None:
    before = open_of(state.alarms, event.group, event.subject)
    if before is not None:
        return Refusal(f"Alarm {before.seq} tells of this cause already.", "open_already")
    return None


def _none(refers_to: int) -> Refusal:
    return Refusal(f"There is no alarm {refers_to}.", "no_alarm")


def _of_open(state: State, event: AlarmChanged | AlarmCleared) -> Refusal | None:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _none(event.refers_to)
    return None if is_open(alarm) else Refusal(f"Alarm {alarm.seq} is over already.", "over")


def _seen(state: State, event: AlarmSeen) -> Refusal | None:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _none(event.refers_to)
    if alarm.seen_by is not None:
        return Refusal(f"{alarm.seen_by.name} has seen this alarm already.", "seen")
    return None


def _escalated(state: State, event: AlarmEscalated) -> Refusal | None:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _none(event.refers_to)
    if alarm.seen_ms is not None:
        return Refusal("This alarm has been seen meanwhile.", "seen")
    return None


def _answered(state: State, event: AlarmAnswered) -> Refusal | None:
    alarm = state.alarms.get(event.refers_to)
    if alarm is None:
        return _none(event.refers_to)
    if alarm.answered_by is not None:
        return Refusal(
            f"{alarm.answered_by.name} has answered this alarm already."
            f" Correct entry {alarm.answer_seq} instead.",
            "answered",
        )
    return None


ALARM_RULES: Mapping[type[Any], Callable[[State, Any], Refusal | None]] = {
    RulesApplied: _rules,
    AlarmRaised: _raised,
    AlarmChanged: _of_open,
    AlarmCleared: _of_open,
    AlarmSeen: _seen,
    AlarmEscalated: _escalated,
    AlarmAnswered: _answered,
}


def keeping_open(state: State) -> Refusal | None:
    """Why alarms keep the session from being closed; None when they do not."""
    left = [alarm for alarm in state.alarms.values() if is_unfinished(alarm)]
    if left:
        return Refusal(
            f"See and answer {_named(left)} before the session is closed.",
            "alarms_open",
        )
    there = [] if state.phase in ENDED else [one for one in state.alarms.values() if is_open(one)]
    if there:
        return Refusal(f"The cause of {_named(there)} is still there.", "alarms_open")
    return None


def _named(alarms: list[Alarm]) -> str:
    if len(alarms) == 1:
        return f"the alarm “{alarms[0].label}” (entry {alarms[0].seq})"
    return f"{len(alarms)} alarms, the first “{alarms[0].label}” (entry {alarms[0].seq})"
