"""Words of times and roles in chairside templates, by the clinic's clock."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from reverie.clinic.kernel import clock
from reverie.clinic.session.sentences import role_words

register = template.Library()


@register.filter
def clock_time(at: int | datetime | None) -> str:
    """Hours, minutes and seconds in the current time zone; "" for none."""
    if at is None or at == "":
        return ""
    moment = clock.from_ms(at) if isinstance(at, int) else at
    return timezone.localtime(moment).strftime("%H:%M:%S")


@register.filter
def role(name: str) -> str:
    """A role's name, translated."""
    return role_words(name)
