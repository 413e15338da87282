"""A PostgreSQL address (DATABASE_URL) as Django's settings. It connects to nothing.

Source: PostgreSQL, libpq, connection URIs.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from reverie.clinic.kernel.database import SERVER_ENGINE

SHAPE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
CONNECT_TIMEOUT_S = 5
KEEPALIVES = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
# for the session: what is acknowledged is on the disk; nobody waits for ever for a lock, and nobody who
# hangs inside a transaction keeps one
SESSION = {
    "timezone": "UTC",
    "synchronous_commit": "on",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
}


def settings_of(url: str) -> dict[str, Any]:
    """The entry of DATABASES for an address. Raises ImproperlyConfigured, never naming the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read. Write it as {SHAPE}, with signs such as @ / # : in the "
            "password as %40 %2F %23 %3A."
        ) from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(
            f"DATABASE_URL names {parts.scheme or 'no kind of database'}; Reverie takes PostgreSQL there: "
            f"{SHAPE}. Without DATABASE_URL it keeps an encrypted file of its own."
        )
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ImproperlyConfigured(f"DATABASE_URL names no database: write {SHAPE}.")
    options: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **KEEPALIVES}
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = asked.pop("host", unquote(parts.hostname or ""))
    more = asked.pop("options", "")
    options |= asked
    options["options"] = " ".join([*(f"-c {key}={value}" for key, value in SESSION.items()), more]).strip()
    return {
        "ENGINE": SERVER_ENGINE,
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or asked.get("port", "")),
        "OPTIONS": options,
    }
