"""A layer around every request, for sync and async views alike: the shape that all middleware here share.

A middleware says what happens before, after and at the end; it never cares which kind of view is inside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse


class Layer:
    """A middleware that lets every request through, until it is told otherwise."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.later = iscoroutinefunction(get_response)
        if self.later:
            markcoroutinefunction(self)

    def before(self, request: HttpRequest) -> HttpResponse | None:
        """An answer in place of what lies inside, or None."""
        return None

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer as it goes out."""
        return response

    def finish(self) -> None:
        """What must happen however it ended."""

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Let the request through."""
        if self.later:
            return self._later(request)
        try:
            early = self.before(request)
            return self.after(request, self.get_response(request) if early is None else early)
        finally:
            self.finish()

    async def _later(self, request: HttpRequest) -> HttpResponse:
        try:
            early = self.before(request)
            return self.after(request, await self.get_response(request) if early is None else early)
        finally:
            self.finish()
