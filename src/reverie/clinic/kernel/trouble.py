"""What is wrong with the machine just now, in sentences that every page shows. It asks no database.

Errors of the database are noted where they happen; a note lasts a few seconds unless the failing write
is tried again and fails again, so that it clears by itself. Other processes' notes come with their pulses.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import clock, home, pulse
from reverie.clinic.kernel.database import is_own_file

DISK_FULL, DISK_REFUSES = "disk_full", "disk_refuses"
LOCKED, MISSING, UNREADABLE = "database_locked", "database_missing", "database_unreadable"
DAMAGED, READ_ONLY, GONE = "database_damaged", "database_read_only", "database_gone"
KEY_MISSING, QUARANTINE_FULL = "key_missing", "quarantine_full"
DISK_LOW, LISTENER_SILENT, LISTENER_MISSING = "disk_low", "listener_silent", "listener_missing"
ANCHORS_LATE = "anchors_late"

WORDS = {
    DISK_FULL: _(
        "The disk is full: nothing new can be recorded. Write on paper with times, "
        "and tell the administrator to make room."
    ),
    DISK_REFUSES: _(
        "The disk refuses what is written (full, over its quota, or failing): nothing new can be recorded. "
        "Write on paper with times, and tell the administrator."
    ),
    LOCKED: _(
        "Another program holds the database: nothing new can be recorded until it lets go. "
        "If this stays, tell the administrator."
    ),
    MISSING: _(
        "The database file is not there: nothing can be read or recorded. "
        "Tell the administrator: a backup can be restored."
    ),
    UNREADABLE: _(
        "The database cannot be opened with this clinic's key: it is damaged, or not this clinic's. "
        "Tell the administrator."
    ),
    DAMAGED: _(
        "The database is damaged. Write on paper with times, and tell the administrator: "
        "a backup can be restored."
    ),
    READ_ONLY: _(
        "The database may not be written to: nothing new can be recorded. "
        "Tell the administrator to look at the folder's owner and permissions."
    ),
    GONE: _(
        "The database does not answer: nothing new can be recorded until it is back. Tell the administrator."
    ),
    KEY_MISSING: _(
        "The database's key is not there: nothing can be read or recorded. "
        "Tell the administrator: the key comes back with a backup."
    ),
    QUARANTINE_FULL: _(
        "The quarantine is full: messages that cannot be recorded are refused. "
        "Look through it and resolve what is there."
    ),
    LISTENER_SILENT: _(
        "The device listener does not answer: nothing from monitors and pumps is being recorded. "
        "Read the bedside monitor, and chart by hand."
    ),
    LISTENER_MISSING: _(
        "The device listener is not running: nothing from monitors and pumps is being recorded. "
        "Read the bedside monitor, and chart by hand."
    ),
    ANCHORS_LATE: _(
        "The record's anchors have not been written for five minutes: a later change to the record "
        "might not show. Tell the administrator."
    ),
    DISK_LOW: _(
        "The disk is nearly full. Tell the administrator to make room before nothing more can be recorded."
    ),
}

_SIGNS = (
    ("disk is full", DISK_FULL),
    ("disk i/o error", DISK_REFUSES),
    ("is locked", LOCKED),
    ("database is missing", MISSING),
    ("unable to open database", MISSING),
    ("file is not a database", UNREADABLE),
    ("file is encrypted", UNREADABLE),
    ("malformed", DAMAGED),
    ("readonly database", READ_ONLY),
    ("no space left on device", DISK_FULL),
    ("lock timeout", LOCKED),
    ("read-only transaction", READ_ONLY),
    ("connection refused", GONE),
    ("connection failed", GONE),
    ("closed the connection", GONE),
    ("could not connect", GONE),
    ("connection is closed", GONE),
    ("connection is lost", GONE),
    ("connection is bad", GONE),
    ("connection timeout expired", GONE),
    ("terminating connection", GONE),
    ("failed to resolve host", GONE),
    ("too many clients", GONE),
    ("the database system is", GONE),
)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NOTE_LASTS_S = 5.0
CACHED_S = 1.0
LISTENER_STARTS_WITHIN_S = 15.0
ANCHORS_LATE_AFTER_S = 300.0
LOW_BYTES = 256 * 1024 * 1024
_ACTED_ON = frozenset({DISK_FULL, DISK_REFUSES, LOCKED, MISSING, UNREADABLE, DAMAGED, READ_ONLY, GONE})

_lock = threading.Lock()
_noted: dict[str, float] = {}
_held: set[str] = set()
_seen: tuple[float, tuple[str, ...]] | None = None


def cause_of(error: BaseException | None) -> str | None:
    """Which trouble an error tells of, or None when it is not one of these (a fault of ours, perhaps)."""
    from django.db import DatabaseError, InterfaceError

    from reverie.clinic.kernel.keys import KeyMissing

    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, KeyMissing):
            return KEY_MISSING
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return DISK_FULL
        if isinstance(error, DatabaseError | InterfaceError) or _is_driver_error(error):
            words = str(error).lower()
            for sign, code in _SIGNS:
                if sign in words:
                    return code
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def _is_driver_error(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("sqlcipher3", "sqlite3", "psycopg")


def notice(error: BaseException) -> str | None:
    """Note the trouble that an error tells of, if any; gives its code."""
    code = cause_of(error)
    if code is not None:
        note(code)
    return code


def note(code: str, *, until_cleared: bool = False) -> None:
    """Say that this process suffers from `code`: for a few seconds, or until `clear`. Cheap, never fails."""
    global _seen
    with _lock:
        _noted[code] = clock.monotonic()
        if until_cleared:
            _held.add(code)
        _seen = None


def clear(code: str) -> None:
    """The trouble is over."""
    global _seen
    with _lock:
        _noted.pop(code, None)
        _held.discard(code)
        _seen = None


def own() -> tuple[str, ...]:
    """What this process suffers from now."""
    now = clock.monotonic()
    with _lock:
        for code in [c for c, at in _noted.items() if c not in _held and now - at > NOTE_LASTS_S]:
            del _noted[code]
        return tuple(sorted(_noted))


def troubles() -> tuple[str, ...]:
    """The codes of all that is wrong now; looked up at most once a second. No query."""
    global _seen
    now = clock.monotonic()
    if _seen is not None and 0 <= now - _seen[0] < CACHED_S:
        return _seen[1]
    found = tuple(code for code in WORDS if code in _look())
    _seen = (now, found)
    return found


def sentences() -> list[str]:
    """What to say on every page, in the reader's language; empty when all is well."""
    return [str(WORDS[code]) for code in troubles()]


def _look() -> set[str]:
    place = home.current()
    found = set(own())
    pulses = pulse.read_pulses()
    for beat in pulses.values():
        if not beat.silent:
            found.update(code for code in beat.troubles if code in WORDS)
    if is_own_file() and place.made.exists() and not place.database.exists():
        found.add(MISSING)
    web, listener = pulses.get("web"), pulses.get("listener")
    if listener is not None and listener.silent:
        found.add(LISTENER_SILENT)
    if web is not None and not web.silent:
        if listener is None and web.up_s > LISTENER_STARTS_WITHIN_S:
            found.add(LISTENER_MISSING)
        if web.up_s > ANCHORS_LATE_AFTER_S and _anchors_age_s(place) > ANCHORS_LATE_AFTER_S:
            found.add(ANCHORS_LATE)
    if DISK_FULL not in found and _free_bytes(place) < LOW_BYTES:
        found.add(DISK_LOW)
    return found


def _anchors_age_s(place: home.Home) -> float:
    try:
        written_ms = int(place.anchors.stat().st_mtime * 1_000)
    except OSError:
        return float("inf")
    return (clock.to_ms(clock.now()) - written_ms) / 1_000


def _free_bytes(place: home.Home) -> int:
    try:
        free = os.statvfs(place.root)
    except OSError:
        return LOW_BYTES
    return free.f_bavail * free.f_frsize


def look_again(write: Callable[[], None] | None = None) -> None:
    """If a write failed just now, try one: clears what is over, renews what is not. For a thread."""
    noted = _ACTED_ON.intersection(own())
    if not noted:
        return
    try:
        (write or _write_something)()
    except Exception as error:  # whatever it was, writing is not possible yet
        notice(error)
        for code in noted:
            note(code)
        return
    for code in noted:
        clear(code)


def _write_something() -> None:
    """Write 64 KiB to the database and take it away again: what a full disk would refuse."""
    from django.db import connection

    if connection.vendor != "sqlite":
        from reverie.clinic.kernel.database.postgresql import probe

        probe.write_something()
        return
    from reverie.clinic.kernel import copies, keys

    # a connection of its own, which never waits for long: this runs between two heartbeats
    path = Path(connection.settings_dict["NAME"])
    with copies.opened(path, keys.read("database"), patience_s=0.2) as own:
        own.execute("BEGIN IMMEDIATE")
        try:
            own.execute("CREATE TABLE kernel_probe (filler BLOB)")
            own.execute("INSERT INTO kernel_probe VALUES (zeroblob(65536))")
            own.execute("DROP TABLE kernel_probe")
            own.execute("COMMIT")
        finally:
            if own.in_transaction:
                own.execute("ROLLBACK")
