"""A ward for tests and benchmarks: chairs with monitors linked to them and sessions open at them."""

from __future__ import annotations

from datetime import UTC, datetime

from reverie.clinic.kernel import chain, clock, ids, streams
from reverie.science.session import events

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def open_session(chair: object, number: int = 1) -> object:
    """A session of a new patient in `chair`, with its stream."""
    from reverie.clinic.people.models import Patient
    from reverie.clinic.session.models import Session

    patient = Patient.objects.create(
        clinic_id=chair.clinic_id,
        number=ids.new_id()[-12:],
        given_name="Test",
        family_name=f"Patient {number}",
        birth_date=datetime(1980, 1, 1, tzinfo=UTC).date(),
        registered_at=NOW,
    )
    session = Session.objects.create(
        clinic_id=chair.clinic_id, chair=chair, patient=patient, opened_at=clock.now()
    )
    head = streams.begin(session.stream)
    opened = events.Opened(chair.name, str(patient.pk), "TP", "depression", None, str(chair.clinic_id), 1)
    streams.append(
        head,
        [
            streams.Draft(
                ids.new_id(),
                "opened",
                1,
                clock.to_ms(clock.now()),
                chain.canonical(events.actor("system", "", "Reverie", "")),
                chain.canonical(events.body_of(opened)),
            )
        ],
    )
    return session


def close_session(session: object) -> None:
    """Its chair is free again."""
    session.closed_at = clock.now()
    session.save()


def link(device: str, chair: object) -> object:
    """A linked device."""
    from reverie.clinic.devices.models import Device, DeviceLink

    found, _ = Device.objects.get_or_create(name=device, defaults={"clinic_id": chair.clinic_id})
    DeviceLink.objects.filter(device=found, ended_at=None).update(ended_at=clock.now())
    return DeviceLink.objects.create(device=found, chair=chair, linked_at=clock.now())


def furnish(beds: int) -> list[object]:
    """A clinic with so many chairs, each with an open session and the monitor M<number>; the sessions."""
    from django.db import transaction

    from reverie.clinic.people.models import Chair, Clinic

    with transaction.atomic():
        clinic = Clinic.objects.create(name=f"Ward {ids.new_id()}")
        sessions = []
        for number in range(1, beds + 1):
            chair = Chair.objects.create(clinic=clinic, name=str(number), order=number)
            link(f"M{number}", chair)
            sessions.append(open_session(chair, number))
    return sessions
