"""An alarm as it stands, the rules that hold, the sound checks: what the fold keeps of them.

Times are milliseconds since the epoch. It decides nothing about a patient; the engine does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reverie.science.vitals.alarms.told import PRIORITIES, Input

INTERRUPTIVE = frozenset({"medium", "high"})  # these sound, are escalated, and must be seen and answered


class Person(NamedTuple):
    """Who did it."""

    id: str
    name: str


class Alarm(NamedTuple):
    """One alarm; `seq` is the entry that raised it, and its name for ever.

    `since_ms` is when its present priority began, `since_seq` the entry that said so. `seen_*` are those of
    the present priority, `escalated_*` those of the last escalation. `answer_seq` is the entry to correct.
    """

    seq: int
    group: str
    subject: str
    rule: str
    priority: str
    label: str
    action: str
    onset_ms: int
    raised_ms: int
    inputs: tuple[Input, ...]
    latching: bool
    silent: bool
    source: str
    edition: str
    since_ms: int
    since_seq: int
    recorded_ms: int
    eased_ms: int | None = None
    cleared_ms: int | None = None
    seen_ms: int | None = None
    seen_by: Person | None = None
    escalated_ms: int | None = None
    escalated_seq: int | None = None
    escalated_to: tuple[tuple[str, str], ...] = ()
    cause: str = ""
    outcome: str = ""
    answer_note: str = ""
    answered_by: Person | None = None
    answer_seq: int | None = None


class Rules(NamedTuple):
    """Which edition of rules holds, and since when; an `edition` of "" is the unsigned defaults."""

    edition: str
    number: int
    content_hash: str
    since_ms: int
    seq: int


class Sound(NamedTuple):
    """The latest sound check of a screen."""

    place: str
    heard: bool
    at_ms: int
    by: Person


def weight(priority: str) -> int:
    """0 for low, 1 for medium, 2 for high."""
    return PRIORITIES.index(priority)


def is_open(alarm: Alarm) -> bool:
    """Whether its cause is still there."""
    return alarm.cleared_ms is None


def is_shown(alarm: Alarm) -> bool:
    """Whether a screen shows it: while its cause is there, and a latching one until it was seen."""
    return alarm.cleared_ms is None or (alarm.latching and alarm.seen_ms is None)


def is_calling(alarm: Alarm) -> bool:
    """Whether it calls: shown, medium or high, neither seen, silent nor eased (a latching one calls on)."""
    return (
        is_shown(alarm)
        and alarm.seen_ms is None
        and alarm.priority in INTERRUPTIVE
        and not alarm.silent
        and (alarm.latching or alarm.eased_ms is None)
    )


def is_unfinished(alarm: Alarm) -> bool:
    """Whether it must still be seen or answered before the session can be closed."""
    return alarm.priority in INTERRUPTIVE and (alarm.seen_ms is None or alarm.answered_by is None)


def open_of(alarms: Mapping[int, Alarm], group: str, subject: str) -> Alarm | None:
    """The open alarm of this cause, if there is one."""
    return next(
        (
            one
            for one in alarms.values()
            if one.cleared_ms is None and (one.group, one.subject) == (group, subject)
        ),
        None,
    )
