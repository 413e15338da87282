"""Which HTTP methods are answered at all, and a page in words for every 405.

Django's own refusals of a method are empty; so are those of views that take only some.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from reverie.clinic.kernel.layer import Layer
from reverie.clinic.site.errors import wrong_method

ANSWERED = ("GET", "HEAD", "POST", "OPTIONS")
NOT_ALLOWED = 405


class Methods(Layer):
    """Middleware."""

    def before(self, request: HttpRequest) -> HttpResponse | None:
        """Refuse a method that nothing here answers."""
        return None if request.method in ANSWERED else wrong_method(ANSWERED)

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Put words into an empty refusal."""
        if response.status_code != NOT_ALLOWED or response.content:
            return response
        said = wrong_method(response.headers.get("Allow", "").split(", "))
        said.cookies = response.cookies
        return said
