"""What may be asked about courses. Reads only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.course.models import Course
from reverie.clinic.kernel import access
from reverie.clinic.people.models import Patient


def open_courses(patient: Patient) -> list[Course]:
    """The patient's open courses, the newest first."""
    return list(patient.courses.filter(closed_at=None))


def open_course(patient: Patient) -> Course | None:
    """The patient's open course; the newest where there are several, None without one."""
    return patient.courses.filter(closed_at=None).first()


def courses_of(patient: Patient) -> list[Course]:
    """All courses of the patient: the open ones, then the closed, the newest first."""
    courses = list(patient.courses.select_related("opened_by", "closed_by"))
    return sorted(courses, key=lambda course: not course.is_open)


def course_of(person: Any, course_id: Any) -> Course:
    """The course, if of the person's clinic. Raises Http404 for all others alike."""
    courses = Course.objects.select_related("opened_by", "closed_by")
    return access.find(courses, person, clinic="patient__clinic", pk=course_id)


def goals_of(course: Course) -> list[str]:
    """The goals that hold now, in the patient's words."""
    return [goal.words for goal in course.goals.all() if goal.ended_at is None]


def words_of(course: Course) -> str:
    """A course in a few words: "Depression", "Borderline personality disorder (research only)"."""
    if course.standing:
        return _("%(indication)s (%(standing)s)") % {"indication": course, "standing": course.standing}
    return str(course)
