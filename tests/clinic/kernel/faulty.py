"""Addresses for tests of a failing database: a page that reads, one that writes, one that breaks."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from reverie.clinic.kernel import streams
from reverie.clinic.kernel.access import needs
from reverie.clinic.kernel.models import Head


@needs("sign_in")
def page(request: HttpRequest) -> HttpResponse:
    """A page without a query."""
    return render(request, "404.html")


@needs("sign_in")
def read(request: HttpRequest) -> HttpResponse:
    """A page with one."""
    return HttpResponse(f"{Head.objects.count()} streams")


@needs("sign_in")
def write(request: HttpRequest) -> HttpResponse:
    """Append 50 kB to a stream that is there."""
    with transaction.atomic():
        head = streams.lock("session:full")
        draft = streams.Draft(f"{request.GET['key']}", "note", 1, 1, "{}", '{"text":"' + "x" * 50_000 + '"}')
        streams.append(head, [draft])
    return HttpResponse(f"entry {head.seq}")


@needs("sign_in")
def remember(request: HttpRequest) -> HttpResponse:
    """A page that leaves something in the browser's session."""
    request.session["filler"] = secrets.token_hex(50_000)  # which no compression makes small
    return HttpResponse("a page")


@needs("sign_in")
def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours."""
    raise ZeroDivisionError


async def _late(request: HttpRequest) -> HttpResponse:
    """An async page with a query."""
    return HttpResponse(f"{await Head.objects.acount()} streams")


urlpatterns = [
    path("page/", page),
    path("read/", read),
    path("write/", write),
    path("remember/", remember),
    path("broken/", broken),
    path("late/", needs("sign_in")(_late)),
]

handler404 = "reverie.clinic.site.errors.not_found"
handler500 = "reverie.clinic.site.errors.broken"


class RaisesBeforeTheView:
    """Middleware that asks the database before any view does."""

    def __init__(self, get_response: object) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask, then go on."""
        Head.objects.count()
        return self.get_response(request)  # type: ignore[operator, no-any-return]
