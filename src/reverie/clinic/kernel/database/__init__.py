"""The database under Django: SQLite in WAL, the whole file encrypted, through SQLCipher; or PostgreSQL.

Which of them is asked here, from the settings alone.
"""

from __future__ import annotations

OWN_ENGINE = "reverie.clinic.kernel.database"
SERVER_ENGINE = "reverie.clinic.kernel.database.postgresql"


def is_own_file() -> bool:
    """Whether the clinic's database is the encrypted file in its data folder, not a server."""
    from django.conf import settings

    return bool(settings.DATABASES["default"]["ENGINE"] == OWN_ENGINE)
