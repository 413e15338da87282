"""When the record cannot be reached: a page that says why, never a trace, and nothing half done.

`answer` is asked about every error that a view or a middleware raised. Sessions of the browser that
cannot be saved do not take the page with them: it is shown, and the trouble is said on it.
"""

from __future__ import annotations

from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from reverie.clinic.kernel import trouble
from reverie.clinic.kernel.layer import Layer

RETRY_AFTER_S = 5


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """503 with the exact cause if `error` tells of one; None when it is another kind of error."""
    code = trouble.cause_of(error)
    if code is None:
        return None
    trouble.note(code)
    return page(request, code)


def page(request: HttpRequest, code: str = trouble.GONE) -> HttpResponse:
    """503 for this trouble: a page, or JSON for whoever asks for it."""
    words = str(trouble.WORDS[code])
    response: HttpResponse
    if _wants_json(request):
        response = JsonResponse({"error": words, "cause": code}, status=503)
    else:
        others = [sentence for sentence in trouble.sentences() if sentence != words]
        content = loader.render_to_string("503.html", {"cause": words, "trouble": others})
        response = HttpResponse(content, status=503)
    response["Retry-After"] = str(RETRY_AFTER_S)
    response["Cache-Control"] = "no-store"
    return response


def _wants_json(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.headers.get("HX-Request") == "true" or (
        "application/json" in accepted and "text/html" not in accepted
    )


class Unavailable(Layer):
    """Middleware: what a view raises because the database fails becomes that answer.

    Errors of other middleware reach `site.errors.broken`, which asks `answer` too.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for the view."""
        return answer(request, exception)


class Sessions(SessionMiddleware):
    """Django's, but a browser session that cannot be saved leaves the page as it is."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save what changed, if it can be saved."""
        try:
            return super().process_response(request, response)
        except DatabaseError as error:
            if trouble.notice(error) is None:
                raise
            return response
