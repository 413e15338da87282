"""The default rules hold the table of limits, cell by cell, and every number has its source."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import (
    SYMPTOMS,
    WHYS,
    FromMonitor,
    Limit,
    Lost,
    NoBreath,
    OverBaseline,
    Overdue,
    Projection,
    Rise,
    Rule,
    Seen,
    Silent,
    Stale,
    Technical,
)
from tests.science.vitals.alarms.sets import rule_of

# signal, side, phase, priority: (limit, delay in s, readings, apart in s) of each step, as the table has it;
# "at least 140" is above 139
TABLE = {
    ("sbp", "above", "before", "low"): [(139, 0, 1, 0)],
    ("dbp", "above", "before", "low"): [(89, 0, 1, 0)],
    ("sbp", "above", "before", "medium"): [(160, 0, 2, 30)],
    ("dbp", "above", "before", "medium"): [(100, 0, 2, 30)],
    ("sbp", "above", "before", "high"): [(179, 0, 1, 0)],
    ("dbp", "above", "before", "high"): [(109, 0, 1, 0)],
    ("sbp", "above", "infusion", "low"): [(160, 0, 1, 0)],
    ("dbp", "above", "infusion", "low"): [(100, 0, 1, 0)],
    ("sbp", "above", "infusion", "medium"): [(160, 0, 2, 30)],
    ("dbp", "above", "infusion", "medium"): [(100, 0, 2, 30)],
    ("sbp", "above", "infusion", "high"): [(180, 0, 2, 270), (200, 0, 1, 0)],
    ("dbp", "above", "infusion", "high"): [(110, 0, 2, 270), (120, 0, 1, 0)],
    ("sbp", "below", "infusion", "low"): [(105, 0, 1, 0)],
    ("sbp", "below", "infusion", "medium"): [(100, 0, 2, 30)],
    ("sbp", "below", "infusion", "high"): [(90, 0, 1, 0)],
    ("hr", "above", "infusion", "low"): [(105, 10, 1, 0)],
    ("hr", "above", "infusion", "medium"): [(110, 10, 1, 0)],
    ("hr", "above", "infusion", "high"): [(120, 300, 1, 0), (130, 10, 1, 0)],
    ("hr", "below", "infusion", "low"): [(55, 10, 1, 0)],
    ("hr", "below", "infusion", "medium"): [(50, 10, 1, 0)],
    ("hr", "below", "infusion", "high"): [(40, 10, 1, 0)],
    ("spo2", "below", "infusion", "low"): [(95, 15, 1, 0)],
    ("spo2", "below", "infusion", "medium"): [(94, 15, 1, 0)],
    ("spo2", "below", "infusion", "high"): [(90, 15, 1, 0), (85, 5, 1, 0), (80, 0, 1, 0)],
    ("rr", "above", "infusion", "low"): [(24, 30, 1, 0)],
    ("rr", "above", "infusion", "medium"): [(28, 30, 1, 0)],
    ("rr", "below", "infusion", "medium"): [(10, 30, 1, 0)],
    ("rr", "below", "infusion", "high"): [(8, 15, 1, 0)],
}
# what holds in recovery as in the infusion, and before the start where the table names nothing of its own
SAME = {
    (signal, side, phase, priority): cell
    for (signal, side, _, priority), cell in TABLE.items()
    for phase in ("before", "recovery")
    if (signal, side, phase, priority) not in TABLE and not (phase == "before" and signal == "dbp")
}


def found() -> dict[tuple[str, str, str, str], list[tuple[int, int, int, int]]]:
    cells: dict[tuple[str, str, str, str], list[tuple[int, int, int, int]]] = {}
    for rule in DEFAULTS.rules:
        asked = rule.predicate
        if isinstance(asked, Limit):
            for phase in rule.phases:
                cell = cells.setdefault((asked.parameter, asked.side, phase, rule.priority), [])
                cell += [
                    (int(step.limit), step.delay_s, asked.readings, asked.apart_s) for step in asked.steps
                ]
    return cells


def of_kind(kind: type, phase: str) -> list[tuple[str, Rule]]:
    return [
        (rule.priority, rule)
        for rule in DEFAULTS.rules
        if isinstance(rule.predicate, kind) and phase in rule.phases
    ]


def test_every_limit_of_the_table_is_there_and_no_other() -> None:
    assert found() == TABLE | SAME


@pytest.mark.parametrize("phase", ["infusion", "recovery"])
def test_rules_relative_to_the_baseline(phase: str) -> None:
    held = [(priority, rule.predicate) for priority, rule in of_kind(OverBaseline, phase)]
    asked = {
        (priority, over.parameter): (over.percent, over.absolute, over.counts_from, over.readings)
        for priority, over in held
        if isinstance(over, OverBaseline)
    }
    assert asked == {
        ("low", "sbp"): (20, None, 150, 1),
        ("low", "dbp"): (20, None, 95, 1),
        ("medium", "sbp"): (30, 40, 150, 2),
        ("medium", "dbp"): (30, None, 95, 2),
    }
    assert not of_kind(OverBaseline, "before")


def test_rise_and_projection_can_be_switched_off_and_nothing_else() -> None:
    signs = {rule.id: rule.sign for rule in DEFAULTS.rules if rule.sign}
    assert signs == {"sbp-rise": "slope", "sbp-projected": "prediction", "dbp-projected": "prediction"}
    assert rule_of("sbp-rise").predicate == Rise("sbp", Decimal(20), 600, Decimal(150), 2)
    assert rule_of("sbp-rise").priority == "medium"
    assert rule_of("sbp-projected").predicate == Projection("sbp", Decimal(180), 600, 4)
    assert rule_of("dbp-projected").predicate == Projection("dbp", Decimal(110), 600, 4)
    assert rule_of("sbp-projected").priority == rule_of("dbp-projected").priority == "low"


def test_absence() -> None:
    stale = [(priority, rule.predicate) for priority, rule in of_kind(Stale, "infusion")]
    assert stale == [
        ("low", Stale(("sbp",), Decimal("1.5"), None)),
        ("medium", Stale(("sbp",), Decimal(2), None)),
        ("high", Stale(("sbp",), Decimal(3), 900)),
    ]
    after = [(priority, rule.predicate) for priority, rule in of_kind(Stale, "recovery")]
    assert after[-1] == ("high", Stale(("sbp",), Decimal(3), None))
    for phase in ("infusion", "recovery"):
        assert [(priority, rule.predicate) for priority, rule in of_kind(Lost, phase)] == [
            ("medium", Lost(0, 30)),
            ("high", Lost(60, 60)),
        ]
        assert [(priority, rule.predicate) for priority, rule in of_kind(Overdue, phase)] == [
            ("medium", Overdue(120)),
            ("high", Overdue(300)),
        ]
        assert [(priority, rule.predicate) for priority, rule in of_kind(Silent, phase)] == [
            ("low", Silent(10)),
            ("medium", Silent(30)),
        ]
    assert all(
        "CHECK PATIENT" in rule.label and "unknown" in rule.label for _, rule in of_kind(Lost, "infusion")
    )
    assert [priority for priority, _ in of_kind(Overdue, "before")] == ["low"]
    for phase in ("infusion", "recovery"):
        assert [(priority, rule.predicate) for priority, rule in of_kind(NoBreath, phase)] == [
            ("medium", NoBreath(60, unsure=True)),
            ("high", NoBreath(20)),
        ]
    assert not of_kind(NoBreath, "before")
    for phase in ("before", "infusion", "recovery"):
        asked = [rule.predicate for _, rule in of_kind(Technical, phase)]
        assert {one.why for one in asked if isinstance(one, Technical)} == set(WHYS)
        assert {priority for priority, _ in of_kind(Technical, phase)} == {"low"}
        assert len(of_kind(FromMonitor, phase)) == 1


@pytest.mark.parametrize("phase", ["before", "infusion", "recovery"])
def test_observations(phase: str) -> None:
    levels = {
        (asked.topic, level): priority
        for priority, rule in of_kind(Seen, phase)
        if isinstance(asked := rule.predicate, Seen) and asked.low is not None and asked.high is not None
        for level in range(asked.low, asked.high + 1)
    }
    assert levels == (
        {("arousal", 4): "low", ("arousal", 3): "medium"}
        | {("arousal", level): "high" for level in (0, 1, 2)}
        | {("distress", level): "low" for level in (3, 4)}
        | {("distress", level): "medium" for level in (5, 6)}
        | {("distress", level): "high" for level in range(7, 11)}
        | {("nausea", level): "low" for level in (2, 3)}
        | {("nausea", level): "medium" for level in range(4, 11)}
    )
    words = {
        word: (rule.group, priority)
        for priority, rule in of_kind(Seen, phase)
        if isinstance(asked := rule.predicate, Seen)
        for word in asked.words
    }
    emergencies = SYMPTOMS[: SYMPTOMS.index("anaphylaxis") + 1]
    assert len(emergencies) == 7
    assert words == {
        "vomiting": ("nausea", "high"),
        "asks_to_stop": ("distress", "high"),
        "high_pressure_symptoms": ("bp_high", "high"),
        "low_pressure_symptoms": ("bp_low", "high"),
        **dict.fromkeys(emergencies, ("symptom", "high")),
    }


def test_impedance_alone_never_carries_a_medium_or_high_alarm() -> None:
    for rule in DEFAULTS.rules:
        if isinstance(rule.predicate, Limit) and rule.predicate.parameter == "rr":
            assert ("151578" in rule.predicate.not_from) == (rule.priority != "low"), rule.id


def test_only_mild_rules_spare_a_patient_who_rests_low() -> None:
    spared = {
        rule.id: rule.predicate.resting_below
        for rule in DEFAULTS.rules
        if isinstance(rule.predicate, Limit) and rule.predicate.resting_below is not None
    }
    assert spared == {"hr-lowered": 55, "hr-low": 50}


def test_cadence_and_timing() -> None:
    cadence, timing = DEFAULTS.cadence, DEFAULTS.timing
    assert (cadence.infusion_s, cadence.recovery_s, cadence.after_change_s, cadence.grace_s) == (
        600,
        900,
        300,
        120,
    )
    assert (timing.rearm_s, timing.escalate_high_s, timing.escalate_medium_s) == (60, 60, 180)
    assert not DEFAULTS.news2_on_live_page
    assert DEFAULTS.edition == ""


def test_orders_to_the_hands_are_only_given_where_there_is_a_pump() -> None:
    for rule in DEFAULTS.rules:
        stops = "PUMP" in rule.action
        if "recovery" in rule.phases:
            assert not stops, rule.id
        if rule.phases == ("before",):
            assert ("DO NOT START THE PUMP" in rule.action) == stops, rule.id
        if rule.phases == ("infusion",) and rule.priority == "high" and rule.group not in ("no_bp",):
            assert stops, rule.id


def test_every_rule_has_a_source_and_high_ones_stay_until_seen() -> None:
    for rule in DEFAULTS.rules:
        assert rule.source.citation
        assert rule.source.note or rule.source.status == "published"
        if rule.priority == "high" and not isinstance(rule.predicate, FromMonitor):
            assert rule.latching, rule.id
