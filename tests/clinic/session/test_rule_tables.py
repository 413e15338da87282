"""Alarm rules as tables and as fields: every rule is there to be read, every field is of the body."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

from reverie.clinic.rulebook.paths import ABSENT, value_at
from reverie.clinic.session import observed, rule_words
from reverie.clinic.session.rule_fields import groups_of
from reverie.clinic.session.rule_tables import CAUSES, describe_profile, describe_rules
from reverie.science.sources import Source
from reverie.science.vitals.alarms import rules
from reverie.science.vitals.alarms.body import body_of
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Limit, Profile, Rule, Step

SOURCE = Source("Somebody and others, a journal", 2020, "published")
THIN = "\N{NARROW NO-BREAK SPACE}"


def rule(predicate: rules.Predicate, **more: object) -> Rule:
    """A rule of its own."""
    made = Rule("x", "spo2_low", "SpO2 low", "low", ("infusion",), predicate, "Look.", SOURCE)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("predicate", "words"),
    [
        (Limit("spo2", "below", (Step(Decimal(94), 15),), Decimal(1)), f"below 94{THIN}% for 15 s"),
        (
            Limit("hr", "above", (Step(Decimal(120), 300), Step(Decimal(130), 0)), Decimal(1)),
            f"above 120{THIN}/min for 5 min or above 130{THIN}/min",
        ),
        (
            Limit("sbp", "above", (Step(Decimal(180), 0),), Decimal(5), 2, 270, 600),
            f"systolic above 180{THIN}mmHg, 2 readings in a row, at least 270 s apart, at most 10 min apart",
        ),
        (
            rules.OverBaseline("dbp", Decimal(30), Decimal(40), Decimal(95), Decimal(5)),
            f"diastolic 30{THIN}% or 40{THIN}mmHg over the baseline, from 95{THIN}mmHg on, "
            "2 readings in a row",
        ),
        (rules.Lost(0, 30), "pulse and SpO2 gone or implausible: both at once or either for 30 s"),
        (rules.Stale(("sbp",), Decimal("1.5"), None), "none for 1.5 × its interval"),
        (rules.Seen("distress", 3, 4), "distress, 0 to 10: 3 – 4"),
        (rules.Seen("arousal", 2, 2), "MOAA/S: 2"),
        (rules.Seen("symptom", words=("seizure", "of another kind")), "seizure or of another kind"),
        (rules.Technical("probe_off", 0), "probe off or no signal"),
        (rules.NoBreath(20), "no breath for 20 s by capnography"),
    ],
)
def test_a_predicate_in_words(predicate: rules.Predicate, words: str) -> None:
    assert rule_words.holds(rule(predicate)) == words


def test_what_else_there_is_to_know() -> None:
    limit = Limit("hr", "below", (Step(Decimal(55), 10),), Decimal(2), resting_below=Decimal(55))
    assert rule_words.notes(rule(limit, latching=True)) == (
        f"ends 2{THIN}/min inside, not for whom a resting value beyond 55{THIN}/min is usual, "
        "stays until seen"
    )
    assert rule_words.notes(rule(rules.FromMonitor())) == ""


def test_every_rule_stands_in_the_tables_with_its_action_and_source() -> None:
    described = describe_rules(DEFAULTS)
    lines = [line for table in described.tables for row in table.rows for cell in row.cells for line in cell]
    said = {(line.words.lower(), deed.action) for line in lines for deed in line.deeds}
    for one in DEFAULTS.rules:
        assert (rule_words.holds(one).lower(), one.action) in said
    assert {one.number for one in described.sources} == {line.source for line in lines if line.source}
    sources = {one.source for one in DEFAULTS.rules} | {DEFAULTS.cadence.source, DEFAULTS.timing.source}
    assert len(described.sources) == len(sources)
    by_number = {one.number: one for one in described.sources}
    assert all(line.assumed == (by_number[line.source].status == "assumed") for line in lines if line.source)


def test_what_is_the_same_in_several_phases_is_said_once() -> None:
    limit = Limit("spo2", "below", (Step(Decimal(90), 15),), Decimal(1))
    same = [
        rule(limit, id="a", phases=("infusion",), action="Pause."),
        rule(limit, id="b", phases=("recovery",), action="Call."),
    ]
    ((row,),) = [table.rows for table in describe_rules(replace(DEFAULTS, rules=tuple(same))).tables[:1]]
    (line,) = row.cells[0]
    assert [(deed.when, deed.action) for deed in line.deeds] == [
        ("infusion", "Pause."),
        ("recovery", "Call."),
    ]


def test_every_default_has_its_words() -> None:
    assert {one.group for one in DEFAULTS.rules} <= CAUSES.keys()
    assert set(rules.WHYS) <= rule_words.WHYS.keys()
    assert set(rules.TOPICS) <= rule_words.TOPICS.keys()
    assert set(rules.SIGNALS) <= rule_words.UNITS.keys() & rule_words.SIGNALS.keys()
    seen = {
        word
        for one in DEFAULTS.rules
        if isinstance(one.predicate, rules.Seen)
        for word in one.predicate.words
    }
    assert seen <= observed.SYMPTOMS.keys()
    assert set(get_args(rules.Predicate)) == {type(one.predicate) for one in DEFAULTS.rules}


def test_a_group_that_nobody_knows_is_shown_all_the_same() -> None:
    odd = rule(rules.NoBreath(20), group="unheard_of")
    described = describe_rules(replace(DEFAULTS, rules=(odd,)))
    assert (described.tables[0].title, described.tables[0].rows[0].head) == ("Other rules", "unheard_of")


def test_every_number_of_the_body_is_a_field() -> None:
    body = body_of(DEFAULTS)
    fields = {field.path for group in groups_of(DEFAULTS) for block in group.blocks for field in block.fields}
    assert all(value_at(body, path) is not ABSENT for path in fields)
    for name, one in body["rules"].items():
        for key, value in one["predicate"].items():
            path = ("rules", name, "predicate", key)
            if key == "steps":
                for place in range(len(value)):
                    assert (*path, str(place), "limit") in fields
            elif key not in ("kind", "parameter", "side", "topic", "why") and (
                isinstance(value, str) or (isinstance(value, int) and value > 1)
            ):
                assert path in fields
    assert {("cadence", name) for name in body["cadence"] if name != "source"} <= fields
    assert {("timing", name) for name in body["timing"] if name != "source"} <= fields


def test_the_profile_says_what_is_off() -> None:
    (table,) = describe_profile(Profile(prediction=False)).tables
    assert [(row.head, row.cells[0][0].words) for row in table.rows] == [
        ("Stream display", "on"), ("Secondary alarms", "on"), ("Slope rules", "on"), ("Prediction", "off"),
    ]  # fmt: skip
