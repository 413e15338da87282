"""What the live page needs, composed from people, course and session. Reads only."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from reverie.clinic.chairside.live import lanes
from reverie.clinic.course import banner
from reverie.clinic.kernel import access, clock
from reverie.clinic.people.models import Chair
from reverie.clinic.session import folds, questions
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import device_words, state_words
from reverie.science.session.state import State
from reverie.science.session.states import next_states

MOST_LINES = 400
Link = tuple[str, int | None]
BY_THE_PUMP = frozenset({"infusing", "paused"})


def page_of(session: Session, person: Any) -> dict[str, Any]:
    """Everything that the live page is drawn from."""
    fold = folds.fold_of(session.stream)
    whole = questions.whole(fold)
    state = fold.state
    lines = questions.lines(state)[:MOST_LINES]
    links = _links(session)
    return {
        "session": session,
        "chairs": strip(person, session),
        "banner": banner_of(session, person, state),
        "lanes": lanes.first_picture(whole["values"]),
        "lines": lines,
        "devices": linked_devices(links, whole["devices"]),
        "page_data": data_of(session, whole, lines, links),
        **bar_of(session, person, state),
    }


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
    found = banner.banner_of(session.patient, person, chair=words)
    if found.get("course"):
        found["course"] = _("Session %(number)s, %(course)s") % {
            "number": session.number,
            "course": found["course"],
        }
    found["figures"] = [
        {"key": "state", "label": _("Session"), "value": state_words(state.phase), "unit": "", "note": ""},
        {"key": "infusion", "label": _("Infusion"), "value": "–", "unit": "", "note": ""},
    ]
    return found


def strip(person: Any, session: Session | None = None) -> list[dict[str, Any]]:
    """All chairs of the clinic in their order, with who sits there."""
    chairs = access.within(Chair.objects.filter(in_use=True), person).order_by("order", "name")
    by_chair = {one.chair_id: one for one in questions.open_sessions(person)}
    found = []
    for chair in chairs:
        here = by_chair.get(chair.pk)
        found.append(
            {
                "chair": chair.name,
                "url": reverse("session", args=[here.pk])
                if here
                else reverse("session_open", args=[chair.pk]),
                "initials": here.patient.initials if here else "",
                "words": state_words(here.state) if here else _("Free"),
                "current": session is not None and here is not None and here.pk == session.pk,
            }
        )
    return found


def _links(session: Session) -> list[Link]:
    # who is linked is told by the devices' own table, which looks back at the chair
    links = session.chair.device_links.filter(ended_at=None)
    return list(links.order_by("device__name").values_list("device__name", "device__interval_s"))


def linked_devices(links: list[Link], heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every device of the chair or of the record, by name."""
    names = {name for name, _interval in links} | {one["d"] for one in heard}
    return [{"d": name, "name": device_words(name)} for name in sorted(names)]


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


def pump_acts(state: State) -> list[str]:
    """The reports on the pump that make sense now."""
    return {"running": ["rate", "paused", "stopped"], "paused": ["resumed", "stopped"]}.get(
        state.infusion.status, ["started"]
    )
