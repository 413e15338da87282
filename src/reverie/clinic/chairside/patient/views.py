"""A patient's page and its paper form: who, how to reach, the plain chart, courses, sessions.

Owns nothing. Whoever may not see the chart gets identity and contacts, and whether a course is open.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from reverie.clinic.chart import questions as chart
from reverie.clinic.course import questions as courses
from reverie.clinic.course.banner import banner_of
from reverie.clinic.kernel import clock
from reverie.clinic.kernel.access import may, needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.people.models import Patient
from reverie.clinic.people.patients import questions as patients
from reverie.clinic.people.patients.acts import open_record
from reverie.clinic.session.models import Session

MOST_SESSIONS = 50


@needs("patients.see")
@require_GET
def patient(request: Asked, patient_id: Any) -> HttpResponse:
    """The page on a screen."""
    found = patients.patient_of(request.user, patient_id)
    open_record(request.user, found, request.session.session_key or "")
    context = _context(request, found) | {
        "may_change": may(request.user, "patients.register"),
        "may_write": may(request.user, "chart.write"),
        "may_open_course": may(request.user, "course.open"),
    }
    return render(request, "chairside/patient.html", context)


@needs("chart.see")
@require_GET
def patient_print(request: Asked, patient_id: Any) -> HttpResponse:
    """The page on paper: what holds now, without what was struck or ended."""
    found = patients.patient_of(request.user, patient_id)
    open_record(request.user, found, request.session.session_key or "")
    printed_at = date_format(timezone.localtime(clock.now()), "j F Y, H:i")
    context = _context(request, found) | {"printed_by": request.user, "printed_at": printed_at}
    return render(request, "chairside/patient_print.html", context)


def _context(request: Asked, found: Patient) -> dict[str, Any]:
    context: dict[str, Any] = {"patient": found, "support": patients.support_of(found)}
    if not may(request.user, "chart.see"):
        since = [course.opened_at for course in courses.open_courses(found)]
        return context | {
            "banner": patients.banner_of(found, request.user),
            "course_since": min(since, default=None),
        }
    whole, known = chart.chart_of(found), courses.courses_of(found)
    return context | {
        "banner": banner_of(found, request.user, whole=whole, courses=known),
        "chart": whole,
        "courses": known,
        "sessions": _sessions(found),
    }


def _sessions(found: Patient) -> list[dict[str, Any]]:
    sessions = Session.objects.filter(patient=found).select_related("chair", "course")[:MOST_SESSIONS]
    return [{"session": session, "url": _address(session)} for session in sessions]


def _address(session: Session) -> str:
    try:
        return reverse("session", args=[session.pk])
    except NoReverseMatch:
        return ""
