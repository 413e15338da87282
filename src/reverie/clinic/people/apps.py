"""People as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Clinics and chairs, users, patients and support persons, sign-in."""

    name = "reverie.clinic.people"
    label = "people"

    def ready(self) -> None:
        """Listen to allauth."""
        import_module("reverie.clinic.people.proofs")
