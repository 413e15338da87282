"""The kernel as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Registers the kernel's tables and its start-up checks."""

    name = "reverie.clinic.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Make the start-up checks known to Django."""
        from reverie.clinic.kernel import startup_checks  # noqa: F401  (registers itself)
