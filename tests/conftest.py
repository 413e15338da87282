"""A data folder of its own for the whole run, with keys, on a file database."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

ROOMY_MB = 512


def _place() -> Path:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOMY_MB * 1024 * 1024
    return Path(tempfile.mkdtemp(prefix="reverie-test-", dir=memory if roomy else None))


# before Django reads its settings
HOME = _place()
os.environ["REVERIE_HOME"] = str(HOME)

from reverie.clinic.kernel import keys  # noqa: E402

keys.create_all()

# a busy machine is no bug: what is slow is measured in bench/, never asserted
hypothesis.settings.register_profile("reverie", deadline=None)
hypothesis.settings.load_profile("reverie")

# named here and not in pyproject.toml: pytest-django would read the settings before this file
os.environ["DJANGO_SETTINGS_MODULE"] = "reverie.clinic.site.settings"

from django.conf import settings  # noqa: E402

assert str(HOME) in settings.DATABASES["default"]["NAME"]

pytest_plugins = ["tests.cast"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)
