"""Restoring: a clinic brought back from a backup file into an empty folder, and proved before it is there.

It never writes over a clinic, never makes a demo into a live clinic, and refuses what is damaged, cut short,
another clinic's, or newer than this Reverie. The next start brings an older database up to date.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reverie.clinic.kernel import archive, clock, copies, home, recovery
from reverie.clinic.kernel.chain import Fault

LEFTOVER = ".restoring-"


class RestoreFailed(Exception):
    """Nothing was restored. The message says why and what to do."""


@dataclass(frozen=True)
class Restored:
    """A clinic that was brought back."""

    root: Path
    made_at: str
    content: copies.Content
    demo: bool
    faults: list[Fault]
    took_s: float


def restore(backup: Path, root: Path, recovery_file: Path | None = None) -> Restored:
    """Bring the clinic in `backup` back into the folder `root`. Raises RestoreFailed, OSError."""
    started = clock.monotonic()
    place = home.Home(root.expanduser().absolute())
    try:
        clear = archive.read_clear(backup)
        manifest = archive.read_manifest(backup, clear, _private_key(backup, clear, recovery_file))
        content = _content(manifest)
        _refuse_newer(clear, content)
        _refuse_occupied(place, demo=manifest["demo"])
        place.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        stage = place.root / f"{LEFTOVER}{secrets.token_hex(4)}"
        stage.mkdir(mode=0o700)
        try:
            anchors, database = archive.unpack(backup, clear, manifest, stage)
            faults = copies.prove(
                database, manifest["data_key"], content, anchors, manifest["keys"].get("anchor", "")
            )
            _put(place, stage, manifest, anchors, database)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except archive.BadArchive as error:
        raise RestoreFailed(f"{backup} cannot be restored: {error}.") from error
    except copies.NotWhole as error:
        raise RestoreFailed(f"{backup} cannot be restored: {error}.") from error
    took_s = clock.monotonic() - started
    return Restored(place.root, clear.made_at, content, manifest["demo"], faults, took_s)


def _content(manifest: dict[str, Any]) -> copies.Content:
    try:
        content = copies.Content(**manifest["content"])
        for name in ("data_key", "keys", "sums", "demo", "recovery"):
            manifest[name]
    except (KeyError, TypeError) as error:
        raise archive.BadArchive(f"its manifest is not complete ({error})") from error
    return content


def _private_key(backup: Path, clear: archive.Clear, named: Path | None) -> X25519PrivateKey:
    """The recovery key: as named, else from where it was made, else from beside the backup."""
    own = home.current().root / recovery.FILE_NAME
    places = [named] if named else [Path(clear.recovery_file), own, backup.parent / recovery.FILE_NAME]
    wrong = ""
    for path in places:
        try:
            private = recovery.read_file(path.expanduser())
        except recovery.BadRecovery as error:
            if named:
                raise RestoreFailed(str(error)) from error
            continue
        except OSError as error:
            if named:
                raise RestoreFailed(f"{path} cannot be read ({error.strerror}).") from error
            continue
        found = recovery.fingerprint(recovery.public_of(private))
        if found == clear.fingerprint:
            return private
        wrong = f" {path} holds the recovery key {found}."
    raise RestoreFailed(
        f"{backup} opens with the recovery key {clear.fingerprint}.{wrong} "
        "Name the recovery file of the clinic that made it with --recovery-file."
    )


def _refuse_newer(clear: archive.Clear, content: copies.Content) -> None:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    known = set(loader.disk_migrations or {})
    for migration in (loader.disk_migrations or {}).values():
        known.update((app, name) for app, name in migration.replaces)
    unknown = [name for name in map(tuple, content.migrations) if name not in known]
    if unknown:
        raise RestoreFailed(
            f"The backup was made by a newer Reverie ({clear.reverie}): install that version first."
        )


def _refuse_occupied(place: home.Home, *, demo: bool) -> None:
    for left in place.root.glob(f"{LEFTOVER}*"):
        shutil.rmtree(left, ignore_errors=True)
    if place.root.exists() and not place.root.is_dir():
        raise RestoreFailed(f"{place.root} is a file. Name an empty folder with --to.")
    if place.is_demo and not demo:
        raise RestoreFailed(f"{place.root} belongs to a demo, where no live clinic goes. Use --to FOLDER.")
    others = [path for path in place.root.rglob("*") if not path.is_dir() and path != place.demo_mark]
    if others:
        raise RestoreFailed(
            f"{place.root} holds data already ({others[0].relative_to(place.root)}), which a restore never "
            "writes over. Name an empty folder with --to, and then start Reverie with REVERIE_HOME set to it."
        )


def _put(
    place: home.Home,
    stage: Path,
    manifest: dict[str, Any],
    anchors: Path,
    database: Path,
) -> None:
    """Move everything to its place; the database last, so that half a restore is no clinic."""
    if manifest["demo"]:
        # first: a demo's folder is marked from its first moment
        place.demo_mark.touch(mode=0o600)
    place.create()
    for name, key_hex in {**manifest["keys"], "database": manifest["data_key"]}.items():
        recovery.write_whole(place.keys / name, key_hex)
    recovery.write_whole(place.recovery, recovery.note(recovery.Public(**manifest["recovery"])))
    if anchors.stat().st_size:
        anchors.replace(place.anchors)
    with database.open("rb") as file:
        os.fsync(file.fileno())
    database.replace(place.database)
    recovery.write_whole(place.made, f'{{"restored_at": "{clock.to_text(clock.now())}"}}\n')
    handle = os.open(place.root, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
