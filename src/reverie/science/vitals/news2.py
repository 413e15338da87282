"""NEWS2, the National Early Warning Score: exact by its chart, or no score but the range that is possible.

It never scores with an input missing or not trusted, and not below 16 years or in pregnancy. Intended
dissociation makes consciousness ambiguous, so every result also stands without it.
Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from reverie.science.sources import Source
from reverie.science.vitals import parameters

SOURCE = Source(
    "Royal College of Physicians: National Early Warning Score (NEWS) 2", 2017, "published", "the chart"
)
BETWEEN_SOURCE = Source(
    "Reverie's reading of values between two steps of the NEWS2 chart",
    2026,
    "assumed",
    "the chart has whole numbers and tenths of a degree: a value between two steps counts as the worse one",
)
LEAST_AGE_YEARS = 16
LEVELS = ("A", "C", "V", "P", "U")
NAMES = ("respiration", "spo2", "oxygen", "sbp", "pulse", "consciousness", "temperature")
BANDS = ("none", "low", "single", "medium", "high")
Number = Decimal | int

Steps = tuple[tuple[tuple[int, int], ...], int]

# the last value of each step and its points; what is higher has the points at the end
_RESPIRATION = ((8, 3), (11, 1), (20, 0), (24, 2)), 3
_SPO2_SCALE_1 = ((91, 3), (93, 2), (95, 1)), 0
_SPO2_SCALE_2_ON_AIR = ((83, 3), (85, 2), (87, 1)), 0
_SPO2_SCALE_2_ON_OXYGEN = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2)), 3
_SBP = ((90, 3), (100, 2), (110, 1), (219, 0)), 3
_PULSE = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2)), 3
_TENTHS_OF_DEGREE = ((350, 3), (360, 1), (380, 0), (390, 1)), 2
_STEPS: Mapping[str, Steps] = {
    "respiration": _RESPIRATION,
    "sbp": _SBP,
    "pulse": _PULSE,
    "temperature": _TENTHS_OF_DEGREE,
}
_OXYGEN_POINTS = 2
_RANGES = {
    "respiration": parameters.RR,
    "spo2": parameters.SPO2,
    "sbp": parameters.NIBP_SYS,
    "pulse": parameters.HR,
    "temperature": parameters.TEMP,
}
_ALONE = ("respiration", "sbp", "pulse", "temperature", "consciousness")


class NotForThisPatient(ValueError):
    """NEWS2 does not apply: the message says why."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken; None is missing. `consciousness` is A, C (new confusion), V, P or U."""

    respiration_per_min: Number | None = None
    spo2_percent: Number | None = None
    on_oxygen: bool | None = None
    sbp_mmhg: Number | None = None
    pulse_per_min: Number | None = None
    consciousness: str | None = None
    temperature_c: Number | None = None


class Sum(NamedTuple):
    """A total, or None with the least and most that it could be; its band, or the bands that it could have.

    `bands` are of none, low, single (a 3 in one parameter: urgent review), medium and high.
    """

    total: int | None
    least: int
    most: int
    bands: tuple[str, ...]

    @property
    def band(self) -> str:
        """The band, "" while it is not known."""
        return self.bands[0] if self.total is not None else ""


class News2(NamedTuple):
    """The result: whole, and without consciousness. `points` are those of the parameters that are known.

    `missing` and `invalid` name what keeps it from being scored; `threes` the parameters with 3 points.
    """

    whole: Sum
    without_consciousness: Sum
    points: Mapping[str, int]
    missing: tuple[str, ...]
    invalid: tuple[str, ...]
    threes: tuple[str, ...]
    scale: int


def trusted(value: Decimal | None, validity: str) -> Decimal | None:
    """The value of a reading if it may be scored: only a valid one may."""
    return value if validity == "valid" else None


def score(taken: Taken, *, age_years: int, pregnant: bool, scale: int = 1) -> News2:
    """NEWS2 of what was taken, on SpO2 scale 1, or 2 for a target of 88 to 92 % that a clinician set.

    Raises NotForThisPatient below 16 years or in pregnancy, ValueError for another scale.
    """
    if scale not in (1, 2):
        raise ValueError(f"NEWS2 has the SpO2 scales 1 and 2, not {scale}.")
    if age_years < LEAST_AGE_YEARS:
        raise NotForThisPatient(f"NEWS2 does not apply below {LEAST_AGE_YEARS} years.")
    if pregnant:
        raise NotForThisPatient("NEWS2 does not apply in pregnancy.")
    given = dict(zip(NAMES, (getattr(taken, field.name) for field in fields(taken)), strict=True))
    missing = tuple(name for name in NAMES if given[name] is None)
    invalid = tuple(name for name in NAMES if given[name] is not None and not _is_lawful(name, given[name]))
    open_names = {*missing, *invalid}
    possible = {name: _possible(name, None if name in open_names else given[name]) for name in _ALONE}
    on_oxygen = (False, True) if "oxygen" in open_names else (given["oxygen"],)
    spo2 = {
        one: _possible_spo2(None if "spo2" in open_names else given["spo2"], one, scale) for one in on_oxygen
    }
    together = {
        (points + (_OXYGEN_POINTS if one else 0), points == 3) for one in on_oxygen for points in spo2[one]
    }
    others = [{(points, points == 3) for points in possible[name]} for name in _ALONE[:-1]]
    last = {(points, points == 3) for points in possible["consciousness"]}
    points = {name: min(possible[name]) for name in _ALONE if name not in open_names}
    if "oxygen" not in open_names:
        points["oxygen"] = _OXYGEN_POINTS if given["oxygen"] else 0
    of_spo2 = frozenset().union(*spo2.values())
    if "spo2" not in open_names and len(of_spo2) == 1:
        points["spo2"] = min(of_spo2)
    return News2(
        _sum([together, *others, last], complete=not open_names),
        _sum([together, *others], complete=not open_names - {"consciousness"}),
        {name: points[name] for name in NAMES if name in points},
        missing,
        invalid,
        tuple(name for name in NAMES if points.get(name) == 3),
        scale,
    )


def _is_lawful(name: str, value: object) -> bool:
    if name == "oxygen":
        return isinstance(value, bool)
    if name == "consciousness":
        return value in LEVELS
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or not Decimal(value).is_finite():
        return False
    return _RANGES[name].low <= value <= _RANGES[name].high


def _possible(name: str, value: Any) -> frozenset[int]:
    """The points that a parameter can have: one for a value, all of its steps for None."""
    if name == "consciousness":
        return frozenset((0, 3)) if value is None else frozenset((0 if value == "A" else 3,))
    steps = _STEPS[name]
    if value is None:
        return _all(steps)
    return frozenset((_points(value * 10 if name == "temperature" else value, steps),))


def _possible_spo2(value: Any, on_oxygen: bool, scale: int) -> frozenset[int]:
    steps = _SPO2_SCALE_1 if scale == 1 else _SPO2_SCALE_2_ON_OXYGEN if on_oxygen else _SPO2_SCALE_2_ON_AIR
    return _all(steps) if value is None else frozenset((_points(value, steps),))


def _all(steps: Steps) -> frozenset[int]:
    return frozenset((*(points for _, points in steps[0]), steps[1]))


def _points(value: Number, steps: Steps) -> int:
    whole = Decimal(value)
    below, above = whole.to_integral_value(ROUND_FLOOR), whole.to_integral_value(ROUND_CEILING)
    return max(_step(below, steps), _step(above, steps))


def _step(value: Decimal, steps: Steps) -> int:
    return next((points for last, points in steps[0] if value <= last), steps[1])


def _sum(parts: Iterable[set[tuple[int, bool]]], *, complete: bool) -> Sum:
    """The sum of what each part can be: points, and whether it is a 3 in one parameter."""
    sums = {(0, False)}
    for part in parts:
        sums = {(total + points, three or also) for total, three in sums for points, also in part}
    totals = [total for total, _ in sums]
    found = {_band(total, three) for total, three in sums}
    bands = tuple(band for band in BANDS if band in found)
    return Sum(totals[0] if complete else None, min(totals), max(totals), bands)


def _band(total: int, three: bool) -> str:
    if total >= 7:
        return "high"
    if total >= 5:
        return "medium"
    if three:
        return "single"
    return "low" if total else "none"
