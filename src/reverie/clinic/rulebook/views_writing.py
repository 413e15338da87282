"""Writing in the rulebook: a new edition from an old one, its signature, its coming into force.

Signing and putting in force ask for the strong factor again: whoever finds a screen unlocked cannot.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reverie.clinic.kernel.access import needs
from reverie.clinic.people import sign_in
from reverie.clinic.people.asked import Asked
from reverie.clinic.rulebook import acts, questions
from reverie.clinic.rulebook.forms import NOT_YET, EditionForm, SignForm, WhenForm
from reverie.clinic.rulebook.questions import DRAFT, SIGNED, Copy, Shelf
from reverie.clinic.rulebook.views import WRONG, differences
from reverie.clinic.rulebook.words import moment

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@needs("rules.write")
@get_or_post
def write(request: Asked, kind: str, number: int) -> HttpResponse:
    """A new edition: every field of an older one, to be changed."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    start = questions.copy_of(shelf, number)
    if start.described is None:
        messages.error(request, _("This edition cannot be read. Write the new one from another."))
        return redirect("rules_kind", kind)
    form = EditionForm(request.POST if request.method == "POST" else None, shelf.kind, start.body)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                made = acts.write(request.user, shelf.kind, form.body())
            except acts.Declined as declined:
                form.say(declined.faults)
                if not declined.faults:
                    form.add_error(None, str(declined))
            else:
                messages.success(
                    request,
                    _("Written as edition %(number)s. Nobody has signed it yet.") % {"number": made.number},
                )
                return redirect("rules_edition", kind, made.number)
    context = {"shelf": shelf, "kind": shelf.kind, "copy": start, "form": form, "groups": form.shown()}
    return render(request, "rulebook/write.html", context, status=status)


@needs("rules.sign")
@get_or_post
def sign(request: Asked, kind: str, number: int) -> HttpResponse:
    """Read what changes against what holds, then sign; and say from when it holds."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    copy = questions.copy_of(shelf, number)
    if copy.standing is None or copy.standing.state != DRAFT:
        return redirect("rules_edition", kind, number)
    ask = _to_prove(request)
    if ask is not None:
        return ask
    edition, held = copy.standing.edition, shelf.held_number
    initial = {"seen": edition.content_hash, "against": held, "meaning": shelf.kind.meaning}
    form = SignForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                with transaction.atomic():
                    acts.sign(
                        request.user, shelf.kind, edition, seen=form.cleaned_data["seen"],
                        against=form.cleaned_data["against"], meaning=form.cleaned_data["meaning"],
                    )  # fmt: skip
                    if form.cleaned_data["when"] != NOT_YET:
                        acts.put_in_force(request.user, shelf.kind, edition, form.at_time)
            except acts.Declined as declined:
                form = _read_again(request, initial)
                form.add_error(None, str(declined))
                for fault in declined.faults:
                    form.add_error(None, fault.words)
            else:
                messages.success(request, _signed_words(form, number))
                return redirect("rules_edition", kind, number)
    context = {**_context(shelf, copy, form), **differences(questions.copy_of(shelf, held), copy)}
    return render(request, "rulebook/sign.html", context, status=status)


@needs("rules.sign")
@get_or_post
def put_in_force(request: Asked, kind: str, number: int) -> HttpResponse:
    """Say from when a signed edition holds."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    copy = questions.copy_of(shelf, number)
    if copy.standing is None or copy.standing.state != SIGNED:
        return redirect("rules_edition", kind, number)
    ask = _to_prove(request)
    if ask is not None:
        return ask
    form = WhenForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                acts.put_in_force(request.user, shelf.kind, copy.standing.edition, form.at_time)
            except acts.Declined as declined:
                form.add_error(None, str(declined))
            else:
                messages.success(request, _force_words(form, number))
                return redirect("rules_edition", kind, number)
    held = questions.copy_of(shelf, shelf.held_number)
    context = {**_context(shelf, copy, form), **differences(held, copy)}
    return render(request, "rulebook/in_force.html", context, status=status)


def _to_prove(request: Asked) -> HttpResponse | None:
    entry = sign_in.of(request)
    # who came into a demo by one click has nothing that they could prove
    if sign_in.recently_authenticated(request) or (entry is not None and entry.how == "demo"):
        return None
    return HttpResponseRedirect(f"{reverse('prove')}?{urlencode({'next': request.path})}")


def _read_again(request: Asked, initial: dict[str, Any]) -> SignForm:
    """The same form about what holds now: what it was read against has changed."""
    data = request.POST.copy()
    data.update({"seen": initial["seen"], "against": str(initial["against"])})
    again = SignForm(data, initial=initial)
    again.is_valid()
    return again


def _context(shelf: Shelf, copy: Copy, form: WhenForm) -> dict[str, Any]:
    return {
        "shelf": shelf,
        "kind": shelf.kind,
        "copy": copy,
        "one": copy.standing,
        "described": copy.described,
        "form": form,
        "reach": shelf.kind.reach(copy.standing.edition.clinic_id) if copy.standing else "",
    }


def _signed_words(form: SignForm, number: int) -> str:
    if form.cleaned_data["when"] == NOT_YET:
        return _("You signed edition %(number)s. It is not in force yet.") % {"number": number}
    return _force_words(form, number)


def _force_words(form: WhenForm, number: int) -> str:
    at = form.at_time
    if at is None:
        return _("Edition %(number)s is in force from now on.") % {"number": number}
    return _("Edition %(number)s comes into force on %(at)s.") % {"number": number, "at": moment(at)}
