"""Pages around a session's record: an entry and its correction, what is entered late, signing, paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reverie.clinic.chairside.live import paper
from reverie.clinic.chairside.live.correcting import form_for
from reverie.clinic.chairside.live.forms import LateForm, RedactForm, SignForm
from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.kernel.access import needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.session import acts, folds, questions
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import line_of

WRONG = 422
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@needs("session.correct")
@get_or_post
def correct(request: Asked, session_id: UUID, seq: int) -> HttpResponse:
    """One entry: strike it, or put something in its place."""
    found = questions.session_of(request.user, session_id)
    state = folds.fold_of(found.stream).state
    line = questions.line(state, seq)
    told = line_of(line, line.actor) if line is not None else None
    if line is None or told is None:
        raise Http404
    form = form_for(line, request.POST if request.method == "POST" else None)
    entries = questions.amended(state, line)

    def act(key: str) -> None:
        instead, reason = form.instead(line.kind), form.cleaned_data["reason"]
        if instead is not None:
            acts.correct(request.user, found, entries[-1], line.kind, instead, reason, key)
        elif line.struck_by is not None:
            raise acts.Declined(
                _("This entry is struck already. Put something in its place, or go back."), "struck"
            )
        else:
            acts.strike(request.user, found, entries, line.kind, reason, key)

    context = {
        "title": told["words"],
        "line": told,
        "may_redact": access.may(request.user, "session.redact"),
    }
    return _answered(
        request,
        found,
        form,
        act,
        "chairside/correct.html",
        context,
    )


@needs("session.redact")
@get_or_post
def redact(request: Asked, session_id: UUID, seq: int) -> HttpResponse:
    """Content that must go for ever."""
    found = questions.session_of(request.user, session_id)
    form = RedactForm(request.POST if request.method == "POST" else None)
    return _answered(
        request,
        found,
        form,
        lambda key: acts.redact(request.user, found, seq, form.cleaned_data["reason"], key),
        "chairside/redact.html",
        {"seq": seq},
    )


@needs("session.correct")
@get_or_post
def enter_late(request: Asked, session_id: UUID) -> HttpResponse:
    """What happened earlier and was not recorded then."""
    found = questions.session_of(request.user, session_id)
    form = LateForm(request.POST if request.method == "POST" else None)

    def act(key: str) -> None:
        data = form.cleaned_data
        acts.enter_late(request.user, found, form.event(), clock.to_ms(data["at"]), data["reason"], key)

    return _answered(request, found, form, act, "chairside/late.html", {})


@needs("session.sign")
@get_or_post
def sign(request: Asked, session_id: UUID) -> HttpResponse:
    """Read the whole record, then sign it."""
    found = questions.session_of(request.user, session_id)
    state = folds.fold_of(found.stream).state
    last = max((one.seq for one in state.kept), default=1)
    form = SignForm(request.POST) if request.method == "POST" else SignForm(initial={"seen": last})
    context = {"lines": list(reversed(questions.lines(state))), "signatures": state.signatures}
    return _answered(
        request,
        found,
        form,
        lambda key: acts.sign(
            request.user, found, form.cleaned_data["meaning"], form.cleaned_data["seen"], key
        ),
        "chairside/sign.html",
        context,
    )


@needs("session.watch")
@require_GET
def on_paper(request: Asked, session_id: UUID) -> HttpResponse:
    """The record for paper."""
    found = questions.session_of(request.user, session_id)
    ledger.write(
        "session.print",
        clinic_id=found.clinic_id,
        actor=request.user.actor(),
        subject=found.stream,
        patient_id=found.patient_id,
    )
    context = paper.page_of(found, request.user) | {
        "printed_by": request.user.name,
        "printed_at": date_format(timezone.localtime(clock.now()), "j F Y, H:i"),
    }
    return render(request, "chairside/session_print.html", context)


def _answered(
    request: Asked,
    found: Session,
    form: forms.Form,
    act: Callable[[str], None],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                act(request.POST.get("key", ""))
            except acts.Declined as declined:
                form.add_error(None, str(declined))
            else:
                return redirect("session", found.pk)
    context |= {"session": found, "form": form, "key": request.POST.get("key", "")}
    return render(request, template, context, status=status)
