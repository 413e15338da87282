"""What one entry of a session says to a person, as one short line. Readings say nothing: they are lanes.

It translates and formats; it decides nothing and knows no time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.people.models import ROLES
from reverie.clinic.session.alarm_sentences import ALARM_SENTENCES
from reverie.clinic.session.observed import symptom_words
from reverie.science.session import events
from reverie.science.session.events import Event, Row
from reverie.science.session.timeline import Line


def state_words(state: str) -> str:
    """The name of a session's state."""
    return _STATES.get(state, lambda: state.replace("_", " "))()


_STATES: Mapping[str, Callable[[], str]] = {
    "arrived": lambda: _("Arrived"),
    "preflight": lambda: _("Getting ready"),
    "hold": lambda: _("On hold"),
    "cancelled": lambda: _("Cancelled"),
    "ready": lambda: _("Ready"),
    "infusing": lambda: _("Infusing"),
    "paused": lambda: _("Paused"),
    "completed_dose": lambda: _("Dose completed"),
    "aborted": lambda: _("Stopped early"),
    "recovery": lambda: _("Recovery"),
    "discharge_ready": lambda: _("Ready to go home"),
    "discharged": lambda: _("Gone home"),
    "note_signed": lambda: _("Note signed"),
    "closed": lambda: _("Closed"),
    "emergency": lambda: _("Emergency"),
    "transferred": lambda: _("Transferred"),
}


def role_words(role: str) -> str:
    """A role's name, translated; "" for none."""
    return next((str(words) for name, words in ROLES if name == role), "")


def line_of(line: Line, actor: Mapping[str, Any]) -> dict[str, Any] | None:
    """A line for a list of events: seq, times, words, who, and what became of it. None for readings."""
    if line.kind == "readings":
        return None
    words = sentence(line.event) if line.event is not None else _("Content removed or unreadable")
    if line.corrected_by is not None and line.now is not None:
        words = _("%(before)s. Now: %(now)s") % {"before": words, "now": sentence(line.now)}
    return {
        "seq": line.seq,
        "at": line.occurred_ms,
        "rec": line.recorded_ms,
        "kind": line.kind,
        "words": words,
        "who": who(actor),
        "late": line.late,
        "struck": line.struck_by,
        "corrected": line.corrected_by,
    }


def who(actor: Mapping[str, Any]) -> str:
    """Who recorded it, for the end of a line; a device by its first name part."""
    name = str(actor.get("name", ""))
    if actor.get("kind") == "device":
        return device_words(name)
    return name if actor.get("kind") == "staff" else ""


def device_words(name: str) -> str:
    """A device as staff call it: the first part of its full name, never empty."""
    return name.split("^", 1)[0] or name.replace("^", " ").strip() or name


def sentence(event: Event) -> str:
    """The event in words."""
    return _SENTENCES[type(event)](event)


def _rate(rate: Decimal | None) -> str:
    return _("%(rate)s mL/h") % {"rate": rate} if rate is not None else _("rate not said")


def _because(words: str, reason: str) -> str:
    return _("%(words)s: %(reason)s") % {"words": words, "reason": reason} if reason else words


def _started(event: events.InfusionStarted) -> str:
    words = _("Infusion started, %(rate)s") % {"rate": _rate(event.rate_ml_per_h)}
    return _("%(words)s, %(drug)s") % {"words": words, "drug": event.drug} if event.drug else words


def _resumed(event: events.InfusionResumed) -> str:
    if event.rate_ml_per_h is None:
        return _("Infusion runs again")
    return _("Infusion runs again, %(rate)s") % {"rate": _rate(event.rate_ml_per_h)}


def _stopped(event: events.InfusionStopped) -> str:
    words = _("Infusion stopped")
    if event.volume_ml is not None:
        words = _("Infusion stopped, %(volume)s mL infused") % {"volume": event.volume_ml}
    return _because(words, event.reason)


def _vitals(event: events.VitalsRecorded) -> str:
    how = {one.parameter: one.how for one in event.taken}
    by_hand, confirmed, unconfirmed = (
        list(_values(row for row in event.rows if how.get(row.parameter or "", "typed") == named))
        for named in ("typed", "confirmed", "device")
    )
    parts = [*by_hand, *_observed(event)]
    told = [_("Set by hand: %(values)s") % {"values": ", ".join(parts)}] if parts else []
    if confirmed:
        told.append(_("confirmed: %(values)s") % {"values": ", ".join(confirmed)})
    if unconfirmed:
        told.append(_("device, not confirmed: %(values)s") % {"values": ", ".join(unconfirmed)})
    words = "; ".join(told)
    return words[:1].upper() + words[1:]


def _observed(event: events.VitalsRecorded) -> Iterable[str]:
    if event.arousal:
        yield _("arousal: %(words)s") % {"words": event.arousal}
    elif event.arousal_level is not None:
        yield _("MOAA/S %(level)s") % {"level": event.arousal_level}
    if event.comfort:
        yield _("comfort: %(words)s") % {"words": event.comfort}
    elif event.distress is not None:
        yield _("distress %(level)s of 10") % {"level": event.distress}
    if event.nausea is not None:
        yield _("nausea %(level)s of 10") % {"level": event.nausea}
    if event.symptoms:
        yield ", ".join(symptom_words(word) for word in event.symptoms)


def _values(rows: Iterable[Row]) -> Iterable[str]:
    by_name = {row.parameter: row.value for row in rows if row.value is not None}
    pair = (by_name.pop("nibp_sys", None), by_name.pop("nibp_dia", None))
    if any(value is not None for value in pair):
        told = "/".join("–" if value is None else str(value) for value in pair)
        yield _("pressure %(value)s mmHg") % {"value": told}
    for name, value in by_name.items():
        words = _VALUE_WORDS.get(name or "")
        if words is not None:
            yield words() % {"value": value}


_VALUE_WORDS: Mapping[str, Callable[[], str]] = {
    "hr": lambda: _("heart rate %(value)s /min"),
    "pr": lambda: _("pulse %(value)s /min"),
    "spo2": lambda: _("SpO2 %(value)s %%"),
    "rr": lambda: _("respiration %(value)s /min"),
    "etco2": lambda: _("EtCO2 %(value)s mmHg"),
    "temp": lambda: _("temperature %(value)s °C"),
    "weight": lambda: _("weight %(value)s kg"),
    "height": lambda: _("height %(value)s cm"),
    "nibp_mean": lambda: _("mean %(value)s mmHg"),
}


def _correction(event: events.Correction) -> str:
    words = (_("Entry %(seq)s struck") if event.body is None else _("Entry %(seq)s corrected")) % {
        "seq": event.refers_to
    }
    return _because(words, event.reason)


def _late(event: events.LateEntry) -> str:
    try:
        inner = sentence(events.parse(event.kind, event.version, event.body))
    except events.BadEvent:
        inner = event.kind.replace("_", " ")
    return _because(inner, event.reason)


def _present(words: str, event: events.StaffIn | events.StaffOut) -> str:
    return words % {"name": event.name}


def _named(event: events.PatientNamed) -> str:
    place = {"device": device_words(event.device), "number": event.said}
    if event.said:
        return _("%(device)s names another patient: record %(number)s") % place
    return _("%(device)s no longer names another patient") % place


def _clock(event: events.ClockStepped) -> str:
    return _("The server's clock was set by %(seconds)s s") % {"seconds": event.by_ms // 1000}


_SENTENCES: Mapping[type[Any], Callable[[Any], str]] = {
    events.Opened: lambda event: _("Arrived, session opened"),
    events.StateChanged: lambda event: _because(state_words(event.to_state), event.reason),
    events.Readings: lambda event: _("Readings of %(device)s") % {"device": device_words(event.device)},
    events.InfusionStarted: _started,
    events.RateChanged: lambda event: _because(
        _("Rate changed to %(rate)s") % {"rate": _rate(event.rate_ml_per_h)}, event.reason
    ),
    events.InfusionPaused: lambda event: _because(_("Infusion paused"), event.reason),
    events.InfusionResumed: _resumed,
    events.InfusionStopped: _stopped,
    events.VitalsRecorded: _vitals,
    events.Note: lambda event: event.text,
    events.StaffIn: lambda event: _present(_("%(name)s came to the chair"), event),
    events.StaffOut: lambda event: _present(_("%(name)s left the chair"), event),
    events.DeviceConnected: lambda event: _("%(device)s connected") % {"device": device_words(event.device)},
    events.DeviceLost: lambda event: _because(
        _("No data from %(device)s") % {"device": device_words(event.device)}, event.reason
    ),
    events.PatientNamed: _named,
    events.Correction: _correction,
    events.LateEntry: _late,
    events.Signed: lambda event: _("Signed: %(meaning)s") % {"meaning": event.meaning},
    events.Redaction: lambda event: _because(
        _("Content of entry %(seq)s removed") % {"seq": event.refers_to}, event.reason
    ),
    events.ClockStepped: _clock,
    **ALARM_SENTENCES,
}
