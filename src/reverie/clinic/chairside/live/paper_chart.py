"""The numerics of a whole session as still lanes for paper: paths, gaps and marks in user units of an SVG.

It never joins over a gap, never smooths and carries nothing on; where a stretch has more points than paper
can show, each column keeps its lowest and its highest. Times are ms since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil, floor
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from reverie.clinic.chairside.live.lanes import NO_NUMBER, Lane, lanes
from reverie.clinic.kernel import clock
from reverie.clinic.session.columns import Point
from reverie.clinic.session.sentences import device_words
from reverie.science.session.fold import STAFF

WIDTH, HEAD, TOP = 688, 132, 20
HIGH, TALL = 46, 78
UNKNOWN_INTERVAL_MS = 5_000
NOW_AND_THEN = frozenset({"nibp_sys", "nibp_dia", "nibp_mean", "temp"})
STEPS_MS = (60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000)
MOST_TICKS = 8
Points = Mapping[tuple[str, str], Sequence[Point]]


class Arrows(NamedTuple):
    """A pressure: where its two ends stand; taken by hand or by the cuff."""

    x: float
    upper: float
    lower: float | None
    by_hand: bool


class Gap(NamedTuple):
    """A stretch without values, in user units, and how long it was."""

    x: float
    width: float
    words: str


class Strip(NamedTuple):
    """One lane: its place, its name and scale, and what stands in it."""

    label: str
    sub: str
    unit: str
    source: str
    top: float
    high: float
    lowest: str
    highest: str
    path: str
    area: str
    dots: tuple[tuple[float, float], ...]
    squares: tuple[tuple[float, float], ...]
    arrows: tuple[Arrows, ...]
    gaps: tuple[Gap, ...]


class PaperChart(NamedTuple):
    """All lanes on one time axis; ticks are (x, clock time)."""

    width: float
    height: float
    head: float
    ticks: tuple[tuple[float, str], ...]
    strips: tuple[Strip, ...]


def draw(
    points: Points, intervals_ms: Mapping[str, int | None], from_ms: int, to_ms: int
) -> PaperChart | None:
    """The chart from `from_ms` to `to_ms`; None when there is nothing to draw."""
    span = (from_ms, max(to_ms, from_ms + 60_000))
    strips: list[Strip] = []
    top = float(TOP)
    for lane in lanes():
        for device in _devices(points, lane):
            high = TALL if lane.kind == "pressure" else HIGH
            strips.append(_strip(lane, device, points, intervals_ms.get(device), span, top, high))
            top += high
    if not strips:
        return None
    return PaperChart(WIDTH, top + 2, HEAD, tuple(_ticks(*span)), tuple(strips))


def _devices(points: Points, lane: Lane) -> list[str]:
    """Whose lanes to draw: every device that gave it; staff's own where no device did."""
    named = sorted({device for device, name in points if name in lane.parameters})
    devices = [device for device in named if device != STAFF]
    return devices or named


class _Place(NamedTuple):
    """How times and values become user units."""

    from_ms: int
    to_ms: int
    top: float
    high: float
    low: float
    up: float

    def x(self, at_ms: float) -> float:
        part = (at_ms - self.from_ms) / (self.to_ms - self.from_ms)
        return round(HEAD + min(max(part, 0), 1) * (WIDTH - HEAD), 1)

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.up - self.low)
        return round(self.top + self.high - 4 - part * (self.high - 8), 1)


def _strip(
    lane: Lane,
    device: str,
    points: Points,
    interval_ms: int | None,
    span: tuple[int, int],
    top: float,
    high: float,
) -> Strip:
    name = _parameter(points, lane, device)
    own = _usable(points.get((device, name), ())) if device != STAFF else []
    hand_name = name if lane.kind == "pressure" else _parameter(points, lane, STAFF)
    hand = _usable(points.get((STAFF, hand_name), ()))
    lower_name = lane.parameters[1] if lane.kind == "pressure" else ""
    lower = {
        (of, point.at_ms): point.value for of in (device, STAFF) for point in points.get((of, lower_name), ())
    }
    shown = [point.value for point in (*own, *hand)] + list(lower.values())
    low, up = _scale(lane, [value for value in shown if value is not None])
    place = _Place(*span, top, high, low, up)
    arrows: tuple[Arrows, ...] = ()
    path, area = "", ""
    dots: tuple[tuple[float, float], ...] = ()
    gaps: tuple[Gap, ...] = ()
    squares = tuple((place.x(one.at_ms), place.y(one.value or 0)) for one in hand if one.value is not None)
    if lane.kind == "pressure":
        arrows = tuple(_arrows(place, own, hand, device, lower))
        squares = ()
    elif name in NOW_AND_THEN:
        dots = tuple((place.x(one.at_ms), place.y(one.value)) for one in own if one.value is not None)
    else:
        runs, holes = broken(own, _break_after(interval_ms))
        path = " ".join(_path(place, run, stepped=lane.kind == "step") for run in runs)
        if lane.kind == "step":
            area = " ".join(_area(place, run) for run in runs)
        gaps = tuple(_gaps(place, holes))
    return Strip(
        lane.label, lane.sub, lane.unit, device_words(device) if device else _("by hand"),
        top, high, _number(low), _number(up), path, area, dots, squares, arrows, gaps,
    )  # fmt: skip


def _parameter(points: Points, lane: Lane, device: str) -> str:
    given = (
        name for name in lane.parameters
        if any(point.value is not None for point in points.get((device, name), ()))
    )  # fmt: skip
    return next(given, lane.parameters[0])


def _usable(points: Iterable[Point]) -> list[Point]:
    """In order of time, what is no number as None."""
    plain = (point._replace(value=None) if point.reason in NO_NUMBER else point for point in points)
    return sorted(plain, key=lambda point: point.at_ms)


def _break_after(interval_ms: int | None) -> int:
    known = interval_ms or UNKNOWN_INTERVAL_MS
    return max(3 * known, known + 3_000)


def broken(points: Sequence[Point], limit_ms: int) -> tuple[list[list[Point]], list[tuple[int, int]]]:
    """Runs of values, and the holes between: no value, or nothing came for longer than `limit_ms`."""
    runs: list[list[Point]] = []
    holes: list[tuple[int, int]] = []
    run: list[Point] = []
    last_ms: int | None = None
    hole_ms: int | None = None
    for point in points:
        silent = last_ms is not None and point.at_ms - last_ms > limit_ms
        if (silent or point.value is None) and run:
            runs.append(run)
            run = []
        if silent or point.value is None:
            hole_ms = hole_ms if hole_ms is not None else (last_ms if last_ms is not None else point.at_ms)
        if point.value is not None:
            if hole_ms is not None:
                holes.append((hole_ms, point.at_ms))
            hole_ms = None
            run.append(point)
        last_ms = point.at_ms
    if run:
        runs.append(run)
    if hole_ms is not None and last_ms is not None and last_ms > hole_ms:
        holes.append((hole_ms, last_ms))
    return runs, holes


def _path(place: _Place, run: Sequence[Point], *, stepped: bool) -> str:
    parts: list[str] = []
    for x, y in _columns(place, run):
        if not parts:
            parts.append(f"M{x:g} {y:g}")
        else:
            parts.append(f"H{x:g}V{y:g}" if stepped else f"L{x:g} {y:g}")
    if len(parts) == 1:
        parts.append("h1")  # a single value is seen too
    return "".join(parts)


def _area(place: _Place, run: Sequence[Point]) -> str:
    ground = place.y(place.low)
    path = _path(place, run, stepped=True).replace("M", f"M{place.x(run[0].at_ms):g} {ground:g}L", 1)
    return f"{path}V{ground:g}Z"


def _columns(place: _Place, run: Sequence[Point]) -> Iterator[tuple[float, float]]:
    """One column of paper after the other: its values when they are few, else its lowest and highest."""
    held: list[float] = []
    at = -1.0
    for point in run:
        x = float(floor(place.x(point.at_ms)))
        if x != at and held:
            yield from _few(at, held)
            held = []
        at = x
        held.append(place.y(point.value or 0))
    yield from _few(at, held)


def _few(x: float, held: Sequence[float]) -> Iterator[tuple[float, float]]:
    told = [held[0], *([min(held), max(held)] if len(held) > 2 else []), held[-1]]
    for place, y in enumerate(told):
        if place == 0 or y != told[place - 1]:
            yield x, y


def _gaps(place: _Place, holes: Iterable[tuple[int, int]]) -> Iterator[Gap]:
    for from_ms, to_ms in holes:
        x, end = place.x(from_ms), place.x(to_ms)
        minutes, seconds = divmod((to_ms - from_ms) // 1_000, 60)
        words = _("no data %(length)s") % {"length": f"{minutes}:{seconds:02}"}
        if end - x >= 1:
            yield Gap(x, round(end - x, 1), words if end - x > 74 else "")


def _arrows(
    place: _Place,
    own: Iterable[Point],
    hand: Iterable[Point],
    device: str,
    lower: Mapping[tuple[str, int], float | None],
) -> Iterator[Arrows]:
    for of, some in ((device, own), (STAFF, hand)):
        for point in some:
            if point.value is not None:
                low = lower.get((of, point.at_ms))
                y = None if low is None else place.y(low)
                yield Arrows(place.x(point.at_ms), place.y(point.value), y, of == STAFF)


def _scale(lane: Lane, values: Sequence[float]) -> tuple[float, float]:
    low, up = lane.low, lane.high
    for value in values:
        if value < low:
            low = floor(value / lane.step) * lane.step
        if value > up:
            up = ceil(value / lane.step) * lane.step
    return low, up


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _ticks(from_ms: int, to_ms: int) -> Iterator[tuple[float, str]]:
    length = to_ms - from_ms
    step = next((step for step in STEPS_MS if length / step <= MOST_TICKS), 86_400_000)
    place = _Place(from_ms, to_ms, 0, 0, 0, 1)
    for at_ms in range(ceil(from_ms / step) * step, to_ms + 1, step):
        x = place.x(at_ms)
        if x - HEAD > 16 and WIDTH - x > 16:
            yield x, _clock(clock.from_ms(at_ms))


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M")
