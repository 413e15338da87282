"""The live page of a session, and the forms on it. A form that a script sends gets itself back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reverie.clinic.chairside.live import questions as live
from reverie.clinic.chairside.live.forms import NoteForm, PumpForm, StateForm, VitalsForm
from reverie.clinic.kernel import clock
from reverie.clinic.kernel.access import keeps_showing, needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.session import acts, folds, questions
from reverie.clinic.session.models import Session

WRONG = 422


@keeps_showing
@needs("session.watch")
@require_GET
def session(request: Asked, session_id: UUID) -> HttpResponse:
    """The session as it runs."""
    found = questions.session_of(request.user, session_id)
    acts.open_record(request.user, found, request.session.session_key or "")
    return _page(request, found)


def _page(request: Asked, found: Session, status: int = 200, **given: forms.Form) -> HttpResponse:
    context = live.page_of(found, request.user)
    # the shell of the page tells of the same alarms
    request.ward = context["present"]
    context |= {"vitals": VitalsForm(), "note": NoteForm(), "pump_form": PumpForm()} | given
    return render(request, "chairside/live.html", context, status=status)


@keeps_showing
@needs("session.watch")
@require_GET
def bar(request: Asked, session_id: UUID) -> HttpResponse:
    """The acts at the foot, as they stand now."""
    return _bar(request, questions.session_of(request.user, session_id))


def _bar(request: Asked, found: Session, status: int = 200, **given: Any) -> HttpResponse:
    state = folds.fold_of(found.stream).state
    context = {"pump_form": PumpForm(), **live.bar_of(found, request.user, state), **given}
    return render(request, "chairside/bar.html", context, status=status)


@needs("session.record")
@require_POST
def record_vitals(request: Asked, session_id: UUID) -> HttpResponse:
    """A set taken by hand."""
    found = questions.session_of(request.user, session_id)
    form = VitalsForm(request.POST)

    def act(key: str) -> None:
        data = form.cleaned_data
        acts.record_vitals(
            request.user,
            found,
            form.values(),
            key,
            arousal=data["arousal"],
            comfort=data["comfort"],
            minutes_ago=_minutes(data),
        )

    return _recorded(request, found, form, act, "vitals", VitalsForm)


@needs("session.note")
@require_POST
def record_note(request: Asked, session_id: UUID) -> HttpResponse:
    """A note."""
    found = questions.session_of(request.user, session_id)
    form = NoteForm(request.POST)
    return _recorded(
        request,
        found,
        form,
        lambda key: acts.note(request.user, found, form.cleaned_data["text"], key),
        "note",
        NoteForm,
    )


def _recorded(
    request: Asked,
    found: Session,
    form: forms.Form,
    act: Callable[[str], None],
    name: str,
    empty: type[forms.Form],
) -> HttpResponse:
    """Do the act of a valid form; the form again with what was wrong, or empty with when it was recorded."""
    status = _done(request, form, act)
    if not request.htmx:
        return _page(request, found, WRONG, **{name: form}) if status else redirect("session", found.pk)
    context: dict[str, Any] = {"session": found, name: form if status else empty()}
    if status:
        context["key"] = request.POST.get("key", "")
    else:
        context["said_at"] = clock.now()
    return render(request, f"chairside/{name}.html", context, status=status or 200)


def _done(request: Asked, form: forms.Form, act: Callable[[str], None]) -> int:
    if not form.is_valid():
        return WRONG
    try:
        act(request.POST.get("key", ""))
    except acts.Declined as declined:
        form.add_error(None, ValidationError(str(declined), declined.code))
        return WRONG
    return 0


@needs("session.stop")
@require_POST
def record_pump(request: Asked, session_id: UUID) -> HttpResponse:
    """What was done at the pump."""
    found = questions.session_of(request.user, session_id)
    form = PumpForm(request.POST)

    def act(key: str) -> None:
        data = form.cleaned_data
        acts.report_infusion(
            request.user,
            found,
            data["what"],
            key,
            rate_ml_per_h=data["rate"],
            minutes_ago=_minutes(data),
            reason=data["reason"],
        )

    return _at_the_bar(request, found, form, act)


@needs("session.record")
@require_POST
def change_state(request: Asked, session_id: UUID) -> HttpResponse:
    """The session goes on to another state."""
    found = questions.session_of(request.user, session_id)
    form = StateForm(request.POST)

    def act(key: str) -> None:
        data = form.cleaned_data
        acts.change_state(request.user, found, data["before"], data["after"], data["reason"], key)

    return _at_the_bar(request, found, form, act)


@keeps_showing
@needs("session.note")
@require_http_methods(["GET", "HEAD", "POST"])
def presence(request: Asked, session_id: UUID) -> HttpResponse:
    """Who is at the chair; the person comes, or leaves."""
    found = questions.session_of(request.user, session_id)
    trouble = ""
    if request.method == "POST":
        way = acts.leave if request.POST.get("way") == "out" else acts.come
        try:
            way(request.user, found, request.POST.get("key", ""))
        except acts.Declined as declined:
            trouble = str(declined)
        if not request.htmx and not trouble:
            return redirect("session", found.pk)
    state = folds.fold_of(found.stream).state
    context = {"here_trouble": trouble, **live.bar_of(found, request.user, state)}
    if not request.htmx:
        return _page(request, found, WRONG if trouble else 200)
    return render(request, "chairside/here.html", context, status=WRONG if trouble else 200)


def _at_the_bar(request: Asked, found: Session, form: forms.Form, act: Callable[[str], None]) -> HttpResponse:
    status = _done(request, form, act)
    if not status:
        return _bar(request, found) if request.htmx else redirect("session", found.pk)
    given = _trouble(found, form) | {
        "reason": request.POST.get("reason", ""),
        "reason_wrong": "reason" in form.errors,
    }
    if isinstance(form, PumpForm):
        given["pump_form"] = form
    if request.htmx:
        return _bar(request, found, WRONG, **given)
    return _page(request, found, WRONG, **given)


def _trouble(found: Session, form: forms.Form) -> dict[str, Any]:
    """What was wrong in words; after a start that cannot be, the next step too."""
    if form.has_error(NON_FIELD_ERRORS, "not_ready"):
        state = folds.fold_of(found.stream).state
        return {"bar_trouble": live.way_to_start(state), "bar_late": True}
    troubles = [str(error) for errors in form.errors.values() for error in errors]
    return {
        "bar_trouble": " ".join(troubles) or _("This cannot be recorded."),
        "bar_alarms": form.has_error(NON_FIELD_ERRORS, "alarms_open"),
    }


def _minutes(data: dict[str, Any]) -> int:
    return int(data.get("when") or 0)
