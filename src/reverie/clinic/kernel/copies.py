"""A copy of the clinic's database in a file of its own: made while others write, and proved to be whole.

Works on raw encrypted connections, never on the clinic's own. What a copy should hold is a `Content`,
compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from reverie.clinic.kernel import anchors, verify
from reverie.clinic.kernel.chain import Fault
from reverie.clinic.kernel.database.base import CipherCursor, key_pragma, open_with
from reverie.clinic.kernel.witnesses import Witness, Witnesses


class NotWhole(Exception):
    """The copy is not what was copied. The message says what is wrong."""


@dataclass(frozen=True)
class Content:
    """What a database holds: rows of each table, streams, a digest of all their heads, migrations applied."""

    tables: dict[str, int]
    streams: int
    entries: int
    heads: str
    migrations: list[list[str]]


@contextmanager
def opened(path: Path, key_hex: str, *, patience_s: float = 20.0) -> Iterator[Any]:
    """A raw keyed connection to a database that is there, which waits `patience_s` for others' locks.

    Raises dbapi2.DatabaseError.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = dbapi2.connect(address, uri=True, isolation_level=None, timeout=patience_s)
    try:
        open_with(connection, key_hex)
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        yield connection
    finally:
        connection.close()


def copy(source: Path, source_key: str, target: Path, target_key: str) -> None:
    """Copy a database that others write to, in one step, under another key. Raises dbapi2.DatabaseError."""
    with opened(source, source_key) as original:
        duplicate = dbapi2.connect(f"{target.absolute().as_uri()}?mode=rwc", uri=True, isolation_level=None)
        try:
            duplicate.execute(key_pragma(target_key))
            # in one step: in several, every commit of another process would begin it again
            original.backup(duplicate)
            # one file, without a log beside it
            duplicate.execute("PRAGMA journal_mode = DELETE").fetchone()
        finally:
            duplicate.close()


def content_of(connection: Any) -> Content:
    """Count what a database holds."""
    cursor = connection.cursor(factory=CipherCursor)
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%%'", [])
    names = sorted(row[0] for row in cursor.fetchall())
    tables = {}
    for name in names:
        cursor.execute(f'SELECT COUNT(*) FROM "{name}"')  # noqa: S608 (our own tables)
        tables[name] = cursor.fetchone()[0]
    if "kernel_head" not in tables or "django_migrations" not in tables:
        raise NotWhole("it holds no clinic: the tables were never made")
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    migrations = [list(row) for row in cursor.fetchall()]
    heads = verify.heads_digest(cursor)
    return Content(tables, tables["kernel_head"], tables["kernel_entry"], heads, migrations)


def heads_of(connection: Any) -> Iterator[Witness]:
    """The heads of all streams now, as witnesses against a copy made later."""
    for stream, seq, hash_ in connection.execute("SELECT stream, seq, hash FROM kernel_head WHERE seq > 0"):
        yield Witness(stream, seq, bytes(hash_), "before the copy was begun")


def prove(
    database: Path,
    key_hex: str,
    told: Content,
    anchors_file: Path,
    anchor_key: str,
    seen: Iterable[Witness] = (),
) -> list[Fault]:
    """Open a copy, check every page and row against what it should hold, and walk every stream.

    Raises NotWhole when it is not the copy that it should be. Faults of the record, which a true copy
    has too, are given back.
    """
    try:
        with opened(database, key_hex) as connection:
            for pragma in ("cipher_integrity_check", "integrity_check"):
                words = [str(row[0]) for row in connection.execute(f"PRAGMA {pragma}")]
                if words not in ([], ["ok"]):
                    raise NotWhole(f"the copy of the database is damaged: {words[0]}")
            found = content_of(connection)
            if found != told:
                raise NotWhole(f"the copy does not hold what it should: {_difference(told, found)}")
            tally = verify.Tally()
            witnesses = Witnesses(chain(_anchored(anchors_file, anchor_key, tally), seen))
            cursor = connection.cursor(factory=CipherCursor)
            try:
                return [
                    *_damage_of_anchors(anchors_file, anchor_key),
                    *verify.verify(cursor, witnesses, tally),
                ]
            finally:
                witnesses.close()
    except dbapi2.DatabaseError as error:
        raise NotWhole(f"the copy of the database cannot be read ({error})") from error


def _anchored(path: Path, key_hex: str, tally: verify.Tally) -> Iterator[Witness]:
    try:
        yield from verify.from_anchors(anchors.read_lines(path, key_hex), tally)
    except anchors.Damaged:
        return


def _damage_of_anchors(path: Path, key_hex: str) -> list[Fault]:
    """The fault of the file of anchors itself, if it has one."""
    try:
        for _line in anchors.read_lines(path, key_hex):
            pass
    except anchors.Damaged as error:
        return [Fault("the file of anchors", None, str(error))]
    return []


def _difference(told: Content, found: Content) -> str:
    for name in sorted(told.tables.keys() | found.tables.keys()):
        if told.tables.get(name) != found.tables.get(name):
            return f"{name} has {found.tables.get(name)} rows instead of {told.tables.get(name)}"
    return "the heads of its streams or its migrations differ"
