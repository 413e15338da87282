"""What every answer says to the browser, errors and static files included.

Which of its powers are off, that no page is framed, and that nothing is kept but what says so itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse

POWERS_OFF = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
OWN_POWERS = (
    "autoplay", "fullscreen", "screen-wake-lock", "publickey-credentials-get", "publickey-credentials-create",
)  # fmt: skip
POLICY = ", ".join([f"{power}=()" for power in POWERS_OFF] + [f"{power}=(self)" for power in OWN_POWERS])


class Headers:
    """Middleware, the outermost."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.later = iscoroutinefunction(get_response)
        if self.later:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Add the headers."""
        if self.later:
            return self._later(request)
        return _named(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponse:
        return _named(await self.get_response(request))


def _named(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Permissions-Policy", POLICY)
    # the middleware for this one stands inside: it does not see static files and refused hosts
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
