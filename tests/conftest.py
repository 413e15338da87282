"""A data folder of its own for the whole run, with keys, on a file database.

REVERIE_TEST_DATABASE=postgresql runs the same tests on a PostgreSQL server that the run starts and ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

from tests import postgresql

ROOMY_MB = 512


def _place() -> Path:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOMY_MB * 1024 * 1024
    return Path(tempfile.mkdtemp(prefix="reverie-test-", dir=memory if roomy else None))


# before Django reads its settings
HOME = _place()
os.environ["REVERIE_HOME"] = str(HOME)
# nobody's own database, whatever the shell names
os.environ.pop("DATABASE_URL", None)
SERVER = postgresql.of_run()
if SERVER is not None:
    os.environ["DATABASE_URL"] = SERVER.new_database()

from reverie.clinic.kernel import keys  # noqa: E402

keys.create_all()

# a busy machine is no bug: what is slow is measured in bench/, never asserted
hypothesis.settings.register_profile("reverie", deadline=None)
hypothesis.settings.load_profile("reverie")

# named here and not in pyproject.toml: pytest-django would read the settings before this file
os.environ["DJANGO_SETTINGS_MODULE"] = "reverie.clinic.site.settings"

from django.conf import settings  # noqa: E402

_database = settings.DATABASES["default"]
assert str(HOME) in _database["NAME"] or (SERVER is not None and _database["PASSWORD"] == postgresql.PASSWORD)

pytest_plugins = ["tests.cast"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `sqlite` is skipped on a server, with its reason."""
    if SERVER is None:
        return
    for item in items:
        mark = item.get_closest_marker("sqlite")
        if mark is not None:
            item.add_marker(pytest.mark.skip(reason=f"SQLite only: {mark.args[0]}"))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """A server of ours goes whole, with what still lives on it: there is nothing to drop before."""
    return SERVER is not None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if SERVER is not None:
        SERVER.stop()
    shutil.rmtree(HOME, ignore_errors=True)
