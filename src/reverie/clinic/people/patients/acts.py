"""What may be done about patients: register, change, add and end support persons, open a record.

Each in one transaction, with its permission and its line in the ledger; each once per key. A change is
refused when somebody else changed the patient meanwhile; look-alikes must be seen before anything is saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db import transaction

from reverie.clinic.kernel import access, clock, ids, ledger
from reverie.clinic.people.models import Clinic, User
from reverie.clinic.people.patients import names, questions
from reverie.clinic.people.patients.models import LookAlike, Patient, SupportPerson

OPENED_AGAIN_AFTER_S = 900


@dataclass(frozen=True)
class Details:
    """What is kept about a patient's identity and how to reach them. An empty number: the next free one."""

    family_name: str
    given_name: str
    birth_date: date
    sex: str = Patient.Sex.UNKNOWN
    number: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""

    @property
    def identity(self) -> names.Identity:
        """What tells this patient from others."""
        return names.Identity(self.family_name, self.given_name, self.birth_date)


class NotSaved(Exception):
    """Nothing was saved; why is in the subclass."""


class NumberTaken(NotSaved):
    """The record number belongs to another patient of the clinic."""

    def __init__(self, holder: Patient) -> None:
        self.holder = holder
        super().__init__(holder.number)


class LooksAlike(NotSaved):
    """There are patients who are easily taken for this one, and nobody has said yet that it is another."""

    def __init__(self, found: list[Patient]) -> None:
        self.found = found
        self.seen = seen_mark(found)
        super().__init__(self.seen)


class ChangedMeanwhile(NotSaved):
    """Somebody else changed the patient since the form was opened."""

    def __init__(self, stored: Patient) -> None:
        self.stored = stored
        super().__init__(str(stored.version))


def seen_mark(found: Iterable[Patient]) -> str:
    """A short mark of exactly these patients, to show that a person saw them before saving."""
    return hashlib.sha256(",".join(sorted(str(patient.pk) for patient in found)).encode()).hexdigest()[:32]


def tidy_key(key: str) -> str:
    """A key as it is kept: a long one by its hash, none as a new one."""
    if not key:
        return ids.new_id()
    return key if len(key) <= 64 and key.isprintable() else hashlib.sha256(key.encode()).hexdigest()


def register(person: User, details: Details, *, key: str = "", seen: str = "", support: str = "") -> Patient:
    """A new patient of the person's clinic; `support` names a support person.

    Raises LooksAlike until `seen` is its mark, and NumberTaken.
    """
    access.require(person, "patients.register")
    key = tidy_key(key)
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=person.clinic_id)
        before = Patient.objects.filter(clinic=clinic, key=key).first()
        if before is not None:
            return before
        found = questions.resembling(clinic.pk, details.identity)
        if found and seen != seen_mark(found):
            raise LooksAlike(found)
        _refuse_taken(clinic.pk, details.number)
        fields = asdict(details) | {"number": details.number or questions.next_number(clinic.pk)}
        now = clock.now()
        patient = Patient(
            clinic=clinic, registered_at=now, changed_at=now, changed_by=person, key=key, **fields
        )
        patient.save(force_insert=True)
        _pair(patient, found)
        _trace("patient.registered", person, patient, look_alikes=len(found))
        if support:
            add_support(person, patient, name=support, key=key)
    return patient


def change(person: User, patient_id: Any, details: Details, *, version: int, seen: str = "") -> Patient:
    """Change a patient who is still as at `version`. The same change again changes nothing.

    Raises ChangedMeanwhile, LooksAlike until `seen` is its mark, NumberTaken, and Http404 for strangers.
    """
    access.require(person, "patients.register")
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=person.clinic_id)
        patient = access.find(Patient.objects.all(), person, pk=patient_id)
        changed = [name for name, value in asdict(details).items() if getattr(patient, name) != value]
        if not changed:
            return patient
        if patient.version != version:
            raise ChangedMeanwhile(patient)
        _refuse_taken(patient.clinic_id, details.number, but=patient)
        identity_changed = details.identity != patient.identity
        found = questions.resembling(patient.clinic_id, details.identity, but=[patient.pk])
        if identity_changed:
            known = set(patient.look_alikes.values_list("other", flat=True))
            new = [other for other in found if other.pk not in known]
            if new and seen != seen_mark(new):
                raise LooksAlike(new)
        for name in changed:
            setattr(patient, name, getattr(details, name))
        patient.version += 1
        patient.changed_at, patient.changed_by = clock.now(), person
        patient.save()
        if identity_changed:
            _pair(patient, found)
        _trace("patient.changed", person, patient, fields=changed)
    return patient


def add_support(
    person: User, patient: Patient, *, name: str, relation: str = "", phone: str = "", key: str = ""
) -> SupportPerson:
    """Somebody who stands by the patient."""
    access.require(person, "patients.register")
    with transaction.atomic():
        access.find(Patient.objects.all(), person, pk=patient.pk)
        supporter, new = SupportPerson.objects.get_or_create(
            patient=patient, key=tidy_key(key), defaults={"name": name, "relation": relation, "phone": phone}
        )
        if new:
            _trace("support.added", person, patient, support_person=str(supporter.pk))
    return supporter


def end_support(person: User, support_id: Any) -> SupportPerson:
    """This person no longer stands by the patient. Ending twice ends once."""
    access.require(person, "patients.register")
    with transaction.atomic():
        supporter = access.find(
            SupportPerson.objects.select_related("patient"), person, clinic="patient__clinic", pk=support_id
        )
        if supporter.ended_at is None:
            supporter.ended_at = clock.now()
            supporter.save(update_fields=["ended_at"])
            _trace("support.ended", person, supporter.patient, support_person=str(supporter.pk))
    return supporter


def open_record(person: User, patient: Patient, sign_in: str) -> None:
    """Say in the ledger that this person opened this record; at most once a quarter of an hour per sign-in.

    `sign_in` is anything that names the person's sign-in; it is kept only in memory, hashed.
    """
    with_chart = access.may(person, "chart.see")
    mark = hashlib.sha256(f"{sign_in}:{person.pk}:{patient.pk}:{with_chart}".encode()).hexdigest()
    if cache.get(f"opened:{mark}") is None:
        _trace("record.opened", person, patient, chart=with_chart)
        cache.set(f"opened:{mark}", True, OPENED_AGAIN_AFTER_S)


def pair_all(clinic_id: Any) -> int:
    """Work out all look-alikes of a clinic anew (after rows were brought in from elsewhere); their number."""
    with transaction.atomic():
        LookAlike.objects.filter(patient__clinic_id=clinic_id).delete()
        rows_of_all = Patient.objects.filter(clinic_id=clinic_id).values_list(
            "pk", "family_name", "given_name", "birth_date"
        )
        pairs = names.pairs(
            {pk: names.Identity(family, given, born) for pk, family, given, born in rows_of_all}
        )
        rows = [LookAlike(patient_id=a, other_id=b) for pair in pairs for a, b in (pair, pair[::-1])]
        LookAlike.objects.bulk_create(rows, batch_size=500)
    return len(rows) // 2


def _pair(patient: Patient, found: list[Patient]) -> None:
    LookAlike.objects.filter(patient=patient).delete()
    LookAlike.objects.filter(other=patient).delete()
    both = [(patient, other) for other in found] + [(other, patient) for other in found]
    LookAlike.objects.bulk_create([LookAlike(patient=a, other=b) for a, b in both])


def _refuse_taken(clinic_id: Any, number: str, but: Patient | None = None) -> None:
    holders = Patient.objects.filter(clinic_id=clinic_id, number=number)
    if number and (holder := (holders.exclude(pk=but.pk) if but else holders).first()):
        raise NumberTaken(holder)


def _trace(act: str, person: User, patient: Patient, **detail: Any) -> None:
    ledger.write(
        act,
        clinic_id=patient.clinic_id,
        actor=person.actor(),
        subject=f"patient:{patient.pk}",
        patient_id=patient.pk,
        detail=detail,
    )
