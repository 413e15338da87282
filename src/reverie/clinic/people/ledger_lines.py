"""The ledger as people read it: each line in words, newest first, filtered by person, act and patient.

It reads the clinic's own ledger stream only, and says names for what the lines call by id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import clock, ledger
from reverie.clinic.kernel.models import Entry
from reverie.clinic.people.ledger_words import KINDS, WORDS
from reverie.clinic.people.models import ROLES, Chair, Clinic, Patient, Station, User

A_PAGE = 50
WAYS = {
    "passkey": _("passkey"),
    "totp": _("app code"),
    "recovery_code": _("recovery code"),
    "password": _("password alone"),
    "pin": _("PIN"),
    "demo": _("demo, one click"),
}
FIELDS = {"name": _("name"), "time_zone": _("time zone"), "in_use": _("in use")}
NAMED = {"user": User, "chair": Chair, "station": Station, "patient": Patient}


class Line(NamedTuple):
    """One line in words. `at` is in the clinic's time zone."""

    seq: int
    at: datetime
    who: str
    role: str
    act: str
    refused: bool
    about: str
    patient: str
    patient_id: str
    detail: str

    @property
    def day(self) -> str:
        """13 October 2026."""
        return date_format(self.at, "j F Y")

    @property
    def time(self) -> str:
        """24-hour clock with seconds."""
        return f"{self.at:%H:%M:%S}"


def page(clinic: Clinic, asked: Mapping[str, str]) -> dict[str, Any]:
    """The context of the page: lines, filters, whether there are older ones."""
    entries = Entry.objects.filter(head__stream=ledger.stream_of(clinic.pk)).order_by("-seq")
    chosen = {key: asked.get(key, "").strip()[:80] for key in ("person", "act", "patient", "refused")}
    patient = _patient_of(chosen["patient"], clinic)
    for wanted in _filters(chosen, patient):
        entries = entries.filter(wanted)
    before = asked.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 12:
        entries = entries.filter(seq__lt=int(before))
    found: list[Any] = list(entries.values("seq", "occurred_ms", "actor", "body")[: A_PAGE + 1])
    lines = _lines(found[:A_PAGE], clinic)
    return {
        "lines": lines,
        "older": lines[-1].seq if len(found) > A_PAGE else None,
        "chosen": chosen,
        # addresses name a patient by id, never by the number that was typed
        "patient_id": str(patient.pk) if patient else chosen["patient"] and "none",
        "patient_number": patient.number if patient else chosen["patient"],
        "filtered": any(chosen.values()),
        "people": User.objects.filter(clinic=clinic).order_by("name").values_list("pk", "name"),
        "acts": sorted(WORDS.items(), key=lambda item: str(item[1]).lower()),
    }


def _filters(chosen: Mapping[str, str], patient: Patient | None) -> list[Q]:
    filters = []
    if chosen["person"]:
        person = _uuid(chosen["person"])
        named = f'"id":"{person}"'
        filters.append(Q(actor__contains=named) | Q(body__contains=f'"subject":"user:{person}"'))
    if chosen["act"] in WORDS:
        filters.append(Q(body__contains=f'"act":"{chosen["act"]}"'))
    if chosen["patient"]:
        filters.append(Q(body__contains=f'"patient":"{patient.pk if patient else None}"'))
    if chosen["refused"]:
        filters.append(Q(body__contains='"outcome":"refused"'))
    return filters


def _patient_of(typed: str, clinic: Clinic) -> Patient | None:
    """The patient whose record number or id this is."""
    if not typed:
        return None
    known = _uuid(typed)
    which = Q(number=typed) if known is None else Q(number=typed) | Q(pk=known)
    return Patient.objects.filter(which, clinic=clinic).order_by("registered_at").first()


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _lines(found: list[dict[str, Any]], clinic: Clinic) -> list[Line]:
    read = [(row, json.loads(row["actor"]), json.loads(row["body"] or "{}")) for row in found]
    names = _names([body for _row, _actor, body in read], clinic)
    zone, roles = ZoneInfo(clinic.time_zone), dict(ROLES)
    lines = []
    for row, actor, body in read:
        act = body.get("act", "")
        lines.append(
            Line(
                seq=row["seq"],
                at=clock.from_ms(row["occurred_ms"]).astimezone(zone),
                who=actor.get("name", ""),
                role=str(roles.get(actor.get("role", ""), "")),
                act=str(WORDS.get(act, act)),
                refused=body.get("outcome") == "refused",
                about=names.get(body.get("subject", ""), ""),
                patient=names.get(f"patient:{body.get('patient')}", ""),
                patient_id=body.get("patient", ""),
                detail=_detail(body.get("detail", {}), roles),
            )
        )
    return lines


def _names(bodies: list[dict[str, Any]], clinic: Clinic) -> dict[str, str]:
    """What the ids on this page are called: one query a kind."""
    wanted: dict[str, set[str]] = {}
    for body in bodies:
        for subject in (body.get("subject", ""), f"patient:{body.get('patient', '')}"):
            kind, _colon, pk = subject.partition(":")
            if kind in NAMED and _uuid(pk) is not None:
                wanted.setdefault(kind, set()).add(pk)
    names = {}
    for kind, pks in wanted.items():
        for thing in NAMED[kind].objects.filter(clinic=clinic, pk__in=pks):  # type: ignore[attr-defined]
            names[f"{kind}:{thing.pk}"] = str(thing)
    return names


def _detail(detail: Mapping[str, Any], roles: Mapping[str, Any]) -> str:
    parts = []
    if how := detail.get("how"):
        parts.append(str(WAYS.get(how, how)))
    if "how" in detail and (station := detail.get("station")):
        parts.append(str(station))
    if kind := detail.get("kind"):
        parts.append(str(WAYS.get(kind) or KINDS.get(kind, kind)))
    if (number := detail.get("number")) is not None:
        parts.append(_gettext("edition %(number)s") % {"number": number})
    parts += [f"+ {roles.get(role, role)}" for role in detail.get("added", [])]
    parts += [f"− {roles.get(role, role)}" for role in detail.get("removed", [])]
    parts += [str(roles.get(role, role)) for role in detail.get("roles", [])]
    parts += [str(FIELDS.get(field, field)) for field in detail.get("fields", [])]
    return ", ".join(parts)
