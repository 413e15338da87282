"""A backup: the running clinic in one encrypted file, proved by a real restore before it gets its name.

Everything happens in a hidden folder beside the file; what a killed backup leaves there is removed by the
next one. It never touches the clinic's own files but to note the backup.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reverie.clinic.kernel import anchors, archive, clock, copies, home, keys, ledger, recovery
from reverie.clinic.kernel.chain import Fault
from reverie.clinic.kernel.database import is_own_file


class BackupFailed(Exception):
    """No backup was made. The message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A good backup. `new_recovery_file` is set when the recovery key was made with it."""

    path: Path
    bytes: int
    content: copies.Content
    recovery: recovery.Public
    new_recovery_file: Path | None
    key_tested: bool
    faults: list[Fault]
    took_s: float


@dataclass(frozen=True)
class Last:
    """The note of the last good backup."""

    at: str
    file: str
    bytes: int
    heads: str


def last_good() -> Last | None:
    """The last good backup of this clinic, if there was one."""
    try:
        return Last(**json.loads(home.current().last_backup.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def make(target: Path, recovery_file: Path | None = None) -> Made:
    """Back the clinic up into `target`. Raises BackupFailed, OSError, DatabaseError, KeyMissing."""
    started = clock.monotonic()
    place = home.current()
    target = target.expanduser().absolute()
    _refuse_unfit(place, target)
    public, private, new = _recovery_key(place, recovery_file)
    with _workshop(target) as shop:
        data_key = secrets.token_hex(32)
        with copies.opened(place.database, keys.read("database")) as connection:
            seen = list(copies.heads_of(connection))
        # the anchors first: a later one would tell of entries that the copy does not have yet
        with anchors.held(place.anchors):
            shutil.copyfile(place.anchors, shop / "anchors")
        copies.copy(place.database, keys.read("database"), shop / "copy", data_key)
        with copies.opened(shop / "copy", data_key) as connection:
            content = copies.content_of(connection)
        manifest = _manifest(place, data_key, content, public)
        about = {
            "reverie": metadata.version("reverie-clinic"),
            "made_at": clock.to_text(clock.now()),
            "fingerprint": public.fingerprint,
            "recovery_file": public.file,
        }
        packed = shop / "packed"
        archive.pack(packed, about, manifest, bytes.fromhex(public.public), shop / "anchors", shop / "copy")
        (shop / "copy").unlink()
        faults = _test_restore(packed, shop, manifest, private, content, seen)
        size = packed.stat().st_size
        packed.replace(target)
        _sync_folder(target.parent)
    return _noted(place, Made(target, size, content, public, new, private is not None, faults, 0.0), started)


def _refuse_unfit(place: home.Home, target: Path) -> None:
    if not is_own_file():
        raise BackupFailed(
            "This clinic's database is on a PostgreSQL server: back it up there, with pg_dump, "
            f"and keep a copy of {place.root} (keys and anchors) with each dump."
        )
    if not place.database.exists():
        raise BackupFailed(f"There is no clinic in {place.root}. REVERIE_HOME names the right folder.")
    if not target.parent.is_dir():
        raise BackupFailed(f"There is no folder {target.parent}.")
    if target.is_dir():
        raise BackupFailed(f"{target} is a folder: name a file in it.")
    if target.exists() and not archive.looks_like_one(target):
        raise BackupFailed(f"{target} exists and is not a backup: it was left alone. Choose another name.")


def _recovery_key(
    place: home.Home, named: Path | None
) -> tuple[recovery.Public, X25519PrivateKey | None, Path | None]:
    """The public half, the private one if its file is at hand (tested), and the file if it is new."""
    try:
        public = recovery.kept()
        named = named.expanduser().absolute() if named else None
        if public is None and named is not None and named.exists():
            public = _adopted(named)
        if public is None:
            path = named or place.root / recovery.FILE_NAME
            if path.exists():
                public = _adopted(path)
            else:
                public = recovery.create(path)
                recovery.keep(public)
                return public, recovery.read_file(path), path
        where = named or Path(public.file)
        if not where.exists():
            if named is not None:
                raise BackupFailed(
                    f"{named} is not there. This clinic's recovery key ({public.fingerprint}) was made on "
                    f"{public.made_at[:10]}; a second one is not made beside it."
                )
            return public, None, None
        private = recovery.read_file(where)
        recovery.test(private, public)
        public = replace(public, file=str(where), tested_at=clock.to_text(clock.now()))
        recovery.keep(public)
    except recovery.BadRecovery as error:
        raise BackupFailed(str(error)) from error
    return public, private, None


def _adopted(path: Path) -> recovery.Public:
    """A recovery key that exists already, from before a move to this computer perhaps."""
    half = recovery.public_of(recovery.read_file(path))
    at = clock.to_text(clock.now())
    public = recovery.Public(half.hex(), recovery.fingerprint(half), at, str(path), at)
    recovery.keep(public)
    return public


def _manifest(
    place: home.Home, data_key: str, content: copies.Content, public: recovery.Public
) -> dict[str, Any]:
    kept = {}
    for name in keys.NAMES:
        if name != "database":  # the copy has a key of its own
            with suppress(keys.KeyMissing):
                kept[name] = keys.read(name)
    return {
        "data_key": data_key,
        "keys": kept,
        "content": asdict(content),
        "demo": place.is_demo,
        "recovery": asdict(public),
    }


def _test_restore(
    packed: Path,
    shop: Path,
    manifest: dict[str, Any],
    private: X25519PrivateKey | None,
    content: copies.Content,
    seen: list[Any],
) -> list[Fault]:
    """Restore what was packed into a scratch folder, as a restore would. Raises BackupFailed."""
    scratch = shop / "restored"
    scratch.mkdir(mode=0o700)
    try:
        clear = archive.read_clear(packed)
        if private is not None:
            manifest = archive.read_manifest(packed, clear, private)
        else:
            # the key lies elsewhere, as it should: the rest is tested with what is known here
            manifest = {**manifest, "sums": archive.sums_of(packed, clear)}
        anchors_file, database = archive.unpack(packed, clear, manifest, scratch)
        return copies.prove(
            database, manifest["data_key"], content, anchors_file, manifest["keys"].get("anchor", ""), seen
        )
    except (archive.BadArchive, copies.NotWhole) as error:
        raise BackupFailed(
            f"The backup did not pass its test restore and was thrown away: {error}"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _noted(place: home.Home, made: Made, started: float) -> Made:
    """Write down that there is a good backup; a note that cannot be written does not make it a bad one."""
    note = Last(clock.to_text(clock.now()), str(made.path), made.bytes, made.content.heads)
    with suppress(OSError):
        recovery.write_whole(place.last_backup, json.dumps(asdict(note)) + "\n")
    with suppress(Exception):
        ledger.write("backup.made", clinic_id=None, detail={"heads": made.content.heads})
    return replace(made, took_s=clock.monotonic() - started)


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """A hidden folder beside `target`, held while it is in use; what killed backups left there goes."""
    begin = f".{target.name}.partial-"
    for left in target.parent.glob(f"{begin}*"):
        with suppress(OSError):
            handle = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)
    shop = target.parent / f"{begin}{os.getpid()}-{secrets.token_hex(4)}"
    shop.mkdir(mode=0o700)
    handle = os.open(shop, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield shop
    finally:
        shutil.rmtree(shop, ignore_errors=True)
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems refuse it
            os.fsync(handle)
    finally:
        os.close(handle)
