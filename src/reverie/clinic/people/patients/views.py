"""Pages: find a patient, register and change one, support persons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reverie.clinic.kernel.access import may, needs
from reverie.clinic.kernel.typed.fields import in_words
from reverie.clinic.people.asked import Asked
from reverie.clinic.people.patients import acts, names, questions
from reverie.clinic.people.patients.forms import ChangeForm, PatientForm, RegisterForm, SupportForm
from reverie.clinic.people.patients.models import Patient

WRONG, CONFLICT = 422, 409
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@needs("patients.find")
@get_or_post
def patients(request: Asked) -> HttpResponse:
    """Find a patient: the whole page, or only what was found when the page asks while somebody types.

    What is typed is sent as a form, so that no name stands in an address or in a proxy's log.
    """
    typed = request.POST.get("q", "")[:200]
    page = request.POST.get("page", "")
    found = questions.find(
        request.user, typed, int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    )
    context = {"found": found, "typed": typed, "may_register": may(request.user, "patients.register")}
    live = request.htmx and not request.htmx.history_restore_request
    response = render(request, "people/found.html" if live else "people/patients.html", context)
    response.headers["Vary"] = "HX-Request"
    return response


@needs("patients.register")
@get_or_post
def register(request: Asked) -> HttpResponse:
    """Register a patient; look-alikes are shown side by side before anything is saved."""
    if request.method != "POST":
        return render(request, "people/register.html", {"form": RegisterForm()})
    form = RegisterForm(request.POST)
    context: dict[str, Any] = {"form": form, "key": request.POST.get("key", "")}
    if not form.is_valid():
        return render(request, "people/register.html", context, status=WRONG)
    try:
        patient = acts.register(
            request.user,
            form.details(),
            key=request.POST.get("key", ""),
            seen=request.POST.get("seen", ""),
            support=form.cleaned_data["support"],
        )
    except acts.NotSaved as fault:
        return _not_saved(request, "people/register.html", context, form, fault)
    messages.success(
        request,
        _("%(name)s is registered with record number %(number)s.")
        % {"name": patient, "number": patient.number},
    )
    return redirect("patient", patient.pk)


@needs("patients.register")
@get_or_post
def change(request: Asked, patient_id: Any) -> HttpResponse:
    """Change who a patient is or how to reach them; two at once see the difference."""
    patient = questions.patient_of(request.user, patient_id)
    context: dict[str, Any] = {"patient": patient, "banner": questions.banner_of(patient, request.user)}
    if request.method != "POST":
        stored = {name: getattr(patient, name) for name in acts.Details.__dataclass_fields__}
        form = ChangeForm(initial=stored | {"version": patient.version})
        return render(request, "people/change.html", context | {"form": form})
    form = ChangeForm(request.POST)
    context["form"] = form
    if not form.is_valid():
        return render(request, "people/change.html", context, status=WRONG)
    try:
        acts.change(
            request.user,
            patient_id,
            form.details(),
            version=form.cleaned_data["version"],
            seen=request.POST.get("seen", ""),
        )
    except acts.ChangedMeanwhile as fault:
        return _difference(request, context, form, fault.stored)
    except acts.NotSaved as fault:
        return _not_saved(request, "people/change.html", context, form, fault)
    messages.success(request, _("Saved."))
    return redirect("patient", patient_id)


@needs("patients.register")
@get_or_post
def support_add(request: Asked, patient_id: Any) -> HttpResponse:
    """Add somebody who stands by the patient."""
    patient = questions.patient_of(request.user, patient_id)
    form = SupportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        added = acts.add_support(request.user, patient, **form.cleaned_data, key=request.POST.get("key", ""))
        messages.success(request, _("%(name)s is recorded as support person.") % {"name": added})
        return redirect("patient", patient.pk)
    context = {"form": form, "patient": patient, "banner": questions.banner_of(patient, request.user)}
    return render(request, "people/support.html", context, status=WRONG if form.is_bound else 200)


@needs("patients.register")
@require_POST
def support_end(request: Asked, support_id: Any) -> HttpResponse:
    """This person no longer stands by the patient."""
    ended = acts.end_support(request.user, support_id)
    messages.success(request, _("%(name)s is no longer support person.") % {"name": ended})
    return redirect("patient", ended.patient_id)


def _not_saved(
    request: Asked, template: str, context: dict[str, Any], form: PatientForm, fault: acts.NotSaved
) -> HttpResponse:
    if isinstance(fault, acts.NumberTaken):
        words = _("This number belongs to %(name)s, born %(born)s.")
        form.add_error("number", words % {"name": fault.holder, "born": in_words(fault.holder.birth_date)})
        return render(request, template, context, status=WRONG)
    assert isinstance(fault, acts.LooksAlike)
    typed = form.details().identity
    alike = [
        {"patient": other, "url": reverse("patient", args=[other.pk]), "differences": _differing(form, other),
         "perhaps_same": names.perhaps_same(typed, other.identity)}
        for other in fault.found[:10]
    ]  # fmt: skip
    context |= {
        "typed_sex": Patient.Sex(form.cleaned_data["sex"]).label,
        "alike": alike,
        "more": len(fault.found) - len(alike),
        "seen": fault.seen,
    }
    return render(request, template, context, status=CONFLICT)


def _differing(form: PatientForm, other: Patient) -> dict[str, bool]:
    """Which of what is compared side by side differs from what was typed."""
    data = form.cleaned_data
    return {
        name: data[name] != getattr(other, name)
        for name in ("family_name", "given_name", "birth_date", "sex", "phone")
    }


def _difference(request: Asked, context: dict[str, Any], form: ChangeForm, stored: Patient) -> HttpResponse:
    """What is stored now beside what was typed; saving once more is a choice made with open eyes."""
    rows = []
    for name, typed in ((name, form.cleaned_data[name]) for name in acts.Details.__dataclass_fields__):
        kept = getattr(stored, name)
        if kept != typed:
            rows.append(
                {"label": form.fields[name].label, "stored": _shown(name, kept), "typed": _shown(name, typed)}
            )
    form.data = {**request.POST.dict(), "version": str(stored.version)}
    context |= {"difference": rows, "stored": stored}
    return render(request, "people/change.html", context, status=CONFLICT)


def _shown(name: str, value: Any) -> str:
    if name == "birth_date":
        return in_words(value)
    if name == "sex":
        return str(Patient.Sex(value).label)
    return str(value) or _("nothing")
