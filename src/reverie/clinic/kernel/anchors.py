"""Anchors: what the heads of all streams were, minute by minute, in a keyed file outside the database.

Whoever cuts or re-chains a stream in the database cannot make the anchors agree without the key. Each line
is sealed over the one before it, so that the file's own lines cannot be edited. It never changes a stream.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.db import connection, transaction

from reverie.clinic.kernel import chain, clock, home, keys, ledger

EVERY_S = 60.0
BEGUN = "anchors.begun"
FIRST = "0" * 64
_logger = logging.getLogger(__name__)


class Anchored(NamedTuple):
    """What one line says of one stream: entry `seq` had this hash at `at` (UTC text)."""

    stream: str
    seq: int
    hash: bytes
    at: str


@dataclass(frozen=True)
class Line:
    """One line of the file. `streams` counts all streams; `broken` names those that no longer agreed."""

    at: str
    heads: tuple[tuple[str, int, str], ...]
    streams: int
    broken: tuple[str, ...]
    mac: str


class Damaged(Exception):
    """The file of anchors was edited. The message says which line and how."""


@dataclass
class _Known:
    """What this process knows of the file: how far it has read, and the last anchor of each stream."""

    inode: int = 0
    offset: int = 0
    lines: int = 0
    mac: str = FIRST
    at_ms: int = 0
    last: dict[str, tuple[int, str]] = field(default_factory=dict)


_knows: dict[Path, _Known] = {}
_one_at_a_time = threading.Lock()


def write_anchor(*, force: bool = False) -> bool:
    """Append a line if a minute has passed since the last, or at once; False when it was not yet time.

    Any process may call it: the file is locked meanwhile. When nothing changed only the file's time moves.
    Not inside a transaction, whose heads might never come true: call it by `transaction.on_commit`.
    Raises OSError, KeyMissing, Damaged, DatabaseError, TransactionManagementError.
    """
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("anchors are written outside of transactions only")
    path = home.current().anchors
    if not path.exists() or not path.stat().st_size:
        # so that the database tells of anchors, should the file vanish
        ledger.write(BEGUN, clinic_id=None)
    with _one_at_a_time, _locked(path) as file:
        new = os.fstat(file.fileno()).st_size == 0
        known = _caught_up(path, file)
        at = clock.now()
        if not force and not new and 0 <= clock.to_ms(at) - _touched_ms(file) < EVERY_S * 1_000:
            return False
        heads, streams, broken = _changed(known)
        if heads or broken or new:
            _append(file, known, clock.to_text(at), heads, streams, broken)
        os.utime(file.fileno(), ns=(clock.to_ms(at) * 1_000_000,) * 2)
        for stream in broken:
            _logger.error(
                "The stream %s no longer agrees with its anchor. Run: reverie ledger verify", stream
            )
        return True


def run_anchors(stop: threading.Event) -> None:
    """Write an anchor each minute until `stop` is set, whatever fails meanwhile. For a thread of its own."""
    while True:
        try:
            write_anchor()
        except Exception as error:  # pages say it when anchors stay away; the next minute may be better
            _logger.error("No anchor was written: %s", error)
        finally:
            connection.close()
        if stop.wait(EVERY_S / 6):
            return


@contextmanager
def kept() -> Iterator[None]:
    """Anchors are written inside the `with` block, in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=run_anchors, args=(stop,), name="anchors", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def read_lines(path: Path, key_hex: str) -> Iterator[Line]:
    """The lines of a file of anchors, each checked. Raises Damaged, OSError.

    A last line without its end was cut off by a crash while it was written, and counts as not written.
    """
    mac = FIRST
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.endswith(b"\n"):
                return
            line = _parsed(number, raw, mac, bytes.fromhex(key_hex))
            mac = line.mac
            yield line


def read(path: Path, key_hex: str) -> Iterator[Anchored]:
    """Every anchor in the file, oldest first. Raises Damaged, OSError."""
    for line in read_lines(path, key_hex):
        for stream, seq, hash_hex in line.heads:
            yield Anchored(stream, seq, bytes.fromhex(hash_hex), line.at)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """No anchor is written inside the `with` block: for a copy of the file."""
    with _one_at_a_time, _locked(path):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _touched_ms(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_mtime_ns // 1_000_000


def _caught_up(path: Path, file: IO[bytes]) -> _Known:
    """What the file says, read on from where this process left it. Cuts off a half-written last line."""
    status = os.fstat(file.fileno())
    known = _knows.get(path)
    if known is None or known.inode != status.st_ino or known.offset > status.st_size:
        known = _Known(inode=status.st_ino)
    key = bytes.fromhex(keys.read("anchor"))
    file.seek(known.offset)
    while raw := file.readline():
        if not raw.endswith(b"\n"):
            file.truncate(known.offset)
            break
        line = _parsed(known.lines + 1, raw, known.mac, key)
        known.lines, known.mac, known.offset = known.lines + 1, line.mac, known.offset + len(raw)
        known.last.update({stream: (seq, hash_hex) for stream, seq, hash_hex in line.heads})
    _knows[path] = known
    return known


def _parsed(number: int, raw: bytes, mac: str, key: bytes) -> Line:
    try:
        data = json.loads(raw)
        told = data.pop("mac")
        line = Line(
            data["at"],
            tuple((stream, seq, hash_hex) for stream, seq, hash_hex in data["heads"]),
            data["streams"],
            tuple(data["broken"]),
            told,
        )
        text = chain.canonical(data)
        before = data["prev"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(f"line {number} of the anchors cannot be read ({error}): it was edited") from error
    if not hmac.compare_digest(str(told).encode(), _mac(key, text).encode()):
        raise Damaged(f"line {number} of the anchors was edited, or written with another key")
    if before != mac:
        raise Damaged(f"line {number} of the anchors does not follow the line before it: lines are missing")
    return line


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _append(
    file: IO[bytes],
    known: _Known,
    at: str,
    heads: list[tuple[str, int, str]],
    streams: int,
    broken: list[str],
) -> None:
    data: dict[str, Any] = {
        "at": at, "heads": heads, "streams": streams, "broken": broken, "prev": known.mac,
    }  # fmt: skip
    data["mac"] = _mac(bytes.fromhex(keys.read("anchor")), chain.canonical(data))
    line = chain.canonical(data).encode() + b"\n"
    try:
        # past the file's buffer, which would try to write the rest again when it closes
        written = 0
        while written < len(line):
            written += os.write(file.fileno(), line[written:])
        os.fsync(file.fileno())
    except OSError:
        # a full disk may have taken half of it
        with suppress(OSError):
            file.truncate(known.offset)
        raise
    known.lines, known.mac, known.offset = known.lines + 1, data["mac"], known.offset + len(line)
    known.last.update({stream: (seq, hash_hex) for stream, seq, hash_hex in heads})


def _changed(known: _Known) -> tuple[list[tuple[str, int, str]], int, list[str]]:
    """Heads that moved since their last anchor, the count of streams, and those whose anchor is gone."""
    heads, broken = [], []
    gone = set(known.last)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, stream, seq, hash FROM kernel_head ORDER BY id")
        rows = []
        all_heads = cursor.fetchall()
        for head_id, stream, seq, hash_bytes in all_heads:
            gone.discard(stream)
            before = known.last.get(stream)
            if seq and (before is None or before != (seq, bytes(hash_bytes).hex())):
                rows.append((head_id, stream, seq, bytes(hash_bytes).hex(), before))
        for head_id, stream, seq, hash_hex, before in rows:
            heads.append((stream, seq, hash_hex))
            if before is not None:
                cursor.execute(
                    "SELECT hash FROM kernel_entry WHERE head_id = %s AND seq = %s", [head_id, before[0]]
                )
                found = cursor.fetchone()
                if found is None or bytes(found[0]).hex() != before[1]:
                    broken.append(stream)
    for stream in gone:  # told once
        del known.last[stream]
    return heads, len(all_heads), [*broken, *sorted(gone)]
