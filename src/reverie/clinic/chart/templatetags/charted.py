"""How a line of the chart is read, and where its acts are, for templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reverie.clinic.chart import questions
from reverie.clinic.chart.models import Measurement

register = template.Library()


@register.filter
def value(line: Measurement) -> str:
    """The number with the decimals of its kind."""
    return questions.number_words(line.kind, line.value)


@register.filter
def unit(line: Measurement) -> str:
    """Its unit."""
    return questions.UNITS[Measurement.Kind(line.kind)]


@register.filter
def measured(line: Measurement) -> str:
    """When and by whom, and what was typed when that was another unit."""
    words = f"{questions.when_words(line.measured_at)}, {line.recorded_by.name}"
    return f"{words}, {_('typed as %s') % line.typed}" if line.typed else words


@register.filter
def measured_on_paper(line: Measurement) -> str:
    """When and by whom, with the whole date: on paper there is no today."""
    return f"{date_format(timezone.localtime(line.measured_at), 'j F Y, H:i')}, {line.recorded_by.name}"


@register.simple_tag
def address(act: str, of: str, which: Any) -> str:
    """The address of an act on a line or list: `{% address "chart_end_" "allergies" line.pk %}`."""
    return reverse(f"{act}{of}", args=[which])
