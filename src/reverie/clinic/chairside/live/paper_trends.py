"""The session's vital signs in figures, for paper: extremes, middle, time beyond the medium limits, gaps.

The limits are those of the rules that the session's record says hold. A value stands until the next one, a
cuff's for a quarter of an hour at most; what nothing covers is told as time without values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.session.columns import Point
from reverie.clinic.session.sentences import device_words
from reverie.science.session.fold import STAFF
from reverie.science.vitals import trends
from reverie.science.vitals.alarms.rules import Limit, Ruleset

CUFF_STANDS_MS, LEAST_STANDS_MS = 15 * 60_000, 10_000
SIGNS: tuple[tuple[str, str, Callable[[], str], str], ...] = (
    ("nibp_sys", "sbp", lambda: _("Systolic pressure"), "mmHg"),
    ("nibp_dia", "dbp", lambda: _("Diastolic pressure"), "mmHg"),
    ("hr", "hr", lambda: _("Heart rate"), "/min"),
    ("pr", "", lambda: _("Pulse"), "/min"),
    ("spo2", "spo2", lambda: _("SpO2"), "%"),
    ("rr", "rr", lambda: _("Respiration"), "/min"),
    ("etco2", "", lambda: _("EtCO2"), "mmHg"),
)


def rows(
    points: Mapping[tuple[str, str], Sequence[Point]],
    intervals_ms: Mapping[str, int | None],
    rules: Ruleset,
    begin_ms: int,
    end_ms: int,
) -> list[dict[str, Any]]:
    """A row for each vital sign of each device; sets by hand are told on their own."""
    found = []
    for parameter, signal, words, unit in SIGNS:
        below, above = limits(rules, signal)
        for (device, name), some in sorted(points.items()):
            if name == parameter and device != STAFF:
                cuff = parameter.startswith("nibp")
                stands_ms = (
                    CUFF_STANDS_MS if cuff else max(3 * (intervals_ms.get(device) or 0), LEAST_STANDS_MS)
                )
                trend = trends.summarise(
                    _plain(some),
                    begin_ms=begin_ms,
                    end_ms=end_ms,
                    stands_ms=stands_ms,
                    below=below,
                    above=above,
                )
                if trend.known:
                    source = device_words(device)
                    found.append(_row(words(), unit, source, trend, below, above))
    return found


def limits(rules: Ruleset, signal: str) -> tuple[Decimal | None, Decimal | None]:
    """The medium limits of a signal during the infusion, below and above; None where there is none."""
    sides: dict[str, Decimal] = {}
    for rule in rules.rules:
        one = rule.predicate
        counts = rule.priority == "medium" and "infusion" in rule.phases
        if counts and isinstance(one, Limit) and one.parameter == signal:
            sides.setdefault(one.side, one.steps[0].limit)
    return sides.get("below"), sides.get("above")


def _stands_ms(parameter: str, interval_ms: int | None) -> int:
    return CUFF_STANDS_MS if parameter.startswith("nibp") else max(3 * (interval_ms or 0), LEAST_STANDS_MS)


def _plain(points: Sequence[Point]) -> list[trends.Point]:
    plain = [
        trends.Point(one.at_ms, None if one.value is None or one.reason else Decimal(str(one.value)))
        for one in points
    ]
    return sorted(plain, key=lambda one: one.at_ms)


def _row(
    label: str, unit: str, source: str, trend: trends.Trend, below: Decimal | None, above: Decimal | None
) -> dict[str, Any]:
    return {
        "label": label,
        "unit": unit,
        "source": source,
        "least": _figure(trend.least),
        "middle": _figure(trend.middle),
        "most": _figure(trend.most),
        "below": "" if below is None else _("%(time)s below %(limit)s") % {
            "time": _length(trend.below_s), "limit": _figure(below)},
        "above": "" if above is None else _("%(time)s above %(limit)s") % {
            "time": _length(trend.above_s), "limit": _figure(above)},
        "gap": _length(trend.gap_s),
    }  # fmt: skip


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _length(seconds: Decimal) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
