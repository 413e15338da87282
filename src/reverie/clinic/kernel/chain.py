"""The chain: what makes a stream of entries tamper-evident. Pure; imports no Django.

An entry's hash covers its predecessor's hash, every envelope field and a salted digest of its body,
so that a body that was lawfully redacted still verifies. It never reads a database.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} has no canonical form")


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_refuse
).encode


def canonical(data: object) -> str:
    """The one text form of `data`: sorted keys, no spaces, NFC, explicit nulls.

    The caller keeps floats out (the session's encoder and `refuse_floats` do). Raises TypeError.
    """
    text = _encode(data)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def refuse_floats(data: object) -> None:
    """Raise TypeError when a float hides in `data`: floats have no one text form."""
    if isinstance(data, float):
        raise TypeError("a float has no canonical form; use Decimal as text")
    if isinstance(data, dict):
        for value in data.values():
            refuse_floats(value)
    elif isinstance(data, list | tuple):
        for value in data:
            refuse_floats(value)


def digest(salt: bytes, body: str) -> bytes:
    """The salted digest of a body: 32 bytes."""
    return hashlib.sha256(salt + body.encode()).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a stream. Times are milliseconds since the epoch; `body` None means redacted."""

    stream: str
    seq: int
    key: str
    kind: str
    version: int
    occurred_ms: int
    recorded_ms: int
    actor: str
    salt: bytes | None
    body: str | None
    digest: bytes
    hash: bytes


def link(
    prev: bytes,
    stream: str,
    seq: int,
    key: str,
    kind: str,
    version: int,
    occurred_ms: int,
    recorded_ms: int,
    actor: str,
    body_digest: bytes,
) -> bytes:
    """The hash of an entry after `prev`: 32 bytes."""
    envelope = _encode([stream, seq, key, kind, version, occurred_ms, recorded_ms, actor, body_digest.hex()])
    return hashlib.sha256(prev + envelope.encode()).digest()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a stream, and where."""

    stream: str
    seq: int | None
    words: str

    def __str__(self) -> str:
        """One sentence for a person."""
        where = f"entry {self.seq} of {self.stream}" if self.seq is not None else self.stream
        return f"{where}: {self.words}"


def check(stream: str, entries: Iterable[Entry]) -> Iterator[Fault | tuple[int, bytes]]:
    """Walk a stream from its start. Yields the first Fault, or at the end `(last seq, head hash)`."""
    prev, seq = GENESIS, 0
    for entry in entries:
        seq += 1
        if entry.stream != stream:
            yield Fault(stream, entry.seq, f"belongs to {entry.stream}")
            return
        if entry.seq != seq:
            missing = f"entry {seq} is missing" if entry.seq > seq else f"expected entry {seq} here"
            yield Fault(stream, entry.seq, f"out of order: {missing}")
            return
        if entry.body is not None and (entry.salt is None or digest(entry.salt, entry.body) != entry.digest):
            yield Fault(stream, seq, "its content was changed after it was recorded")
            return
        expected = link(
            prev, stream, seq, entry.key, entry.kind, entry.version, entry.occurred_ms,
            entry.recorded_ms, entry.actor, entry.digest,
        )  # fmt: skip
        if expected != entry.hash:
            yield Fault(
                stream, seq, "does not follow from the entry before it (edited, swapped or re-chained)"
            )
            return
        prev = entry.hash
    yield seq, prev


def to_line(entry: Entry, prev: bytes) -> str:
    """An entry as one line of an export."""
    return canonical(
        {
            "stream": entry.stream,
            "seq": entry.seq,
            "key": entry.key,
            "kind": entry.kind,
            "version": entry.version,
            "occurred_ms": entry.occurred_ms,
            "recorded_ms": entry.recorded_ms,
            "actor": json.loads(entry.actor),
            "salt": entry.salt.hex() if entry.salt is not None else None,
            "body": json.loads(entry.body) if entry.body is not None else None,
            "digest": entry.digest.hex(),
            "prev": prev.hex(),
            "hash": entry.hash.hex(),
        }
    )


def end_line(stream: str, seq: int, head: bytes) -> str:
    """The last line of an export: without it a cut would not show."""
    return canonical({"kind": "end", "stream": stream, "events": seq, "head": head.hex()})


class LineFault(Exception):
    """An export that does not verify; the message says where and why."""


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise LineFault(f"line {number}: not readable as JSON ({error})") from error
    if not isinstance(data, dict):
        raise LineFault(f"line {number}: not a JSON object")
    try:
        same = canonical(data) == line
    except (TypeError, ValueError, RecursionError) as error:
        raise LineFault(f"line {number}: {error}") from error
    if not same:
        raise LineFault(f"line {number}: was changed (not byte for byte as exported)")
    return data


def from_line(number: int, line: str) -> tuple[Entry, bytes]:
    """The entry and its `prev` in one line of an export. Raises LineFault."""
    data = _object(number, line)
    try:
        entry = Entry(
            stream=data["stream"],
            seq=data["seq"],
            key=data["key"],
            kind=data["kind"],
            version=data["version"],
            occurred_ms=data["occurred_ms"],
            recorded_ms=data["recorded_ms"],
            actor=canonical(data["actor"]),
            salt=bytes.fromhex(data["salt"]) if data["salt"] is not None else None,
            body=canonical(data["body"]) if data["body"] is not None else None,
            digest=bytes.fromhex(data["digest"]),
            hash=bytes.fromhex(data["hash"]),
        )
        prev = bytes.fromhex(data["prev"])
    except (KeyError, TypeError, ValueError) as error:
        raise LineFault(f"line {number}: a field is missing or damaged ({error})") from error
    expected = {*(["stream", "seq", "key", "kind", "version", "occurred_ms", "recorded_ms", "actor"]),
                "salt", "body", "digest", "prev", "hash"}  # fmt: skip
    if set(data) != expected:
        raise LineFault(f"line {number}: has fields that an export never has")
    return entry, prev


def read_export(lines: Iterable[str]) -> Iterator[Entry]:
    """The verified entries of an export, in order. Raises LineFault at the first fault."""
    prev, seq, stream, ended = GENESIS, 0, None, False
    number = 0
    for number, raw in enumerate(lines, start=1):
        line = raw[:-1] if raw.endswith("\n") else raw
        if ended:
            raise LineFault(f"line {number}: something follows the end line")
        if line.startswith('{"events":'):
            end = _object(number, line)
            if line != end_line(str(stream), seq, prev) or stream is None:
                raise LineFault(
                    f"line {number}: the end line tells of {end.get('events')} events of {end.get('stream')}, "
                    f"the lines before it are {seq} of {stream}: events are missing or were changed"
                )
            ended = True
            continue
        entry, told_prev = from_line(number, line)
        stream = entry.stream if stream is None else stream
        if entry.stream != stream or entry.seq != seq + 1 or told_prev != prev:
            raise LineFault(
                f"line {number}: event {entry.seq} of {entry.stream} does not follow event {seq}: "
                "events are missing, swapped or were changed"
            )
        for found in check_one(prev, entry):
            raise LineFault(f"line {number}: {found.words}")
        prev, seq = entry.hash, entry.seq
        yield entry
    if not ended:
        raise LineFault(f"after line {number}: the end line is missing: the file was cut short")


def check_one(prev: bytes, entry: Entry) -> Iterator[Fault]:
    """Yields a Fault when `entry` does not verify after `prev`."""
    if entry.body is not None and (entry.salt is None or digest(entry.salt, entry.body) != entry.digest):
        yield Fault(entry.stream, entry.seq, "its content was changed after it was recorded")
    elif entry.hash != link(
        prev, entry.stream, entry.seq, entry.key, entry.kind, entry.version, entry.occurred_ms,
        entry.recorded_ms, entry.actor, entry.digest,
    ):  # fmt: skip
        yield Fault(
            entry.stream, entry.seq,
            "does not follow from the entry before it (edited, swapped or re-chained)",
        )  # fmt: skip
