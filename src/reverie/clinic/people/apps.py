"""People as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Clinics and chairs, users, patients and support persons, sign-in."""

    name = "reverie.clinic.people"
    label = "people"
