"""What pages and the doctor know of the watch, from its pulse alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reverie.clinic.kernel import clock, home, pulse, trouble
from reverie.clinic.session import watch_state
from reverie.clinic.session.watch_health import Health

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[clock.FakeClock]:
    """A clock that the test moves, in a data folder of its own."""
    monkeypatch.setenv("REVERIE_HOME", str(tmp_path))
    home.current().create()
    for code in trouble.WORDS:
        trouble.clear(code)
    # every test's clock begins at the same moment: what another one has read is not ours
    monkeypatch.setattr(watch_state, "_seen", None)
    fake = clock.FakeClock(NOON)
    with clock.replaced_by(fake):
        yield fake


def finished_a_look(health: Health, sessions: int = 2, behind_ms: int = 0) -> None:
    health.finished(clock.monotonic() - 0.004, sessions, behind_ms)
    health.beat()


def test_a_watch_that_never_looked_or_has_ended_does_not_run(now: clock.FakeClock) -> None:
    assert watch_state.age_ms() is None
    assert not watch_state.runs()
    health = Health()
    health.beat()
    now.advance(1)
    # it lives, and has not looked yet
    assert pulse.read_pulse("watch") is not None
    assert watch_state.age_ms() is None
    finished_a_look(health)
    now.advance(1)
    assert watch_state.age_ms() == 1_000
    assert watch_state.runs()
    health.stop()
    now.advance(1)
    assert watch_state.age_ms() is None


def test_beats_without_looks_do_not_keep_it_running(now: clock.FakeClock) -> None:
    health = Health()
    finished_a_look(health)
    for _ in range(6):
        now.advance(0.5)
        health.beat()
    assert watch_state.age_ms() == 3_000
    assert not watch_state.runs()
    now.advance(0.5)
    finished_a_look(health)
    now.advance(0.3)
    assert watch_state.runs()


def test_it_is_asked_often_and_reads_seldom(now: clock.FakeClock) -> None:
    health = Health()
    finished_a_look(health)
    now.advance(0.3)
    assert watch_state.age_ms() == 300
    shutil.rmtree(home.current().pulses)
    now.advance(0.1)
    assert watch_state.age_ms() == 400
    now.advance(0.2)
    assert watch_state.age_ms() is None


def test_what_another_start_of_the_machine_left_is_no_sign_of_life(now: clock.FakeClock) -> None:
    finished_a_look(Health())
    path = home.current().pulses / "watch.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"boot": "before"}))
    now.advance(0.3)
    assert watch_state.age_ms() is None
    assert "Not running" in watch_state.health()[1]


def test_the_doctor_hears_how_it_is(now: clock.FakeClock) -> None:
    assert watch_state.health()[0] is False
    health = Health()
    health.beat()
    assert "has not finished a look yet" in watch_state.health()[1]
    now.advance(1)
    finished_a_look(health, 12)
    assert watch_state.health() == (
        True,
        "watches 12 sessions, 4 ms a look, at worst 4 ms in the last minute",
    )
    now.advance(1)
    finished_a_look(health, 12, behind_ms=4_200)
    good, words = watch_state.health()
    assert not good
    assert "4.2 s behind" in words
    now.advance(8)
    good, words = watch_state.health()
    assert not good
    assert words.startswith("No look was finished for 8 s")


def test_what_was_slow_is_forgotten_after_a_minute(now: clock.FakeClock) -> None:
    health = Health()
    health.finished(clock.monotonic() - 2, 1, 0)
    health.beat()
    assert "at worst 2,000 ms" in watch_state.health()[1]
    now.advance(61)
    finished_a_look(health)
    assert "at worst 4 ms" in watch_state.health()[1]


def test_troubles_are_told_with_the_beat(now: clock.FakeClock) -> None:
    health = Health()
    trouble.note(trouble.QUARANTINE_FULL, until_cleared=True)
    health.beat()
    beat = pulse.read_pulse("watch")
    assert beat is not None
    assert beat.troubles == (trouble.QUARANTINE_FULL,)
    trouble.clear(trouble.QUARANTINE_FULL)
