"""What a profile leaves of a ruleset, and that rules which nobody changed are the same."""

from __future__ import annotations

from decimal import Decimal

from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import (
    FromMonitor,
    Lost,
    NoBreath,
    OverBaseline,
    Overdue,
    Profile,
    Projection,
    Rise,
    Seen,
    Silent,
    Stale,
    Technical,
)
from tests.science.vitals.alarms.played import limit, rule, ruleset

ALL = ruleset(
    rule("limit", limit("spo2", "below", (90, 15))),
    rule("over", OverBaseline("sbp", Decimal(30), None, Decimal(150), Decimal(5))),
    rule("rise", Rise("sbp", Decimal(20), 600, Decimal(150)), sign="slope"),
    rule("ahead", Projection("sbp", Decimal(180), 600), sign="prediction"),
    rule("stale", Stale(("sbp",), None, 900)),
    rule("lost", Lost(0, 30)),
    rule("silent", Silent(10)),
    rule("breath", NoBreath(20)),
    rule("probe", Technical("probe_off", 5)),
    rule("mute", Technical("inhibited", 0)),
    rule("seen", Seen("arousal", 0, 2)),
    rule("overdue", Overdue(120)),
    rule("monitor", FromMonitor()),
)


def names(profile: Profile) -> set[str]:
    return {name for name, _ in prepare(ALL, profile).plan("infusion").ways}


def test_without_secondary_alarms_remain_absence_observation_and_the_monitors_own() -> None:
    left = {"stale", "lost", "silent", "mute", "seen", "overdue", "monitor"}
    assert names(Profile(secondary_alarms=False)) == left


def test_slopes_and_predictions_are_switched_by_themselves() -> None:
    every = {one.id for one in ALL.rules}
    assert names(Profile()) == every
    assert names(Profile(slope_rules=False)) == every - {"rise"}
    assert names(Profile(prediction=False)) == every - {"ahead"}


def test_in_a_phase_that_is_over_or_unknown_nothing_is_judged() -> None:
    prepared = prepare(ALL, Profile())
    assert not prepared.plan("over").ways
    assert not prepared.plan("some day").ways


def test_a_mark_tells_other_rules_and_other_profiles_apart() -> None:
    marks = {
        prepare(ALL, Profile()).mark,
        prepare(ALL, Profile(slope_rules=False)).mark,
        prepare(ruleset(*ALL.rules[1:]), Profile()).mark,
        prepare(ruleset(*ALL.rules, edition="2"), Profile()).mark,
    }
    assert len(marks) == 4
    assert prepare(ALL, Profile()).mark in marks
