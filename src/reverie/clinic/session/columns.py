"""The numerics of a session as columns, one set per device and parameter, for charts.

It knows when a value was true by this server's clock: at receipt, less the lag that the message itself
tells. It never fills, joins or smooths; what is no value stays in its place as null with its reason.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from math import isnan, nan
from typing import Any, NamedTuple

from reverie.science.session.effects import choose_rows
from reverie.science.session.events import Readings
from reverie.science.session.samples import measured_ms

SAME_MS = 2_000
MOST_PLACES = 20


class Point(NamedTuple):
    """A value at a time, None for none with its reason ("" when valid); how many decimals it came with."""

    at_ms: int
    value: float | None
    reason: str = ""
    places: int = 0


def places_of(text: str) -> int:
    """How many decimals a number in text has."""
    return len(text.partition(".")[2])


class Series:
    """One parameter of one device: times (ms), values (NaN for none), decimals, entries, reasons by place."""

    __slots__ = ("last_text", "places", "reasons", "seqs", "times", "values")

    def __init__(self) -> None:
        """Empty."""
        self.times, self.values, self.seqs = array("q"), array("d"), array("q")
        self.places = array("B")
        self.reasons: dict[int, str] = {}
        self.last_text: str | None = None

    def add(self, at_ms: int, received_ms: int, text: str | None, validity: str, seq: int) -> None:
        """Append a row, unless it tells again what the row before it told."""
        again = at_ms < received_ms and text == self.last_text and len(self.times) > 0
        if again and abs(at_ms - self.times[-1]) < SAME_MS:
            return  # monitors send a cuff's value again and again, with the time of the cuff
        if validity != "valid":
            self.reasons[len(self.times)] = validity
        self.times.append(at_ms)
        self.values.append(nan if text is None else float(text))
        self.places.append(0 if text is None else min(places_of(text), MOST_PLACES))
        self.seqs.append(seq)
        self.last_text = text

    def points(self, after_ms: int, left_out: Collection[int]) -> Iterator[Point]:
        """Each row after a time, without those of some entries."""
        for place, (at_ms, value, seq) in enumerate(zip(self.times, self.values, self.seqs, strict=True)):
            if at_ms > after_ms and seq not in left_out:
                shown = None if isnan(value) else value
                yield Point(at_ms, shown, self.reasons.get(place, ""), self.places[place])


class Columns:
    """All series of one session, by (device, parameter)."""

    def __init__(self) -> None:
        """Empty."""
        self.series: dict[tuple[str, str], Series] = {}
        self.measured: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, seq: int, received_ms: int, event: Readings) -> None:
        """Append what one message brought."""
        for parameter, row in choose_rows(event.rows).items():
            key = (event.device, parameter)
            at_ms = measured_ms(received_ms, event.at_ms, row.at_ms)
            series = self.series.get(key)
            if series is None:
                series = self.series[key] = Series()
            series.add(at_ms, received_ms, None if row.value is None else str(row.value), row.validity, seq)
            self.measured[key] = (seq, at_ms)

    def told_ms(self, device: str, parameter: str) -> int | None:
        """When the last valid value of a device was true; None when there is none."""
        series = self.series.get((device, parameter))
        if series is None:
            return None
        places = range(len(series.times) - 1, -1, -1)
        return next((series.times[place] for place in places if place not in series.reasons), None)

    def holds(self, device: str, parameter: str, value: Decimal, at_ms: int | None) -> bool:
        """Whether a device told this valid value as measured then."""
        series = self.series.get((device, parameter))
        if series is None or at_ms is None:
            return False
        return any(
            series.times[place] == at_ms and series.values[place] == float(value)
            for place in range(len(series.times) - 1, -1, -1)
            if place not in series.reasons
        )

    def points(self, after_ms: int = 0, left_out: Collection[int] = ()) -> dict[tuple[str, str], list[Point]]:
        """The points of each series after a time, without those of some entries."""
        return {key: list(series.points(after_ms, left_out)) for key, series in self.series.items()}


def packed(points: Sequence[Point]) -> Mapping[str, Any]:
    """`t` (the first absolute, then differences in ms), `v`, `q` {place: reason}, and decimals.

    `n` is the usual number of decimals, `o` {place: decimals} where it is another.
    """
    times, last = [], 0
    for point in points:
        times.append(point.at_ms - last)
        last = point.at_ms
    usual = Counter(point.places for point in points if point.value is not None).most_common(1)
    places = usual[0][0] if usual else 0
    return {
        "t": times,
        "v": [
            int(point.value) if point.value is not None and point.value.is_integer() else point.value
            for point in points
        ],
        "q": {str(place): point.reason for place, point in enumerate(points) if point.reason},
        "n": places,
        "o": {
            str(place): point.places
            for place, point in enumerate(points)
            if point.value is not None and point.places != places
        },
    }
