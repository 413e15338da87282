"""Pages: measure, add a line to the chart, say that none is known, end, strike; each with the banner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from reverie.clinic.chart import acts, plausible, questions
from reverie.clinic.chart.forms import FORMS, EndForm, MeasureForm, StrikeForm
from reverie.clinic.chart.models import Measurement, NoneKnown
from reverie.clinic.kernel.access import needs
from reverie.clinic.kernel.typed.fields import today
from reverie.clinic.people.asked import Asked
from reverie.clinic.people.models import Patient
from reverie.clinic.people.patients import questions as patients
from reverie.clinic.people.patients.acts import open_record

WRONG = 422
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _banner(request: Asked, patient: Patient) -> dict[str, Any]:
    return patients.banner_of(patient, request.user) | questions.on_banner(patient)


def _page(request: Asked, patient: Patient, context: dict[str, Any], status: int) -> HttpResponse:
    open_record(request.user, patient, request.session.session_key or "")
    context |= {"patient": patient, "banner": _banner(request, patient)}
    return render(request, context.pop("template", "chart/line.html"), context, status=status)


@needs("chart.write")
@get_or_post
def measure(request: Asked, patient_id: Any) -> HttpResponse:
    """Record what was measured; a doubtful value is typed twice."""
    patient = patients.patient_of(request.user, patient_id)
    form = MeasureForm(patient, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "template": "chart/measure.html",
        "form": form,
        "key": request.POST.get("key", ""),
    }
    if not form.is_bound:
        return _page(request, patient, context, 200)
    if form.is_valid():
        try:
            made = acts.measure(
                request.user, patient, form.values(), at=form.cleaned_data["at"], again=form.again(),
                key=request.POST.get("key", ""),
            )  # fmt: skip
        except acts.TypeAgain as fault:
            _ask_again(form, fault.doubts, context)
        else:
            messages.success(request, _("Recorded: %s.") % ", ".join(_echo(line) for line in made))
            return redirect("patient", patient.pk)
    elif any(name in request.POST for name in ("weight_again", "height_again")):
        context["again"] = [form[name] for name in ("weight_again", "height_again") if name in request.POST]
    context["pairs"] = form.get_context()["fields"]
    return _page(request, patient, context, WRONG)


def _echo(line: Measurement) -> str:
    words = f"{line.get_kind_display()} {questions.value_words(line)}"
    return f"{words} ({line.typed})" if line.typed else words


def _ask_again(form: MeasureForm, doubts: list[plausible.Doubt], context: dict[str, Any]) -> None:
    names = {Measurement.Kind.WEIGHT: "weight", Measurement.Kind.HEIGHT: "height"}
    values, again = form.values(), form.again()
    context["doubts"] = [_doubt_words(doubt, values[doubt.kind]) for doubt in doubts]
    context["again"] = []
    for kind in dict.fromkeys(doubt.kind for doubt in doubts):
        name = f"{names[Measurement.Kind(kind)]}_again"
        context["again"].append(form[name])
        if kind in again:
            form.add_error(
                name, _("This is not the same value. Look at the scale again; correct the wrong one.")
            )
        elif form.data.get(name) is not None:
            form.add_error(name, _("Type the value once more."))


def _doubt_words(doubt: plausible.Doubt, value: acts.Value) -> str:
    kind, shown = Measurement.Kind(doubt.kind), questions.number_words(doubt.kind, value.value)
    if kind == Measurement.Kind.WEIGHT:
        pounds = (value.value * plausible.LB_PER_KG).quantize(Decimal("0.1"))
        both = _("%(kg)s kg (that is %(lb)s lb)") % {"kg": shown, "lb": pounds}
    else:
        inches = (value.value / Decimal("2.54")).quantize(Decimal("0.1"))
        both = _("%(cm)s cm (that is %(inches)s in)") % {"cm": shown, "inches": inches}
    if doubt.why == "first":
        return _("%(both)s is the first weight here: there is none to compare it with.") % {"both": both}
    if doubt.why == "bmi":
        return _("%(both)s gives a body mass index of %(bmi)s; usual are 14 to 60.") % {
            "both": both, "bmi": doubt.figure,
        }  # fmt: skip
    percent = abs(doubt.figure * 100).quantize(Decimal(1))
    words = (
        _("%(both)s is %(percent)s %% more than last time.")
        if doubt.figure > 0
        else _("%(both)s is %(percent)s %% less than last time.")
    )
    return words % {"both": both, "percent": percent}


@needs("chart.write")
@get_or_post
def add(request: Asked, patient_id: Any, of: str) -> HttpResponse:
    """Add an allergy, a medicine or a condition."""
    patient = patients.patient_of(request.user, patient_id)
    form = FORMS[of](request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            line = acts.add(request.user, patient, of, form.cleaned_data, key=request.POST.get("key", ""))
        except acts.AlreadyThere:
            form.add_error(
                acts.NAMED_BY[of],
                _("This stands in the chart already. End or strike that line to change it."),
            )
        else:
            messages.success(request, _("Recorded: %s.") % line)
            return redirect("patient", patient.pk)
    title = {"allergies": _("Allergy"), "medicines": _("Medicine"), "conditions": _("Condition")}[of]
    context = {"form": form, "title": title, "label": _("Record"), "key": request.POST.get("key", "")}
    return _page(request, patient, context, WRONG if form.is_bound else 200)


@needs("chart.write")
@require_POST
def none_known(request: Asked, patient_id: Any, of: str) -> HttpResponse:
    """Somebody asked, and there is none."""
    patient = patients.patient_of(request.user, patient_id)
    try:
        line = acts.record_none(request.user, patient, of, key=request.POST.get("key", ""))
    except acts.AlreadyThere as fault:
        words = ngettext(
            "Not recorded: %(count)d line says otherwise. End or strike it first.",
            "Not recorded: %(count)d lines say otherwise. End or strike them first.",
            fault.count,
        )
        messages.error(request, words % {"count": fault.count})
    else:
        messages.success(request, _("Recorded: %s.") % line.get_of_display())
    return redirect("patient", patient.pk)


@needs("chart.write")
@get_or_post
def end(request: Asked, of: str, line_id: Any) -> HttpResponse:
    """It no longer holds."""
    form = EndForm(request.POST if request.method == "POST" else None, initial={"on": today()})
    return _put_away(request, of, line_id, form, _("No longer"), _("End"))


@needs("chart.write")
@get_or_post
def strike(request: Asked, of: str, line_id: Any) -> HttpResponse:
    """It was wrong."""
    form = StrikeForm(request.POST if request.method == "POST" else None)
    return _put_away(request, of, line_id, form, _("Strike a wrong line"), _("Strike"))


def _put_away(
    request: Asked, of: str, line_id: Any, form: forms.Form, title: str, label: str
) -> HttpResponse:
    line = questions.line_of(request.user, of, line_id)
    if form.is_bound and form.is_valid():
        try:
            if isinstance(form, EndForm):
                acts.end(request.user, of, line_id, form.cleaned_data["on"])
            else:
                acts.strike(request.user, of, line_id, form.cleaned_data["reason"])
        except acts.NotNow:
            messages.error(request, _("Somebody struck or ended this line already. Look at the chart below."))
        else:
            words = _("Ended: %s.") if isinstance(form, EndForm) else _("Struck: %s. It stays readable.")
            messages.success(request, words % _words(line))
        return redirect("patient", line.patient_id)
    context = {"form": form, "title": title, "label": label, "line": line, "line_words": _words(line)}
    return _page(request, line.patient, context, WRONG if form.is_bound else 200)


def _words(line: Any) -> str:
    if isinstance(line, Measurement):
        return f"{line.get_kind_display()} {questions.value_words(line)}"
    return str(line.get_of_display()) if isinstance(line, NoneKnown) else str(line)
