"""What the server can do just now, asked over a connection of its own with a short patience.

It changes nothing that stays: a table is made, filled and taken away again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from reverie.clinic.kernel.database.postgresql.base import TAKE

PATIENCE_S = 2
LOCK_PATIENCE_MS = 500
WRITTEN_BYTES = 65_536


@contextmanager
def opened() -> Iterator[psycopg.Connection[Any]]:
    """A connection in the middle of no transaction, closed at the end. Raises psycopg.Error."""
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey")
    known = {name: given[name] for name in names if given.get(name)}
    patience = f"-c lock_timeout={LOCK_PATIENCE_MS}ms -c statement_timeout={PATIENCE_S}s"
    with psycopg.connect(**known, connect_timeout=PATIENCE_S, options=patience, autocommit=True) as own:
        yield own


def write_something() -> None:
    """Write 64 KiB in turn with all other writers: what a full disk, a standby or a lock would refuse.

    Raises psycopg.Error.
    """
    # each process its own, so that none waits for another
    table = f"kernel_probe_{os.getpid()}"
    with opened() as own, own.transaction():
        own.execute(TAKE.encode())
        own.execute(f"CREATE TABLE {table} (filler bytea)".encode())
        own.execute(
            f"INSERT INTO {table} VALUES (%s)".encode(),  # noqa: S608
            [os.urandom(WRITTEN_BYTES)],
        )
        own.execute(f"DROP TABLE {table}".encode())


def judge(told: dict[str, str]) -> Iterator[tuple[str, bool, str]]:
    """What was looked at, whether it is good, and in words what was found or what to do."""
    size_mb = int(told["bytes"]) / 1_048_576
    yield "database", True, f"answers, {size_mb:,.0f} MB, PostgreSQL {told['server_version']}"
    if told["local"] != "true" and told["encrypted"] != "true":
        words = "goes over the network in the clear. Add ?sslmode=verify-full to DATABASE_URL."
        yield "connection", False, words
    unsafe = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if told[name] == "off"]
    if unsafe:
        words = f"{' and '.join(unsafe)} off: what was acknowledged can be lost. Put it on at the server."
        yield "durability", False, words
    else:
        yield "durability", True, "written ahead, synchronous"


def settings() -> dict[str, str]:
    """What `judge` wants to know, as the clinic's own connections see it. Raises DatabaseError."""
    names = ("server_version", "fsync", "full_page_writes", "synchronous_commit", "server_encoding")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) "
            "UNION ALL SELECT 'bytes', pg_database_size(current_database())::text "
            "UNION ALL SELECT 'local', "
            "(inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr())::text "
            "UNION ALL SELECT 'encrypted', COALESCE((SELECT ssl FROM pg_stat_ssl "
            "WHERE pid = pg_backend_pid()), false)::text",
            [list(names)],
        )
        return dict(cursor.fetchall())
