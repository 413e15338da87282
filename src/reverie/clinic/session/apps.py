"""The session room as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class SessionConfig(AppConfig):
    """The record of a session: streams and the acts that append."""

    name = "reverie.clinic.session"
    label = "session"

    def ready(self) -> None:
        """Let the rulebook keep the rules that a session is judged by."""
        import_module("reverie.clinic.session.rule_kinds").register()
