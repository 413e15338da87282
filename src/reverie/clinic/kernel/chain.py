"""The chain: what makes a stream of entries tamper-evident. Pure; imports no Django.

An entry's hash covers its predecessor's hash, every envelope field and a salted digest of its body,
so that a body that was lawfully redacted still verifies. It never reads a database.
"""

from __future__ import annotations

import hashlib
import json
import re
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
    """An entry as one line of an export: canonical, made of the very texts that were hashed."""
    salt = f'"{entry.salt.hex()}"' if entry.salt is not None else "null"
    body = entry.body if entry.body is not None else "null"
    return (
        f'{{"actor":{entry.actor},"body":{body},"digest":"{entry.digest.hex()}","hash":"{entry.hash.hex()}",'
        f'"key":{_encode(entry.key)},"kind":{_encode(entry.kind)},"occurred_ms":{entry.occurred_ms},'
        f'"prev":"{prev.hex()}","recorded_ms":{entry.recorded_ms},"salt":{salt},"seq":{entry.seq},'
        f'"stream":{_encode(entry.stream)},"version":{entry.version}}}'
    )


def end_line(stream: str, seq: int, head: bytes) -> str:
    """The last line of an export: without it a cut would not show."""
    return canonical({"kind": "end", "stream": stream, "events": seq, "head": head.hex()})


class LineFault(Exception):
    """An export that does not verify; the message says where and why."""


_NAMES = frozenset(
    {
        "actor", "body", "digest", "hash", "key", "kind", "occurred_ms", "prev", "recorded_ms", "salt", "seq",
        "stream", "version",
    }
)  # fmt: skip


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineFault(f"line {number}: not readable as JSON ({error})") from error
    if not isinstance(data, dict):
        raise LineFault(f"line {number}: not a JSON object")
    return data


# What follows the body in a line. A quote inside a string is escaped, so only the line's own names match.
_TEXT = r'"((?:[^"\\\x00-\x1f]|\\.)*)"'
_WHOLE = r"(0|-?[1-9][0-9]{0,17})"
_AFTER_BODY = re.compile(
    rf',"digest":"([0-9a-f]{{64}})","hash":"([0-9a-f]{{64}})","key":{_TEXT},"kind":{_TEXT},"occurred_ms":{_WHOLE},'
    rf'"prev":"([0-9a-f]{{64}})","recorded_ms":{_WHOLE},"salt":(?:null|"((?:[0-9a-f]{{2}})*)"),"seq":{_WHOLE},'
    rf'"stream":{_TEXT},"version":{_WHOLE}}}',
    re.ASCII,
)


def from_line(number: int, line: str) -> tuple[Entry, bytes]:
    """The entry and its `prev` in one line of an export. Raises LineFault.

    Actor and body stay the texts that they are: their hashes say whether they are as recorded.
    """
    after = line.rfind(',"digest":"')
    found = _AFTER_BODY.fullmatch(line, after) if after > 0 else None
    middle = line.find(',"body":', 0, after)
    if found is None or middle < 0 or not line.startswith('{"actor":'):
        raise _unlike(number, line)
    digest_hex, hash_hex, key, kind, occurred, prev, recorded, salt, seq, stream, version = found.groups()
    body = line[middle + 8 : after]
    if (salt is None) != (body == "null"):
        raise LineFault(f"line {number}: its content was taken out by half")
    entry = Entry(
        stream=_plain(number, stream),
        seq=int(seq),
        key=_plain(number, key),
        kind=_plain(number, kind),
        version=int(version),
        occurred_ms=int(occurred),
        recorded_ms=int(recorded),
        actor=line[9:middle],
        salt=bytes.fromhex(salt) if salt is not None else None,
        body=body if salt is not None else None,
        digest=bytes.fromhex(digest_hex),
        hash=bytes.fromhex(hash_hex),
    )
    return entry, bytes.fromhex(prev)


def _plain(number: int, text: str) -> str:
    if "\\" not in text:
        return text
    try:
        plain = json.loads(f'"{text}"')
    except ValueError as error:
        raise LineFault(f"line {number}: not readable as JSON ({error})") from error
    # one text has many escaped forms, and the chain runs over the text: another form must show here
    if _encode(plain) != f'"{text}"':
        raise LineFault(f"line {number}: was changed (not byte for byte as exported)")
    return str(plain)


def _unlike(number: int, line: str) -> LineFault:
    data = _object(number, line)
    missing = sorted(_NAMES - set(data))
    if missing:
        return LineFault(f"line {number}: the field “{missing[0]}” is missing")
    return LineFault(f"line {number}: was changed (not byte for byte as exported)")


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
                    f"line {number}: the end line tells of {end.get('events')} events of "
                    f"{end.get('stream')}, the lines before it are {seq} of {stream}: "
                    "events are missing or were changed"
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
