"""Verification: every stream walked from its start, and held against its head and its anchors.

Finds edits, deletions, reordering, cuts, re-chaining, vanished streams, entries without a stream, and content
that is gone without a redaction, and says where. It changes nothing, and holds one batch in memory at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from json.encoder import encode_basestring
from typing import Any, Protocol

from django.db import OperationalError
from sqlcipher3 import dbapi2

from reverie.clinic.kernel import anchors
from reverie.clinic.kernel.chain import GENESIS, Fault
from reverie.clinic.kernel.witnesses import Witness, Witnesses

BATCH = 2_000
MOST_FAULTS_PER_STREAM = 20
REDACTION = "redaction"
SNAPSHOT = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ"}
_HEADS = "SELECT id, stream, seq, hash FROM kernel_head WHERE id > %s ORDER BY id LIMIT 500"
_ONE_HEAD = "SELECT id, stream, seq, hash FROM kernel_head WHERE id > %s AND stream = %s ORDER BY id"
_ENTRIES = (
    "SELECT seq, key, kind, version, occurred_ms, recorded_ms, actor, salt, body, digest, hash "
    "FROM kernel_entry WHERE head_id = %s AND seq > %s ORDER BY seq LIMIT %s"
)


class Cursor(Protocol):
    """A database cursor that takes %s for values: Django's, or a CipherCursor."""

    def execute(self, sql: str, params: Sequence[Any] = ...) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """All rows of the last statement."""

    def fetchone(self) -> Any:
        """One row of the last statement, or None."""


@dataclass
class Tally:
    """What was walked so far. `broken`: streams that an anchor's writer found changed, and when it did."""

    streams: int = 0
    entries: int = 0
    witnesses: int = 0
    last_anchor: str = ""
    broken: dict[str, str] = field(default_factory=dict)
    faults: int = 0


def verify(
    cursor: Cursor,
    witnesses: Witnesses,
    tally: Tally,
    *,
    only: str | None = None,
    begin: str = SNAPSHOT["sqlite"],
) -> Iterator[Fault]:
    """Walk all streams, or `only` one; yields each fault, counts into `tally`.

    Each stream is read in one snapshot of its own, so that writers go on meanwhile; `begin` opens it
    (one of SNAPSHOT; "" inside a transaction). Raises DatabaseError.
    """
    tally.witnesses = witnesses.count
    after, found = 0, False
    while True:
        cursor.execute(*((_HEADS, [after]) if only is None else (_ONE_HEAD, [after, only])))
        heads = cursor.fetchall()
        if not heads:
            break
        for head_id, stream, _seq, _hash in heads:
            found = True
            tally.streams += 1
            witnesses.walked(stream)
            with _snapshot(cursor, begin):
                for fault in _stream(cursor, head_id, stream, witnesses, tally):
                    tally.faults += 1
                    yield fault
        after = heads[-1][0]
    for fault in _around(cursor, witnesses, only, found):
        tally.faults += 1
        yield fault
    for stream, at in tally.broken.items():
        if only is None or stream == only:
            tally.faults += 1
            yield Fault(
                stream, None, f"did not agree with its last anchor at {at}, when the next was written"
            )


@contextmanager
def _snapshot(cursor: Cursor, begin: str) -> Iterator[None]:
    if not begin:
        yield
        return
    cursor.execute(begin)
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def _stream(cursor: Cursor, head_id: int, stream: str, witnesses: Witnesses, tally: Tally) -> Iterator[Fault]:
    cursor.execute("SELECT seq, hash FROM kernel_head WHERE id = %s", [head_id])
    row = cursor.fetchone()
    if row is None:
        yield Fault(stream, None, "the stream was removed while it was verified")
        return
    rows = _rows(cursor, head_id)
    faults = walk(stream, rows, row[0], bytes(row[1]), witnesses.of(stream), tally)
    try:
        yield from islice(faults, MOST_FAULTS_PER_STREAM)
        if next(faults, None) is not None:
            yield Fault(stream, None, "has more faults, which are not listed")
    except (dbapi2.OperationalError, OperationalError) as error:
        if "could not decode" not in str(error).lower():
            raise
        yield Fault(
            stream, None, "holds an entry whose text was damaged; what comes after it was not checked"
        )


def _rows(cursor: Cursor, head_id: int) -> Iterator[tuple[Any, ...]]:
    after = -(2**62)
    while True:
        cursor.execute(_ENTRIES, [head_id, after, BATCH])
        rows = cursor.fetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def walk(
    stream: str,
    rows: Iterable[tuple[Any, ...]],
    head_seq: int,
    head_hash: bytes,
    witnesses: Iterator[tuple[int, bytes, str]],
    tally: Tally,
) -> Iterator[Fault]:
    """One stream's rows (seq, key, kind, version, occurred_ms, recorded_ms, actor, salt, body, digest, hash).

    Goes on behind each fault, with what is stored, so that the next is found too.
    """
    # the envelope as `chain.link` writes it, taken apart: this loop walks every entry of the clinic
    begin = "[" + json.dumps(stream, ensure_ascii=False) + ","
    prev, seq = GENESIS, 0
    emptied: set[int] = set()
    redacted: set[int] = set()
    witness = next(witnesses, None)
    for row_seq, key, kind, version, occurred_ms, recorded_ms, actor, salt, body, digest, hash_ in rows:
        seq += 1
        tally.entries += 1
        if not _has_types_of_an_entry(row_seq, key, kind, actor, salt, body, digest, hash_):
            yield Fault(stream, seq, "holds a value of a type that no entry has: it was edited")
            return
        if row_seq != seq:
            if row_seq > seq:
                gap = f"entry {seq} is" if row_seq == seq + 1 else f"entries {seq} to {row_seq - 1} are"
                yield Fault(stream, row_seq, f"{gap} missing before it (deleted)")
            else:
                yield Fault(stream, row_seq, f"stands where entry {seq} belongs (reordered or inserted)")
            seq = row_seq
        if body is None:
            emptied.add(seq)
            if salt is not None:
                yield Fault(stream, seq, "its content was removed, but not as a redaction does it")
        elif salt is None or sha256(bytes(salt) + body.encode()).digest() != digest:
            yield Fault(stream, seq, "its content was changed after it was recorded")
        envelope = (
            f"{begin}{seq},{encode_basestring(key)},{encode_basestring(kind)},{version},{occurred_ms},"
            f'{recorded_ms},{encode_basestring(actor)},"{bytes(digest).hex()}"]'
        )
        if sha256(prev + envelope.encode()).digest() != hash_:
            yield Fault(
                stream,
                seq,
                "does not follow from the entry before it (edited, swapped, inserted or re-chained)",
            )
        if kind == REDACTION and body is not None:
            yield from _redaction(stream, seq, body, emptied, redacted)
        while witness is not None and witness[0] <= seq:
            if witness[0] == seq and witness[1] != hash_:
                yield Fault(stream, seq, f"is not what it was {witness[2]}: the stream was re-chained")
                witness = None  # every later witness would say the same
                break
            witness = next(witnesses, None)
        prev = bytes(hash_)
    for number in sorted(emptied - redacted):
        yield Fault(stream, number, "its content was removed, and no redaction says who did it and why")
    if witness is not None and seq < witness[0]:
        yield Fault(
            stream, seq or None, f"the stream was cut here: it reached entry {witness[0]} {witness[2]}"
        )
    if head_seq != seq:
        what = "the last entries were deleted" if head_seq > seq else "entries were added behind it"
        yield Fault(stream, None, f"its head names entry {head_seq} as the last, but that is {seq}: {what}")
    elif head_hash != prev:
        yield Fault(stream, seq or None, "is not what the stream's head says it is")


def _has_types_of_an_entry(
    seq: object,
    key: object,
    kind: object,
    actor: object,
    salt: object,
    body: object,
    digest: object,
    hash_: object,
) -> bool:
    """A database may hold text where a number belongs."""
    return (
        type(seq) is int
        and type(key) is str
        and type(kind) is str
        and type(actor) is str
        and (body is None or type(body) is str)
        and isinstance(digest, bytes | memoryview)
        and isinstance(hash_, bytes | memoryview)
        and (salt is None or isinstance(salt, bytes | memoryview))
    )


def _redaction(stream: str, seq: int, body: str, emptied: set[int], redacted: set[int]) -> Iterator[Fault]:
    try:
        target = json.loads(body)["refers_to"]
    except (ValueError, KeyError, TypeError, RecursionError):
        yield Fault(stream, seq, "is a redaction that does not say of what")
        return
    if isinstance(target, int) and target in emptied:
        redacted.add(target)
    elif isinstance(target, int) and 0 < target < seq:
        yield Fault(stream, target, f"was redacted by entry {seq}, but its content is there")
    else:
        yield Fault(stream, seq, f"is a redaction of entry {target}, which does not come before it")


def _around(cursor: Cursor, witnesses: Witnesses, only: str | None, found: bool) -> Iterator[Fault]:
    """What no walk of a stream can see."""
    for stream, seq, words in witnesses.vanished():
        if only is None or stream == only:
            yield Fault(stream, None, f"the whole stream is gone: it reached entry {seq} {words}")
            found = True
    if only is not None:
        if not found:
            yield Fault(only, None, "there is no stream of this name")
        return
    after: int | None = -(2**62)
    while True:
        # one look into the index for each stream, instead of a scan of all entries
        cursor.execute("SELECT MIN(head_id) FROM kernel_entry WHERE head_id > %s", [after])
        after = cursor.fetchone()[0]
        if after is None:
            return
        cursor.execute("SELECT 1 FROM kernel_head WHERE id = %s", [after])
        if cursor.fetchone() is None:
            cursor.execute("SELECT COUNT(*), MIN(seq) FROM kernel_entry WHERE head_id = %s", [after])
            count, first = cursor.fetchone()
            yield Fault(
                f"stream no. {after}", first, f"{count} entries belong to a stream whose head was removed"
            )


def from_anchors(lines: Iterable[anchors.Line], tally: Tally) -> Iterator[Witness]:
    """The anchors as witnesses; notes the time of the last."""
    for line in lines:
        tally.last_anchor = line.at
        for stream in line.broken:
            tally.broken.setdefault(stream, line.at)
        for stream, seq, hash_hex in line.heads:
            yield Witness(stream, seq, bytes.fromhex(hash_hex), f"at {line.at}, when it was anchored")


def tells_of_anchors(cursor: Cursor) -> bool:
    """Whether the ledger says that anchors were begun, so that there must be a file of them."""
    cursor.execute(
        "SELECT COUNT(*) FROM kernel_entry AS e JOIN kernel_head AS h ON h.id = e.head_id "
        "WHERE h.stream = %s AND e.body LIKE %s",
        ["ledger:installation", f'{{"act":"{anchors.BEGUN}",%'],
    )
    return bool(cursor.fetchone()[0])


def heads_digest(cursor: Cursor) -> str:
    """One number for the heads of all streams, in hex: equal if and only if all heads are equal."""
    total = hashlib.sha256()
    cursor.execute("SELECT stream, seq, hash FROM kernel_head ORDER BY stream")
    for stream, seq, hash_ in cursor.fetchall():
        total.update(f"{stream}\n{seq}\n{bytes(hash_).hex()}\n".encode())
    return total.hexdigest()
