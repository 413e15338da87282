"""The rulebook as a Django app."""

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    """Editions of every kind: listed, compared, written, signed, put in force."""

    name = "reverie.clinic.rulebook"
    label = "rulebook"
