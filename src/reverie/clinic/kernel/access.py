"""Who may do what: one table of acts, roles and relations. What is not in it is refused.

A view names its act with `@needs`; the middleware refuses a view that names none. An object of another
clinic, or another person's, does not exist for whoever asks (404), so `within` is the only way to fetch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404

PRESCRIBER, NURSE, THERAPIST = "prescriber", "infusion_nurse", "therapist"
FRONT_DESK, DIRECTOR, RESEARCHER = "front_desk", "medical_director", "researcher"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"
PATIENT, SUPPORT = "patient", "support_person"

STAFF = frozenset({PRESCRIBER, NURSE, THERAPIST, FRONT_DESK, DIRECTOR, RESEARCHER, AUDITOR, ADMINISTRATOR})
CLINICAL = frozenset({PRESCRIBER, NURSE, THERAPIST, DIRECTOR})
AT_THE_CHAIR = frozenset({PRESCRIBER, NURSE, DIRECTOR})
EVERYONE = STAFF | {PATIENT, SUPPORT}

Relation = Literal["open", "self", "clinic"]
"""open: before signing in; self: about the person's own sign-in; clinic: what belongs to their clinic."""


@dataclass(frozen=True)
class Act:
    """One thing that can be done: who may, on what, and whether it changes anything."""

    name: str
    roles: frozenset[str]
    relation: Relation = "clinic"
    writes: bool = False


def _table(*acts: Act) -> dict[str, Act]:
    return {act.name: act for act in acts}


ACTS = _table(
    Act("sign_in", EVERYONE, "open"),
    Act("own.page", EVERYONE, "self"),
    Act("own.sign_in", EVERYONE, "self", writes=True),
    Act("station.unlock", STAFF, "self", writes=True),
    Act("style.see", EVERYONE, "self"),
    # people and the plain chart
    Act("patients.find", CLINICAL | {FRONT_DESK}),
    Act("patients.see", CLINICAL | {FRONT_DESK}),
    Act("patients.register", AT_THE_CHAIR | {FRONT_DESK}, writes=True),
    Act("chart.see", CLINICAL),
    Act("chart.write", AT_THE_CHAIR, writes=True),
    Act("course.open", frozenset({PRESCRIBER, DIRECTOR}), writes=True),
    Act("staff.manage", frozenset({ADMINISTRATOR}), writes=True),
    Act("clinic.manage", frozenset({ADMINISTRATOR}), writes=True),
    # the rules of the clinic
    Act("rules.see", CLINICAL | {AUDITOR}),
    Act("rules.write", frozenset({PRESCRIBER, DIRECTOR}), writes=True),
    Act("rules.sign", frozenset({DIRECTOR}), writes=True),
    # the session
    Act("board.see", CLINICAL),
    Act("session.watch", CLINICAL),
    Act("alarms.see", CLINICAL),
    # silencing ends the call for help: whoever may act at the chair does it
    Act("alarms.answer", AT_THE_CHAIR, writes=True),
    Act("alarms.check_sound", CLINICAL, writes=True),
    Act("alarms.answer", AT_THE_CHAIR, writes=True),
    Act("beats.hear", STAFF, "self"),
    Act("session.open", AT_THE_CHAIR, writes=True),
    Act("session.record", AT_THE_CHAIR, writes=True),
    Act("session.stop", CLINICAL, writes=True),
    Act("session.note", CLINICAL, writes=True),
    Act("session.correct", AT_THE_CHAIR, writes=True),
    Act("session.sign", frozenset({PRESCRIBER, DIRECTOR}), writes=True),
    Act("session.redact", frozenset({DIRECTOR}), writes=True),
    Act("session.export", frozenset({DIRECTOR, AUDITOR})),
    # devices
    Act("devices.see", AT_THE_CHAIR | {ADMINISTRATOR}),
    Act("devices.link", AT_THE_CHAIR | {ADMINISTRATOR}, writes=True),
    Act("quarantine.see", AT_THE_CHAIR),
    Act("quarantine.resolve", AT_THE_CHAIR, writes=True),
    # looking after the record
    Act("ledger.see", frozenset({AUDITOR, DIRECTOR})),
)


class Person(Protocol):
    """What access needs to know of whoever asks."""

    is_authenticated: bool

    @property
    def is_active(self) -> bool:
        """Whether they may use Reverie at all."""

    @property
    def role_names(self) -> frozenset[str]:
        """Their roles."""

    @property
    def clinic_id(self) -> Any:
        """Their clinic."""


class Refused(Exception):
    """The person may not do this. The message names the act."""


def may(person: Any, act_name: str) -> bool:
    """Whether `person` may do this act at all. An unknown act is a fault of ours: KeyError."""
    act = ACTS[act_name]
    if act.relation == "open":
        return True
    if not getattr(person, "is_authenticated", False) or not person.is_active:
        return False
    return bool(act.roles & person.role_names)


def require(person: Any, act_name: str) -> None:
    """Raise Refused unless `person` may do this act. Every write asks this itself."""
    if not may(person, act_name):
        raise Refused(act_name)


M = TypeVar("M", bound=Model)


def within(objects: QuerySet[M], person: Any, clinic: str = "clinic") -> QuerySet[M]:
    """Only those of the person's own clinic; `clinic` is the path to it."""
    return objects.filter(**{f"{clinic}_id": person.clinic_id})


def find(objects: QuerySet[M], person: Any, *, clinic: str = "clinic", **which: Any) -> M:
    """The one that fits, inside the person's clinic. Raises Http404 for all others alike."""
    try:
        return within(objects, person, clinic).get(**which)
    except (ObjectDoesNotExist, ValidationError, ValueError, OverflowError):
        raise Http404 from None


V = TypeVar("V", bound=Callable[..., Any])


def needs(act_name: str) -> Callable[[V], V]:
    """Declare the act that a view is. Raises KeyError at import for an act that is not in the table."""
    act = ACTS[act_name]

    def declare(view: V) -> V:
        view.act = act  # type: ignore[attr-defined]
        return view

    return declare


def keeps_showing(view: V) -> V:
    """Declare that a view goes on showing while the person's screen is locked for idleness (reads only)."""
    view.keeps_showing = True  # type: ignore[attr-defined]
    return view


def act_of(view: Any) -> Act | None:
    """The act that a view declared, or None."""
    act = getattr(view, "act", None)
    return act if isinstance(act, Act) else None
