"""How a set of observations is recorded: what staff typed, confirmed or left to the device, what they saw.

A value of a device must be one that the record holds: what was never told cannot be confirmed. The levels
behind arousal and comfort are recorded with the words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from reverie.clinic.kernel import access
from reverie.clinic.people.models import User
from reverie.clinic.session import folds
from reverie.clinic.session.appending import Declined, Fact, ago_ms, append
from reverie.clinic.session.models import Session
from reverie.clinic.session.observed import AROUSAL, COMFORT, SYMPTOMS, level_of
from reverie.science.session import events
from reverie.science.session.rows import USUAL


class Value(NamedTuple):
    """One value of a set in its canonical unit; `how` is typed, confirmed or device.

    For the latter two whose value it is, and when it was measured (ms since the epoch).
    """

    parameter: str
    value: Decimal
    how: str = "typed"
    device: str = ""
    measured_ms: int | None = None


def record_vitals(
    who: User,
    session: Session,
    values: Mapping[str, Decimal],
    key: str,
    *,
    arousal: str = "",
    comfort: str = "",
    minutes_ago: int = 0,
) -> None:
    """Record a set taken by hand; values by parameter in its canonical unit. Raises Declined."""
    typed = [Value(name, value) for name, value in values.items()]
    record_set(who, session, typed, key, arousal=arousal, comfort=comfort, minutes_ago=minutes_ago)


def record_set(
    who: User,
    session: Session,
    values: Sequence[Value],
    key: str,
    *,
    due_ms: int | None = None,
    arousal: str = "",
    comfort: str = "",
    nausea: int | None = None,
    symptoms: Collection[str] = (),
    minutes_ago: int = 0,
) -> None:
    """Record a set; `due_ms` is the due time that it answers. Raises Declined.

    Arousal and comfort are words that are offered, or the clinic's own, which then carry no level. Nausea is
    0 to 10; symptoms are of the list.
    """
    access.require(who, "session.record")
    unknown = [word for word in symptoms if word not in SYMPTOMS]
    if unknown or (nausea is not None and not 0 <= nausea <= 10):
        raise Declined(_("Choose from what is offered."), "choice")
    arousal, comfort = arousal.strip(), comfort.strip()
    event = events.VitalsRecorded(
        None,
        rows_by_hand({one.parameter: one.value for one in values}),
        arousal or None,
        comfort or None,
        due_ms,
        tuple(_taken(one) for one in values if one.how != "typed"),
        level_of(AROUSAL, arousal),
        level_of(COMFORT, comfort),
        nausea,
        tuple(symptoms),
    )
    _check_told(session, values)
    at_ms = ago_ms(minutes_ago)
    append(who, session, key, lambda state: [Fact(event, at_ms)])


def _taken(value: Value) -> events.Taken:
    return events.Taken(value.parameter, value.how, value.device, value.measured_ms)


def _check_told(session: Session, values: Sequence[Value]) -> None:
    asked = [one for one in values if one.how != "typed"]
    if not asked:
        return
    fold = folds.fold_of(session.stream)
    for one in asked:
        if not fold.columns.holds(one.device, one.parameter, one.value, one.measured_ms):
            raise Declined(
                _("The monitor has not told %(value)s for this. Look again, or type the value.")
                % {"value": one.value},
                "untold",
            )


def rows_by_hand(values: Mapping[str, Decimal]) -> tuple[events.Row, ...]:
    """Values by parameter, in canonical units, as the rows of a set."""
    return tuple(events.Row(name, value, "valid", *USUAL[name], "", None) for name, value in values.items())


def set_instead(
    now: events.VitalsRecorded,
    values: Mapping[str, Decimal],
    arousal: str,
    comfort: str,
    others: Collection[str],
) -> events.VitalsRecorded:
    """`now` corrected: `values` in place of its rows but for `others`, and other words.

    What is left as it was stays confirmed or the device's; what is changed was typed.
    """
    before = {row.parameter: row for row in now.rows}
    kept = [row for row in now.rows if row.parameter in others or row.parameter is None]
    rows = [
        before[name] if name in before and before[name].value == value else rows_by_hand({name: value})[0]
        for name, value in values.items()
    ]
    same = {row.parameter for row in (*kept, *rows) if row is before.get(row.parameter)}
    return replace(
        now,
        rows=(*kept, *rows),
        arousal=arousal or None,
        comfort=comfort or None,
        taken=tuple(one for one in now.taken if one.parameter in same),
        arousal_level=now.arousal_level if arousal == (now.arousal or "") else level_of(AROUSAL, arousal),
        distress=now.distress if comfort == (now.comfort or "") else level_of(COMFORT, comfort),
    )
