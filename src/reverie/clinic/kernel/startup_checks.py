"""What is checked before anything is served: functions that give sentences, and Django's checks of them.

A sentence says what is wrong and what to do. It asks no database and changes nothing.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from reverie.clinic.kernel import home, keys
from reverie.clinic.kernel.database import is_own_file


def unsafe_sqlite() -> list[str]:
    """A SQLite that can corrupt its write-ahead log (fixed in 3.51.3)."""
    if not is_own_file():
        return []
    from sqlcipher3 import dbapi2

    from reverie.clinic.kernel.database.base import SAFE_SQLITE

    if dbapi2.sqlite_version_info >= SAFE_SQLITE:
        return []
    return [
        f"SQLite {dbapi2.sqlite_version} can corrupt its write-ahead log. "
        "Install sqlcipher3 with SQLite 3.51.3 or later."
    ]


def open_to_others() -> list[str]:
    """Keys that other users of the machine can read."""
    place = home.current()
    found = []
    if place.keys.is_dir():
        if _others_may(place.keys):
            found.append(f"Others on this machine can look into {place.keys}. Run: chmod 700 {place.keys}")
        for path in sorted(place.keys.iterdir()):
            if _others_may(path):
                found.append(f"Others on this machine can read {path}. Run: chmod 600 {path}")
    return found


def folder_open_to_others() -> list[str]:
    """A data folder that other users of the machine can look into; what lies in it is closed to them."""
    root = home.current().root
    if not root.is_dir() or not _others_may(root):
        return []
    return [f"Others on this machine can look into {root}. Run: chmod 700 {root}"]


def _others_may(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def missing_keys(*names: str) -> list[str]:
    """Keys that are not there or damaged."""
    found = []
    for name in names or keys.NAMES:
        try:
            keys.read(name)
        except keys.KeyMissing as error:
            found.append(
                f"{error} It comes back with a backup; a new clinic gets its keys at its first start."
            )
    return found


def debug_on() -> list[str]:
    """DEBUG shows the clinic's inside to whoever makes an error."""
    return ["DEBUG is on: it shows patients' data in error pages. Set it to False."] if settings.DEBUG else []


def refuse_unfit() -> None:
    """Raise ImproperlyConfigured unless this clinic may be served."""
    found = [*unsafe_sqlite(), *debug_on(), *missing_keys("web"), *open_to_others()]
    if found:
        raise ImproperlyConfigured(" ".join(found))


@checks.register(checks.Tags.security)
def check_always(app_configs: Any = None, **kwargs: Any) -> Sequence[checks.CheckMessage]:
    """Before every command."""
    return [
        *(checks.Error(words, id="reverie.E001") for words in unsafe_sqlite()),
        *(checks.Error(words, id="reverie.E002") for words in open_to_others()),
        *(checks.Warning(words, id="reverie.W001") for words in folder_open_to_others()),
    ]


@checks.register(checks.Tags.security, deploy=True)
def check_before_serving(app_configs: Any = None, **kwargs: Any) -> Sequence[checks.CheckMessage]:
    """With `check --deploy`."""
    return [
        *(checks.Error(words, id="reverie.E003") for words in missing_keys("web")),
        *(checks.Error(words, id="reverie.E004") for words in debug_on()),
    ]
