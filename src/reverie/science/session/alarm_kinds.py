"""The kinds of event about alarms: raised, changed, over, seen, escalated, answered; and the rules that held.

An alarm is the entry that raised it: the others refer to its number. A recorded alarm is a decision; it is
never computed anew when a record is replayed.
"""

from __future__ import annotations

from dataclasses import dataclass

from reverie.science.session.values import one_of, some
from reverie.science.vitals.alarms.told import PRIORITIES, Input

GOVERNING = ("alarm_rules", "clinic_profile")
RAISED_BY = ("watch", "monitor")
PLACES = ("station", "room")


@dataclass(frozen=True, slots=True)
class RulesApplied:
    """From here on these rules hold: an edition of `what` (alarm_rules or clinic_profile).

    `edition` is the edition's id, "" for unsigned defaults; `number` its number, 0 for those.
    """

    what: str
    edition: str
    number: int
    content_hash: str

    def __post_init__(self) -> None:
        """Of a known kind."""
        one_of(self.what, GOVERNING, "what")


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """A cause of alarm: which rule of which edition held, since when, judged from what.

    `group` and `subject` name the cause. `source` is watch (ours) or monitor (passed on). `silent`: it is
    told and never sounds. `label` and `action` are the rule's words as they stood.
    """

    group: str
    subject: str
    rule: str
    priority: str
    label: str
    action: str
    onset_ms: int
    inputs: tuple[Input, ...]
    latching: bool
    silent: bool
    source: str
    edition: str

    def __post_init__(self) -> None:
        """It has a cause and a priority, and is ours or the monitor's."""
        some(self.group, "group")
        one_of(self.priority, PRIORITIES, "priority")
        one_of(self.source, RAISED_BY, "source")


@dataclass(frozen=True, slots=True)
class AlarmChanged:
    """The alarm that entry `refers_to` raised has another rule or priority, has eased or returned.

    All that is said of it now is said again; `edition` is that of the rule which now speaks.
    """

    refers_to: int
    rule: str
    priority: str
    label: str
    action: str
    eased: bool
    inputs: tuple[Input, ...]
    latching: bool
    silent: bool
    edition: str

    def __post_init__(self) -> None:
        """It has a priority."""
        one_of(self.priority, PRIORITIES, "priority")


@dataclass(frozen=True, slots=True)
class AlarmCleared:
    """The cause is over. A latching alarm stays until it was seen."""

    refers_to: int


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """Somebody has seen the alarm and silenced it."""

    refers_to: int


@dataclass(frozen=True, slots=True)
class AlarmEscalated:
    """Nobody had seen the alarm for `after_s`: these were called. `to` pairs ids and names; may be empty."""

    refers_to: int
    after_s: int
    to: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AlarmAnswered:
    """What the alarm came from and what became of it: `cause` and `outcome` are words of the lists."""

    refers_to: int
    cause: str
    outcome: str
    note: str = ""

    def __post_init__(self) -> None:
        """Both are said."""
        some(self.cause, "cause")
        some(self.outcome, "outcome")


@dataclass(frozen=True, slots=True)
class SoundChecked:
    """Somebody pressed for the test sound at a screen (`place`: station or room), and heard it or not."""

    screen: str
    place: str
    heard: bool

    def __post_init__(self) -> None:
        """A screen has a name, and stands at the station or in the room."""
        some(self.screen, "screen")
        one_of(self.place, PLACES, "place")


AlarmEvent = (
    RulesApplied | AlarmRaised | AlarmChanged | AlarmCleared | AlarmSeen | AlarmEscalated | AlarmAnswered
    | SoundChecked
)  # fmt: skip
