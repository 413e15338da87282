"""The request of a signed-in person, for the types of views behind the gate."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from reverie.clinic.people.models import User


class Asked(HttpRequest):
    """A request that the gate let through: whoever asks is known. Only a type; Django makes the request."""

    user: User
    htmx: HtmxDetails
    ward: list[dict[str, Any]]  # the alarms of all chairs, where the view has read them already
