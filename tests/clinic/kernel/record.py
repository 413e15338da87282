"""Streams for tests: made as the clinic makes them, and changed as only somebody with the file could."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from reverie.clinic.kernel import chain, streams

ACTOR = '{"id":"7","kind":"staff","name":"Åsa","role":"infusion_nurse"}'


def write(stream: str, count: int, first: int = 1) -> None:
    """Append `count` entries to `stream`, which is begun if need be."""
    drafts = [
        streams.Draft(f"{stream}-{n}", "note", 1, 1_000 + n, ACTOR, f'{{"text":"entry {n}, ö \\" \\\\"}}')
        for n in range(first, first + count)
    ]
    with transaction.atomic():
        try:
            head = streams.lock(stream)
        except streams.UnknownStream:
            head = streams.begin(stream)
        streams.append(head, drafts)


def redact(stream: str, seq: int, *, again: bool = False) -> None:
    """Take out the content of an entry, with the entry that says so."""
    body = f'{{"reason":"asked for","refers_to":{seq}}}'
    with transaction.atomic():
        head = streams.lock(stream)
        streams.append(head, [streams.Draft(f"r{seq}{again}", "redaction", 1, 9_000, ACTOR, body)])
        streams.redact(head, seq)


def head_id(stream: str) -> int:
    """The number of a stream's head."""
    return int(rows("SELECT id FROM kernel_head WHERE stream = %s", [stream])[0][0])


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def change(sql: str, params: Sequence[Any] = ()) -> None:
    """Change rows behind the clinic's back."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def rechain(stream: str, start: int, *, head_too: bool = True) -> None:
    """Recompute every hash from entry `start` on, as somebody does who knows how the chain is made."""
    number = head_id(stream)
    sql = "SELECT hash FROM kernel_entry WHERE head_id = %s AND seq < %s ORDER BY seq DESC LIMIT 1"
    found = rows(sql, [number, start])
    prev = bytes(found[0][0]) if found else chain.GENESIS
    entries = list(streams.read(stream, after=start - 1))
    seq = start - 1
    for seq, entry in enumerate(entries, start=start):
        digest = chain.digest(entry.salt, entry.body) if entry.salt and entry.body else entry.digest
        prev = chain.link(
            prev, stream, seq, entry.key, entry.kind, entry.version, entry.occurred_ms, entry.recorded_ms,
            entry.actor, digest,
        )  # fmt: skip
        change(
            "UPDATE kernel_entry SET seq = %s, digest = %s, hash = %s WHERE head_id = %s AND seq = %s",
            [seq, digest, prev, number, entry.seq],
        )
    if head_too:
        change("UPDATE kernel_head SET seq = %s, hash = %s WHERE id = %s", [seq, prev, number])
