"""The one clock. Code asks it for the time of day (UTC) and for durations (monotonic).

Tests put a `FakeClock` in its place; nothing else in the clinic reads the system's clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time of day, UTC, cut to milliseconds (what the record keeps)."""
        at = datetime.now(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        """Seconds that never go back, for durations only."""
        return time.monotonic()


class FakeClock(SystemClock):
    """A clock that a test moves by hand; `step` moves the time of day alone, as a wrong clock does."""

    def __init__(self, at: datetime) -> None:
        """Start at `at` (aware)."""
        self._at = at
        self._monotonic = 1_000.0

    def now(self) -> datetime:
        """The time that the test set."""
        return self._at

    def monotonic(self) -> float:
        """Seconds, moved by `advance` only."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._at += timedelta(seconds=seconds)
        self._monotonic += seconds

    def step(self, seconds: float) -> None:
        """Step the time of day without any time passing."""
        self._at += timedelta(seconds=seconds)


_clock: SystemClock = SystemClock()


def now() -> datetime:
    """The time of day: aware, UTC, milliseconds."""
    return _clock.now()


def monotonic() -> float:
    """Seconds for durations."""
    return _clock.monotonic()


@contextmanager
def replaced_by(clock: SystemClock) -> Iterator[SystemClock]:
    """Use another clock inside a `with` block (tests only)."""
    global _clock
    before, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = before


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since the epoch (floor)."""
    return (at - EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The UTC time of a number of milliseconds since the epoch."""
    return EPOCH + timedelta(milliseconds=ms)


def to_text(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-24T15:00:00.123Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The time that `to_text` wrote. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)
