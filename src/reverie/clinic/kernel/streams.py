"""Streams on the database: lock the head, look, append, move the head. All inside the caller's transaction.

`key` makes an entry happen once: what comes again with a known key is reported as repeated, not written.
It knows nothing of what entries mean. Redaction empties one body; the chain still verifies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from reverie.clinic.kernel import chain, clock
from reverie.clinic.kernel.models import Entry, Head

MOST_KEYS_ASKED = 500
_COLUMNS = "seq, key, kind, version, occurred_ms, recorded_ms, actor, salt, body, digest, hash"
_READ = f"SELECT {_COLUMNS} FROM kernel_entry WHERE head_id = %s AND seq > %s ORDER BY seq LIMIT %s"  # noqa: S608
_INSERT = (
    f"INSERT INTO kernel_entry (head_id, {_COLUMNS}) "  # noqa: S608
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


class Draft(NamedTuple):
    """An entry to be: `actor` and `body` in canonical text, the time in milliseconds since the epoch."""

    key: str
    kind: str
    version: int
    occurred_ms: int
    actor: str
    body: str


@dataclass(slots=True)
class Locked:
    """A stream's head, held until the transaction ends."""

    id: int
    stream: str
    seq: int
    hash: bytes


class UnknownStream(LookupError):
    """There is no stream of that name."""


def begin(stream: str) -> Locked:
    """Make a stream, empty. Raises IntegrityError when it exists."""
    head = Head.objects.create(stream=stream)
    return Locked(head.pk, stream, 0, chain.GENESIS)


def lock(stream: str) -> Locked:
    """Hold the head of `stream`. Needs a transaction. Raises UnknownStream."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a stream is locked inside a transaction only")
    row = Head.objects.select_for_update().filter(stream=stream).values_list("pk", "seq", "hash").first()
    if row is None:
        raise UnknownStream(stream)
    return Locked(row[0], stream, row[1], bytes(row[2]))


def known_keys(head: Locked, keys: Sequence[str]) -> dict[str, int]:
    """Those of `keys` that the stream holds already, with the number of their entry."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(keys), MOST_KEYS_ASKED):
            part = keys[start : start + MOST_KEYS_ASKED]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"SELECT key, seq FROM kernel_entry WHERE head_id = %s AND key IN ({marks})",  # noqa: S608
                [head.id, *part],
            )
            found.update(cursor.fetchall())
    return found


def append(head: Locked, drafts: Iterable[Draft], recorded_ms: int | None = None) -> list[chain.Entry | int]:
    """Append each draft whose key is new; for a repeated one the number of the entry that it repeats.

    `head` moves with it. One statement for all rows: give what belongs together in one call.
    """
    drafts = list(drafts)
    at_ms = clock.to_ms(clock.now()) if recorded_ms is None else recorded_ms
    known = known_keys(head, [draft.key for draft in drafts])
    outcome: list[chain.Entry | int] = []
    rows: list[tuple[Any, ...]] = []
    seq, prev = head.seq, head.hash
    random = os.urandom(16 * len(drafts))
    for number, draft in enumerate(drafts):
        if draft.key in known:
            outcome.append(known[draft.key])
            continue
        seq += 1
        known[draft.key] = seq
        salt = random[16 * number : 16 * number + 16]
        digest = chain.digest(salt, draft.body)
        prev = chain.link(
            prev, head.stream, seq, draft.key, draft.kind, draft.version,
            draft.occurred_ms, at_ms, draft.actor, digest,
        )  # fmt: skip
        rows.append(
            (head.id, seq, draft.key, draft.kind, draft.version, draft.occurred_ms, at_ms, draft.actor,
             salt, draft.body, digest, prev)
        )  # fmt: skip
        outcome.append(chain.Entry(head.stream, *rows[-1][1:]))
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
            cursor.execute("UPDATE kernel_head SET seq = %s, hash = %s WHERE id = %s", [seq, prev, head.id])
        head.seq, head.hash = seq, prev
    return outcome


def redact(head: Locked, seq: int) -> None:
    """Empty the body of one entry, for ever. The caller appends the entry that says who and why."""
    Entry.objects.filter(head_id=head.id, seq=seq).update(body=None, salt=None)


def entry_from(stream: str, row: Sequence[Any]) -> chain.Entry:
    """A row of `_COLUMNS` as an entry."""
    return chain.Entry(
        stream, *row[:7], bytes(row[7]) if row[7] is not None else None, row[8], bytes(row[9]), bytes(row[10])
    )


def read(stream: str, after: int = 0, batch: int = 2_000) -> Iterator[chain.Entry]:
    """The entries of `stream` after number `after`, in order, `batch` at a time. Raises UnknownStream."""
    head_id = Head.objects.filter(stream=stream).values_list("pk", flat=True).first()
    if head_id is None:
        raise UnknownStream(stream)
    while True:
        with connection.cursor() as cursor:
            rows = read_rows(cursor, head_id, after, batch)
        yield from (entry_from(stream, row) for row in rows)
        if len(rows) < batch:
            return
        after = rows[-1][0]


def read_rows(cursor: CursorWrapper, head_id: int, after: int, batch: int) -> list[tuple[Any, ...]]:
    """Raw rows, for readers that hold their own cursor."""
    cursor.execute(_READ, [head_id, after, batch])
    return cursor.fetchall()
