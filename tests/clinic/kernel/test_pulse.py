"""Pulses of real threads and loops: written, read by others, silent when the process hangs or dies."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from reverie.clinic.kernel import clock, home, pulse


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(datetime(2026, 3, 1, 9, tzinfo=UTC))) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


def test_a_pulse_says_who_lives_and_since_when(place: home.Home, time: clock.FakeClock) -> None:
    heart = pulse.Heart("web", 8000, lambda: ("disk_full",))
    time.advance(10)
    heart.beat()
    time.advance(2)
    beat = pulse.read_pulses()["web"]
    assert (beat.pid, beat.port, beat.troubles) == (os.getpid(), 8000, ("disk_full",))
    assert (beat.up_s, beat.age_s, beat.silent) == (10.0, 2.0, False)
    time.advance(pulse.SILENT_AFTER_S)
    assert pulse.read_pulses()["web"].silent
    heart.beat()
    assert not pulse.read_pulses()["web"].silent
    heart.stop()
    assert pulse.read_pulses() == {}


def test_a_moved_clock_shows_and_does_not_make_a_process_silent(
    place: home.Home, time: clock.FakeClock
) -> None:
    pulse.Heart("web").beat()
    time.advance(1)
    time.step(-3_600)
    beat = pulse.read_pulses()["web"]
    assert beat.clock_moved_s == -3_600.0
    assert (beat.age_s, beat.silent) == (1.0, False)


def test_a_shorter_pulse_leaves_nothing_of_a_longer_one(place: home.Home) -> None:
    pulse.Heart("web", 8000, lambda: tuple(f"trouble_{n}" for n in range(20))).beat()
    pulse.Heart("web").beat()
    assert pulse.read_pulses()["web"].troubles == ()
    assert (place.pulses / "web.json").stat().st_size == pulse.SIZE


@pytest.mark.parametrize("content", [b"", b"rubbish", b"[]", b'{"name":"web"}', b"\xff" * 1_024])
def test_a_damaged_pulse_is_left_out(place: home.Home, content: bytes) -> None:
    pulse.Heart("listener").beat()
    (place.pulses / "web.json").write_bytes(content)
    assert set(pulse.read_pulses()) == {"listener"}


def test_a_successors_pulse_is_not_removed(place: home.Home) -> None:
    heart = pulse.Heart("web")
    heart.beat()
    path = place.pulses / "web.json"
    path.write_text(path.read_text().replace(f'"pid": {os.getpid()}', '"pid": 1'))
    heart.stop()
    assert pulse.read_pulses()["web"].pid == 1


def test_in_a_block_it_beats_and_afterwards_it_is_gone(place: home.Home) -> None:
    with pulse.beating("web", 8000) as heart:
        heart.beat()
        assert pulse.read_pulses()["web"].port == 8000
    assert pulse.read_pulses() == {}


def test_a_loop_that_hangs_stops_the_pulse(place: home.Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "EVERY_S", 0.01)

    async def main() -> None:
        with pulse.beating("listener") as heart:
            beats: list[float] = []
            heart.troubles = lambda: beats.append(clock.monotonic()) or ()  # type: ignore[func-returns-value]
            while len(beats) < 3:
                await asyncio.sleep(0.01)
            # the loop hangs, as when something blocks in it: at most the beat that is under way comes
            threading.Event().wait(0.1)
            before = len(beats)
            threading.Event().wait(0.2)
            assert len(beats) == before
            while len(beats) < before + 3:
                await asyncio.sleep(0.01)

    asyncio.run(main())


KILLED = """
import os, signal
from reverie.clinic.kernel import pulse
with pulse.beating("listener", 2575) as heart:
    heart.beat()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_its_pulse_to_go_stale(place: home.Home) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert ended.returncode == -9
    beat = pulse.read_pulses()["listener"]
    assert beat.port == 2575
    fake = clock.FakeClock(datetime(2026, 3, 1, tzinfo=UTC))
    fake.advance(beat.monotonic - fake.monotonic() + pulse.SILENT_AFTER_S + 1)
    with clock.replaced_by(fake):
        assert beat.silent
