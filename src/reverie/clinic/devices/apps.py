"""The devices room as a Django app."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Devices, links and the quarantine."""

    name = "reverie.clinic.devices"
    label = "devices"
