"""The patient banner whole: who it is, the latest weight, allergies and the open course. Reads only.

Whoever may not see the chart gets the identity alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reverie.clinic.chart import questions as chart
from reverie.clinic.chart.questions import Chart
from reverie.clinic.course import questions
from reverie.clinic.course.models import Course
from reverie.clinic.kernel import access
from reverie.clinic.people.models import Patient
from reverie.clinic.people.patients import questions as patients


def banner_of(
    patient: Patient,
    person: Any,
    *,
    chair: str = "",
    whole: Chart | None = None,
    courses: Sequence[Course] | None = None,
) -> dict[str, Any]:
    """What components/patient_banner.html wants; with `chair` ("Chair 2") for a screen that others can see.

    `whole` chart and `courses`, when they were read already, save asking again.
    """
    banner = patients.banner_of(patient, person, chair=chair)
    if not access.may(person, "chart.see"):
        return banner
    known = questions.open_courses(patient) if courses is None else courses
    now = next((course for course in known if course.is_open), None)
    return banner | chart.on_banner(patient, whole) | {"course": questions.words_of(now) if now else ""}
