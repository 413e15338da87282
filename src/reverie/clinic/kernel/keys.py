"""The clinic's keys: 256 random bits each, one file each, mode 0600, outside the database.

They are made once by `create_all` and never at import; a missing key is an error with a next step.
"""

from __future__ import annotations

import os
import secrets
from functools import lru_cache

from reverie.clinic.kernel import home

NAMES = ("database", "anchor", "web")


class KeyMissing(Exception):
    """A key file is not there or cannot be read."""


def create_all() -> None:
    """Make the keys that are not there yet. An existing key is never replaced. Raises OSError."""
    place = home.current()
    place.create()
    for name in NAMES:
        if not (place.keys / name).exists():
            write(name, secrets.token_hex(32))


def write(name: str, key_hex: str) -> None:
    """Write a key file, mode 0600, complete or not at all. Raises OSError."""
    path = home.current().keys / name
    partial = path.with_suffix(".new")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key_hex)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _read.cache_clear()


def read(name: str) -> str:
    """The key as 64 hex digits. Raises KeyMissing."""
    return _read(str(home.current().keys / name))


@lru_cache(maxsize=16)
def _read(path: str) -> str:
    try:
        with open(path) as file:
            key_hex = file.read().strip()
    except OSError as error:
        raise KeyMissing(f"The key {path} cannot be read ({error.strerror}).") from error
    if len(key_hex) != 64 or set(key_hex) - set("0123456789abcdef"):
        raise KeyMissing(f"The key {path} is damaged: it must hold 64 hex digits.")
    return key_hex
