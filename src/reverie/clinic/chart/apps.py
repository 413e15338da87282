"""The chart room as a Django app."""

from django.apps import AppConfig


class ChartConfig(AppConfig):
    """The plain chart: measurements, allergies, conditions, medicines."""

    name = "reverie.clinic.chart"
    label = "chart"
