"""What may be done about courses: open for an indication, set and end goals, close with a reason.

Each in one transaction, with its permission and its line in the ledger; each once per key. The ledger names
the course, not the indication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from reverie.clinic.course.models import Course, Goal
from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.people.models import Patient, User
from reverie.clinic.people.patients.acts import tidy_key


class OpenAlready(Exception):
    """There is an open course for this indication."""

    def __init__(self, course: Course) -> None:
        self.course = course
        super().__init__(str(course.pk))


class Closed(Exception):
    """The course was closed already."""


def open_course(
    person: User,
    patient: Patient,
    indication: str,
    *,
    goals: Sequence[str] = (),
    planned_infusions: int | None = None,
    key: str = "",
) -> Course:
    """Open a course for `indication`, with goals in the patient's words. Raises OpenAlready."""
    access.require(person, "course.open")
    key = tidy_key(key)
    with transaction.atomic():
        patient = access.find(Patient.objects.select_for_update(), person, pk=patient.pk)
        before = Course.objects.filter(patient=patient, key=key).first()
        if before is not None:
            return before
        standing = Course.objects.filter(patient=patient, indication=indication, closed_at=None).first()
        if standing is not None:
            raise OpenAlready(standing)
        now = clock.now()
        course = Course.objects.create(
            patient=patient, indication=indication, planned_infusions=planned_infusions, key=key,
            opened_at=now, opened_by=person,
        )  # fmt: skip
        _begin(course, {words: place for place, words in enumerate(dict.fromkeys(goals))}, person)
        _trace("course.opened", person, course, goals=len(goals))
    return course


def set_goals(person: User, course_id: Any, goals: Sequence[str]) -> Course:
    """Let exactly these goals hold: new ones begin, missing ones end. Raises Closed, Http404."""
    access.require(person, "course.open")
    with transaction.atomic():
        course = _held(person, course_id)
        now = clock.now()
        holding = {goal.words: goal for goal in course.goals.filter(ended_at=None)}
        places = {words: place for place, words in enumerate(dict.fromkeys(goals))}
        new = {words: place for words, place in places.items() if words not in holding}
        over = [goal for words, goal in holding.items() if words not in places]
        moved = [goal for words, goal in holding.items() if places.get(words, goal.position) != goal.position]
        for goal in moved:
            goal.position = places[goal.words]
        Goal.objects.bulk_update(moved, ["position"])
        Goal.objects.filter(pk__in=[goal.pk for goal in over]).update(ended_at=now)
        _begin(course, new, person)
        if new or over:
            _trace("course.goals_set", person, course, new=len(new), ended=len(over))
    return course


def close(person: User, course_id: Any, reason: str, note: str = "") -> Course:
    """Close the course for a reason. The same again changes nothing. Raises Closed, Http404."""
    access.require(person, "course.open")
    with transaction.atomic():
        course = access.find(
            Course.objects.select_for_update(), person, clinic="patient__clinic", pk=course_id
        )
        if not course.is_open:
            if (course.closed_reason, course.closed_note) == (reason, note):
                return course
            raise Closed
        course.closed_at, course.closed_by = clock.now(), person
        course.closed_reason, course.closed_note = Course.Closed(reason), note
        course.save(update_fields=["closed_at", "closed_by", "closed_reason", "closed_note"])
        _trace("course.closed", person, course)
    return course


def _begin(course: Course, places: Mapping[str, int], person: User) -> None:
    now = clock.now()
    Goal.objects.bulk_create(
        [
            Goal(course=course, words=words, position=place, recorded_at=now, recorded_by=person)
            for words, place in places.items()
        ]
    )


def _held(person: User, course_id: Any) -> Course:
    course = access.find(Course.objects.select_for_update(), person, clinic="patient__clinic", pk=course_id)
    if not course.is_open:
        raise Closed
    return course


def _trace(act: str, person: User, course: Course, **detail: Any) -> None:
    ledger.write(
        act,
        clinic_id=person.clinic_id,
        actor=person.actor(),
        subject=f"course:{course.pk}",
        patient_id=course.patient_id,
        detail=detail,
    )
