"""Pages: open a course, a course with its goals, close it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reverie.clinic.course import acts, questions
from reverie.clinic.course.banner import banner_of
from reverie.clinic.course.forms import CloseForm, CourseForm, GoalsForm
from reverie.clinic.kernel.access import may, needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.people.patients import questions as patients
from reverie.clinic.people.patients.acts import open_record

WRONG = 422
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@needs("course.open")
@get_or_post
def open_course(request: Asked, patient_id: Any) -> HttpResponse:
    """Open a course for an indication."""
    patient = patients.patient_of(request.user, patient_id)
    form = CourseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        planned = data["planned_infusions"]
        try:
            course = acts.open_course(
                request.user, patient, data["indication"], goals=data["goals"],
                planned_infusions=None if planned is None else int(planned), key=request.POST.get("key", ""),
            )  # fmt: skip
        except acts.OpenAlready:
            form.add_error(
                "indication", _("A course for this is open already. Close it first, or go on with it.")
            )
        else:
            messages.success(request, _("A course is open: %s.") % questions.words_of(course))
            return redirect("patient", patient.pk)
    context = {
        "form": form, "title": _("Open a course"), "label": _("Open the course"),
        "key": request.POST.get("key", ""), "banner": banner_of(patient, request.user), "patient": patient,
    }  # fmt: skip
    return render(request, "course/form.html", context, status=WRONG if form.is_bound else 200)


@needs("chart.see")
@require_GET
def course(request: Asked, course_id: Any) -> HttpResponse:
    """A course: indication, goals now and before, how it ended."""
    found = questions.course_of(request.user, course_id)
    patient = patients.patient_of(request.user, found.patient_id)
    open_record(request.user, patient, request.session.session_key or "")
    goals = list(found.goals.all())
    context = {
        "course": found, "words": questions.words_of(found), "patient": patient,
        "banner": banner_of(patient, request.user), "may_change": may(request.user, "course.open"),
        "goals": [goal for goal in goals if goal.ended_at is None],
        "former_goals": [goal for goal in goals if goal.ended_at is not None],
    }  # fmt: skip
    return render(request, "course/course.html", context)


@needs("course.open")
@get_or_post
def goals(request: Asked, course_id: Any) -> HttpResponse:
    """Change the goals; former ones stay readable on the course's page."""
    found = questions.course_of(request.user, course_id)
    form = GoalsForm(
        request.POST if request.method == "POST" else None,
        initial={"goals": "\n".join(questions.goals_of(found))},
    )
    if form.is_bound and form.is_valid():
        try:
            acts.set_goals(request.user, course_id, form.cleaned_data["goals"])
        except acts.Closed:
            messages.error(request, _("This course was closed meanwhile; its goals stay as they were."))
        else:
            messages.success(request, _("The goals are saved."))
        return redirect("course", course_id)
    return _form_page(request, found, form, _("Goals"), _("Save"))


@needs("course.open")
@get_or_post
def close(request: Asked, course_id: Any) -> HttpResponse:
    """Close the course, with the reason."""
    found = questions.course_of(request.user, course_id)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            acts.close(request.user, course_id, form.cleaned_data["reason"], form.cleaned_data["note"])
        except acts.Closed:
            messages.error(request, _("Somebody closed this course already, for another reason."))
        else:
            messages.success(request, _("The course is closed: %s.") % questions.words_of(found))
        return redirect("course", course_id)
    return _form_page(request, found, form, _("Close the course"), _("Close the course"))


def _form_page(request: Asked, found: Any, form: Any, title: str, label: str) -> HttpResponse:
    patient = patients.patient_of(request.user, found.patient_id)
    context = {
        "form": form, "title": title, "label": label, "course": found, "words": questions.words_of(found),
        "banner": banner_of(patient, request.user), "patient": patient,
    }  # fmt: skip
    return render(request, "course/form.html", context, status=WRONG if form.is_bound else 200)
