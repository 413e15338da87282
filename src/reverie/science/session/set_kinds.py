"""The kinds of event that tell of a set of observations by staff, and how each value of it came about.

What nobody confirmed is charted as the device's. A released class never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reverie.science.session.rows import Row
from reverie.science.session.values import BadEvent, one_of, some

TAKEN = ("typed", "confirmed", "device")
HIGHEST = {"arousal_level": 5, "distress": 10, "nausea": 10}


@dataclass(frozen=True, slots=True)
class VitalsRecordedV1:
    """A manual set, as first released: without a due time, levels and how each value was taken."""

    at_ms: int | None
    rows: tuple[Row, ...]
    arousal: str | None = None
    comfort: str | None = None


class Taken(NamedTuple):
    """How a value of a set came about: `typed` by staff, `confirmed` by them, or the `device`'s alone.

    For the latter two `device` is whose value it is and `measured_ms` when it was measured.
    """

    parameter: str
    how: str
    device: str = ""
    measured_ms: int | None = None


@dataclass(frozen=True, slots=True)
class VitalsRecorded:
    """A set by staff. `at_ms` is when it was taken; arousal and comfort are in the clinic's own words.

    `due_ms` is the due time that it was recorded for. A row that `taken` does not name was typed.
    `arousal_level` is MOAA/S (0 to 5), `distress` and `nausea` are 0 to 10 as staff judged them.
    """

    at_ms: int | None
    rows: tuple[Row, ...]
    arousal: str | None = None
    comfort: str | None = None
    due_ms: int | None = None
    taken: tuple[Taken, ...] = ()
    arousal_level: int | None = None
    distress: int | None = None
    nausea: int | None = None
    symptoms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Levels are on their scales; what was taken is one of the rows, and of a device where it must be."""
        for name, highest in HIGHEST.items():
            level = getattr(self, name)
            if level is not None and not 0 <= level <= highest:
                raise BadEvent(f"the field “{name}” says {level}, which is not 0 to {highest}")
        parameters = {row.parameter for row in self.rows}
        for one in self.taken:
            one_of(one.how, TAKEN, "taken")
            if one.parameter not in parameters:
                raise BadEvent(f"the field “taken” tells of “{one.parameter}”, which is not in the set")
            if (one.how == "typed") == bool(one.device):
                raise BadEvent("the field “taken” names a device exactly where a value is a device's")
        for word in self.symptoms:
            some(word, "symptoms")


def own_rows(event: VitalsRecorded) -> tuple[Row, ...]:
    """The rows that staff typed or confirmed: what nobody confirmed stays the device's."""
    unconfirmed = {one.parameter for one in event.taken if one.how == "device"}
    return tuple(row for row in event.rows if row.parameter not in unconfirmed) if unconfirmed else event.rows


def typed_rows(event: VitalsRecorded) -> tuple[Row, ...]:
    """The rows that staff took themselves: a confirmed one keeps its device and its time."""
    told = {one.parameter for one in event.taken if one.how != "typed"}
    return tuple(row for row in event.rows if row.parameter not in told) if told else event.rows
