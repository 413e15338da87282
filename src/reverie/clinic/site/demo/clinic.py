"""The demo's clinic, its staff and its patients with their charts, made by the acts that any clinic uses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from reverie.clinic.chart import acts as chart
from reverie.clinic.course import acts as courses
from reverie.clinic.kernel import access, clock
from reverie.clinic.people.models import Chair, Clinic, Patient, User
from reverie.clinic.people.patients import acts as patients
from reverie.clinic.rulebook import acts as rules
from reverie.clinic.rulebook import kinds
from reverie.clinic.rulebook import questions as rulebook
from reverie.clinic.site.demo import cast


def make_clinic() -> Clinic:
    """The clinic with its chairs, staff and patients."""
    clinic = Clinic.objects.create(name=cast.CLINIC, time_zone=cast.TIME_ZONE)
    for order, name in enumerate(cast.CHAIRS, start=1):
        Chair.objects.create(clinic=clinic, name=name, order=order)
    for username, name, role in cast.STAFF:
        User.objects.create_user(username, clinic, name, [role])
    # before the past that the demo plays, so that its sessions were judged by them
    with clock.replaced_by(clock.FakeClock(clock.now() - timedelta(days=3))):
        sign_rules(clinic)
    nurse, prescriber = member(clinic, access.NURSE), member(clinic, access.PRESCRIBER)
    for sitter in cast.PATIENTS:
        _register(sitter, nurse, prescriber)
    return clinic


def sign_rules(clinic: Clinic) -> None:
    """Let every default hold, as the demo's medical director signs it; nothing where one holds already."""
    director = member(clinic, access.DIRECTOR)
    for kind in kinds.every():
        if rulebook.shelf(clinic.pk, kind).holds is None:
            edition = rules.write(director, kind, kind.defaults())
            rules.sign(director, kind, edition, seen=edition.content_hash, against=0)
            rules.put_in_force(director, kind, edition)


def member(clinic: Clinic, role: str) -> User:
    """The first of the cast with this role."""
    username = next(username for username, _, own_role in cast.STAFF if own_role == role)
    return User.objects.get(clinic=clinic, username=username)


def _register(sitter: cast.Sitter, nurse: User, prescriber: User) -> None:
    details = patients.Details(
        family_name=sitter.family_name,
        given_name=sitter.given_name,
        birth_date=date.fromisoformat(sitter.born),
        sex=sitter.sex,
        number=sitter.number,
    )
    try:
        patient = patients.register(nurse, details)
    except patients.LooksAlike as alike:
        patient = patients.register(nurse, details, seen=alike.seen)
    name, relation = sitter.support
    if name:
        patients.add_support(nurse, patient, name=name, relation=relation)
    _chart(sitter, patient, nurse)
    if sitter.indication:
        courses.open_course(prescriber, patient, sitter.indication)


def _chart(sitter: cast.Sitter, patient: Patient, nurse: User) -> None:
    values = {"weight_kg": sitter.weight_kg, "height_cm": sitter.height_cm}
    measured = {kind: chart.Value(Decimal(text)) for kind, text in values.items() if text}
    if measured:
        typed_again = {kind: value.value for kind, value in measured.items()}
        chart.measure(nurse, patient, measured, at=clock.now(), again=typed_again)
    if not sitter.weight_kg:
        return
    for substance, reaction in sitter.allergies:
        chart.add(nurse, patient, "allergies", {"substance": substance, "reaction": reaction})
    if not sitter.allergies:
        chart.record_none(nurse, patient, "allergies")
    for condition in sitter.conditions:
        chart.add(nurse, patient, "conditions", {"name": condition})
    for medicine, dose in sitter.medicines:
        chart.add(nurse, patient, "medicines", {"name": medicine, "dose": dose})
