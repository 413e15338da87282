"""How long a request may be: what is longer is refused with 413 before it fills a temporary file.

Django takes in the whole body first and asks about its size afterwards. `bounded` stands around it and
stops reading; `Bounded`, a middleware, answers in words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from reverie.clinic.site.errors import too_long

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]

MARK = "reverie.too_long"


def bounded(application: Application) -> Application:
    """The application behind a bound of DATA_UPLOAD_MAX_MEMORY_SIZE bytes a request."""

    async def stand_around(scope: Scope, receive: Receive, send: Send) -> None:
        await application(scope, _counted(scope, receive), send)

    return stand_around


def _counted(scope: Scope, receive: Receive) -> Receive:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    declared = dict(scope.get("headers", ())).get(b"content-length", b"0")
    left = limit
    # a length that is no number is the server's to refuse
    scope[MARK] = declared.isdigit() and (len(declared) > 18 or int(declared) > limit)
    told = False

    async def counting() -> Message:
        nonlocal left, told
        while True:
            message: Message = {} if scope[MARK] and not told else await receive()
            if message.get("type") == "http.disconnect":
                return message
            left -= len(message.get("body", b""))
            if left < 0:
                scope[MARK] = True
            if not scope[MARK]:
                return message
            if not told:
                told = True
                return {"type": "http.request", "body": b"", "more_body": False}
            # the rest is let go by, so that whoever sends it reads the answer

    return counting


class Bounded:
    """Middleware: 413 for what was cut off."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
            self.later = True
        else:
            self.later = False

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Refuse it, or let it through."""
        if not getattr(request, "scope", {}).get(MARK):
            response: HttpResponse | Awaitable[HttpResponse] = self.get_response(request)
            return response
        return _refused() if self.later else too_long()


async def _refused() -> HttpResponse:
    return too_long()
