"""`reverie backup FILE` and `reverie restore FILE`: the clinic in one file, and the clinic brought back.

Says what was done and what to keep where. Exit status 0 only when the copy passed its test.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from reverie.clinic.kernel.chain import Fault

FAULTS_SHOWN = 5


def mount(app: typer.Typer) -> None:
    """Add both words."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; best on another disk.")],
    recovery_file: Annotated[
        Path | None,
        typer.Option(help="The recovery file: made here the first time, tested every time it is named."),
    ] = None,
) -> None:
    """Copy the running clinic into one encrypted file, and test it by a real restore.

    The first backup makes the recovery file. Keep that elsewhere: nothing else opens a backup.
    """
    from reverie.cli.django_setup import prepare

    prepare()
    from django.db import Error

    from reverie.clinic.kernel import keys, trouble
    from reverie.clinic.kernel.backup import BackupFailed, make

    try:
        made = make(file, recovery_file)
    except BackupFailed as error:
        _stop(str(error))
    except keys.KeyMissing as error:
        _stop(f"No backup was made. {error}")
    except (OSError, Error, _driver_error()) as error:
        code = trouble.cause_of(error)
        hint = f" {_PLAIN[code]}" if code in _PLAIN else ""
        _stop(f"No backup was made: {error}.{hint}")
    content = made.content
    print(
        f"{made.path}: {made.bytes:,} bytes, {content.streams:,} streams with {content.entries:,} entries, "
        f"test restore passed ({made.took_s:.1f} s)."
    )
    print(f"heads        {content.heads}")
    print(f"recovery key {made.recovery.fingerprint}")
    if made.new_recovery_file is not None:
        print(f"\nThe recovery key was made: {made.new_recovery_file}")
        print("Without it no backup can be opened. Print it or move it off this computer, in two copies.")
    elif made.key_tested:
        print(f"The recovery file {made.recovery.file} opens it; it was tried just now.")
    else:
        print(
            f"The recovery file is not at {made.recovery.file}; it was last tried on "
            f"{made.recovery.tested_at[:10]}. Try it again now and then: --recovery-file FILE."
        )
    _tell_faults(made.faults, "The backup is an exact copy, but the record itself has faults:")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    to: Annotated[
        Path | None, typer.Option(help="An empty folder to restore into; else the clinic's own, if empty.")
    ] = None,
    recovery_file: Annotated[
        Path | None, typer.Option(help="The recovery file of the clinic that made the backup.")
    ] = None,
) -> None:
    """Bring a clinic back from a backup file, into an empty folder."""
    from reverie.cli.django_setup import prepare

    prepare()
    from reverie.clinic.kernel import home
    from reverie.clinic.kernel.restoring import RestoreFailed
    from reverie.clinic.kernel.restoring import restore as bring_back

    root = to or home.current().root
    try:
        restored = bring_back(file, root, recovery_file)
    except RestoreFailed as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"Nothing was restored: {error.filename or file}: {error.strerror}.")
    content = restored.content
    print(
        f"{restored.root}: {'a demo' if restored.demo else 'the clinic'} as of {restored.made_at}, "
        f"{content.streams:,} streams with {content.entries:,} entries ({restored.took_s:.1f} s)."
    )
    print(f"heads        {content.heads}")
    if restored.root != home.current().root:
        word = "demo" if restored.demo else "serve"
        print(f"Start it with: REVERIE_HOME={os.fspath(restored.root)} reverie {word}")
    _tell_faults(restored.faults, "It is what was backed up, but the record itself has faults:")


_PLAIN = {
    "disk_full": "The disk is full: make room, or choose another disk.",
    "disk_refuses": "The disk refuses what is written: it is full, over its quota, or failing.",
}


def _driver_error() -> type[Exception]:
    from sqlcipher3 import dbapi2

    error: type[Exception] = dbapi2.Error
    return error


def _tell_faults(faults: list[Fault], words: str) -> None:
    if not faults:
        return
    print(f"\n{words}", file=sys.stderr)
    for fault in faults[:FAULTS_SHOWN]:
        print(f"  {fault}", file=sys.stderr)
    if len(faults) > FAULTS_SHOWN:
        print(f"  and {len(faults) - FAULTS_SHOWN} more; reverie ledger verify lists them", file=sys.stderr)
    raise typer.Exit(1)


def _stop(words: str) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(1)
