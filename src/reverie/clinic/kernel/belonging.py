"""Which folder a database on a server belongs to: a demo never writes into a live clinic's, nor two into one.

The folder and the ledger hold the same id, made when the database was empty. A file needs none of this: it
lies in its folder.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction

from reverie.clinic.kernel import clock, home, ids, ledger, recovery
from reverie.clinic.kernel.database import is_own_file
from reverie.clinic.kernel.models import Entry, Head

BEGUN = "installation.begun"


class NotOurs(Exception):
    """The database and the folder do not belong together. The message says what to do."""


def check() -> None:
    """Before any table is made. Raises NotOurs, DatabaseError."""
    if is_own_file():
        return
    place = home.current()
    known, told = _known(place), _told()
    name = connection.settings_dict["NAME"]
    if told:
        if told != known:
            raise NotOurs(
                f"The database {name} holds a clinic that does not belong to {place.root}. Name its own "
                "folder by REVERIE_HOME, or an empty database by DATABASE_URL."
            )
        return
    if place.database.exists() or (place.made.exists() and not known):
        raise NotOurs(
            f"The clinic of {place.root} lies in {place.database.name}. Start without DATABASE_URL, or name "
            "an empty folder by REVERIE_HOME."
        )
    if _has_streams() or (known and not _has_tables()):
        raise NotOurs(
            f"The database {name} is not the one that {place.root} was made with. If that is gone, restore "
            "its dump (pg_restore) first."
        )


def begin() -> None:
    """After the tables were made: note in both that they belong together, if they do not know it yet."""
    if is_own_file() or _told():
        return
    place = home.current()
    known = _known(place)
    if not known:
        known = ids.new_id()
        noted = {"at": clock.to_text(clock.now()), "installation": known}
        recovery.write_whole(place.made, json.dumps(noted) + "\n")
    with transaction.atomic():
        ledger.write(BEGUN, clinic_id=None, detail={"installation": known})


def _known(place: home.Home) -> str:
    try:
        noted: dict[str, Any] = json.loads(place.made.read_text())
    except (OSError, ValueError):
        return ""
    return str(noted.get("installation", "")) if isinstance(noted, dict) else ""


def _has_tables() -> bool:
    return Head._meta.db_table in connection.introspection.table_names()


def _has_streams() -> bool:
    return _has_tables() and Head.objects.exists()


def _told() -> str:
    if not _has_tables():
        return ""
    begun = Entry.objects.filter(
        head__stream=ledger.stream_of(None), body__startswith=f'{{"act":"{BEGUN}",'
    ).order_by("seq")
    body = begun.values_list("body", flat=True).first()
    return str(json.loads(body)["detail"]["installation"]) if body else ""
