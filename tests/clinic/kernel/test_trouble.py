"""Troubles: told from errors, kept for moments, heard from other processes, cleared by a write that works."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from reverie.clinic.kernel import clock, home, pulse, trouble
from tests import folders


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(datetime(2026, 3, 1, 9, tzinfo=UTC))) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OperationalError("database or disk is full"), trouble.DISK_FULL),
        (OperationalError("disk I/O error"), trouble.DISK_REFUSES),
        (OperationalError("database is locked"), trouble.LOCKED),
        (OperationalError("unable to open database file"), trouble.MISSING),
        (DatabaseError("file is not a database"), trouble.UNREADABLE),
        (DatabaseError("database disk image is malformed"), trouble.DAMAGED),
        (OperationalError("attempt to write a readonly database"), trouble.READ_ONLY),
        (OperationalError('connection failed: connection to server at "127.0.0.1"'), trouble.GONE),
        (OperationalError("FATAL:  the database system is in recovery mode"), trouble.GONE),
        (OperationalError("terminating connection due to administrator command"), trouble.GONE),
        (OperationalError("canceling statement due to lock timeout"), trouble.LOCKED),
        (OperationalError("could not extend file: No space left on device"), trouble.DISK_FULL),
        (DatabaseError("cannot execute INSERT in a read-only transaction"), trouble.READ_ONLY),
        (OSError(errno.ENOSPC, "No space left on device"), trouble.DISK_FULL),
        (OperationalError("no such table: people_user"), None),
        (IntegrityError("UNIQUE constraint failed: kernel_entry.head_id"), None),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), None),
        (ValueError("database is locked"), None),
        (None, None),
    ],
)
def test_an_error_tells_its_trouble(error: Exception | None, code: str | None) -> None:
    assert trouble.cause_of(error) == code


def test_the_cause_behind_an_error_tells_too() -> None:
    outer = RuntimeError("the page could not be drawn")
    outer.__cause__ = OperationalError("database is locked")
    assert trouble.cause_of(outer) == trouble.LOCKED
    circle = RuntimeError("a circle")
    circle.__context__ = circle
    assert trouble.cause_of(circle) is None


def test_a_note_lasts_for_moments_and_a_held_one_until_it_is_cleared(
    place: home.Home, time: clock.FakeClock
) -> None:
    trouble.note(trouble.LOCKED)
    trouble.note(trouble.QUARANTINE_FULL, until_cleared=True)
    assert trouble.troubles() == (trouble.LOCKED, trouble.QUARANTINE_FULL)
    time.advance(trouble.NOTE_LASTS_S + 1)
    assert trouble.troubles() == (trouble.QUARANTINE_FULL,)
    trouble.clear(trouble.QUARANTINE_FULL)
    assert trouble.sentences() == []


def test_what_fails_again_stays_and_what_works_clears(place: home.Home, time: clock.FakeClock) -> None:
    def fails() -> None:
        raise OperationalError("database or disk is full")

    tried = []
    trouble.look_again(lambda: tried.append(1))
    assert tried == [], "without trouble nothing is written"
    trouble.note(trouble.DISK_FULL)
    for _ in range(4):
        time.advance(trouble.NOTE_LASTS_S - 1)
        trouble.look_again(fails)
    assert trouble.own() == (trouble.DISK_FULL,)
    trouble.look_again(lambda: tried.append(1))
    assert (tried, trouble.own()) == ([1], ())


def test_another_processs_trouble_comes_with_its_pulse(place: home.Home, time: clock.FakeClock) -> None:
    heart = pulse.Heart("listener", 2575, lambda: (trouble.DISK_FULL, "from_a_later_version"))
    heart.beat()
    assert trouble.troubles() == (trouble.DISK_FULL,)
    time.advance(pulse.SILENT_AFTER_S + 1)
    assert trouble.troubles() == (trouble.LISTENER_SILENT,)
    heart.stop()
    time.advance(2)
    assert trouble.troubles() == ()


def test_a_served_clinic_without_listener_or_anchors(place: home.Home, time: clock.FakeClock) -> None:
    web = pulse.Heart("web", 8000)
    web.beat()
    assert trouble.troubles() == (), "a listener may take a moment to start"
    time.advance(trouble.LISTENER_STARTS_WITHIN_S + 1)
    web.beat()
    assert trouble.troubles() == (trouble.LISTENER_MISSING,)
    time.advance(trouble.ANCHORS_LATE_AFTER_S)
    web.beat()
    assert trouble.troubles() == (trouble.LISTENER_MISSING, trouble.ANCHORS_LATE)
    place.anchors.touch()
    os.utime(place.anchors, (time.now().timestamp(),) * 2)
    pulse.Heart("listener").beat()
    time.advance(2)
    assert trouble.troubles() == ()


@pytest.mark.sqlite("the file is missed")
def test_a_database_that_is_gone_is_seen_without_asking_it(place: home.Home) -> None:
    place.made.touch()
    assert trouble.troubles() == (trouble.MISSING,)


@pytest.mark.sqlite("the file is missed")
def test_looking_is_cached_for_a_second(place: home.Home, time: clock.FakeClock) -> None:
    assert trouble.troubles() == ()
    place.made.touch()
    assert trouble.troubles() == ()
    time.advance(trouble.CACHED_S)
    assert trouble.troubles() == (trouble.MISSING,)


def test_every_trouble_has_a_sentence_with_a_next_step() -> None:
    for words in trouble.WORDS.values():
        assert str(words).count(".") >= 1
        assert str(words)[0].isupper()


FULL = """
import json, resource
from reverie.cli.django_setup import prepare
prepare()
from django.db import transaction
from reverie.clinic.kernel import home, streams, trouble
from tests.clinic.kernel import record
said = {}
size = home.current().database.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, resource.RLIM_INFINITY))
kept = 0
try:
    while True:
        record.write("session:0", 20, first=1_000 + 100 * kept)
        kept += 1
except Exception as error:
    said["cause"] = trouble.cause_of(error)
trouble.look_again()
said["still"] = trouble.sentences()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
trouble.look_again()
said["after"] = trouble.sentences()
record.write("session:0", 20, first=1_000 + 100 * kept)
said["entries"] = record.rows("SELECT COUNT(*) FROM kernel_entry")[0][0] - 602 - 20 * (kept + 1)
print(json.dumps(said))
"""


def test_a_disk_that_really_takes_no_more(tmp_path: Path) -> None:
    place = folders.a_clinic(tmp_path / "clinic")
    ended = folders.run(place.root, "-c", FULL)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["cause"] in (trouble.DISK_FULL, trouble.DISK_REFUSES)
    assert [words.split(":")[0][:8] for words in said["still"]] == ["The disk"]
    assert said["after"] == []
    assert said["entries"] == 0, "what was refused is not there, what was written is"
    verified = folders.reverie(place.root, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout
