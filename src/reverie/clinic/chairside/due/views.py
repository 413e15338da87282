"""The set that is due: shown with what the devices say, confirmed in two taps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from reverie.clinic.chairside.due import questions as due
from reverie.clinic.chairside.due.forms import DueSetForm
from reverie.clinic.kernel import clock
from reverie.clinic.kernel.access import keeps_showing, needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.session import acts, folds, questions
from reverie.clinic.session.models import Session

WRONG = 422


@needs("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_showing
def due_set(request: Asked, session_id: UUID) -> HttpResponse:
    """The panel as it stands now; posting records the set."""
    found = questions.session_of(request.user, session_id)
    if request.method != "POST":
        return _panel(request, found)
    form = DueSetForm(request.POST)
    if not _recorded(request, found, form):
        return _panel(request, found, form, WRONG)
    return _panel(request, found) if request.htmx else redirect("session", found.pk)


def _recorded(request: Asked, found: Session, form: DueSetForm) -> bool:
    if not form.is_valid():
        return False
    try:
        acts.record_set(
            request.user,
            found,
            form.values(clock.to_ms(clock.now())),
            request.POST.get("key", ""),
            due_ms=form.cleaned_data["due"],
            **form.observed(),
        )
    except acts.Declined as declined:
        form.add_error(None, ValidationError(str(declined), declined.code))
    except ValidationError as error:
        form.add_error(None, error)
    return not form.errors


def _panel(request: Asked, found: Session, form: DueSetForm | None = None, status: int = 200) -> HttpResponse:
    now_ms = clock.to_ms(clock.now())
    context: dict[str, Any] = due.panel_of(found, request.user, now_ms, form)
    if form is None and request.method == "POST":
        state = folds.fold_of(found.stream).state
        seq = max((one.seq for one in state.kept if one.kind == "vitals_recorded"), default=None)
        context |= {"said_at": clock.now(), "said_seq": seq}
    if request.htmx:
        return render(request, "chairside/due_set.html", context, status=status)
    return render(request, "chairside/due_page.html", context, status=status)
