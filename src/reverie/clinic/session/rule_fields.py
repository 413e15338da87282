"""The alarm rules and the clinic profile as fields that a director fills in, grouped as the tables are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.rulebook.kinds import Block, Field, Group, Path
from reverie.clinic.session import rule_words
from reverie.clinic.session.rule_tables import PROFILE, headings
from reverie.science.vitals.alarms import rules
from reverie.science.vitals.alarms.rules import Rule, Ruleset

MOST_S = 7_200


def groups_of(ruleset: Ruleset) -> tuple[Group, ...]:
    """Every rule as a block under its signal; then when sets are due, and timing."""
    found = [
        Group(heading, tuple(_block(rule) for same in groups.values() for rule in same))
        for heading, groups in headings(ruleset.rules).items()
    ]
    return (*found, _timing())


def profile_groups() -> tuple[Group, ...]:
    """The switches of a profile."""
    fields = tuple(
        Field((name,), str(label), "switch", help=str(what)) for name, (label, what) in PROFILE.items()
    )
    return (Group(_("What this clinic uses"), (Block((), "", fields),)),)


def _block(rule: Rule) -> Block:
    at = ("rules", rule.id)
    return Block(
        at,
        rule.label,
        (
            *_OF[type(rule.predicate)](rule.predicate, (*at, "predicate")),
            Field((*at, "label"), _("Called"), "line"),
            Field((*at, "action"), _("What to do"), "lines"),
        ),
        level=rule.priority,
        note=rule_words.phases(rule.phases),
        optional=not isinstance(rule.predicate, rules.FromMonitor),
    )


def _value(path: Path, label: str, parameter: str, *, required: bool = True) -> Field:
    return Field(path, label, "number", rule_words.UNITS.get(parameter, ""), 0, 1_000, required=required)


def _seconds(path: Path, label: str, *, required: bool = True) -> Field:
    return Field(path, label, "whole", "s", 0, MOST_S, required=required)


def _count(path: Path, label: str, lowest: int = 1, highest: int = 20) -> Field:
    return Field(path, label, "whole", "", lowest, highest)


def _limit(of: rules.Limit, at: Path) -> list[Field]:
    side = _("Below") if of.side == "below" else _("Above")
    fields = []
    for number, step in enumerate(of.steps):
        place = (*at, "steps", str(number))
        fields.append(_value((*place, "limit"), side, of.parameter))
        if of.readings == 1 or step.delay_s:
            fields.append(_seconds((*place, "delay_s"), _("for")))
    fields.append(_value((*at, "hysteresis"), _("Ends inside by"), of.parameter))
    if of.readings > 1:
        fields.append(_count((*at, "readings"), _("Readings in a row")))
        fields.append(_seconds((*at, "apart_s"), _("Apart at least")))
    if of.within_s:
        fields.append(_seconds((*at, "within_s"), _("Apart at most")))
    if of.resting_below is not None:
        fields.append(_value((*at, "resting_below"), _("Not for a resting value beyond"), of.parameter))
    return fields


def _over(of: rules.OverBaseline, at: Path) -> list[Field]:
    return [
        Field(
            (*at, "percent"), _("Over the baseline by"), "number", "%", 0, 200, required=of.absolute is None
        ),
        _value((*at, "absolute"), _("or by"), of.parameter, required=of.percent is None),
        _value((*at, "counts_from"), _("Counts from"), of.parameter),
        _value((*at, "hysteresis"), _("Ends inside by"), of.parameter),
        _count((*at, "readings"), _("Readings in a row")),
    ]


def _rise(of: rules.Rise, at: Path) -> list[Field]:
    return [
        _value((*at, "by"), _("Up by"), of.parameter),
        _seconds((*at, "within_s"), _("within")),
        _value((*at, "counts_from"), _("Counts from"), of.parameter),
        _count((*at, "readings"), _("Readings in a row")),
    ]


def _projection(of: rules.Projection, at: Path) -> list[Field]:
    return [
        _value((*at, "limit"), _("On course to"), of.parameter),
        _seconds((*at, "within_s"), _("within")),
        _count((*at, "readings"), _("Readings in the line"), 3),
    ]


def _stale(of: rules.Stale, at: Path) -> list[Field]:
    return [
        Field(
            (*at, "intervals"), _("None for"), "number", _("× interval"), 1, 20, required=of.most_s is None
        ),
        _seconds((*at, "most_s"), _("or for"), required=of.intervals is None),
    ]


def _lost(of: rules.Lost, at: Path) -> list[Field]:
    return [
        _seconds((*at, "both_s"), _("Both gone for"), required=of.either_s is None),
        _seconds((*at, "either_s"), _("Either gone for"), required=of.both_s is None),
    ]


def _after(_of: Any, at: Path) -> list[Field]:
    return [_seconds((*at, "after_s"), _("After"))]


def _seen(of: rules.Seen, at: Path) -> list[Field]:
    if of.words:
        return []
    highest = 5 if of.topic == "arousal" else 10
    return [
        _count((*at, "low"), _("From"), 0, highest),
        _count((*at, "high"), _("to"), 0, highest),
    ]


def _nothing(_of: Any, _at: Path) -> list[Field]:
    return []


_OF: Mapping[type, Callable[[Any, Path], list[Field]]] = {
    rules.Limit: _limit,
    rules.OverBaseline: _over,
    rules.Rise: _rise,
    rules.Projection: _projection,
    rules.Stale: _stale,
    rules.Lost: _lost,
    rules.Silent: _after,
    rules.NoBreath: _after,
    rules.Technical: _after,
    rules.Seen: _seen,
    rules.Overdue: _after,
    rules.FromMonitor: _nothing,
}


def _timing() -> Group:
    def due(name: str, label: str) -> Field:
        return Field(("cadence", name), label, "whole", "s", 30, MOST_S)

    def after(name: str, label: str) -> Field:
        return Field(("timing", name), label, "whole", "s", 10, 1_800)

    return Group(
        _("Due sets and timing"),
        (
            Block(
                ("cadence",),
                _("A full set is due"),
                (
                    due("before_s", _("Before the start every")),
                    due("infusion_s", _("During the infusion every")),
                    due("recovery_s", _("In recovery every")),
                    due("after_change_s", _("After a change every")),
                    due("after_change_for_s", _("after a change, for")),
                    due("grace_s", _("It may be late by")),
                ),
            ),
            Block(
                ("timing",),
                _("Alarms"),
                (
                    after("rearm_s", _("Over when gone for")),
                    after("escalate_high_s", _("High unseen: call others after")),
                    after("escalate_medium_s", _("Medium unseen: call others after")),
                ),
            ),
            Block((), "", (Field(("news2_on_live_page",), _("NEWS2 on the live page"), "switch"),)),
        ),
    )
