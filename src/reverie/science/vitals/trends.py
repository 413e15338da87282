"""What a series of one vital sign says over a time: extremes, middle, slope, time beyond a limit, gaps.

A value stands until the next one, and no longer than it may; what it does not cover is a gap and never
filled in. The slope is Theil-Sen's, which a single artefact does not move, with its interval.
Sources: Theil 1950; Sen 1968 (the interval, corrected for ties).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from math import sqrt
from statistics import NormalDist, median
from typing import NamedTuple

import numpy as np

LEAST_FOR_SLOPE = 3
MOST_FOR_SLOPE = 1_000
_MS_PER_MIN = 60_000.0


class Point(NamedTuple):
    """A value at a time; None where there was none, such as a probe off the finger."""

    at_ms: int
    value: Decimal | None


class Slope(NamedTuple):
    """How fast a series rises, per minute, and the interval that holds its true slope with the confidence."""

    per_min: float
    low: float
    high: float


class Trend(NamedTuple):
    """A series over a time, of so many known values. Without one, extremes, middle, mean and slope are None.

    `below_s`, `above_s` and `gap_s` are seconds; the first two are 0 where no limit was asked.
    """

    known: int
    least: Decimal | None
    most: Decimal | None
    middle: Decimal | None
    mean: Decimal | None
    slope: Slope | None
    below_s: Decimal
    above_s: Decimal
    gap_s: Decimal


def slope(points: Iterable[Point], confidence: float = 0.95) -> Slope | None:
    """The Theil-Sen slope per minute; None with fewer than three values or all of them at one time.

    Of more than a thousand values, a thousand spread evenly count. Raises ValueError for a confidence
    outside 0 to 1.
    """
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    known = [(point.at_ms, point.value) for point in points if point.value is not None]
    if len(known) > MOST_FOR_SLOPE:
        known = [known[i * len(known) // MOST_FOR_SLOPE] for i in range(MOST_FOR_SLOPE)]
    if len(known) < LEAST_FOR_SLOPE:
        return None
    minutes = np.array([at_ms - known[0][0] for at_ms, _ in known], dtype=np.float64) / _MS_PER_MIN
    values = np.array([float(value) for _, value in known], dtype=np.float64)
    one, other = np.triu_indices(len(known), 1)
    span_min = minutes[other] - minutes[one]
    apart = span_min != 0
    slopes = np.sort((values[other] - values[one])[apart] / span_min[apart])
    if not slopes.size:
        return None
    low, high = _interval(slopes.size, minutes, values, confidence)
    return Slope(float(np.median(slopes)), float(slopes[low]), float(slopes[high]))


def _interval(count: int, minutes: np.ndarray, values: np.ndarray, confidence: float) -> tuple[int, int]:
    """The places of the interval's ends among so many slopes in order."""
    variance = _spread(len(values))
    for ties in (Counter(minutes.tolist()), Counter(values.tolist())):
        variance -= sum(_spread(times) for times in ties.values())
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(max(variance, 0) / 18)
    return max(round((count - half) / 2) - 1, 0), min(round((count + half) / 2), count - 1)


def _spread(number: int) -> int:
    return number * (number - 1) * (2 * number + 5)


def summarise(
    points: Sequence[Point],
    *,
    begin_ms: int,
    end_ms: int,
    stands_ms: int,
    below: Decimal | None = None,
    above: Decimal | None = None,
) -> Trend:
    """The series from `begin_ms` to `end_ms`, with the seconds that it stood below or above a limit.

    A value stands for at most `stands_ms`. Points must be in order of time; of two at one time the last
    counts. Raises ValueError for a time that ends before it begins, or points out of order.
    """
    if end_ms < begin_ms or stands_ms < 0:
        raise ValueError("a time ends after it begins, and a value stands for no less than nothing")
    if any(one.at_ms > other.at_ms for one, other in pairwise(points)):
        raise ValueError("points must be in order of time")
    inside = [point for point in points if begin_ms <= point.at_ms <= end_ms]
    values = [point.value for point in inside if point.value is not None]
    below_ms = above_ms = held_ms = 0
    for point, after in pairwise([*points, Point(end_ms, None)]):
        if point.value is None:
            continue
        from_ms, to_ms = max(point.at_ms, begin_ms), min(after.at_ms, point.at_ms + stands_ms, end_ms)
        for_ms = max(to_ms - from_ms, 0)
        held_ms += for_ms
        below_ms += for_ms if below is not None and point.value < below else 0
        above_ms += for_ms if above is not None and point.value > above else 0
    return Trend(
        len(values),
        min(values, default=None),
        max(values, default=None),
        median(values) if values else None,
        sum(values, Decimal(0)) / len(values) if values else None,
        slope(inside),
        _seconds(below_ms),
        _seconds(above_ms),
        _seconds(end_ms - begin_ms - held_ms),
    )


def _seconds(milliseconds: int) -> Decimal:
    return Decimal(milliseconds) / 1_000
