"""Sessions for tests: opened by the cast's nurse, with messages of a monitor as the listener appends them."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from reverie.clinic.course.models import Course
from reverie.clinic.kernel import chain, clock, streams
from reverie.clinic.session import acts, intake
from reverie.clinic.session.models import Session
from reverie.science.session import events
from reverie.science.session.rows import USUAL
from tests.cast import Cast, sign_rules

MONITOR = "Tamarix^1"


def opened(cast: Cast, place: int = 0) -> Session:
    """An open session of patient number `place` in the chair of that number."""
    sign_rules(cast.clinic)
    patient = cast.patients[place]
    course = Course.objects.create(
        patient=patient, indication="depression", opened_at=clock.now(), opened_by=cast.nurse
    )
    return acts.open_session(cast.nurse, cast.chairs[place], patient, course, f"open {place}")


def brought_to(session: Session, cast: Cast, *states: str) -> Session:
    """The session, led through states."""
    for state in states:
        acts.change_state(cast.nurse, session, session.state, state, "", "")
    return session


def row(name: str, value: str | None, validity: str = "valid", at_ms: int | None = None) -> events.Row:
    """A row as a monitor gives it."""
    return events.Row(name, None if value is None else Decimal(value), validity, *USUAL[name], "", at_ms)


def message(number: int, *rows: events.Row, device: str = MONITOR, at_ms: int | None = None) -> streams.Draft:
    """A monitor's message as a draft; its control id is the number."""
    at = clock.to_ms(clock.now()) if at_ms is None else at_ms
    event = events.Readings(device, str(number), at, None, f"{number:08x}", rows, ())
    return intake.draft(event, f"{device} {number}", at, intake.device_actor(device))


def tell(session: Session, *drafts: streams.Draft, recorded_ms: int | None = None) -> list[chain.Entry | int]:
    """Append drafts in one transaction, as another process would."""
    with transaction.atomic():
        return streams.append(streams.lock(session.stream), list(drafts), recorded_ms)
