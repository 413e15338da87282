"""The watch's own time: the time of day, but for steps of the clock that are not in the record yet.

It goes by the monotonic clock. A time of day that has moved against it by more than STEP_MS was stepped; what
creeps is the machine's own correction and is followed. It writes nothing.
"""

from __future__ import annotations

from reverie.clinic.kernel import clock

STEP_MS = 2_000


class Steady:
    """Milliseconds since the epoch that no step of the clock moves, until the step is taken over."""

    def __init__(self, offset_ms: int | None = None) -> None:
        """As the clock stands now, or as it stood when time of day less monotonic time was this (ms)."""
        self._offset_ms = _offset_ms() if offset_ms is None else offset_ms

    @property
    def offset_ms(self) -> int:
        """The time of day that is gone by, less the monotonic time."""
        return self._offset_ms

    def stepped_ms(self) -> int:
        """By how much the clock was stepped since this was last right; 0 when it was not."""
        offset_ms = _offset_ms()
        by_ms = offset_ms - self._offset_ms
        if abs(by_ms) > STEP_MS:
            return by_ms
        self._offset_ms = offset_ms
        return 0

    def now_ms(self) -> int:
        """The time of day in ms, as if the step that is not taken over had not been."""
        return monotonic_ms() + self._offset_ms

    def take_over(self, by_ms: int) -> None:
        """A step is in the record: go by the clock as it stands since."""
        self._offset_ms += by_ms


def monotonic_ms() -> int:
    """Whole milliseconds that never go back."""
    return int(clock.monotonic() * 1_000)


def _offset_ms() -> int:
    return clock.to_ms(clock.now()) - monotonic_ms()
