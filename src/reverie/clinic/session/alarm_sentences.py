"""What one entry about an alarm says to a person, as one short line. It translates and formats only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.session.alarm_words import (
    cause_words,
    lasted,
    names_of,
    outcome_words,
    priority_words,
    words_of,
)
from reverie.science.session import alarm_kinds as kinds


def _rules(event: kinds.RulesApplied) -> str:
    what = {"alarm_rules": _("Alarm rules"), "clinic_profile": _("Clinic profile")}[event.what]
    if not event.edition:
        return _("%(what)s: unsigned defaults hold (assumed)") % {"what": what}
    return _("%(what)s: edition %(number)s holds") % {"what": what, "number": event.number}


def _raised(event: kinds.AlarmRaised) -> str:
    told = {"priority": priority_words(event.priority), "words": words_of(event)}
    if event.source == "monitor":
        return _("%(priority)s alarm of the bedside monitor: %(words)s") % told
    return _("%(priority)s alarm: %(words)s") % told


def _changed(event: kinds.AlarmChanged) -> str:
    told = {
        "seq": event.refers_to, "priority": priority_words(event.priority), "words": words_of(event),
    }  # fmt: skip
    if event.eased:
        return _("Alarm %(seq)s, %(priority)s, back within its limits: %(words)s") % told
    return _("Alarm %(seq)s now %(priority)s: %(words)s") % told


def _escalated(event: kinds.AlarmEscalated) -> str:
    told = {
        "seq": event.refers_to, "length": lasted(event.after_s * 1_000), "names": names_of(event.to),
    }  # fmt: skip
    if event.to:
        return _("Alarm %(seq)s not seen for %(length)s: called %(names)s") % told
    return _("Alarm %(seq)s not seen for %(length)s: nobody else is signed in") % told


def _answered(event: kinds.AlarmAnswered) -> str:
    told = {
        "seq": event.refers_to, "cause": cause_words(event.cause), "outcome": outcome_words(event.outcome),
        "note": event.note,
    }  # fmt: skip
    if event.note:
        return _("Alarm %(seq)s answered: %(cause)s. %(outcome)s. %(note)s") % told
    return _("Alarm %(seq)s answered: %(cause)s. %(outcome)s") % told


def _checked(event: kinds.SoundChecked) -> str:
    place = _("at the station") if event.place == "station" else _("in the room")
    heard = _("heard") if event.heard else _("not heard")
    return _("Sound check %(place)s: %(heard)s") % {"place": place, "heard": heard}


ALARM_SENTENCES: Mapping[type[Any], Callable[[Any], str]] = {
    kinds.RulesApplied: _rules,
    kinds.AlarmRaised: _raised,
    kinds.AlarmChanged: _changed,
    kinds.AlarmCleared: lambda event: _("Alarm %(seq)s over") % {"seq": event.refers_to},
    kinds.AlarmSeen: lambda event: _("Alarm %(seq)s seen and silenced") % {"seq": event.refers_to},
    kinds.AlarmEscalated: _escalated,
    kinds.AlarmAnswered: _answered,
    kinds.SoundChecked: _checked,
}
