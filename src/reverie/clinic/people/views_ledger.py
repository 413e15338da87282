"""The ledger for who watches over the record: who signed in, who looked, what was refused."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reverie.clinic.kernel.access import needs
from reverie.clinic.people import ledger_lines
from reverie.clinic.people.models import User


@needs("ledger.see")
def ledger_page(request: HttpRequest) -> HttpResponse:
    """Newest first, by person, act and patient."""
    user = request.user
    assert isinstance(user, User)
    # a number that is typed is sent as a form: it belongs in no address and no proxy's log
    asked = request.POST if request.method == "POST" else request.GET
    return render(request, "people/ledger.html", ledger_lines.page(user.clinic, asked))
