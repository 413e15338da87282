"""What stands around every page: clinic, person, pages that they may open, demo mark, trouble."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from reverie.clinic.kernel import trouble
from reverie.clinic.kernel.access import may
from reverie.clinic.people import questions


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html; no query beyond the person's own row and their station."""
    person = getattr(request, "user", None)
    context: dict[str, Any] = {
        "demo": settings.DEMO,
        "home_url": "/",
        "trouble": trouble.sentences(),
    }
    if person is None or not person.is_authenticated:
        return context
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
    return context | questions.around(request)


def _pages(person: Any) -> list[tuple[str, str]]:
    offered = [
        ("board.see", "board", _("Chairs")),
        ("patients.find", "patients", _("Patients")),
        ("devices.see", "devices", _("Devices")),
        ("quarantine.see", "quarantine", _("Quarantine")),
        ("staff.manage", "staff", _("Staff")),
        ("ledger.see", "ledger", _("Ledger")),
    ]
    return [(label, url) for act, name, label in offered if may(person, act) and (url := _address(name))]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
