"""The numerics of a session as columns, one set per device and parameter, for charts.

It knows when a value was true by this server's clock: at receipt, less the lag that the message itself
tells. It never fills, joins or smooths; what is no value stays in its place as null with its reason.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping
from math import isnan, nan
from typing import Any

from reverie.science.session.effects import choose_rows
from reverie.science.session.events import Readings

SAME_MS = 2_000
LONGEST_LAG_MS = 24 * 3_600_000


def measured_ms(received_ms: int, message_ms: int | None, own_ms: int | None) -> int:
    """When a row was true, by this server's clock; `own_ms` and `message_ms` are by the device's."""
    if own_ms is None or message_ms is None:
        return received_ms
    lag_ms = message_ms - own_ms
    return received_ms - lag_ms if 0 < lag_ms <= LONGEST_LAG_MS else received_ms


class Series:
    """One parameter of one device: times (ms), values (NaN for none), entries, and reasons by place."""

    __slots__ = ("last_text", "reasons", "seqs", "times", "values")

    def __init__(self) -> None:
        """Empty."""
        self.times, self.values, self.seqs = array("q"), array("d"), array("q")
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
        self.seqs.append(seq)
        self.last_text = text

    def rows(self, after_ms: int, left_out: Collection[int]) -> Iterator[tuple[int, float | None, str]]:
        """Time, value and reason ("" when valid) of each row after a time, without those of some entries."""
        for place, (at_ms, value, seq) in enumerate(zip(self.times, self.values, self.seqs, strict=True)):
            if at_ms > after_ms and seq not in left_out:
                yield at_ms, None if isnan(value) else value, self.reasons.get(place, "")


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

    def as_json(self, after_ms: int = 0, left_out: Collection[int] = ()) -> list[dict[str, Any]]:
        """Series as compact JSON: times as differences, numbers as numbers, reasons by place."""
        return [
            {"d": device, "p": parameter, **packed(list(series.rows(after_ms, left_out)))}
            for (device, parameter), series in self.series.items()
        ]


def packed(rows: list[tuple[int, float | None, str]]) -> Mapping[str, Any]:
    """`t` (the first absolute, then differences in ms), `v`, and `q` {place: reason}."""
    times, last = [], 0
    for at_ms, _value, _reason in rows:
        times.append(at_ms - last)
        last = at_ms
    return {
        "t": times,
        "v": [
            int(value) if value is not None and value.is_integer() else value for _at, value, _reason in rows
        ],
        "q": {str(place): reason for place, (_at, _value, reason) in enumerate(rows) if reason},
    }
