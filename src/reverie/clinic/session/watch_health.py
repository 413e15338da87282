"""How the watch is: it beats while it lives, and says when it last finished a look, and what looks cost.

A look that hangs or fails moves nothing here, so that pages see it. It judges nothing.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from reverie.clinic.kernel import clock, pulse, trouble
from reverie.clinic.session import watch_state

BEAT_EVERY_S = 0.5
REMEMBERED_S = 60.0


class Health:
    """What the pulse tells of one watch."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._heart = pulse.Heart(watch_state.NAME, troubles=trouble.own)
        self._took: deque[tuple[float, float]] = deque()
        self._figures: dict[str, float] = {}
        self._beaten_s, self._told_s = float("-inf"), 0.0

    def finished(self, begun_s: float, sessions: int, behind_ms: int) -> None:
        """A look that began then (monotonic seconds) is finished; by how much the last of all was late."""
        now_s = clock.monotonic()
        self._took.append((now_s, (now_s - begun_s) * 1_000))
        while self._took[0][0] < now_s - REMEMBERED_S:
            self._took.popleft()
        took_ms = [took for _at, took in self._took]
        self._figures = {
            "looked_s": now_s,
            "sessions": sessions,
            "look_ms": round(sum(took_ms) / len(took_ms), 1),
            "slowest_ms": round(max(took_ms), 1),
            "behind_ms": behind_ms,
        }

    def beat(self) -> None:
        """Write the pulse, if it is time to."""
        now_s = clock.monotonic()
        looked_s = self._figures.get("looked_s", 0.0)
        # that it looks again is told at once
        if now_s - self._beaten_s < BEAT_EVERY_S and looked_s - self._told_s < 2 * BEAT_EVERY_S:
            return
        self._beaten_s, self._told_s = now_s, looked_s
        with suppress(OSError):  # a pulse that cannot be written is silence, which others see
            self._heart.beat(self._figures)
        trouble.look_again()

    def stop(self) -> None:
        """This one no longer judges."""
        self._heart.stop()
        self._took.clear()
        self._figures = {}
        self._beaten_s, self._told_s = float("-inf"), 0.0
