"""What makes a value usable: validity, how long it stands, the median of SpO2, and when SpO2 is in doubt.

A valid value counts. One that is questionable or off scale can raise an alarm and never end one; every other
counts as none. Doubt never hides a low SpO2 for long: after a minute it is judged all the same.
Sources: the filters and suppressions of the alarm table; numbers marked below are ours.
"""

from __future__ import annotations

from decimal import Decimal

from reverie.science.vitals.alarms.memory import Key, Memory, Track
from reverie.science.vitals.alarms.plans import PULSE
from reverie.science.vitals.alarms.told import BY_HAND

NONE, RAISES, COUNTS = range(3)

SPO2_WINDOW_MS = 5_000
SPO2_SHORT_WINDOW_MS = 3_000
LEAST_PERFUSION_PERCENT = Decimal("0.3")
MOST_PULSE_DIFFERENCE_PER_MIN = Decimal(15)
MOST_SUPPRESSED_MS = 60_000
# a cuff inflates before its reading comes; together this is the window of at most a minute
CUFF_BEFORE_MS, CUFF_AFTER_MS = 45_000, 15_000

_UNKNOWN_STAND_MS = 60_000
_LEAST_STAND_MS, _MOST_STAND_MS = 5_000, 150_000
_HAND_STAND_MS = CUFF_STAND_MS = 900_000


def usable(value: Decimal | None, validity: str, below: bool | None = None) -> int:
    """Whether a value counts, can only raise, or is none.

    Off scale it can only raise, and only on its own side (`below` None: on either).
    """
    if value is None or not value.is_finite():
        return NONE
    if validity == "valid":
        return COUNTS
    if validity == "questionable":
        return RAISES
    if validity == "underflow":
        return RAISES if below is not False else NONE
    if validity == "overflow":
        return RAISES if not below else NONE
    return NONE


def stand_ms(device: str, gap_ms: int) -> int:
    """For how long a value stands for what follows it: two and a half times the usual gap, within bounds."""
    if device == BY_HAND:
        return _HAND_STAND_MS
    if not gap_ms:
        return _UNKNOWN_STAND_MS
    return min(max(gap_ms * 5 // 2, _LEAST_STAND_MS), _MOST_STAND_MS)


def learn_gap(gap_ms: int, seen_ms: int) -> int:
    """The usual gap between values after one more was seen; a drop-out hardly counts."""
    if seen_ms <= 0:
        return gap_ms
    if not gap_ms:
        return seen_ms
    return (3 * gap_ms + min(seen_ms, 4 * gap_ms)) // 4


def middle(values: list[Decimal]) -> Decimal:
    """The median; of an even number of values the upper one of the middle two."""
    return sorted(values)[len(values) // 2]


def is_fresh(key: Key, track: Track, at_ms: int) -> bool:
    """Whether the source still gives values."""
    return track.bad_ms is None and at_ms - track.at_ms < stand_ms(key[0], track.gap_ms)


def freshest(m: Memory, parameter: str, at_ms: int) -> Track | None:
    """The latest track of a parameter from a device that still gives values."""
    found: Track | None = None
    for key in m.sources.get(parameter, ()):
        track = m.tracks[key]
        if key[0] != BY_HAND and is_fresh(key, track, at_ms) and (found is None or track.at_ms > found.at_ms):
            found = track
    return found


def doubt(m: Memory, parameter: str, at_ms: int) -> str:
    """What speaks against an oximeter's value at a moment: pi, pulse or cuff; "" when nothing does.

    Of its pulse only too little perfusion does: that is when it is halved or doubled.
    """
    if parameter == "hr":
        return ""
    perfusion = freshest(m, "pi", at_ms)
    if perfusion is not None and perfusion.value is not None and perfusion.value < LEAST_PERFUSION_PERCENT:
        return "pi"
    if parameter == "pr":
        return ""
    rate, pulse = (freshest(m, name, at_ms) for name in PULSE)
    agree = None
    if rate is not None and pulse is not None and rate.value is not None and pulse.value is not None:
        agree = abs(rate.value - pulse.value) <= MOST_PULSE_DIFFERENCE_PER_MIN
        if not agree:
            return "pulse"
    # a finger that is perfused is not under a cuff
    if agree is None and perfusion is None and cuff_may_inflate(m, at_ms):
        return "cuff"
    return ""


def cuff_may_inflate(m: Memory, at_ms: int) -> bool:
    """Whether the next cuff reading is about to come, as far as its cycle is known."""
    if m.cuff_interval_ms is None:
        return False
    for key in m.sources.get("nibp_sys", ()):
        measured = m.tracks[key].measured_ms
        if measured is not None:
            expected = measured + m.cuff_interval_ms
            if expected - CUFF_BEFORE_MS <= at_ms < expected + CUFF_AFTER_MS:
                return True
    return False
