"""Which devices are there: when each last spoke, over which connections, how often, and who fell silent.

Times are milliseconds of a clock that never goes back; it reads none itself. What is lost is told once,
until the device speaks again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

LEAST_SILENCE_MS = 10_000
INTERVALS_OF_SILENCE = 3
GONE_MS = 5_000
BURST_MS = 500
GAPS = 8
FORGOTTEN_MS = 24 * 3_600_000


class Loss(NamedTuple):
    """A device that is no longer heard: when it was last, and why."""

    device: str
    last_ms: int
    reason: str


SILENT = "silent"
HUNG_UP = "connection closed"


@dataclass(slots=True)
class _Heard:
    last_ms: int
    beat_ms: int
    gaps_ms: list[int] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    closed_ms: int | None = None
    one_message_a_line: bool = False
    interval_ms: int | None = None
    lost: bool = False
    not_before_ms: int = 0


class Presence:
    """All devices that have spoken to this process."""

    def __init__(self) -> None:
        """Nobody has spoken."""
        self._heard: dict[str, _Heard] = {}

    def spoke(self, device: str, line: int, at_ms: int, interval_s: int | None = None) -> None:
        """`device` sent a message over connection `line`. `interval_s` is what staff set, if they did."""
        heard = self._heard.get(device)
        if heard is None:
            heard = self._heard[device] = _Heard(at_ms, at_ms)
        gap_ms = at_ms - heard.beat_ms
        if gap_ms >= BURST_MS and not heard.lost:
            heard.gaps_ms = [*heard.gaps_ms[-GAPS + 1 :], gap_ms]
        if gap_ms >= BURST_MS:
            heard.beat_ms = at_ms
        heard.last_ms, heard.closed_ms, heard.lost = at_ms, None, False
        heard.interval_ms = None if interval_s is None else interval_s * 1_000
        heard.lines[line] = heard.lines.get(line, 0) + 1

    def recall(self, device: str, last_ms: int, now_ms: int) -> None:
        """`device` spoke before this process began; it has its time to come back from `now_ms` on."""
        self._heard.setdefault(device, _Heard(last_ms, last_ms, not_before_ms=now_ms))

    def closed(self, line: int, at_ms: int) -> None:
        """Connection `line` has ended."""
        for heard in self._heard.values():
            count = heard.lines.pop(line, None)
            if count is not None and not heard.lines:
                heard.closed_ms = at_ms
                heard.one_message_a_line = count == 1

    def interval_ms(self, device: str) -> int | None:
        """How often it speaks: as set by staff, else as learnt, else None."""
        heard = self._heard.get(device)
        return None if heard is None else heard.interval_ms or _learnt(heard)

    def is_lost(self, device: str) -> bool:
        """Whether it was told as lost and has not spoken since."""
        heard = self._heard.get(device)
        return heard is None or heard.lost

    def losses(self, now_ms: int) -> list[Loss]:
        """Who is lost since it was last asked. Whoever was not heard for a day is forgotten."""
        found = []
        for device, heard in list(self._heard.items()):
            if heard.lost:
                if now_ms - heard.last_ms > FORGOTTEN_MS and not heard.lines:
                    del self._heard[device]
                continue
            interval_ms = heard.interval_ms or _learnt(heard) or 0
            silence_ms = max(LEAST_SILENCE_MS, INTERVALS_OF_SILENCE * interval_ms)
            hung_up = heard.closed_ms is not None and not heard.one_message_a_line
            if hung_up and now_ms - (heard.closed_ms or 0) >= GONE_MS:
                found.append(Loss(device, heard.last_ms, HUNG_UP))
            elif now_ms - max(heard.last_ms, heard.not_before_ms) >= silence_ms:
                reason = SILENT if heard.closed_ms is None else HUNG_UP
                found.append(Loss(device, heard.last_ms, reason))
            else:
                continue
            heard.lost = True
        return found


def _learnt(heard: _Heard) -> int | None:
    if not heard.gaps_ms:
        return None
    # the second longest: one long gap teaches nothing
    return heard.gaps_ms[0] if len(heard.gaps_ms) == 1 else sorted(heard.gaps_ms)[-2]
