"""What a profile leaves of a ruleset, and that rules which nobody changed are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import (
    FromMonitor,
    Lost,
    NoBreath,
    OverBaseline,
    Overdue,
    Predicate,
    Profile,
    Projection,
    Rise,
    Seen,
    Silent,
    Stale,
    Technical,
)
from reverie.science.vitals.alarms.runs import AT_ONCE, Pace
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


@pytest.mark.parametrize(
    ("asked", "paces"),
    [
        # what holds soon eases soon, and neither sooner nor later than makes sense
        (limit("hr", "above", (120, 0)), [(0, 0, 3_000)]),
        (limit("hr", "above", (120, 300), (130, 4)), [(0, 300_000, 6_000), (1, 4_000, 4_000)]),
        (limit("spo2", "below", (85, 0), (88, 1), (90, 2)),
         [(0, 1_000, 3_000), (1, 1_000, 3_000), (2, 2_000, 3_000)]),
        # a cuff is judged by each reading, a line in an artery by time
        (limit("sbp", "above", (180, 0), (200, 15)),
         [(0, 0, 0), (1, 15_000, 0), (100, 10_000, 6_000), (101, 15_000, 6_000)]),
        (limit("sbp", "above", (180, 0), readings=2), [(0, 0, 0), (100, 0, 0)]),
        (limit("hr", "above", (120, 0), readings=2), [(0, 0, 0)]),
        (Rise("sbp", Decimal(20), 600, Decimal(150)), [(0, 0, 0), (100, 0, 0)]),
        (NoBreath(20), [(0, 20_000, 6_000)]),
        (Lost(0, 30), [(0, 0, 3_000), (1, 30_000, 6_000)]),
        (Lost(None, 4), [(1, 4_000, 4_000)]),
        (Technical("probe_off", 5), [(0, 5_000, 5_000)]),
        (Technical("cuff_failed", 5), [(0, 5_000, 0)]),
        (Technical("inhibited", 5), [(0, 5_000, 0)]),
        (Stale(("sbp",), None, 900), [(0, 0, 0)]),
    ],
)  # fmt: skip
def test_how_long_each_way_takes_to_hold_and_to_ease(
    asked: Predicate, paces: list[tuple[int, int, int]]
) -> None:
    ways = prepare(ruleset(rule("one", asked)), Profile()).plan("infusion").ways
    steps = [(number, way.pace) for (_, number), way in ways.items()]
    inside = {"inside": AT_ONCE} if isinstance(asked, Lost) else {}
    assert steps == [
        (number, Pace(delay_ms, ease_ms, 60_000, **inside)) for number, delay_ms, ease_ms in paces
    ]


def test_a_low_saturation_that_must_not_last_is_judged_at_once() -> None:
    plan = prepare(ruleset(rule("low", limit("spo2", "below", (80, 1), (90, 2)))), Profile()).plan("before")
    assert [bound.at_once for bound in plan.limits["spo2"]] == [True, False]
    heart = prepare(ruleset(rule("low", limit("hr", "below", (40, 0)))), Profile()).plan("before")
    assert [bound.at_once for bound in heart.limits["hr"]] == [False]


def test_the_bands_lie_inside_every_limit_and_its_hysteresis() -> None:
    rules = ruleset(
        rule("low", limit("spo2", "below", (90, 15), (85, 5), hysteresis=2)),
        rule("mild", limit("spo2", "below", (91, 15), hysteresis=0)),
        rule("slow", limit("hr", "below", (50, 10), hysteresis=5)),
        rule("fast", limit("hr", "above", (120, 10), hysteresis=5)),
        rule("faster", limit("hr", "above", (130, 10), hysteresis=20)),
        rule("bp", limit("sbp", "above", (180, 0))),
    )
    most = Decimal("Infinity")
    assert prepare(rules, Profile()).plan("infusion").bands == {
        "spo2": (92, most), "hr": (55, 110), "pr": (55, 110), "pi": (-most, most), "rr": (1, most),
        "etco2": (4, most),
    }  # fmt: skip


def test_baselines_are_collected_before_the_drug_where_a_rule_asks_for_them() -> None:
    rules = ruleset(
        rule("over", OverBaseline("sbp", Decimal(30), None, Decimal(150), Decimal(5))),
        rule("slow", limit("hr", "below", (50, 10), resting_below=Decimal(50))),
        rule("low", limit("spo2", "below", (90, 15))),
    )
    prepared = prepare(rules, Profile())
    assert prepared.plan("before").collects == {"nibp_sys", "art_sys", "hr", "pr"}
    assert prepared.plan("infusion").collects == frozenset()
    assert prepared.plan("infusion").baselines == {"sbp", "hr"}
