"""What makes a ruleset unlawful, in sentences for the person who would sign it.

It finds limits that overlap, cross, contradict each other or leave a gap, orders of time that are upside
down, words that nobody knows, and a set that no longer looks for something it must. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from reverie.science.vitals.alarms.check_absence import faults_of_absence
from reverie.science.vitals.alarms.check_limits import faults_of_baselines, faults_of_limits
from reverie.science.vitals.alarms.check_observed import faults_of_observations
from reverie.science.vitals.alarms.rules import (
    SIGNS,
    Cadence,
    FromMonitor,
    Limit,
    Lost,
    NoBreath,
    Overdue,
    Projection,
    Rise,
    Rule,
    Ruleset,
    Silent,
    Stale,
    Timing,
)
from reverie.science.vitals.alarms.told import PHASES, PRIORITIES

_DRUG = ("infusion", "recovery")
_LONGEST_TEXT = 200
_MUST_ALARM = (
    ("sbp", "above"),
    ("sbp", "below"),
    ("hr", "above"),
    ("hr", "below"),
    ("spo2", "below"),
    ("rr", "below"),
)
_MUST_LOOK = (
    (Lost, "for pulse and SpO2 that are lost (CHECK PATIENT)", _DRUG),
    (NoBreath, "for breath that stops", _DRUG),
    (Stale, "for a missing blood pressure", _DRUG),
    (Silent, "for a device that falls silent", _DRUG),
    (Overdue, "for overdue observations", _DRUG),
    (FromMonitor, "to the bedside monitor's own alarms", PHASES),
)


def faults(rules: Ruleset) -> tuple[str, ...]:
    """A sentence for each fault of the set, none twice; empty for a set that may be signed."""
    found = dict.fromkeys(
        (
            *_faults_of_names(rules),
            *faults_of_limits(rules),
            *faults_of_baselines(rules),
            *faults_of_absence(rules),
            *faults_of_observations(rules),
            *_faults_of_signs(rules),
            *_faults_of_phases(rules),
            *_faults_of_what_must_be(rules),
            *_faults_of_cadence(rules.cadence),
            *_faults_of_timing(rules.timing),
            *_faults_of_grace(rules),
            *_faults_of_silences(rules),
        )
    )
    return tuple(found)


def _faults_of_names(rules: Ruleset) -> Iterator[str]:
    ids = [rule.id for rule in rules.rules]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"Two rules are called “{name}”."
    for rule in rules.rules:
        where = f"Rule “{rule.id}”"
        if rule.priority not in PRIORITIES:
            yield f"{where}: its priority “{rule.priority}” is not one of {', '.join(PRIORITIES)}."
        if not rule.phases:
            yield f"{where} holds in no phase."
        for phase in rule.phases:
            if phase not in PHASES:
                yield f"{where}: its phase “{phase}” is not one of {', '.join(PHASES)}."
        if len(set(rule.phases)) < len(rule.phases):
            yield f"{where} names a phase twice."
        if not rule.group:
            yield f"{where} has no group."
        for name, text in (("label", rule.label), ("action", rule.action)):
            if not text.strip():
                yield f"{where} has no {name}."
            elif len(text) > _LONGEST_TEXT:
                yield f"{where}: its {name} is longer than {_LONGEST_TEXT} characters."
        if not rule.source.citation.strip():
            yield f"{where} does not say where it comes from."
        if rule.priority == "high" and not rule.latching and not isinstance(rule.predicate, FromMonitor):
            yield f"{where} is high, so it must stay until somebody has seen it."


def _faults_of_signs(rules: Ruleset) -> Iterator[str]:
    for rule in rules.rules:
        due = (
            "slope"
            if isinstance(rule.predicate, Rise)
            else "prediction"
            if isinstance(rule.predicate, Projection)
            else ""
        )
        if rule.sign not in SIGNS:
            yield f"Rule “{rule.id}”: “{rule.sign}” is not a kind of rule that a profile can switch off."
        elif rule.sign != due:
            yield (
                f"Rule “{rule.id}”: a profile may switch off only rises (slope) and projections "
                f"(prediction); here it must say {due or 'nothing'}."
            )


def _faults_of_phases(rules: Ruleset) -> Iterator[str]:
    """What a group watches in the infusion it watches in recovery, and the other way round."""
    there: dict[tuple[str, str], set[str]] = {}
    for rule in rules.rules:
        there.setdefault((rule.group, rule.priority), set()).update(rule.phases)
    for (group, priority), phases in there.items():
        for one, other in (_DRUG, _DRUG[::-1]):
            if one in phases and other not in phases:
                yield f"There is a hole: “{group}” has a {priority} rule in {one}, but none in {other}."
    for priority in PRIORITIES:
        for phase in PHASES:
            if not any(rule.priority == priority and phase in rule.phases for rule in rules.rules):
                yield f"No rule of priority {priority} holds in {phase}."


def _faults_of_what_must_be(rules: Ruleset) -> Iterator[str]:
    for kind, what, phases in _MUST_LOOK:
        for phase in phases:
            if not any(_looks(rule, kind) and phase in rule.phases for rule in rules.rules):
                yield f"No rule looks {what} in {phase}."
    for signal, side in _MUST_ALARM:
        for phase in _DRUG:
            if not any(_is_high(rule, signal, side, phase) for rule in rules.rules):
                yield f"No rule of priority high looks for {signal} {side} a limit in {phase}."
    passing = [rule.id for rule in rules.rules if isinstance(rule.predicate, FromMonitor)]
    if len(passing) > 1:
        yield f"Only one rule may pass on the monitor's own alarms, not {len(passing)}: {', '.join(passing)}."


def _looks(rule: Rule, kind: type) -> bool:
    asked = rule.predicate
    return isinstance(asked, kind) and not (isinstance(asked, NoBreath) and asked.unsure)


def _is_high(rule: Rule, signal: str, side: str, phase: str) -> bool:
    return (
        isinstance(rule.predicate, Limit)
        and rule.priority == "high"
        and phase in rule.phases
        and (rule.predicate.parameter, rule.predicate.side) == (signal, side)
    )


def _faults_of_cadence(cadence: Cadence) -> Iterator[str]:
    for name, seconds in (
        ("before the start", cadence.before_s),
        ("in the infusion", cadence.infusion_s),
        ("in recovery", cadence.recovery_s),
        ("after a change", cadence.after_change_s),
    ):
        if not 60 <= seconds <= 3_600:
            yield f"Cadence: a set every {seconds} s {name} is not between 60 and 3600 s."
        elif cadence.grace_s >= seconds:
            yield f"Cadence: a grace of {cadence.grace_s} s fills the {seconds} s between sets {name}."
    if cadence.grace_s < 0:
        yield f"Cadence: the grace of {cadence.grace_s} s is below 0."
    if cadence.after_change_s > cadence.infusion_s:
        yield (
            f"Cadence: after a change a set comes later ({cadence.after_change_s} s) than without one "
            f"({cadence.infusion_s} s)."
        )
    if not cadence.after_change_s <= cadence.after_change_for_s <= 3_600:
        yield (
            f"Cadence: the denser sets last {cadence.after_change_for_s} s; they must last at least one of "
            f"{cadence.after_change_s} s, and at most 3600 s."
        )


def _faults_of_grace(rules: Ruleset) -> Iterator[str]:
    for rule in rules.rules:
        if isinstance(rule.predicate, Overdue) and rule.predicate.after_s < rules.cadence.grace_s:
            yield (
                f"Rule “{rule.id}” calls a set overdue after {rule.predicate.after_s} s, before its grace of "
                f"{rules.cadence.grace_s} s is over."
            )


def _faults_of_timing(timing: Timing) -> Iterator[str]:
    for name, seconds, least, most in (
        ("a cause is over after", timing.rearm_s, 10, 600),
        ("a high alarm is escalated after", timing.escalate_high_s, 15, 300),
        ("a medium alarm is escalated after", timing.escalate_medium_s, 30, 900),
    ):
        if not least <= seconds <= most:
            yield f"Timing: {name} {seconds} s, which is not between {least} and {most} s."
    if timing.escalate_high_s > timing.escalate_medium_s:
        yield (
            f"Timing: a high alarm is escalated after {timing.escalate_high_s} s, later than a medium one "
            f"({timing.escalate_medium_s} s)."
        )


def _faults_of_silences(rules: Ruleset) -> Iterator[str]:
    weight: dict[str, int] = {}
    for rule in rules.rules:
        if rule.priority in PRIORITIES:
            weight[rule.group] = max(weight.get(rule.group, 0), PRIORITIES.index(rule.priority))
    for group, others in rules.silences.items():
        for name in (group, *others):
            if name not in weight:
                yield f"“{group}” speaks for others, but there is no rule of the group “{name}”."
        for other in others:
            if other == group or group in rules.silences.get(other, ()):
                yield f"“{group}” and “{other}” would silence each other."
            elif weight.get(other, 0) > weight.get(group, 0):
                yield f"“{group}” would silence “{other}”, which can be weightier."
