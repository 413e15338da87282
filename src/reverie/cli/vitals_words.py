"""Alarm rules and NEWS2 in words, for a terminal or a page. It judges nothing and imports no Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from reverie.science.vitals.alarms.rules import (
    FromMonitor,
    Limit,
    Lost,
    NoBreath,
    OverBaseline,
    Overdue,
    Projection,
    Rise,
    Rule,
    Ruleset,
    Seen,
    Silent,
    Stale,
    Technical,
)
from reverie.science.vitals.news2 import News2

BANDS = {
    "none": "none", "low": "low", "single": "3 in one parameter: urgent review", "medium": "medium",
    "high": "high",
}  # fmt: skip
SIGNALS = {
    "sbp": ("systolic pressure", "mmHg"), "dbp": ("diastolic pressure", "mmHg"), "hr": ("heart rate", "/min"),
    "spo2": ("SpO2", "%"), "rr": ("respiration", "/min"), "etco2": ("EtCO2", "mmHg"),
}  # fmt: skip


def rule_lines(ruleset: Ruleset, *, as_markdown: bool = False) -> list[str]:
    """Every rule, in the order of the set."""
    rows = [
        (rule.priority.upper(), rule.label, when(rule), ", ".join(rule.phases), rule.action, _source(rule))
        for rule in ruleset.rules
    ]
    if as_markdown:
        heads = ("priority", "alarm", "when", "phases", "what to do", "from")
        table = [heads, tuple("---" for _ in heads), *rows]
        return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table]
    lines = [
        f"Edition {ruleset.edition}" if ruleset.edition else "Unsigned default rules: assumed, not signed"
    ]
    for priority, label, held, phases, action, source in rows:
        lines += ["", f"{priority:6}  {label}", f"        when {held}", f"        in {phases}"]
        lines += [f"        {action}", f"        {source}"]
    timing = ruleset.timing
    high, medium = _long(timing.escalate_high_s), _long(timing.escalate_medium_s)
    lines += [
        "",
        f"A cause is over after {_long(timing.rearm_s)} inside its limits.",
        f"Not seen: a high alarm calls another clinician after {high}, a medium one after {medium}.",
    ]
    return lines


def news2_lines(found: News2) -> list[str]:
    """A NEWS2 in words: the score, or that there is none and the range that is possible."""
    lines = []
    for name, one in (("NEWS2", found.whole), ("Without consciousness", found.without_consciousness)):
        bands = " or ".join(BANDS[band] for band in one.bands)
        if one.total is not None:
            lines.append(f"{name}: {one.total} ({bands})")
        else:
            lines.append(f"{name}: no score; between {one.least} and {one.most} is possible ({bands})")
    if found.missing:
        lines.append(f"Missing: {', '.join(found.missing)}")
    if found.invalid:
        lines.append(f"Not plausible, so not scored: {', '.join(found.invalid)}")
    lines += [f"  {name}: {points}" for name, points in found.points.items()]
    lines.append(f"SpO2 scale {found.scale}. Dissociation that is meant makes consciousness ambiguous.")
    return lines


def when(rule: Rule) -> str:
    """What must hold for this rule, in words."""
    return _WHEN[type(rule.predicate)](rule.predicate)


def _limit(one: Limit) -> str:
    name, unit = SIGNALS.get(one.parameter, (one.parameter, ""))
    steps = [f"{one.side} {step.limit} {unit}{_for(step.delay_s)}" for step in one.steps]
    words = f"{name} {', or '.join(steps)}"
    if one.readings > 1:
        words += f", {one.readings} readings in a row"
        words += f" at least {_long(one.apart_s)} apart" if one.apart_s else ""
        words += f" within {_long(one.within_s)}" if one.within_s else ""
    if one.resting_below is not None:
        words += f"; not for who rests below {one.resting_below}"
    return words


def _over_baseline(one: OverBaseline) -> str:
    name, unit = SIGNALS.get(one.parameter, (one.parameter, ""))
    parts = [f"{one.percent} %" if one.percent is not None else "",
             f"{one.absolute} {unit}" if one.absolute is not None else ""]  # fmt: skip
    confirmed = f", {one.readings} readings in a row" if one.readings > 1 else ""
    over = f"{name} {' or '.join(filter(None, parts))} over the baseline"
    return f"{over}, from {one.counts_from} {unit} on{confirmed}"


def _rise(one: Rise) -> str:
    name, unit = SIGNALS.get(one.parameter, (one.parameter, ""))
    confirmed = f", {one.readings} readings in a row" if one.readings > 1 else ""
    up = f"{name} up by {one.by} {unit} within {_long(one.within_s)}"
    return f"{up}, from {one.counts_from} {unit} on{confirmed}"


def _projection(one: Projection) -> str:
    name, unit = SIGNALS.get(one.parameter, (one.parameter, ""))
    line = f"the line through the last {one.readings} readings"
    return f"{line} of {name} reaches {one.limit} {unit} within {_long(one.within_s)}"


def _stale(one: Stale) -> str:
    names = " or ".join(SIGNALS.get(name, (name, ""))[0] for name in one.parameters)
    parts = [f"{one.intervals} times the expected interval" if one.intervals is not None else "",
             _long(one.most_s) if one.most_s is not None else ""]  # fmt: skip
    return f"no {names} for {' or '.join(filter(None, parts))}"


def _lost(one: Lost) -> str:
    parts = []
    if one.both_s is not None:
        parts.append(f"pulse and SpO2 both gone or implausible{_for(one.both_s) or ', at once'}")
    if one.either_s is not None:
        parts.append(f"either{_for(one.either_s)}")
    return ", or ".join(parts)


def _silent(one: Silent) -> str:
    return f"a device says nothing for {_long(one.after_s)} beyond its own interval"


def _no_breath(one: NoBreath) -> str:
    return f"no breath by capnography for {_long(one.after_s)}, with the sampling line on the nose"


def _technical(one: Technical) -> str:
    return f"{one.why.replace('_', ' ')}{_for(one.after_s)}"


def _seen(one: Seen) -> str:
    if one.words:
        return "observed: " + ", ".join(word.replace("_", " ") for word in one.words)
    between = f"{one.low}" if one.low == one.high else f"{one.low} to {one.high}"
    return f"observed: {one.topic} {between}"


def _overdue(one: Overdue) -> str:
    return f"a due set is {_long(one.after_s)} late"


def _from_monitor(one: FromMonitor) -> str:
    return "the bedside monitor alarms itself: passed on at its own priority, always"


_WHEN: Mapping[type, Callable[[Any], str]] = {
    Limit: _limit, OverBaseline: _over_baseline, Rise: _rise, Projection: _projection, Stale: _stale,
    Lost: _lost, Silent: _silent, NoBreath: _no_breath, Technical: _technical, Seen: _seen, Overdue: _overdue,
    FromMonitor: _from_monitor,
}  # fmt: skip


def _source(rule: Rule) -> str:
    return f"{rule.source.citation} ({rule.source.year}, {rule.source.status})"


def _for(seconds: int) -> str:
    return f" for {_long(seconds)}" if seconds else ""


def _long(seconds: int | Decimal) -> str:
    whole = int(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
