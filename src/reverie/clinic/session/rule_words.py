"""A rule of alarms as people read it: what must hold, in which phases, what else there is to know of it.

Words only, from the rule itself; the rule's own label and action are the clinic's and stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from reverie.clinic.session.observed import symptom_words
from reverie.science.sources import Source
from reverie.science.vitals.alarms import rules
from reverie.science.vitals.alarms.rules import Rule

Words = str | Promise

UNITS = {"sbp": "mmHg", "dbp": "mmHg", "hr": "/min", "spo2": "%", "rr": "/min", "etco2": "mmHg"}
SIGNALS: Mapping[str, Words] = {
    "sbp": lazy("systolic"),
    "dbp": lazy("diastolic"),
    "hr": lazy("heart rate"),
    "spo2": lazy("SpO2"),
    "rr": lazy("breathing"),
    "etco2": lazy("EtCO2"),
}
PHASES: Mapping[str, Words] = {
    "before": lazy("before"),
    "infusion": lazy("infusion"),
    "recovery": lazy("recovery"),
}
SIDES: Mapping[str, Words] = {"below": lazy("below"), "above": lazy("above")}
TOPICS: Mapping[str, Words] = {
    "arousal": lazy("MOAA/S"),
    "distress": lazy("distress, 0 to 10"),
    "nausea": lazy("nausea, 0 to 10"),
    "symptom": lazy("symptom"),
}
WHYS: Mapping[str, Words] = {
    "probe_off": lazy("probe off or no signal"),
    "off_nose": lazy("sampling line off the nose"),
    "leads_off": lazy("leads off"),
    "cuff_failed": lazy("cuff reading failed"),
    "clash": lazy("two sources disagree"),
    "inhibited": lazy("the monitor's own alarms are off"),
    "doubtful": lazy("values that cannot be believed"),
}
SIGNS: Mapping[str, Words] = {"slope": lazy("slope rule"), "prediction": lazy("prediction")}
STATUSES: Mapping[str, Words] = {
    "published": lazy("published"),
    "derived": lazy("derived"),
    "assumed": lazy("assumed"),
}


def holds(rule: Rule) -> str:
    """What must be so for the rule to hold, such as `below 90 % for 15 s or below 85 % for 5 s`."""
    found: str = _HOLDS[type(rule.predicate)](rule.predicate)
    return found


def notes(rule: Rule) -> str:
    """What else there is to know of the rule; "" for nothing."""
    of: Any = rule.predicate
    said = []
    if isinstance(of, rules.Limit | rules.OverBaseline):
        said.append(_("ends %(by)s inside") % {"by": measured(of.hysteresis, of.parameter)})
    if isinstance(of, rules.Limit) and of.resting_below is not None:
        resting = measured(of.resting_below, of.parameter)
        said.append(_("not for whom a resting value beyond %(value)s is usual") % {"value": resting})
    if isinstance(of, rules.Limit) and of.not_from:
        said.append(_("never from impedance alone"))
    if rule.sign:
        said.append(str(SIGNS.get(rule.sign, rule.sign)))
    if rule.latching:
        said.append(_("stays until seen"))
    return ", ".join(said)


def phases(names: Sequence[str]) -> str:
    """The phases in words."""
    return ", ".join(str(PHASES.get(name, name)) for name in names)


def cited(source: Source) -> str:
    """A source as it is cited."""
    return f"{source.citation}, {source.year}"


def measured(value: Decimal | int, parameter: str) -> str:
    """A value with the unit of a signal."""
    return f"{value}\N{NARROW NO-BREAK SPACE}{UNITS.get(parameter, '')}".rstrip()


def lasting(seconds: int) -> str:
    """A duration: seconds up to 90, then minutes."""
    if seconds > 90 and seconds % 60 == 0:
        return _("%(count)s min") % {"count": seconds // 60}
    return _("%(count)s s") % {"count": seconds}


def _limit(of: rules.Limit) -> str:
    side = SIDES.get(of.side, of.side)
    steps = []
    for step in of.steps:
        value = measured(step.limit, of.parameter)
        if of.readings > 1 or not step.delay_s:
            steps.append(f"{side} {value}")
        else:
            steps.append(
                _("%(limit)s for %(time)s") % {"limit": f"{side} {value}", "time": lasting(step.delay_s)}
            )
    return _named(of.parameter, _either(steps)) + _confirmed(of.readings, of.apart_s, of.within_s)


def _over(of: rules.OverBaseline) -> str:
    parts = []
    if of.percent is not None:
        parts.append(f"{of.percent}\N{NARROW NO-BREAK SPACE}%")
    if of.absolute is not None:
        parts.append(measured(of.absolute, of.parameter))
    words = _("%(much)s over the baseline, from %(least)s on") % {
        "much": _either(parts),
        "least": measured(of.counts_from, of.parameter),
    }
    return _named(of.parameter, words) + _confirmed(of.readings)


def _rise(of: rules.Rise) -> str:
    words = _("up by %(much)s within %(time)s, from %(least)s on") % {
        "much": measured(of.by, of.parameter),
        "time": lasting(of.within_s),
        "least": measured(of.counts_from, of.parameter),
    }
    return _named(of.parameter, words) + _confirmed(of.readings)


def _projection(of: rules.Projection) -> str:
    words = _("on course to %(limit)s within %(time)s, by the line through %(count)s readings") % {
        "limit": measured(of.limit, of.parameter),
        "time": lasting(of.within_s),
        "count": of.readings,
    }
    return _named(of.parameter, words)


def _stale(of: rules.Stale) -> str:
    parts = []
    if of.intervals is not None:
        parts.append(_("%(count)s × its interval") % {"count": of.intervals})
    if of.most_s is not None:
        parts.append(lasting(of.most_s))
    return _("none for %(time)s") % {"time": _either(parts)}


def _lost(of: rules.Lost) -> str:
    parts = []
    if of.both_s is not None:
        parts.append(
            _("both at once") if not of.both_s else _("both for %(time)s") % {"time": lasting(of.both_s)}
        )
    if of.either_s is not None:
        either = {"time": lasting(of.either_s)}
        parts.append(_("either at once") if not of.either_s else _("either for %(time)s") % either)
    return _("pulse and SpO2 gone or implausible: %(parts)s") % {"parts": _either(parts)}


def _technical(of: rules.Technical) -> str:
    why = WHYS.get(of.why, of.why)
    return _("%(why)s for %(time)s") % {"why": why, "time": lasting(of.after_s)} if of.after_s else str(why)


def _seen(of: rules.Seen) -> str:
    if of.words:
        return _either([symptom_words(word) for word in of.words])
    ends = [str(end) for end in dict.fromkeys((of.low, of.high)) if end is not None]
    return f"{TOPICS.get(of.topic, of.topic)}: {' – '.join(ends)}"


def _confirmed(readings: int, apart_s: int = 0, within_s: int = 0) -> str:
    said = []
    if readings > 1:
        said.append(ngettext("%(n)s reading in a row", "%(n)s readings in a row", readings) % {"n": readings})
        if apart_s:
            said.append(_("at least %(time)s apart") % {"time": lasting(apart_s)})
        if within_s:
            said.append(_("at most %(time)s apart") % {"time": lasting(within_s)})
    return "".join(f", {part}" for part in said)


def _named(parameter: str, words: str) -> str:
    # every other row is of one signal alone
    return f"{SIGNALS[parameter]} {words}" if parameter in ("sbp", "dbp") else words


def _either(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s or %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


_HOLDS: Mapping[type, Callable[[Any], str]] = {
    rules.Limit: _limit,
    rules.OverBaseline: _over,
    rules.Rise: _rise,
    rules.Projection: _projection,
    rules.Stale: _stale,
    rules.Lost: _lost,
    rules.Silent: lambda of: _("silent for %(time)s beyond its own interval") % {"time": lasting(of.after_s)},
    rules.NoBreath: lambda of: _("no breath for %(time)s by capnography") % {"time": lasting(of.after_s)},
    rules.Technical: _technical,
    rules.Seen: _seen,
    rules.Overdue: lambda of: _("a due set is late by %(time)s") % {"time": lasting(of.after_s)},
    rules.FromMonitor: lambda of: _("whatever it tells of, at its own priority"),
}
