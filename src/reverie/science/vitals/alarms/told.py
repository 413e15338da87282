"""What the alarm engine is told and what it answers: values only, without a clock, a session or a database.

All times are milliseconds on one steady line: the caller has taken every step of a wall clock out of them.
A value that is missing is told as missing; it is never filled in.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

PRIORITIES = ("low", "medium", "high")
PHASES = ("before", "infusion", "recovery")
OVER = "over"  # a phase in which nothing is judged any more
BY_HAND = ""  # the "device" of what staff took or observed


class Sample(NamedTuple):
    """One value as it came. `at_ms` is when it came, `measured_ms` when it was measured.

    `validity` is one of the one vocabulary (valid, questionable, invalid, not_available, demo, test, ...).
    `channel` tells two sources of one parameter on one device apart. `late`: it tells of the past (a late
    entry, a stored value) and may alarm, but not sound.
    """

    device: str
    parameter: str
    value: Decimal | None
    validity: str
    at_ms: int
    measured_ms: int
    code: str = ""
    channel: str = ""
    late: bool = False


class Passed(NamedTuple):
    """An alarm that a bedside monitor tells of in its message: passed on at its own priority.

    `name` is the monitor's own word for it, `priority` low, medium or high; "" when the monitor says that
    it is over. `inhibited`: the monitor's own alarms are switched off.
    """

    device: str
    name: str
    priority: str
    at_ms: int
    inhibited: bool = False


class Linked(NamedTuple):
    """A device that belongs to the chair: when it last spoke (None: never), and how often it should."""

    device: str
    since_ms: int
    last_ms: int | None
    interval_ms: int | None


class Observed(NamedTuple):
    """What staff observed of one topic: arousal (0 to 5, MOAA/S), distress and nausea (0 to 10), symptom.

    `level` is a number as text, or for a symptom its word (chest_pain, vomiting, asks_to_stop, ...).
    """

    topic: str
    level: str
    at_ms: int


class Due(NamedTuple):
    """A set of observations that is expected by `due_ms`."""

    due_ms: int
    grace_ms: int


class Situation(NamedTuple):
    """What holds while samples are judged. `cuff_interval_ms` is how often a blood pressure is expected."""

    phase: str
    phase_since_ms: int
    linked: tuple[Linked, ...] = ()
    observed: tuple[Observed, ...] = ()
    due: Due | None = None
    cuff_interval_ms: int | None = None


class Input(NamedTuple):
    """One thing that an alarm was judged from: name, value as text (None: none), unit, device, time."""

    name: str
    value: str | None
    unit: str = ""
    device: str = ""
    at_ms: int | None = None


class Condition(NamedTuple):
    """A cause of alarm that is there at a moment: one per `group` and `subject`, whatever its priority.

    `rule` is the weightiest rule that holds; `onset_ms` when the cause began; `since_ms` when this rule's
    delay had run. `eased_ms`: it has been back inside its limits since, but not for long enough to be over.
    `latching`: it stays until a person has seen it. `silent`: it is told, and never sounds.
    """

    group: str
    subject: str
    rule: str
    priority: str
    onset_ms: int
    since_ms: int
    inputs: tuple[Input, ...]
    eased_ms: int | None = None
    latching: bool = False
    silent: bool = False
