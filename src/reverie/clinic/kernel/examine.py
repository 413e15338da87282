"""What the doctor looks at: each examination gives one finding, whatever state the clinic is in.

It opens the database by itself, with a short patience, and changes nothing but an empty transaction. What is
not known is said to be unknown.
"""

from __future__ import annotations

import ctypes
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime

from reverie.clinic.kernel import (
    anchors,
    backup,
    clock,
    copies,
    home,
    keys,
    pulse,
    recovery,
    startup_checks,
    trouble,
    verify,
)
from reverie.clinic.kernel.database import is_own_file
from reverie.clinic.kernel.database.base import CipherCursor

PATIENCE_S = 1.5
SYNCHRONOUS_FULL = 2
LOW_DISK_MB = 1_024
MOVED_S = 2.0
BACKUP_EVERY = timedelta(hours=26)
EARLIEST, LATEST = 2026, 2100
CLOCK_UNKNOWN = 5


class Finding(NamedTuple):
    """One examination: green or not, and in words what was found, or what to do."""

    check: str
    good: bool
    words: str


def _start_words() -> str:
    return "Start the demo: reverie demo" if home.current().is_demo else "Start the clinic: reverie serve"


def _mb(count: int) -> str:
    return f"{count / 1_048_576:,.0f} MB"


def database() -> list[Finding]:
    """Whether it opens with the clinic's key, is sound, safely set, and can be written to."""
    place = home.current()
    if not is_own_file():
        return _on_server()
    if not place.database.exists():
        words = f"{place.database} is not there. "
        if place.made.exists():
            words += "It was, so restore a backup: reverie restore FILE --to EMPTY_FOLDER"
        else:
            words += "Start one: reverie serve (or reverie demo), which makes it; or name it by REVERIE_HOME."
        return [Finding("database", False, words)]
    try:
        with _patient(place) as connection:
            version = ".".join(map(str, connection.execute("SELECT sqlite_version()").fetchone()))
            found = [
                Finding("database", True, f"opens, {_mb(place.database.stat().st_size)}, SQLite {version}")
            ]
            if wrong := startup_checks.unsafe_sqlite():
                found = [Finding("database", False, wrong[0])]
            found.append(_durability())
            damage = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
            sound = damage == ["ok"]
            words = "sound (quick check)" if sound else f"Damaged: {damage[0]}. Restore a backup."
            found.append(Finding("integrity", sound, words))
            found.append(_writable(connection))
            return found
    except Exception as error:
        return [Finding("database", False, _cause(error))]


def _on_server() -> list[Finding]:
    from reverie.clinic.kernel.database.postgresql import probe

    found: list[Finding] = []
    try:
        found += [Finding(*one) for one in probe.judge(probe.settings())]
        probe.write_something()
    except Exception as error:
        return [*found, Finding("writing" if found else "database", False, _cause(error))]
    return [*found, Finding("writing", True, "the database can be written to")]


def _durability() -> Finding:
    """As the clinic itself opens its database, which sets it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        full = cursor.fetchone()[0] >= SYNCHRONOUS_FULL
    if mode == "wal" and full:
        return Finding("durability", True, "written ahead (WAL), synchronous FULL")
    return Finding("durability", False, "The settings lack WAL or synchronous=FULL: put them back.")


def _writable(connection: Any) -> Finding:
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except Exception as error:
        return Finding("writing", False, _cause(error))
    return Finding("writing", True, "the database can be written to")


@contextmanager
def _patient(place: home.Home) -> Iterator[Any]:
    with copies.opened(place.database, keys.read("database"), patience_s=PATIENCE_S) as connection:
        yield connection


@contextmanager
def _cursor(place: home.Home) -> Iterator[Any]:
    """One that takes Django's placeholders, on either database."""
    if is_own_file():
        with _patient(place) as own:
            yield own.cursor(factory=CipherCursor)
        return
    from django.db import connection

    with connection.cursor() as cursor:
        yield cursor


def _cause(error: BaseException) -> str:
    code = trouble.cause_of(error)
    return f"{trouble.WORDS[code]} ({error})" if code else f"{type(error).__name__}: {error}"


def disk() -> list[Finding]:
    """Room in the data folder and in the folder of temporary files."""
    found = []
    for name, path in (("disk", home.current().root), ("temporary disk", Path(tempfile.gettempdir()))):
        try:
            room = os.statvfs(path)
        except OSError as error:
            found.append(Finding(name, False, f"{path} cannot be looked at: {error.strerror}."))
            continue
        free = room.f_bavail * room.f_frsize
        enough = free >= LOW_DISK_MB * 1_048_576
        words = f"{_mb(free)} free in {path}"
        found.append(Finding(name, enough, words if enough else f"Only {words}. Make room."))
    return found


def time_of_day() -> list[Finding]:
    """Whether the clock tells a likely time, was moved while Reverie runs, and is kept by the network."""
    now = clock.now()
    if not EARLIEST <= now.year < LATEST:
        return [Finding("clock", False, f"It says {clock.to_text(now)}. Set the machine's clock (UTC).")]
    for beat in pulse.read_pulses().values():
        if beat.boot == pulse.boot_id() and abs(beat.clock_moved_s) > MOVED_S:
            words = f"It was moved by {beat.clock_moved_s:+,.0f} s while the {beat.name} process ran."
            return [Finding("clock", False, f"{words} Restart Reverie.")]
    synchronised = _synchronised()
    kept = "kept by the network" if synchronised else "whether the network keeps it is unknown"
    return [Finding("clock", True, f"{clock.to_text(now)} (UTC), {kept}")]


def _synchronised() -> bool:
    """Whether the system says that its clock is disciplined; False when it does not say."""
    try:
        # reading needs no right; the structure is 208 bytes on 64-bit Linux, room is left for more
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return False
    return 0 <= int(state) < CLOCK_UNKNOWN


def key_files() -> list[Finding]:
    """Whether all keys are there and closed to others."""
    wrong = [*startup_checks.missing_keys(), *startup_checks.open_to_others()]
    if not wrong:
        wrong = startup_checks.folder_open_to_others()
    return [
        Finding("keys", not wrong, " ".join(wrong) or f"{len(keys.NAMES)} keys, readable by this user only")
    ]


def backups() -> list[Finding]:
    """Whether there is a recovery key, kept elsewhere, and a backup of the last day."""
    place = home.current()
    if place.is_demo:
        return [Finding("backup", True, "a demo needs none")]
    if not is_own_file():
        words = "made on the server (pg_dump), with a copy of this folder; when the last was, is unknown here"
        return [Finding("backup", True, words)]
    try:
        public = recovery.kept()
    except recovery.BadRecovery as error:
        return [Finding("recovery key", False, str(error))]
    last = backup.last_good()
    how = "Make one on another disk: reverie backup FILE"
    if public is None:
        first = Finding("recovery key", False, f"There is none: the first backup makes it. {how}")
    elif Path(public.file).is_relative_to(place.root) and Path(public.file).exists():
        words = f"{public.file} still lies on this computer. Print it or move it elsewhere, in two copies."
        first = Finding("recovery key", False, words)
    else:
        first = Finding("recovery key", True, f"{public.fingerprint}, last tried on {public.tested_at[:10]}")
    at = parse_datetime(last.at) if last else None
    if last is None or at is None:
        return [first, Finding("backup", False, f"There has been none. {how}")]
    age = clock.now() - at
    words = f"{last.file}, {age.total_seconds() / 3_600:,.0f} hours ago, {_mb(last.bytes)}"
    if age > BACKUP_EVERY:
        return [first, Finding("backup", False, f"The last was {words}. {how}")]
    return [first, Finding("backup", True, words)]


def processes() -> list[Finding]:
    """Whether the web process and the listener live, and whether the listener takes connections."""
    pulses = pulse.read_pulses()
    found = [_lives("web", pulses.get("web"))]
    listener = pulses.get("listener")
    found.append(_lives("listener", listener))
    if listener is not None and not listener.silent and listener.port is not None:
        try:
            socket.create_connection(("localhost", listener.port), timeout=2).close()
        except OSError as error:
            words = f"Port {listener.port} does not answer ({error}). Restart it."
            found[-1] = Finding("listener", False, words)
        else:
            found[-1] = Finding("listener", True, f"answers on port {listener.port}")
    return found


def _lives(name: str, beat: pulse.Pulse | None) -> Finding:
    if beat is None:
        return Finding(name, False, f"Not running. {_start_words()}")
    if beat.silent:
        since = f"{beat.age_s:,.0f} s" if beat.age_s < float("inf") else "the machine was started"
        return Finding(name, False, f"Silent since {since} (process {beat.pid}). {_start_words()}")
    return Finding(name, True, f"alive (process {beat.pid}, {beat.up_s:,.0f} s)")


def record() -> list[Finding]:
    """Whether each head fits its last entry, and the anchors are whole and fresh; no more than that."""
    place = home.current()
    if is_own_file() and not place.database.exists():
        return []
    try:
        with _cursor(place) as cursor:
            cursor.execute(
                "SELECT h.stream FROM kernel_head AS h LEFT JOIN kernel_entry AS e "
                "ON e.head_id = h.id AND e.seq = h.seq "
                "WHERE h.seq > 0 AND (e.hash IS NULL OR e.hash != h.hash)"
            )
            wrong = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT COUNT(*) FROM kernel_head")
            count = cursor.fetchone()[0]
            told = verify.tells_of_anchors(cursor)
    except Exception as error:
        return [Finding("chain", False, _cause(error))]
    if wrong:
        words = f"{len(wrong)} streams do not fit their heads, first {wrong[0]}. Run: reverie ledger verify"
        return [Finding("chain", False, words), _anchors(place, told)]
    return [Finding("chain", True, f"the heads of {count:,} streams fit"), _anchors(place, told)]


def _anchors(place: home.Home, told: bool) -> Finding:
    if not place.anchors.exists() or not place.anchors.stat().st_size:
        if told:
            return Finding("anchors", False, f"{place.anchors} is gone. Run: reverie ledger verify")
        return Finding("anchors", False, f"None were written yet. {_start_words()}")
    try:
        broken = [
            name for line in anchors.read_lines(place.anchors, keys.read("anchor")) for name in line.broken
        ]
    except Exception as error:
        return Finding("anchors", False, f"{error}. Run: reverie ledger verify")
    if broken:
        return Finding(
            "anchors", False, f"{broken[0]} did not agree with its anchor. Run: reverie ledger verify"
        )
    age_s = clock.to_ms(clock.now()) / 1_000 - place.anchors.stat().st_mtime
    running = any(not beat.silent for beat in pulse.read_pulses().values())
    if running and age_s > trouble.ANCHORS_LATE_AFTER_S:
        return Finding("anchors", False, f"Not written for {age_s / 60:,.0f} minutes. Restart Reverie.")
    return Finding("anchors", True, f"whole, last looked after {age_s:,.0f} s ago")


def examine() -> Iterator[Finding]:
    """Every examination, in order; one that fails itself is a finding too."""
    for examination in (database, disk, time_of_day, key_files, backups, processes, record):
        try:
            yield from examination()
        except Exception as error:
            yield Finding(examination.__name__.replace("_", " "), False, _cause(error))
