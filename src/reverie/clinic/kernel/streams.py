"""Streams on the database: lock the head, look, append, move the head. All inside the caller's transaction.

`key` makes an entry happen once: what comes again with a known key is reported as repeated, not written.
It knows nothing of what entries mean. Redaction empties one body; the chain still verifies.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from reverie.clinic.kernel import chain, clock
from reverie.clinic.kernel.models import Entry, Head

MOST_KEYS_ASKED = 500
MOST_HEADS_ASKED = 100
MOST_ROWS_INSERTED = 200
_COLUMNS = "seq, key, kind, version, occurred_ms, recorded_ms, actor, salt, body, digest, hash"
_READ_NAMED = (
    f"SELECT {', '.join(f'e.{name}' for name in _COLUMNS.split(', '))}, h.id "  # noqa: S608
    "FROM kernel_head h JOIN kernel_entry e ON e.head_id = h.id "
    "WHERE h.stream = %s AND e.seq > %s ORDER BY e.seq LIMIT %s"
)
_READ = f"SELECT {_COLUMNS} FROM kernel_entry WHERE head_id = %s AND seq > %s ORDER BY seq LIMIT %s"  # noqa: S608
_INSERT = f"INSERT INTO kernel_entry (head_id, {_COLUMNS}) VALUES "  # noqa: S608
_MOVE = (
    "UPDATE kernel_head SET seq = moved.column2, hash = moved.column3 "
    "FROM (VALUES {}) AS moved WHERE kernel_head.id = moved.column1"
)
_WIDTH = len(_COLUMNS.split(", "))
_ROW = f"({', '.join(['%s'] * 12)})"


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
    found = lock_all([stream])
    if not found:
        raise UnknownStream(stream)
    return found[stream]


def lock_all(streams: Collection[str]) -> dict[str, Locked]:
    """Hold the heads of those of `streams` that exist, always in the same order. Needs a transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a stream is locked inside a transaction only")
    rows = (
        Head.objects.select_for_update()
        .filter(stream__in=streams)
        .order_by("pk")
        .values_list("pk", "stream", "seq", "hash")
    )
    return {row[1]: Locked(row[0], row[1], row[2], bytes(row[3])) for row in rows}


def known_keys(head: Locked, keys: Sequence[str]) -> dict[str, int]:
    """Those of `keys` that the stream holds already, with the number of their entry."""
    return known_keys_of([(head, keys)]).get(head.id, {})


def known_keys_of(asked: Iterable[tuple[Locked, Sequence[str]]]) -> dict[int, dict[str, int]]:
    """Of several streams at once: by head id, the known keys with the number of their entry."""
    found: dict[int, dict[str, int]] = {}
    part: list[tuple[Locked, Sequence[str]]] = []
    size = 0
    for head, keys in asked:
        for start in range(0, len(keys), MOST_KEYS_ASKED):
            some = keys[start : start + MOST_KEYS_ASKED]
            if part and (size + len(some) > MOST_KEYS_ASKED or len(part) == MOST_HEADS_ASKED):
                _merge(found, _known(part))
                part, size = [], 0
            part.append((head, some))
            size += len(some)
    if part:
        _merge(found, _known(part))
    return found


def _merge(found: dict[int, dict[str, int]], more: dict[int, dict[str, int]]) -> None:
    for head_id, keys in more.items():
        found.setdefault(head_id, {}).update(keys)


def _known(asked: Sequence[tuple[Locked, Sequence[str]]]) -> dict[int, dict[str, int]]:
    terms = " OR ".join(f"(head_id = %s AND key IN ({_marks(len(keys))}))" for _head, keys in asked)
    values: list[Any] = [value for head, keys in asked for value in (head.id, *keys)]
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT head_id, key, seq FROM kernel_entry WHERE {terms}",  # noqa: S608
            values,
        )
        for head_id, key, seq in cursor.fetchall():
            found.setdefault(head_id, {})[key] = seq
    return found


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def append(
    head: Locked, drafts: Iterable[Draft], recorded_ms: int | None = None, *, new_keys: bool = False
) -> list[chain.Entry | int]:
    """Append each draft whose key is new; for a repeated one the number of the entry that it repeats.

    `head` moves with it. One statement for all rows: give what belongs together in one call. `new_keys`:
    the keys were made just now, so nobody needs to ask whether they are known.
    """
    return append_all([(head, list(drafts))], recorded_ms, new_keys=new_keys)[0]


def append_all(
    parts: Sequence[tuple[Locked, Sequence[Draft]]],
    recorded_ms: int | None = None,
    *,
    new_keys: bool = False,
) -> list[list[chain.Entry | int]]:
    """`append` on several streams with the same few statements; each stream stands in `parts` once."""
    at_ms = clock.to_ms(clock.now()) if recorded_ms is None else recorded_ms
    asked = [] if new_keys else [(head, [draft.key for draft in drafts]) for head, drafts in parts]
    known = known_keys_of(asked)
    rows: list[tuple[Any, ...]] = []
    moved: list[tuple[Locked, int, bytes]] = []
    outcomes = []
    for head, drafts in parts:
        before = len(rows)
        outcomes.append(_chained(head, drafts, known.get(head.id, {}), at_ms, rows))
        if len(rows) > before:
            moved.append((head, rows[-1][1], rows[-1][-1]))
    if rows:
        with connection.cursor() as cursor:
            for start in range(0, len(rows), MOST_ROWS_INSERTED):
                some = rows[start : start + MOST_ROWS_INSERTED]
                values = ", ".join([_ROW] * len(some))
                cursor.execute(_INSERT + values, [value for row in some for value in row])
            places = ", ".join(["(%s, %s, %s)"] * len(moved))
            cursor.execute(
                _MOVE.format(places), [v for head, seq, last in moved for v in (head.id, seq, last)]
            )
        for head, seq, last in moved:
            head.seq, head.hash = seq, last
    return outcomes


def _chained(
    head: Locked, drafts: Sequence[Draft], known: dict[str, int], at_ms: int, rows: list[tuple[Any, ...]]
) -> list[chain.Entry | int]:
    """The outcome of each draft, its row added to `rows` when its key is new."""
    outcome: list[chain.Entry | int] = []
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
        row = (
            seq, draft.key, draft.kind, draft.version, draft.occurred_ms, at_ms, draft.actor, salt,
            draft.body, digest, prev,
        )  # fmt: skip
        rows.append((head.id, *row))
        outcome.append(chain.Entry(head.stream, *row))
    return outcome


def redact(head: Locked, seq: int) -> None:
    """Empty the body of one entry, for ever. The caller appends the entry that says who and why."""
    Entry.objects.filter(head_id=head.id, seq=seq).update(body=None, salt=None)


def entry_from(stream: str, row: Sequence[Any]) -> chain.Entry:
    """A row of `_COLUMNS` as an entry."""
    seq, key, kind, version, occurred_ms, recorded_ms, actor, salt, body, digest, link = row
    return chain.Entry(
        stream, seq, key, kind, version, occurred_ms, recorded_ms, actor,
        bytes(salt) if salt is not None else None, body, bytes(digest), bytes(link),
    )  # fmt: skip


def read(stream: str, after: int = 0, batch: int = 2_000) -> Iterator[chain.Entry]:
    """The entries of `stream` after number `after`, in order, `batch` at a time. Raises UnknownStream."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_NAMED, [stream, after, batch])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if not rows and not Head.objects.filter(stream=stream).exists():
        raise UnknownStream(stream)
    head_id = rows[0][_WIDTH] if rows else 0
    while rows:
        yield from (entry_from(stream, row[:_WIDTH]) for row in rows)
        if len(rows) < batch:
            return
        with connection.cursor() as cursor:
            rows = read_rows(cursor, head_id, rows[-1][0], batch)


def read_rows(cursor: CursorWrapper, head_id: int, after: int, batch: int) -> list[tuple[Any, ...]]:
    """Raw rows, for readers that hold their own cursor."""
    cursor.execute(_READ, [head_id, after, batch])
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def read_many(asked: Sequence[tuple[int, int]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Head id and raw row of several streams at once, each given as (head id, first number to read)."""
    if not asked:
        return
    terms = " OR ".join(["(head_id = %s AND seq >= %s)"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT head_id, {_COLUMNS} FROM kernel_entry WHERE {terms} ORDER BY head_id, seq",  # noqa: S608
            [value for one in asked for value in one],
        )
        for row in cursor.fetchall():
            yield row[0], row[1:]
