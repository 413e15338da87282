"""Lanes on one time axis as an SVG picture: measured values, honest gaps, limits, and bars with words below.

It draws what it is given and gives it no meaning: nothing is joined over a gap, smoothed or left out.
Colours and sizes are those of the pages on paper. Reference: the SVG specification, version 1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

PAPER, SUNK, RAISED = "#fafaf8", "#f0efec", "#ffffff"
INK, INK2, INK3, RULE, EDGE = "#171b22", "#4a4d54", "#66696f", "#d1d2d6", "#7e8085"
ACT, ACTSOFT = "#235193", "#dfeafb"
FIELDS = {"high": "#c2181d", "medium": "#f8cc2f", "low": "#9adeea"}
WEIGHTS = ("high", "medium", "low")
EDGES = {"high": "#b7191c", "medium": "#7e5403", "low": "#0b6677"}
WIDTH, LEFT, RIGHT, TOP = 1_180, 172, 148, 108
LANE, HEAD, BAR, LINE = 92, 34, 24, 20
_FONT = "'IBM Plex Sans Variable','IBM Plex Sans',system-ui,sans-serif"
_LETTER = 0.6  # of its size, on average


@dataclass(frozen=True)
class Gap:
    """Nothing was measured from `begin` to `end`, and why."""

    begin: float
    end: float
    cause: str = ""


@dataclass(frozen=True)
class Lane:
    """One value over time. `runs` are stretches without a gap; `pairs` are upper and lower ends at a moment.

    `limits` pairs a value and its words. `low` and `high` are the ends of the lane's own axis.
    """

    label: str
    unit: str
    low: float
    high: float
    runs: Sequence[Sequence[tuple[float, float]]] = ()
    pairs: Sequence[tuple[float, float, float]] = ()
    gaps: Sequence[Gap] = ()
    limits: Sequence[tuple[float, str]] = ()
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """A stretch of a row: how weighty (high, medium, low), its words, and whether it is only dying down."""

    begin: float
    end: float
    weight: str
    words: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Row:
    """A row of bars under the lanes."""

    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Picture:
    """The whole picture from `begin` to `end`; `stages` are fields behind the axis with their words."""

    title: str
    note: str
    begin: float
    end: float
    lanes: Sequence[Lane]
    rows: Sequence[Row]
    stages: Sequence[tuple[float, float, str]] = ()
    time_words: Callable[[float], str] = str
    tick_every: float = 1.0


def draw(picture: Picture) -> str:
    """The picture as SVG. Raises ValueError when it has no extent."""
    if picture.end <= picture.begin:
        raise ValueError("a picture that begins where it ends")
    scale = (WIDTH - LEFT - RIGHT) / (picture.end - picture.begin)

    def x(at: float) -> float:
        return round(LEFT + (min(max(at, picture.begin), picture.end) - picture.begin) * scale, 1)

    rows, foot, y = [], TOP + LANE * len(picture.lanes), float(TOP + LANE * len(picture.lanes) + HEAD)
    for row in picture.rows:
        shapes, tall = _row(row, x, y)
        rows += shapes
        y += tall
    height = round(y) + 16
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" font-family="{_FONT}" font-size="14" fill="{INK}">',
        f"<title>{escape(picture.title)}</title><desc>{escape(picture.note)}</desc>",
        f'<defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<circle cx="3" cy="3" r="0.9" fill="{INK3}"/></pattern></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        _text(16, 30, picture.title, size=20, weight=600),
        _text(16, 52, picture.note, fill=INK2),
    ]
    out.append(
        f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{foot - TOP}" fill="{RAISED}"/>'
    )
    out += _axis(picture, x, y)
    for number, lane in enumerate(picture.lanes):
        out += _lane(lane, x, TOP + LANE * number)
    out.append(_line(0, foot, WIDTH, foot, EDGE))
    out.append(_text(16, foot + 23, "Alarms", size=15, weight=600))
    out += rows or [_text(LEFT + 8, foot + 23, "No alarms", weight=600)]
    return "\n".join([*out, "</svg>", ""])


def _axis(picture: Picture, x: Callable[[float], float], foot: float) -> list[str]:
    out = []
    for begin, end, words in picture.stages:
        out.append(f'<rect x="{x(begin)}" y="{TOP - 28}" width="{x(end) - x(begin):.1f}" height="8" '
                   f'fill="{ACTSOFT if words == "infusion" else SUNK}"/>')  # fmt: skip
        if x(end) - x(begin) > len(words) * 8:
            out.append(
                _text(x(begin) + 2, TOP - 34, words, size=13, fill=ACT if words == "infusion" else INK2)
            )
    at = picture.begin - picture.begin % picture.tick_every
    while at <= picture.end:
        if at >= picture.begin:
            out.append(_line(x(at), TOP - 4, x(at), foot, RULE))
            out.append(_text(x(at), TOP - 8, picture.time_words(at), fill=INK2, anchor="middle"))
        at += picture.tick_every
    return out


def _lane(lane: Lane, x: Callable[[float], float], top: float) -> list[str]:
    def y(value: float) -> float:
        inside = min(max(value, lane.low), lane.high)
        return round(top + LANE - 8 - (inside - lane.low) / (lane.high - lane.low) * (LANE - 16), 1)

    out = [
        _line(0, top, WIDTH, top, RULE),
        _text(16, top + 24, lane.label, size=15, weight=600),
        _text(16, top + 44, f"{lane.low:g} – {lane.high:g} {lane.unit}", fill=INK2),
        _text(16, top + 64, lane.note, size=13, fill=INK3),
    ]
    said: list[tuple[float, float]] = []
    # the widest first; a word that has no room is left out, never the gap itself
    for gap in sorted(lane.gaps, key=lambda one: one.begin - one.end):
        begin, wide = x(gap.begin), max(x(gap.end) - x(gap.begin), 1.5)
        field = f'x="{begin}" y="{top + 4}" width="{wide:.1f}" height="{LANE - 8}"'
        out.append(f'<rect {field} fill="url(#gap)"/>')
        ends = begin + len(gap.cause) * 13 * _LETTER + 6
        if gap.cause and ends < WIDTH - RIGHT and all(ends < left or begin > right for left, right in said):
            out.append(_halo(begin + 3, top + LANE - 12, gap.cause))
            said.append((begin, ends))
    free = top + 14.0
    for value, words in sorted(lane.limits, reverse=True):
        if lane.low <= value <= lane.high:
            out.append(_line(LEFT, y(value), WIDTH - RIGHT, y(value), INK3, dash="1.5 4"))
            free = max(free, y(value) + 4)
            out.append(_text(WIDTH - RIGHT + 8, free, words, size=13, fill=INK2))
            free += 14
    for run in lane.runs:
        if len(run) == 1:
            out.append(f'<circle cx="{x(run[0][0])}" cy="{y(run[0][1])}" r="1.4"/>')
        elif run:
            points = " ".join(f"{x(at)},{y(value)}" for at, value in run)
            out.append(f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="1.5"/>')
    for at, upper, lower in lane.pairs:
        cx, up, down = x(at), y(upper), y(lower)
        out.append(
            f'<path d="M{cx - 4} {up - 4}L{cx} {up}L{cx + 4} {up - 4}M{cx} {up}V{down}'
            f'M{cx - 4} {down + 4}L{cx} {down}L{cx + 4} {down + 4}" fill="none" stroke="{INK}" '
            'stroke-width="1.5"/>'
        )
    return out


def _row(row: Row, x: Callable[[float], float], top: float) -> tuple[list[str], float]:
    """A row and how tall it is: words that have no room beside each other go into a second line."""
    out = [_line(0, top, WIDTH, top, RULE)]
    for number, words in enumerate(_wrapped(row.label, LEFT - 30)[:2]):
        out.append(_text(16, top + 18 + 16 * number, words))
    said: list[tuple[int, float, float]] = []
    for bar in row.bars:
        begin, wide = x(bar.begin), max(x(bar.end) - x(bar.begin), 3.0)
        edge = f'fill="{PAPER}" stroke="{EDGES[bar.weight]}" stroke-width="1.2"'
        look = edge if bar.faint else f'fill="{FIELDS[bar.weight]}"'
        out.append(f'<rect x="{begin}" y="{top + 7}" width="{wide:.1f}" height="11" {look}/>')
    # the weightiest are worded first; where two lines are full the bar stands alone
    for bar in sorted(row.bars, key=lambda one: WEIGHTS.index(one.weight)):
        long = len(bar.words) * 13 * _LETTER + 20
        at = min(x(bar.begin), WIDTH - 8 - long)
        line = next((i for i in (0, 1) if _is_free(said, i, at, at + long)), None)
        if bar.words and line is not None:
            out += _shape(bar.weight, at, top + BAR - 2 + LINE * line)
            out.append(_text(at + 20, top + BAR + 11 + LINE * line, bar.words, size=13))
            said.append((line, at, at + long))
    lines = 2 if any(line for line, _, _ in said) else 1
    return out, BAR + LINE * lines + 4


def _is_free(said: Sequence[tuple[int, float, float]], line: int, begin: float, end: float) -> bool:
    return all(one != line or end + 8 <= left or right + 8 <= begin for one, left, right in said)


def _shape(weight: str, left: float, top: float) -> list[str]:
    """The ring, triangle or octagon of a weight, 16 wide."""
    inner = {
        "high": f'<path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4Z" fill="{FIELDS["high"]}"/>'
        '<path d="M12 5.6v7.4" stroke="#ffffff" stroke-width="3"/>'
        '<circle cx="12" cy="17.5" r="1.8" fill="#ffffff"/>',
        "medium": f'<path d="M12 2 23 21.5H1Z" fill="{FIELDS["medium"]}" stroke="{INK}" stroke-width="1.6"/>'
        f'<path d="M12 8.5v6" stroke="{INK}" stroke-width="2.4"/><circle cx="12" cy="17.7" r="1.4"/>',
        "low": f'<circle cx="12" cy="12" r="8.5" fill="{FIELDS["low"]}" stroke="{EDGES["low"]}" '
        'stroke-width="2.4"/>',
    }[weight]
    return [f'<g transform="translate({left} {top}) scale(0.667)">{inner}</g>']


def _wrapped(words: str, wide: float) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * 14 * _LETTER <= wide or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}"{dashes}/>'


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 14,
    weight: int = 400,
    fill: str = INK,
    anchor: str = "start",
) -> str:
    if not words:
        return ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _halo(x: float, y: float, words: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="13" fill="{INK2}" text-anchor="{anchor}" stroke="{RAISED}" '
        f'stroke-width="4" paint-order="stroke">{escape(words)}</text>'
    )
