"""What stands around every page: clinic, person, pages that they may open, demo mark, trouble, alarms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from reverie.clinic.chairside.alarms import questions as alarms
from reverie.clinic.kernel import trouble
from reverie.clinic.kernel.access import may
from reverie.clinic.people import questions, stations
from reverie.clinic.people.sign_in import Standing
from reverie.clinic.session import watch_state


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html: the person's own row, their station, the alarms at the chairs."""
    person = getattr(request, "user", None)
    context: dict[str, Any] = {
        "demo": settings.DEMO,
        "home_url": "/",
        "trouble": trouble.sentences(),
    }
    if person is None or not person.is_authenticated:
        return context | {"alarms_stopped": not watch_state.runs()}
    context |= {
        "clinic_name": person.clinic.name,
        "person": {"name": person.name, "role": person.first_role},
        "nav": [
            {"label": label, "url": url, "current": request.path.startswith(url)}
            for label, url in _pages(person)
        ],
        "sign_out_url": _address("account_logout"),
        "account_url": _address("own_sign_in"),
    }
    if getattr(request, "standing", None) in (Standing.IN_FORCE, Standing.LOCKED):
        # parts of pages, which scripts ask for, never look at it
        context["watching"] = SimpleLazyObject(
            lambda: alarms.around(person, stations.of(request), getattr(request, "ward", None))
        )
    return context | questions.around(request)


def _pages(person: Any) -> list[tuple[str, str]]:
    offered = [
        ("board.see", "board", _("Chairs")),
        ("patients.find", "patients", _("Patients")),
        ("devices.see", "devices", _("Devices")),
        ("quarantine.see", "quarantine", _("Quarantine")),
        ("rules.see", "rules", _("Rules")),
        ("staff.manage", "staff", _("Staff")),
        ("ledger.see", "ledger", _("Ledger")),
    ]
    return [(label, url) for act, name, label in offered if may(person, act) and (url := _address(name))]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
