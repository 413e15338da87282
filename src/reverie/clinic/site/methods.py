"""Which HTTP methods are answered at all, and a page in words for every 405.

Django's own refusals of a method are empty; so are those of views that take only some.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

from reverie.clinic.site.errors import wrong_method

ANSWERED = ("GET", "HEAD", "POST", "OPTIONS")
NOT_ALLOWED = 405


class Methods:
    """Middleware."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.later = iscoroutinefunction(get_response)
        if self.later:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Refuse a method that nothing here answers; put words into an empty refusal."""
        if self.later:
            return self._later(request)
        if request.method not in ANSWERED:
            return wrong_method(ANSWERED)
        return _in_words(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ANSWERED:
            return wrong_method(ANSWERED)
        return _in_words(await self.get_response(request))


def _in_words(response: HttpResponse) -> HttpResponse:
    if response.status_code != NOT_ALLOWED or response.content:
        return response
    said = wrong_method(response.headers.get("Allow", "").split(", "))
    said.cookies = response.cookies
    return said
