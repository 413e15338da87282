"""The alarm log of a session: each alarm, who saw it after how long, whom it called, what it was."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.chairside.alarms.questions import ordered
from reverie.clinic.kernel import access, clock
from reverie.clinic.kernel.models import Edition
from reverie.clinic.session import questions
from reverie.clinic.session.alarm_words import lasted, names_of
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import device_words
from reverie.science.session.state import State


def waiting(state: State) -> list[int]:
    """The alarms that must be answered before the session can be closed, or that somebody may answer."""
    return [one["seq"] for one in questions.alarms_of(state) if _may_be_answered(one)]


def _may_be_answered(alarm: dict[str, Any]) -> bool:
    return alarm["answered"] is None and alarm["priority"] != "low"


def answered(state: State, asked: str) -> dict[str, Any] | None:
    """The alarm whose answer somebody asks to correct; None where there is none."""
    return next(
        (one for one in questions.alarms_of(state) if str(one["seq"]) == asked and one["answered"]), None
    )


def page_of(session: Session, state: State, person: Any) -> dict[str, Any]:
    """What the page is drawn from."""
    now_ms = clock.to_ms(clock.now())
    alarms = questions.alarms_of(state)
    editions = _editions(alarms)
    rows = [_row(one, now_ms, editions) for one in sorted(alarms, key=lambda one: one["onset"], reverse=True)]
    return {
        "session": session,
        "rows": rows,
        "asked": sum(one["priority"] != "low" for one in alarms),
        "waiting": sum(_may_be_answered(one) for one in alarms),
        "unseen": sum(one["seen"] is None and one["priority"] != "low" for one in alarms),
        "shown": len(ordered([one for one in alarms if one["shown"]])),
        "may_answer": access.may(person, "alarms.answer"),
    }


def _editions(alarms: list[dict[str, Any]]) -> dict[str, int]:
    wanted = {one["edition"] for one in alarms if one["edition"]}
    return {
        str(pk): number for pk, number in Edition.objects.filter(pk__in=wanted).values_list("pk", "number")
    }


def _row(alarm: dict[str, Any], now_ms: int, editions: dict[str, int]) -> dict[str, Any]:
    over = alarm["cleared"] or alarm["eased"]
    seen, called, answered = alarm["seen"], alarm["escalated"], alarm["answered"]
    number = editions.get(alarm["edition"])
    return {
        **alarm,
        "lasted": lasted((over or now_ms) - alarm["onset"]),
        "goes_on": alarm["cleared"] is None,
        "seen_by": seen["by"] if seen else "",
        "seen_after": lasted(seen["at"] - alarm["since"]) if seen else "",
        "called": (names_of(called["to"]) or _("nobody else was signed in")) if called else "",
        "called_ms": called["at"] if called else None,
        "answer": answered,
        "may_be_answered": _may_be_answered(alarm),
        "rules": _("edition %(number)s") % {"number": number} if number else _("assumed, unsigned"),
        "from_monitor": alarm["source"] == "monitor",
        "inputs": [_input(one) for one in alarm["inputs"]],
    }


def _input(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "value": one["value"] if one["value"] is not None else _("none"),
        "unit": one["unit"],
        "device": device_words(one["device"]) if one["device"] else "",
        "at": one["at_ms"],
    }
