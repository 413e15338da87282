"""What has been committed: the heads of watched streams that moved, and the entries behind them.

One question a look for all of them, and on SQLite none at all until some other connection has committed.
It keeps nothing but that mark. Source: SQLite, PRAGMA data_version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import DEFAULT_DB_ALIAS, connection, connections

from reverie.clinic.kernel import chain, streams
from reverie.clinic.kernel.channel import Channel

MOST_HEADS_ASKED = 500


class Heads:
    """Looks at the database with the thread's own connection."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._version: object = None

    def forget(self) -> None:
        """Look at everything the next time; close the connection."""
        self._version = None
        connection.close()

    def may_have_moved(self) -> bool:
        """Whether anything was committed since the last time that this was asked."""
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor != "sqlite":
            return True
        database.ensure_connection()
        # past Django's cursor, whose wrapping costs ten times the question
        version = database.connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return False
        self._version = version
        return True

    def moved(self, channels: Mapping[str, Channel]) -> Iterable[Channel]:
        """Those whose head is not where it was seen last."""
        by_id = {channel.head_id: channel for channel in channels.values() if channel.head_id}
        names = [channel.stream for channel in channels.values() if not channel.head_id]
        for head_id, seq in numbers_of(list(by_id)).items():
            if seq != by_id[head_id].seq:
                yield by_id[head_id]
        for name in names:  # watched before it began
            channel = channels[name]
            channel.head_id, seq = head_of(name)
            if seq:
                yield channel


def numbers_of(head_ids: Sequence[int]) -> dict[int, int]:
    """The number of the last entry, by the row of its head."""
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(head_ids), MOST_HEADS_ASKED):
            part = head_ids[start : start + MOST_HEADS_ASKED]
            marks = ", ".join(["%s"] * len(part))
            # only placeholders are put together here; the numbers are bound
            cursor.execute(f"SELECT id, seq FROM kernel_head WHERE id IN ({marks})", part)  # noqa: S608
            found.update(cursor.fetchall())
    return found


def head_of(stream: str) -> tuple[int | None, int]:
    """The row and the number of a stream's head; (None, 0) when it has not begun."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, seq FROM kernel_head WHERE stream = %s", [stream])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (None, 0)


def entries_of(channel: Channel, after: int) -> list[chain.Entry]:
    """The channel's entries after number `after`."""
    if channel.head_id is None:
        return []
    with connection.cursor() as cursor:
        rows = streams.read_rows(cursor, channel.head_id, after, 1_000_000)
    return [streams.entry_from(channel.stream, row) for row in rows]
