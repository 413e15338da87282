"""Django's SQLite backend on SQLCipher: the key first, then everything as Django does it.

The key is raw (256 bits), read from the keys folder when a connection opens, never at import. A
database below a SQLite that can corrupt its WAL is refused (fixed in 3.51.3).
Source: SQLCipher API, PRAGMA key with a raw key.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base as stock
from django.db.backends.sqlite3._functions import register as register_functions
from django.utils.asyncio import async_unsafe
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from sqlcipher3 import dbapi2 as Database

from reverie.clinic.kernel import keys

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


class CipherCursor(Database.Cursor):  # type: ignore[misc]
    """A SQLCipher cursor that takes Django's placeholders."""

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement."""
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, Mapping) else None
        return super().execute(self.convert_query(query, param_names=names), params)

    def executemany(self, query: str, param_list: Iterable[Sequence[Any]]) -> Any:
        """Run one statement for each set of values."""
        return super().executemany(self.convert_query(query), param_list)

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
                f"SQLite {found} can corrupt its write-ahead log. Install sqlcipher3 with SQLite 3.51.3 or later."
            )
        connection = Database.connect(**conn_params)
        connection.execute(key_pragma(keys.read("database")))
        register_functions(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA legacy_alter_table = OFF")
        for command in filter(None, map(str.strip, self.init_commands)):
            connection.execute(command)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor of the encrypted library."""
        return self.connection.cursor(factory=CipherCursor)
