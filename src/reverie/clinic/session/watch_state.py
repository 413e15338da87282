"""Whether alarms are being judged now, for every page: how long ago the watch last finished a look.

Read from the watch's pulse, at most five times a second. It asks no database, so that it can be said when
the database is gone.
"""

from __future__ import annotations

from reverie.clinic.kernel import clock, pulse

NAME = "watch"
STALE_MS = 2_000
CACHED_S = 0.2

BEHIND_MS = 1_000

_seen: tuple[float, float | None] | None = None


def age_ms() -> int | None:
    """Milliseconds since the watch last finished a look; None when it never did, or has ended."""
    looked_s = _looked_s()
    return None if looked_s is None else max(0, round((clock.monotonic() - looked_s) * 1_000))


def runs() -> bool:
    """Whether alarms are running; when not, every page must say so."""
    age = age_ms()
    return age is not None and age <= STALE_MS


def _looked_s() -> float | None:
    global _seen
    now_s = clock.monotonic()
    if _seen is None or not 0 <= now_s - _seen[0] < CACHED_S:
        beat = pulse.read_pulse(NAME)
        told = None if beat is None or beat.boot != pulse.boot_id() else beat.figures.get("looked_s")
        _seen = (now_s, told)
    return _seen[1]


def health() -> tuple[bool, str]:
    """Whether the watch is well, and what it says of itself or what to do: for whoever runs the machine."""
    beat = pulse.read_pulse(NAME)
    if beat is None or beat.boot != pulse.boot_id():
        return False, "Not running: nobody judges alarms. Start the clinic: reverie serve (or reverie demo)"
    looked_s = beat.figures.get("looked_s")
    if looked_s is None:
        return False, f"Process {beat.pid} has not finished a look yet: alarms are not running."
    age_s = clock.monotonic() - looked_s
    if age_s > pulse.SILENT_AFTER_S:
        return False, (
            f"No look was finished for {age_s:,.0f} s (process {beat.pid}): alarms are not running. "
            "If it does not come back by itself within a minute, restart Reverie."
        )
    told = {name: beat.figures.get(name, 0.0) for name in ("sessions", "look_ms", "slowest_ms", "behind_ms")}
    words = (
        f"watches {told['sessions']:,.0f} sessions, {told['look_ms']:,.0f} ms a look, "
        f"at worst {told['slowest_ms']:,.0f} ms in the last minute"
    )
    if told["behind_ms"] > BEHIND_MS:
        return False, f"{words}; {told['behind_ms'] / 1_000:,.1f} s behind. This computer is too busy."
    return True, words
