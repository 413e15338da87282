"""Reading the rulebook: every kind, its editions, one edition, two compared, one on paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.kernel.access import needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.rulebook import changes, questions
from reverie.clinic.rulebook.forms import CompareForm
from reverie.clinic.rulebook.words import called

WRONG = 422


def may(request: Asked) -> dict[str, bool]:
    """What this person may do here."""
    return {
        "may_write": access.may(request.user, "rules.write"),
        "may_sign": access.may(request.user, "rules.sign"),
    }


@needs("rules.see")
@require_GET
def rules(request: Asked) -> HttpResponse:
    """Every kind: what holds, since when, signed by whom; drafts; what was changed after it was signed."""
    shelves = questions.shelves(request.user.clinic_id)
    return render(request, "rulebook/rules.html", {"shelves": shelves, **may(request)})


@needs("rules.see")
@require_GET
def kind(request: Asked, kind: str) -> HttpResponse:
    """All editions of a kind."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    context = {"shelf": shelf, "kind": shelf.kind, "compare": _compare_form(None, shelf), **may(request)}
    return render(request, "rulebook/kind.html", context)


@needs("rules.see")
@require_GET
def edition(request: Asked, kind: str, number: int) -> HttpResponse:
    """One edition, as tables."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    copy = questions.copy_of(shelf, number)
    return render(request, "rulebook/edition.html", {**_read(shelf, copy), **may(request)})


@needs("rules.see")
@require_GET
def on_paper(request: Asked, kind: str, number: int) -> HttpResponse:
    """One edition for paper."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    copy = questions.copy_of(shelf, number)
    ledger.write(
        "rules.print",
        clinic_id=request.user.clinic_id,
        actor=request.user.actor(),
        detail={"kind": shelf.kind.kind, "number": number},
    )
    context = _read(shelf, copy) | {
        "printed_by": request.user.name,
        "printed_at": date_format(timezone.localtime(clock.now()), "j F Y, H:i"),
        "clinic_name": request.user.clinic.name,
    }
    return render(request, "rulebook/edition_print.html", context)


@needs("rules.see")
@require_GET
def compare(request: Asked, kind: str) -> HttpResponse:
    """Two editions of a kind: what differs, in words."""
    shelf = questions.shelf(request.user.clinic_id, questions.kind_of(kind))
    form = _compare_form(request.GET if request.GET else None, shelf)
    context: dict[str, Any] = {"shelf": shelf, "kind": shelf.kind, "compare": form, **may(request)}
    status = 200
    if form.is_bound and form.is_valid():
        before, after = (questions.copy_of(shelf, form.cleaned_data[name]) for name in ("before", "after"))
        context |= {"before": before, "after": after, **differences(before, after)}
    elif form.is_bound:
        status = WRONG
    return render(request, "rulebook/compare.html", context, status=status)


def differences(before: questions.Copy, after: questions.Copy) -> dict[str, Any]:
    """What differs between two editions; `unreadable` when one of them says nothing that can be read."""
    if before.described is None or after.described is None:
        return {"unreadable": True, "sections": ()}
    return {"unreadable": False, "sections": changes.between(before.kind, before.body, after.body)}


def _read(shelf: questions.Shelf, copy: questions.Copy) -> dict[str, Any]:
    return {
        "shelf": shelf,
        "kind": shelf.kind,
        "copy": copy,
        "one": copy.standing,
        "described": copy.described,
    }


def _compare_form(data: Any, shelf: questions.Shelf) -> CompareForm:
    """The two to compare: what holds, and the latest other one."""
    numbers = [one.number for one in shelf.standings]
    held = shelf.held_number
    choices = [(number, called(shelf, number)) for number in [*numbers, 0]]
    latest = next((number for number in [*numbers, 0] if number != held), held)
    first, second = sorted((held, latest))
    return CompareForm(data, choices, {"before": first, "after": second})
