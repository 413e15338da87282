"""What an alarm says to a person, and the lists from which its cause and outcome are chosen.

The rule's own label and action are the clinic's words and stay as they stood. Translates and formats only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.session.observed import symptom_words
from reverie.science.session.alarm import Alarm
from reverie.science.session.alarm_kinds import AlarmChanged, AlarmRaised
from reverie.science.vitals.alarms.told import Input

Words = str | Promise

CAUSES: Mapping[str, Words] = {
    "true_event": lazy("True: the patient"),
    "expected": lazy("True, and expected with the drug"),
    "artefact": lazy("Artefact"),
    "patient_moved": lazy("Patient moved"),
    "probe_off": lazy("Probe or lead off"),
    "cuff": lazy("Cuff: size, place or movement"),
    "sampling_line": lazy("Breath sampling line"),
    "device": lazy("Device or connection"),
    "not_charted": lazy("Done, not charted in time"),
    "other": lazy("Other, see the note"),
}
OUTCOMES: Mapping[str, Words] = {
    "resolved_alone": lazy("Went away by itself"),
    "put_right": lazy("Probe, cuff, line or device put right"),
    "patient_attended": lazy("Patient woken, moved or comforted"),
    "pump_paused": lazy("Pump paused by hand"),
    "pump_stopped": lazy("Pump stopped by hand"),
    "treated": lazy("Treated"),
    "prescriber_called": lazy("Prescriber called"),
    "emergency": lazy("Emergency plan started"),
    "watched_on": lazy("Watched further, nothing done"),
    "other": lazy("Other, see the note"),
}
PRIORITIES: Mapping[str, Words] = {"low": lazy("LOW"), "medium": lazy("MEDIUM"), "high": lazy("HIGH")}
# what an input is called, and the lanes of the live page that show it
SIGNALS: Mapping[str, tuple[Words, tuple[str, ...]]] = {
    "nibp_sys": (lazy("systolic"), ("nibp_sys",)),
    "nibp_dia": (lazy("diastolic"), ("nibp_dia",)),
    "nibp_mean": (lazy("mean pressure"), ("nibp_mean",)),
    "art_sys": (lazy("arterial systolic"), ("art_sys",)),
    "art_dia": (lazy("arterial diastolic"), ("art_dia",)),
    "sbp": (lazy("systolic"), ("nibp_sys", "art_sys")),
    "dbp": (lazy("diastolic"), ("nibp_dia", "art_dia")),
    "hr": (lazy("heart rate"), ("hr",)),
    "pr": (lazy("pulse"), ("pr",)),
    "spo2": (lazy("SpO2"), ("spo2",)),
    "rr": (lazy("breathing"), ("rr",)),
    "etco2": (lazy("EtCO2"), ("etco2",)),
    "temp": (lazy("temperature"), ("temp",)),
    "baseline": (lazy("baseline"), ()),
    "rise_from": (lazy("from"), ()),
}
PRESSURES = frozenset({"nibp_sys", "nibp_dia", "nibp_mean", "art_sys", "art_dia", "sbp", "dbp"})
BEYOND = ("_low", "_high")  # how groups end whose one value says all


def words_of(alarm: Alarm | AlarmRaised | AlarmChanged) -> str:
    """The alarm in one short line, without how long it lasts: that runs on.

    A value beyond its limit speaks for itself (`SpO2 86 %`); else the rule's label comes first.
    """
    told = [words for one in alarm.inputs if (words := _told(one))]
    if not told:
        return alarm.label
    values = ", ".join(told)
    group = getattr(alarm, "group", "")
    if len(alarm.inputs) == 1 and group.endswith(BEYOND) and alarm.inputs[0].name not in PRESSURES:
        return values[:1].upper() + values[1:]
    return _("%(label)s: %(values)s") % {"label": alarm.label, "values": values}


def _told(one: Input) -> str:
    """What an input adds to the label, or nothing."""
    if one.name == "device":
        return one.device.split("^", 1)[0]
    if one.value is None:
        return ""
    if one.name == "symptom":
        return symptom_words(one.value)
    if one.name == "monitor":
        return _monitor_words(one.value)
    if one.name in SIGNALS:
        return f"{SIGNALS[one.name][0]} {_plain(one.value)} {one.unit}".rstrip()
    return ""


def _monitor_words(name: str) -> str:
    """A monitor's own word for its alarm, as it can be read: `MDC_EVT_ASYSTOLE` is `asystole`."""
    plain = name.removeprefix("MDC_EVT_").removeprefix("MDC_")
    return plain.replace("_", " ").lower() if plain != name else name


def _plain(text: str) -> str:
    """A number as people write it; what is none stays."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return format(value.normalize(), "f") if value.is_finite() else text


def parameters_of(inputs: Iterable[Input]) -> list[str]:
    """The lanes whose values the alarm was judged from."""
    found = (lane for one in inputs for lane in SIGNALS.get(one.name, ("", ()))[1])
    return list(dict.fromkeys(found))


def cause_words(cause: str) -> str:
    """A cause as it is read; what is not offered any more stays as it was said."""
    return str(CAUSES.get(cause, cause))


def outcome_words(outcome: str) -> str:
    """An outcome as it is read; what is not offered any more stays as it was said."""
    return str(OUTCOMES.get(outcome, outcome))


def priority_words(priority: str) -> str:
    """LOW, MEDIUM or HIGH."""
    return str(PRIORITIES.get(priority, priority))


def lasted(ms: int) -> str:
    """A length of time: seconds up to a minute and a half, then minutes."""
    seconds = max(0, round(ms / 1_000))
    if seconds < 90:
        return _("%(count)s s") % {"count": seconds}
    return _("%(count)s min") % {"count": round(seconds / 60)}


def names_of(people: Sequence[tuple[str, str]]) -> str:
    """Who was called."""
    return ", ".join(name for _id, name in people)
