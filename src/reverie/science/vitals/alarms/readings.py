"""Pressures, reading by reading: beyond a limit so often in a row, over the baseline, rising, projected.

The same reading told again is one reading. A rule over the baseline says nothing while that is not known.
Source of the projection: Theil 1950 and Sen 1968.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from statistics import median

from reverie.science.vitals.alarms.filters import CUFF_STAND_MS, RAISES, stand_ms, usable
from reverie.science.vitals.alarms.limits import baseline, input_of, is_resting, level_of
from reverie.science.vitals.alarms.memory import Key, Memory
from reverie.science.vitals.alarms.plans import CUFF, Counted, Plan
from reverie.science.vitals.alarms.rules import Limit, OverBaseline, Projection, Rise
from reverie.science.vitals.alarms.runs import BAND, BEYOND, CLEAR, UNKNOWN
from reverie.science.vitals.alarms.told import Input, Sample

# no cuff can be repeated within this time: the same value again is the same reading
SAME_READING_MS = 15_000
_KEPT_MS = 3_600_000
_MOST_KEPT = 128
_STEADY_STEP_MS = 30_000  # what comes every second gives a reading so often
_LEAST_SLOPE_MS = 30_000
_MOST_BASELINE = 64

History = tuple[tuple[int, Decimal], ...]


def is_same(m: Memory, key: Key, sample: Sample, at_ms: int) -> bool:
    """Whether a cuff's value tells again of a reading that is known already, or of an older one."""
    track = m.tracks.get(key)
    if track is None or track.measured_ms is None or key[1] not in CUFF:
        return False
    if sample.measured_ms <= track.measured_ms:
        return True
    # when it was measured may be known to a few seconds only
    near_ms = min(at_ms - track.at_ms, sample.measured_ms - track.measured_ms)
    return sample.value == track.value and near_ms < SAME_READING_MS


def is_known(m: Memory, key: Key, sample: Sample) -> bool:
    """Whether a reading of the past has been judged already."""
    return any(
        value == sample.value and abs(when - sample.measured_ms) < SAME_READING_MS
        for when, value in m.history.get(key, ())
    )


def remember(m: Memory, plan: Plan, key: Key, signal: str, sample: Sample, collects: bool) -> None:
    """Keep a reading that counts for rises and projections, and for the baseline before the drug."""
    value, when = sample.value, sample.measured_ms
    assert value is not None
    kept = m.history.get(key, ())
    if not kept or when - kept[-1][0] >= _least_apart_ms(key):
        m.history[key] = (*(one for one in kept if when - one[0] <= _KEPT_MS), (when, value))[-_MOST_KEPT:]
    if collects and signal in plan.baselines:
        collect(m, signal, when, value)


def _least_apart_ms(key: Key) -> int:
    return 1 if key[1] in CUFF else _STEADY_STEP_MS


def collect(m: Memory, signal: str, when_ms: int, value: Decimal) -> None:
    """Take a reading before the drug into the baseline."""
    known = m.baselines.get(signal, ())
    if not known or when_ms > known[-1][0]:
        m.baselines[signal] = (*known, (when_ms, value))[-_MOST_BASELINE:]


def feed(m: Memory, plan: Plan, key: Key, sample: Sample, at_ms: int) -> None:
    """Judge one new reading by every rule that looks at it."""
    value = sample.value
    use = usable(value, sample.validity)
    stands_ms = CUFF_STAND_MS if key[1] in CUFF else stand_ms(key[0], m.tracks[key].gap_ms)
    for counted in plan.counted.get(sample.parameter, ()):
        inputs: tuple[Input, ...] = (input_of(sample),)
        level = UNKNOWN
        if use >= RAISES:
            assert value is not None
            level, more = _see(m, key, counted, value, sample.measured_ms)
            inputs += more
            side = counted.bound.below if counted.bound is not None else False
            if use == RAISES and (level != BEYOND or usable(value, sample.validity, side) != RAISES):
                level = UNKNOWN
        m.feed(counted.way, key, at_ms, level, inputs, until_ms=at_ms + stands_ms)


def feed_again(m: Memory, plan: Plan, key: Key, sample: Sample, at_ms: int) -> None:
    """Judge the readings that are known by rules that came to hold only now; the last is `sample`."""
    history = m.history.get(key, ())
    for counted in plan.counted.get(key[1], ()):
        m.rows.pop((*counted.way.key, key), None)
        m.rises.pop((*counted.way.key, key), None)
    for when, value in history[:-1]:
        for counted in plan.counted.get(key[1], ()):
            _see(m, key, counted, value, when)
    feed(m, plan, key, sample, at_ms)


def see_late(m: Memory, plan: Plan, key: Key, sample: Sample) -> list[tuple[Counted, tuple[Input, ...]]]:
    """Which rules a usable reading of the past would have alarmed by, with what they were judged from."""
    value = sample.value
    assert value is not None
    found = []
    for counted in plan.counted.get(sample.parameter, ()):
        level, more = _see(m, key, counted, value, sample.measured_ms)
        if level == BEYOND:
            found.append((counted, (input_of(sample), *more)))
    return found


def _see(
    m: Memory, key: Key, counted: Counted, value: Decimal, when_ms: int
) -> tuple[int, tuple[Input, ...]]:
    """The level that a reading means for a rule, and what else it was judged from."""
    asked, bound = counted.asked, counted.bound
    if isinstance(asked, Limit):
        assert bound is not None
        if is_resting(m, bound):
            return CLEAR, ()
        level = level_of(bound, value)
        return _count(m, key, counted, level, when_ms, asked.readings, asked.apart_s, asked.within_s), ()
    if isinstance(asked, OverBaseline):
        own = baseline(m, asked.parameter)
        if own is None:
            return UNKNOWN, ()
        least = over_from(asked, own)
        level = BEYOND if value >= least else CLEAR if value < least - asked.hysteresis else BAND
        level = _count(m, key, counted, level, when_ms, asked.readings, 0, 0)
        return level, (Input("baseline", format(own, "f"), "mmHg"),)
    if isinstance(asked, Rise):
        return _rise(m, key, counted, asked, value, when_ms)
    crossing = projects(asked, m.history.get(key, ()), when_ms)
    return (BEYOND if crossing else CLEAR), ()


def over_from(asked: OverBaseline, own: Decimal) -> Decimal:
    """From which value on a reading counts as over the baseline `own`."""
    parts = []
    if asked.percent is not None:
        parts.append(own * (100 + asked.percent) / 100)
    if asked.absolute is not None:
        parts.append(own + asked.absolute)
    return max(min(parts, default=Decimal("Infinity")), asked.counts_from)


def _count(
    m: Memory,
    key: Key,
    counted: Counted,
    level: int,
    when_ms: int,
    readings: int,
    apart_s: int,
    within_s: int,
) -> int:
    """Beyond only once so many readings in a row are; nearly inside neither counts nor breaks the row."""
    place = (*counted.way.key, key)
    if level == CLEAR:
        m.rows.pop(place, None)
        return CLEAR
    if level == BAND or readings == 1:
        return level
    row = m.rows.get(place, ())
    if within_s:
        row = tuple(one for one in row if when_ms - one <= within_s * 1000)
    if not row or when_ms - row[-1] >= max(_least_apart_ms(key), apart_s * 100):
        row = (*row, when_ms)
    # the first is kept, so that the distance is known; of the rest only as many as can count
    if not within_s and len(row) > readings:
        row = (row[0], *row[-(readings - 1) :])
    m.rows[place] = row
    if len(row) >= readings and when_ms - row[0] >= apart_s * 1000:
        return BEYOND
    run = m.runs.get(place)
    return BEYOND if run is not None and run.held_ms is not None else BAND


def _rise(
    m: Memory, key: Key, counted: Counted, asked: Rise, value: Decimal, when_ms: int
) -> tuple[int, tuple[Input, ...]]:
    """A rise is confirmed by readings that stay up; it is over when it has come down or become a plateau."""
    place = (*counted.way.key, key)
    history = m.history.get(key, ())
    within = [one for when, one in history if when_ms - asked.within_s * 1000 <= when < when_ms]
    row = m.rows.get(place, ())
    start = m.rises.get(place)
    lasting = start is not None and bool(row) and when_ms - row[0] <= asked.within_s * 1000
    least = min(within, default=value)
    if lasting and start is not None:
        least = min(least, start)
    if value < asked.counts_from or value - least < asked.by:
        m.rows.pop(place, None)
        m.rises.pop(place, None)
        return CLEAR, ()
    if not lasting:
        row = (when_ms,)
    elif when_ms - row[-1] >= _least_apart_ms(key):
        row = (*row, when_ms)
    m.rows[place], m.rises[place] = (row[0], *row[1:][-asked.readings :]), least
    # a rise has no delay: one that was begun holds
    holds = len(row) >= asked.readings or place in m.runs
    return (BEYOND if holds else BAND), (Input("rise_from", format(least, "f"), "mmHg"),)


def projects(asked: Projection, history: Sequence[tuple[int, Decimal]], now_ms: int) -> bool:
    """Whether the line through the last readings crosses the limit within the time that is asked.

    Each reading has a time of its own. It says nothing of fewer readings than asked, nor of one that is
    beyond already.
    """
    last = [(when, Fraction(value)) for when, value in history[-asked.readings :]]
    if len(last) < asked.readings or last[-1][0] - last[0][0] < _LEAST_SLOPE_MS:
        return False
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(last, 2)]
    slope = median(slopes)
    start = median(value - slope * when for when, value in last)
    limit, now, value = Fraction(asked.limit), start + slope * now_ms, last[-1][1]
    then = start + slope * (now_ms + asked.within_s * 1000)
    if asked.side == "below":
        return value >= limit and now >= limit > then
    return value <= limit and now <= limit < then
