"""Django's SQLite backend on SQLCipher: the key first, then everything as Django does it.

The key is raw (256 bits), read from the keys folder when a connection opens, never at import. A SQLite
that can corrupt its WAL is refused (fixed in 3.51.3), and so is a database file that was there and is gone.
Source: SQLCipher API, PRAGMA key with a raw key.
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.backends.sqlite3 import base as stock
from django.db.backends.sqlite3._functions import (  # type: ignore[import-untyped]
    register as register_functions,
)
from django.utils.asyncio import async_unsafe
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from sqlcipher3 import dbapi2 as Database

from reverie.clinic.kernel import clock, home, keys, trouble

SAFE_SQLITE = (3, 51, 3)

Database.register_converter("bool", b"1".__eq__)
Database.register_converter("date", stock.decoder(parse_date))
Database.register_converter("time", stock.decoder(parse_time))
Database.register_converter("datetime", stock.decoder(parse_datetime))
Database.register_converter("timestamp", stock.decoder(parse_datetime))
Database.register_adapter(decimal.Decimal, str)
Database.register_adapter(datetime.date, stock.adapt_date)
Database.register_adapter(datetime.datetime, stock.adapt_datetime)


def key_pragma(key_hex: str) -> str:
    """The statement that opens a database with a raw key of 64 hex digits."""
    return f"PRAGMA key = \"x'{key_hex}'\""


def open_with(connection: Any, key_hex: str) -> None:
    """Give a raw connection its key, before anything else. A wrong key shows at the first read."""
    # else a wrong key writes three lines of its own to standard error
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(key_pragma(key_hex))


def _refuse_if_gone(path: object) -> None:
    """SQLite would make an empty database in place of one that is gone, and nobody would notice."""
    place = home.current()
    if str(path) != str(place.database) or place.database.exists():
        return
    if not place.root.is_dir():
        raise Database.OperationalError(f"unable to open database: there is no folder {place.root}")
    if place.made.exists():
        raise Database.OperationalError(f"the database is missing: {place.database} was there and is gone")
    with os.fdopen(os.open(place.made, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(json.dumps({"at": clock.to_text(clock.now())}) + "\n")
    # empty, so that SQLite finds it readable by this user only
    os.close(os.open(place.database, os.O_WRONLY | os.O_CREAT, 0o600))


class CipherCursor(Database.Cursor):  # type: ignore[misc]
    """A SQLCipher cursor that takes Django's placeholders."""

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement."""
        try:
            if params is None:
                return super().execute(query)
            names = list(params) if isinstance(params, Mapping) else None
            return super().execute(self.convert_query(query, param_names=names), params)
        except Database.DatabaseError as error:
            trouble.notice(error)
            raise

    def executemany(self, query: str, param_list: Iterable[Sequence[Any]]) -> Any:
        """Run one statement for each set of values."""
        try:
            return super().executemany(self.convert_query(query), param_list)
        except Database.DatabaseError as error:
            trouble.notice(error)
            raise

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """`%s` and `%(name)s` as SQLite's placeholders."""
        if param_names is None:
            return stock.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
        return query % {name: f":{name}" for name in param_names}


class DatabaseWrapper(stock.DatabaseWrapper):
    """The stock SQLite wrapper over the encrypted library."""

    Database = Database

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """An open, keyed connection. Raises ImproperlyConfigured for a SQLite that is not safe."""
        if Database.sqlite_version_info < SAFE_SQLITE:
            found = ".".join(map(str, Database.sqlite_version_info))
            raise ImproperlyConfigured(
                f"SQLite {found} can corrupt its write-ahead log. "
                "Install sqlcipher3 with SQLite 3.51.3 or later."
            )
        try:
            _refuse_if_gone(conn_params["database"])
            connection = Database.connect(**conn_params)
            open_with(connection, keys.read("database"))
            register_functions(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA legacy_alter_table = OFF")
            for command in filter(None, map(str.strip, self.init_commands)):  # type: ignore[attr-defined]
                connection.execute(command)
        except (Database.Error, keys.KeyMissing) as error:
            trouble.notice(error)
            raise
        return connection

    def _commit(self) -> Any:
        """Commit; what a full disk refuses shows here at the latest."""
        try:
            return super()._commit()  # type: ignore[misc]
        except DatabaseError as error:
            trouble.notice(error)
            raise

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor of the encrypted library."""
        return self.connection.cursor(factory=CipherCursor)
