"""The pages that belong to no room: the first page, and the style page that shows every component."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from reverie.clinic.kernel.access import may, needs
from reverie.clinic.site.gallery import galleries

FIRST_PAGES = [
    ("board.see", "board"),
    ("patients.find", "patients"),
    ("staff.manage", "staff"),
    ("ledger.see", "ledger"),
]


@needs("own.page")
def first_page(request: HttpRequest) -> HttpResponse:
    """The page where this person's work begins."""
    for act_name, address in FIRST_PAGES:
        if may(request.user, act_name):
            return redirect(address)
    return render(request, "site/first_page.html")


@needs("style.see")
def style_page(request: HttpRequest) -> HttpResponse:
    """Every component in every theme and state."""
    return render(request, "site/style_page.html", {"galleries": galleries()})
