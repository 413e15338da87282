"""What the live page needs, composed from people, course and session. Reads only."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import FilteredRelation, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from reverie.clinic.chairside.alarms import questions as alarms
from reverie.clinic.chairside.due import questions as due
from reverie.clinic.chairside.live import lanes
from reverie.clinic.course import banner
from reverie.clinic.kernel import access, clock
from reverie.clinic.people.models import Chair, Patient
from reverie.clinic.session import alarm_acts, folds, governing, questions, ward
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import device_words, state_words
from reverie.science.session.state import State
from reverie.science.session.states import ENDED, next_states

MOST_LINES = 400
Link = tuple[str, int | None]
BY_THE_PUMP = frozenset({"infusing", "paused"})
# the states in which the page says how many alarms wait for an answer
WINDING_DOWN = frozenset({"recovery", "discharge_ready"}) | ENDED - {"closed"}


def page_of(session: Session, person: Any) -> dict[str, Any]:
    """Everything that the live page is drawn from."""
    seats = seats_of(person)
    taken = {f"session:{seat.session}": seat.name for seat in seats if seat.session}
    known = folds.folds_of([session.stream, *(name for name in taken if name != session.stream)])
    fold = known.pop(session.stream) if session.stream not in taken else known[session.stream]
    whole = questions.whole(fold)
    state = fold.state
    present = ward.told_of(known, taken)
    lines = questions.lines(state)[:MOST_LINES]
    links = _links(session)
    devices = linked_devices(links, whole["devices"])
    told = questions.alarms_of(state, shown_only=True)
    now_ms = clock.to_ms(clock.now())
    rows = alarms.rows_of(session.pk, told, now_ms, access.may(person, "alarms.answer"))
    return {
        **due.panel_of(session, person, now_ms, fold=fold),
        "session": session,
        "present": present,
        "alarm_rows": rows[:1],
        "alarm_rest": rows[1:],
        "rules_words": rules_words(state),
        "switches": switches(state),
        "chairs": strip(seats, present, session),
        "banner": banner_of(session, person, state),
        "lanes": lanes.first_picture(lanes.displayed(whole["values"], stream=whole["stream"])),
        "lines": lines,
        "devices": devices,
        "others": others(devices),
        "page_data": data_of(session, whole, lines, links),
        **bar_of(session, person, state),
    }


def rules_words(state: State) -> str:
    """Which rules judge this session, by its own record."""
    rules = state.rules.get("alarm_rules")
    if rules is None:
        return ""
    if not rules.number:
        return _("Assumed limits, unsigned")
    return _("Alarm rules, edition %(number)s") % {"number": rules.number}


def switches(state: State) -> list[dict[str, Any]]:
    """What the clinic's profile may switch off, in sentences; those that say `off` are shown."""
    off = governing.switched_off(state)
    told = [
        ("stream_display", _("Values of devices are not shown here: the clinic's profile.")),
        ("secondary_alarms", _("Reverie's own limits do not alarm here: the clinic's profile.")),
        ("slope_rules", _("Rules on rises are off: the clinic's profile.")),
        ("prediction", _("Forecasts are off: the clinic's profile.")),
    ]
    return [{"name": name, "words": words, "off": name in off} for name, words in told]


def bar_of(session: Session, person: Any, state: State) -> dict[str, Any]:
    """What the acts at the foot are drawn from."""
    return {
        "session": session,
        "is_here": str(person.pk) in state.staff,
        "staff": [{"name": one.name} for one in state.staff.values()],
        "state": {"word": state.phase, "label": state_words(state.phase)},
        "next": next_acts(state),
        "emergency": "emergency" in next_states(state.phase),
        "pump": pump_acts(state),
        "acts_key": f"{state.phase} {state.infusion.status}",
        # while the pump may run there are more urgent things to press
        "unanswered": alarm_acts.unfinished(state) if state.phase in WINDING_DOWN else 0,
        "may": {
            name: access.may(person, f"session.{name}")
            for name in ("record", "stop", "note", "correct", "sign", "export")
        },
    }


def data_of(
    session: Session, whole: dict[str, Any], lines: list[dict[str, Any]], links: list[Link]
) -> dict[str, Any]:
    """What the browser starts from."""
    return {
        "whole": whole | {"lines": lines},
        "now": clock.to_ms(clock.now()),
        "zone": session.clinic.time_zone,
        "lanes": lanes.as_data(),
        "sources": lanes.source_words(),
        "linked": [{"d": name, "interval": interval_s and interval_s * 1000} for name, interval_s in links],
        "stream": reverse("session_stream", args=[session.pk]),
        "numerics": reverse("session_numerics", args=[session.pk]),
        "whole_url": reverse("session_whole", args=[session.pk]),
    }


def banner_of(session: Session, person: Any, state: State) -> dict[str, Any]:
    """Chair and initials, two identifiers, and what runs."""
    words = _("Chair %(chair)s") % {"chair": session.chair.name}
    courses = [session.course] if session.course is not None else None
    found = banner.banner_of(session.patient, person, chair=words, courses=courses)
    if found.get("course"):
        found["course"] = _("Session %(number)s, %(course)s") % {
            "number": session.number,
            "course": found["course"],
        }
    found["figures"] = [
        {"key": "state", "label": _("Session"), "value": state_words(state.phase), "unit": "", "note": ""},
        {"key": "infusion", "label": _INFUSION[state.infusion.status](), "value": "–", "unit": "",
         "note": _infusion_note(state)},
    ]  # fmt: skip
    return found


_INFUSION = {
    "none": lambda: _("Not started"),
    "running": lambda: _("Infusing"),
    "paused": lambda: _("Paused"),
    "stopped": lambda: _("Stopped"),
}


def _infusion_note(state: State) -> str:
    infusion = state.infusion
    if infusion.status not in ("running", "paused") or infusion.rate_ml_per_h is None:
        return ""
    return _("%(rate)s mL/h") % {"rate": infusion.rate_ml_per_h}


class Seat(NamedTuple):
    """A chair in use and who sits there: `session` and what follows it are None for a free one."""

    pk: UUID
    name: str
    session: UUID | None
    state: str | None
    given_name: str | None
    family_name: str | None


def seats_of(person: Any) -> list[Seat]:
    """All chairs of the clinic in their order, with who sits there."""
    sessions = FilteredRelation("sessions", condition=Q(sessions__closed_at=None))
    chairs = Chair.objects.filter(in_use=True).annotate(here=sessions)
    rows = access.within(chairs, person).order_by("order", "name")
    patient = ("here__patient__given_name", "here__patient__family_name")
    return [Seat(*row) for row in rows.values_list("pk", "name", "here__pk", "here__state", *patient)]


def strip(seats: list[Seat], present: list[dict[str, Any]], session: Session) -> list[dict[str, Any]]:
    """The chairs as they stand on top, each with its highest alarm; `present` is what the ward is told."""
    told = {one["s"]: one for one in present}
    found = []
    for seat in seats:
        free_url = reverse("session_open", args=[seat.pk])
        patient = Patient(given_name=seat.given_name or "", family_name=seat.family_name or "")
        found.append(
            {
                "id": seat.pk,
                "chair": seat.name,
                "url": reverse("session", args=[seat.session]) if seat.session else free_url,
                "free_url": free_url,
                "taken": bool(seat.session),
                "initials": patient.initials if seat.session else "",
                "words": state_words(seat.state) if seat.state else _("Free"),
                "current": seat.session == session.pk,
                **_alarm_of(told.get(str(seat.session))),
            }
        )
    return found


def _alarm_of(told: dict[str, Any] | None) -> dict[str, Any]:
    if not told or not told["alarms"]:
        return {}
    alarm = alarms.ordered(told["alarms"])[0]
    return {"level": alarm["priority"], "level_words": alarm["words"], "seen": alarm["seen"] is not None}


def _links(session: Session) -> list[Link]:
    # who is linked is told by the devices' own table, which looks back at the chair
    links = session.chair.device_links.filter(ended_at=None)
    return list(links.order_by("device__name").values_list("device__name", "device__interval_s"))


def linked_devices(links: list[Link], heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every device of the chair or of the record, by name, and the other patient whom it names."""
    known = {name: {"last": None, "other": ""} for name, _interval in links} | {
        one["d"]: one for one in heard
    }
    return [
        {"d": name, "name": device_words(name), "said_ms": one["last"], "other": one["other"]}
        for name, one in sorted(known.items())
    ]


def others(devices: list[dict[str, Any]]) -> list[str]:
    """A sentence for each device that names another patient."""
    return [
        _("%(device)s names another patient: record %(number)s.")
        % {"device": device["name"], "number": device["other"]}
        for device in devices
        if device["other"]
    ]


def next_acts(state: State) -> list[dict[str, str]]:
    """The states that may follow, but for those that a report on the pump brings and the emergency."""
    said_by_pump = {"running": "infusing", "paused": "paused"}.get(state.infusion.status, "")
    return [
        {"state": word, "label": _LABELS.get(word, state_words)(word)}
        for word in next_states(state.phase)
        if word not in ("emergency", "note_signed") and (word not in BY_THE_PUMP or word == said_by_pump)
    ]


_LABELS = {
    "preflight": lambda word: _("Get ready"),
    "hold": lambda word: _("Hold"),
    "cancelled": lambda word: _("Cancel"),
    "ready": lambda word: _("Ready"),
    "closed": lambda word: _("Close"),
    "discharged": lambda word: _("Goes home"),
    "discharge_ready": lambda word: _("Ready to go home"),
}


def way_to_start(state: State) -> str:
    """Why an infusion cannot be recorded as started now, and what to press first."""
    now = _("The session is “%(state)s”.") % {"state": state_words(state.phase)}
    way = steps_to(state.phase, "ready")
    if not way:
        return now + " " + _("From here no infusion can be started. Did it run all the same?")
    names = [_("“%(label)s”") % {"label": _LABELS.get(word, state_words)(word)} for word in way]
    first = _("Press %(steps)s first, then “Started”.") % {"steps": _(", then ").join(names)}
    return now + " " + first + " " + _("Did it start before?")


def steps_to(phase: str, wanted: str) -> list[str]:
    """The fewest states from `phase` to `wanted`, not by an emergency; none where there is no way."""
    ways: list[list[str]] = [[word] for word in next_states(phase)]
    for way in ways:
        if way[-1] == wanted:
            return way
        seen = {word for other in ways for word in other}
        ways.extend([*way, word] for word in next_states(way[-1]) if word not in seen | {"emergency"})
    return []


def pump_acts(state: State) -> list[str]:
    """The reports on the pump that make sense now."""
    return {"running": ["rate", "paused", "stopped"], "paused": ["resumed", "stopped"]}.get(
        state.infusion.status, ["started"]
    )
