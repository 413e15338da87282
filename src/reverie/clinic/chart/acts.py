"""What may be done in the chart: measure, add a line, say that none is known, end, strike. Never delete.

Each in one transaction, with its permission and its line in the ledger; each once per key. The ledger names
the line, not what stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from reverie.clinic.chart import plausible, questions
from reverie.clinic.chart.models import Charted, Lasting, Measurement, NoneKnown
from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.people.models import Patient, User
from reverie.clinic.people.patients import names
from reverie.clinic.people.patients.acts import tidy_key

NAMED_BY = {"allergies": "substance", "medicines": "name", "conditions": "name"}


@dataclass(frozen=True)
class Value:
    """A measured value in the unit of its kind; `typed` when it was typed in another."""

    value: Decimal
    typed: str = ""


class NotRecorded(Exception):
    """Nothing was recorded; why is in the subclass."""


class TypeAgain(NotRecorded):
    """Some values are doubtful and must be typed a second time."""

    def __init__(self, found: list[plausible.Doubt]) -> None:
        self.doubts = found
        super().__init__(", ".join(doubt.why for doubt in found))


class AlreadyThere(NotRecorded):
    """The same line holds already, or "none known" would contradict lines that hold."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(str(count))


class NotNow(NotRecorded):
    """The line was struck or ended already."""


def measure(
    person: User,
    patient: Patient,
    values: Mapping[str, Value],
    *,
    at: datetime,
    again: Mapping[str, Decimal] | None = None,
    key: str = "",
) -> list[Measurement]:
    """Record values measured at `at`, by kind. Raises TypeAgain unless `again` repeats each doubtful one."""
    access.require(person, "chart.write")
    key = tidy_key(key)
    with transaction.atomic():
        patient = _held(person, patient)
        before = list(Measurement.objects.filter(patient=patient, key=key))
        if before:
            return before
        found = doubts_of(patient, values)
        typed_again = again or {}
        if any(typed_again.get(doubt.kind) != values[doubt.kind].value for doubt in found):
            raise TypeAgain(found)
        now = clock.now()
        made = [
            Measurement.objects.create(
                patient=patient, recorded_by=person, recorded_at=now, key=key, kind=kind, value=value.value,
                typed=value.typed, measured_at=at,
                confirmed=", ".join(doubt.why for doubt in found if doubt.kind == kind),
            )
            for kind, value in values.items()
        ]  # fmt: skip
        doubted = sorted({doubt.kind for doubt in found})
        _trace("chart.measured", person, patient, kinds=[*values], typed_twice=doubted)
    return made


def doubts_of(patient: Patient, values: Mapping[str, Value]) -> list[plausible.Doubt]:
    """What is doubtful about new values of this patient."""
    kind = Measurement.Kind
    weight, height = values.get(kind.WEIGHT), values.get(kind.HEIGHT)
    if weight is None and height is None:
        return []
    last_weight, last_height = questions.latest_weight(patient), questions.latest_height(patient)
    return plausible.doubts(
        weight_kg=weight.value if weight else None,
        height_cm=height.value if height else None,
        last_weight_kg=last_weight.value if last_weight else None,
        last_height_cm=last_height.value if last_height else None,
    )


def add(person: User, patient: Patient, of: str, fields: Mapping[str, Any], *, key: str = "") -> Lasting:
    """A new allergy, medicine or condition; it ends "none known". Raises AlreadyThere for the same again."""
    access.require(person, "chart.write")
    model, key, named_by = questions.MODELS[of], tidy_key(key), NAMED_BY[of]
    with transaction.atomic():
        patient = _held(person, patient)
        before = model._default_manager.filter(patient=patient, key=key).first()
        if before is not None:
            return before
        holding = model._default_manager.filter(patient=patient, struck_at=None, ended_at=None)
        wanted = names.fold(fields[named_by])
        if not fields.get("ended_on") and any(
            names.fold(getattr(line, named_by)) == wanted for line in holding
        ):
            raise AlreadyThere(1)
        now = clock.now()
        over = {"ended_at": now, "ended_by": person} if fields.get("ended_on") else {}
        line = model._default_manager.create(
            patient=patient, recorded_by=person, recorded_at=now, key=key, **fields, **over
        )
        if not over:
            NoneKnown.objects.filter(patient=patient, of=of, struck_at=None, ended_at=None).update(
                ended_at=now, ended_by=person, ended_on=None
            )
        _trace("chart.added", person, patient, of=of, line=str(line.pk))
    return line


def record_none(person: User, patient: Patient, of: str, *, key: str = "") -> NoneKnown:
    """Somebody asked and there is none. Raises AlreadyThere while lines hold that say otherwise."""
    access.require(person, "chart.write")
    with transaction.atomic():
        patient = _held(person, patient)
        nones = NoneKnown.objects.filter(patient=patient)
        before = nones.filter(key=tidy_key(key)).first()
        if before is None:
            before = nones.filter(of=of, struck_at=None, ended_at=None).first()
        if before is not None:
            return before
        holding = questions.MODELS[of]._default_manager.filter(
            patient=patient, struck_at=None, ended_at=None
        ).count()  # fmt: skip
        if holding:
            raise AlreadyThere(holding)
        line = NoneKnown.objects.create(
            patient=patient, of=of, recorded_by=person, recorded_at=clock.now(), key=tidy_key(key)
        )
        _trace("chart.none_known", person, patient, of=of, line=str(line.pk))
    return line


def end(person: User, of: str, line_id: Any, on: date) -> Lasting:
    """It no longer holds since `on`. Ending the same day again changes nothing. Raises NotNow, Http404."""
    access.require(person, "chart.write")
    with transaction.atomic():
        line = questions.line_of(person, of, line_id)
        assert isinstance(line, Lasting)
        patient = _held(person, line.patient)
        line.refresh_from_db()
        if line.struck_at is not None or line.ended_at is not None:
            if line.ended_on == on and line.struck_at is None:
                return line
            raise NotNow
        line.ended_on, line.ended_at, line.ended_by = on, clock.now(), person
        line.save(update_fields=["ended_on", "ended_at", "ended_by"])
        _trace("chart.ended", person, patient, of=of, line=str(line.pk))
    return line


def strike(person: User, of: str, line_id: Any, reason: str) -> Charted:
    """It was wrong: it stays readable, struck, with the reason. The same again changes nothing.

    Raises NotNow, Http404.
    """
    access.require(person, "chart.write")
    with transaction.atomic():
        line = questions.line_of(person, of, line_id)
        patient = _held(person, line.patient)
        line.refresh_from_db()
        if line.struck_at is not None:
            if line.struck_reason == reason:
                return line
            raise NotNow
        line.struck_at, line.struck_by, line.struck_reason = clock.now(), person, reason
        line.save(update_fields=["struck_at", "struck_by", "struck_reason"])
        _trace("chart.struck", person, patient, of=of, line=str(line.pk))
    return line


def _held(person: User, patient: Patient) -> Patient:
    """The patient, if of the person's clinic, with no other change of the chart beside this one."""
    return access.find(Patient.objects.select_for_update(), person, pk=patient.pk)


def _trace(act: str, person: User, patient: Patient, **detail: Any) -> None:
    ledger.write(
        act,
        clinic_id=patient.clinic_id,
        actor=person.actor(),
        subject=f"patient:{patient.pk}",
        patient_id=patient.pk,
        detail=detail,
    )
