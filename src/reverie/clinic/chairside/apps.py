"""The chairside room as a Django app."""

from django.apps import AppConfig


class ChairsideConfig(AppConfig):
    """What staff see at the chair: board and live page."""

    name = "reverie.clinic.chairside"
    label = "chairside"
