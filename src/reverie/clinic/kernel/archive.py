"""The one file of a backup: a line in clear, a sealed manifest, the anchors and the database, both encrypted.

Every byte is covered: the clear line is bound to the seal, the manifest holds the sums of the rest. It knows
how to pack and unpack, nothing of what a clinic is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reverie.clinic.kernel import chain, recovery

MAGIC = b"REVERIE BACKUP 1\n"
LONGEST_LINE = 16_384
CHUNK = 1 << 20
TAG = 16


class BadArchive(Exception):
    """The file is not a backup, or not whole. The message says which."""


@dataclass(frozen=True)
class Clear:
    """What can be read without a key. Sizes in bytes."""

    reverie: str
    made_at: str
    fingerprint: str
    recovery_file: str
    sealed: int
    anchors: int
    database: int

    def line(self) -> bytes:
        """Its line in the file."""
        return MAGIC + chain.canonical(vars(self)).encode() + b"\n"


def looks_like_one(path: Path) -> bool:
    """Whether the file begins as a backup does. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def pack(
    path: Path, about: dict[str, str], manifest: dict[str, Any], public: bytes, anchors: Path, database: Path
) -> None:
    """Write the file at `path`. `manifest["data_key"]` (hex) encrypts the anchors. Raises OSError."""
    secret = _anchors_key(manifest["data_key"])
    sums = {"anchors": _sum_of(_encrypted(anchors, secret)), "database": _sum_of(_chunks(database))}
    content = chain.canonical({**manifest, "sums": sums}).encode()
    size = len(recovery.seal(public, content, b""))
    packed = sum(len(part) for part in _encrypted(anchors, secret))
    clear = Clear(**about, sealed=size, anchors=packed, database=database.stat().st_size)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(clear.line())
        file.write(recovery.seal(public, content, clear.line()))
        for part in _encrypted(anchors, secret):
            file.write(part)
        for part in _chunks(database):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def read_clear(path: Path) -> Clear:
    """The clear line; the size of the file is checked against it. Raises BadArchive, OSError."""
    with path.open("rb") as file:
        begin = file.read(len(MAGIC))
        if begin != MAGIC:
            known = begin.startswith(MAGIC[:-2])
            raise BadArchive(
                "it was written by a newer Reverie" if known else "it is not a backup made by Reverie"
            )
        line = file.readline(LONGEST_LINE)
    try:
        data = json.loads(line)
        clear = Clear(**data)
        sizes = (clear.sealed, clear.anchors, clear.database)
        if not all(type(size) is int and size >= 0 for size in sizes) or clear.line() != MAGIC + line:
            raise ValueError("its first lines were changed")
        if not all(type(word) is str for word in (clear.reverie, clear.made_at, clear.fingerprint)):
            raise ValueError("its first lines were changed")
    except (ValueError, TypeError) as error:
        raise BadArchive(f"it is damaged at its beginning ({error})") from error
    whole, found = len(clear.line()) + sum(sizes), path.stat().st_size
    if found < whole:
        raise BadArchive(f"it is cut short: {found:,} of {whole:,} bytes are there")
    if found > whole:
        raise BadArchive(f"something was added to it: {found:,} bytes instead of {whole:,}")
    return clear


def read_manifest(path: Path, clear: Clear, private: X25519PrivateKey) -> dict[str, Any]:
    """The manifest, opened. Raises BadArchive, OSError."""
    with path.open("rb") as file:
        file.seek(len(clear.line()))
        sealed = file.read(clear.sealed)
    try:
        manifest = json.loads(recovery.open_sealed(private, sealed, clear.line()))
    except (recovery.BadRecovery, ValueError) as error:
        raise BadArchive(f"it is damaged in its manifest ({error})") from error
    if not isinstance(manifest, dict):
        raise BadArchive("it is damaged in its manifest")
    return manifest


def sums_of(path: Path, clear: Clear) -> dict[str, str]:
    """The sums of the encrypted parts as they lie in the file. Raises OSError."""
    sums = {}
    with path.open("rb") as file:
        file.seek(len(clear.line()) + clear.sealed)
        for name, size in (("anchors", clear.anchors), ("database", clear.database)):
            total = hashlib.sha256()
            while size and (part := file.read(min(CHUNK, size))):
                total.update(part)
                size -= len(part)
            sums[name] = total.hexdigest()
    return sums


def unpack(path: Path, clear: Clear, manifest: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write `anchors` and `database` into `folder`; gives their paths. Raises BadArchive, OSError."""
    anchors, database = folder / "anchors", folder / "database"
    with path.open("rb") as file:
        file.seek(len(clear.line()) + clear.sealed)
        cipher = AESGCM(_anchors_key(manifest["data_key"]))
        with _new(anchors) as target:
            _copy_anchors(file, clear.anchors, cipher, manifest["sums"]["anchors"], target)
        with _new(database) as target:
            total, left = hashlib.sha256(), clear.database
            while left:
                part = file.read(min(CHUNK, left))
                if not part:
                    raise BadArchive("it is cut short")
                total.update(part)
                target.write(part)
                left -= len(part)
            if total.hexdigest() != manifest["sums"]["database"]:
                raise BadArchive("its copy of the database is damaged")
    return anchors, database


def _copy_anchors(file: IO[bytes], size: int, cipher: AESGCM, told: str, target: IO[bytes]) -> None:
    total, number = hashlib.sha256(), 0
    while size:
        part = file.read(min(CHUNK + TAG, size))
        size -= len(part)
        total.update(part)
        try:
            target.write(cipher.decrypt(number.to_bytes(12), part, None))
        except (InvalidTag, ValueError) as error:
            raise BadArchive("its anchors are damaged") from error
        number += 1
    if total.hexdigest() != told:
        raise BadArchive("its anchors are damaged")


def _new(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _encrypted(path: Path, secret: bytes) -> Iterator[bytes]:
    cipher = AESGCM(secret)
    for number, part in enumerate(_chunks(path)):
        yield cipher.encrypt(number.to_bytes(12), part, None)


def _sum_of(parts: Iterator[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()


def _anchors_key(data_key_hex: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, b"anchors").derive(bytes.fromhex(data_key_hex))
