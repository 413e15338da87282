"""What every answer says to the browser, errors and static files included.

Which of its powers are off, that no page is framed, and that nothing is kept but what says so itself.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from reverie.clinic.kernel.layer import Layer

POWERS_OFF = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
OWN_POWERS = (
    "autoplay", "fullscreen", "screen-wake-lock", "publickey-credentials-get", "publickey-credentials-create",
)  # fmt: skip
POLICY = ", ".join([f"{power}=()" for power in POWERS_OFF] + [f"{power}=(self)" for power in OWN_POWERS])


class Headers(Layer):
    """Middleware, the outermost."""

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add the headers."""
        response.headers.setdefault("Permissions-Policy", POLICY)
        # the middleware for this one stands inside: it does not see static files and refused hosts
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cache-Control", "no-store")
        return response
