"""Django made ready inside a command: the settings named once, and nothing loaded before it is needed."""

from __future__ import annotations

import os

SETTINGS = "reverie.clinic.site.settings"


def prepare() -> None:
    """Load the clinic's settings and apps. Call it inside a command, before importing any model."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()
