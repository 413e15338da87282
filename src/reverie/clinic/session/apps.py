"""The session room as a Django app."""

from django.apps import AppConfig


class SessionConfig(AppConfig):
    """The record of a session: streams and the acts that append."""

    name = "reverie.clinic.session"
    label = "session"
