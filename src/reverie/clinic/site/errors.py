"""What a person sees when a page cannot be given: the cause and the next step, never a trace."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.template import loader

from reverie.clinic.kernel import trouble, unavailable


def _say(template: str, status: int) -> HttpResponse:
    # without a request: these pages must also work when the session store or the database is gone
    context = {"trouble": trouble.sentences()}
    return HttpResponse(loader.render_to_string(template, context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _say("400.html", 400)


def not_open(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _say("403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: also for what exists but is not this person's."""
    return _say("404.html", 404)


def wrong_method(allowed: Iterable[str]) -> HttpResponse:
    """405, with the methods that are answered."""
    response = _say("405.html", 405)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def too_long() -> HttpResponse:
    """413."""
    response = _say("413.html", 413)
    response.headers["Connection"] = "close"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it is the database that failed, outside of any view."""
    return unavailable.answer(request, sys.exc_info()[1]) or _say("500.html", 500)


def unreachable(request: HttpRequest, cause: str = trouble.GONE) -> HttpResponse:
    """503: the database is gone, locked or full; `cause` is a trouble's code."""
    return unavailable.page(request, cause)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose key no longer fits."""
    return _say("403_csrf.html", 403)
