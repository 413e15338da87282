"""What is missing is told with what it was, since when, and of which device."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.rules import Lost, Overdue, Profile, Silent, Stale, Technical
from reverie.science.vitals.alarms.told import Due, Input, Linked, Situation
from tests.science.vitals.alarms.played import Play, calm, cuff, limit, rule, ruleset, sample

CHECK = rule("check", Lost(0, 30), "medium", "check", ("infusion",))
OLD = rule("old", Stale(("sbp",), Decimal(2), 900), "low", phases=("infusion",))
LATE = rule("late", Overdue(120), "low", phases=("infusion",))
QUIET = rule("quiet", Silent(10), "low", "link")
PROBE = rule("probe", Technical("probe_off", 10), "low")


def test_a_loss_names_what_is_lost_and_when_it_was_there_last() -> None:
    on = Play(ruleset(CHECK)).run(0, 30, calm).run(30, 45, lambda at: ())
    assert on.found[0].inputs == (
        Input("hr", None, "", "M1", 29_000),
        Input("spo2", None, "", "M1", 29_000),
    )
    assert on.found[0].onset_ms == 29_000
    never = Play(ruleset(CHECK)).run(0, 31, lambda at: [sample("hr", 70, at)])
    assert never.found[0].inputs == (Input("spo2", None),)


def test_what_was_never_there_is_missed_since_something_was_connected() -> None:
    on = Play(ruleset(CHECK)).run(0, 10, lambda at: ()).run(10, 41, lambda at: [sample("hr", 70, at)])
    assert (on.first("check"), on.found[0].onset_ms) == (40, 10_000)


def test_a_loss_of_values_in_doubt_names_them() -> None:
    on = Play(ruleset(CHECK, rule("low", limit("spo2", "below", (90, 15))))).run(0, 30, calm)
    on.run(30, 61, lambda at: calm(at, spo2=80, pi=0.1))
    assert [(one.rule, one.onset_ms, one.inputs) for one in on.found] == [
        ("check", 30_000, (Input("spo2", None),))
    ]
    on = Play(ruleset(CHECK, rule("fast", limit("hr", "above", (120, 10))))).run(0, 30, calm)
    on.run(30, 61, lambda at: [*calm(at)[1:], sample("hr", 150, at, "questionable")])
    assert [(one.rule, one.inputs) for one in on.found] == [("check", (Input("hr", None),))]


def test_a_pulse_and_a_saturation_in_doubt_are_lost_since_the_first_of_them() -> None:
    on = Play(ruleset(CHECK, rule("low", limit("spo2", "below", (90, 15))))).run(0, 30, calm)
    on.run(30, 40, lambda at: calm(at, spo2=80, pi=0.1))
    on.run(40, 61, lambda at: calm(at, spo2=80, pi=0.1, hr=None, pr=None))
    assert (on.first("check"), on.found[0].onset_ms) == (60, 30_000)


def test_what_was_lost_before_a_phase_counts_from_its_start() -> None:
    gone = {"hr": None, "pr": None, "spo2": None}
    on = Play(ruleset(CHECK), phase="before").run(0, 50, calm).run(50, 100, lambda at: calm(at, **gone))
    on.phase, on.phase_since_s = "infusion", 90
    on.run(100, 102, lambda at: calm(at, **gone))
    assert on.found[0].onset_ms == 90_000


def test_both_are_lost_since_the_second_and_either_since_the_first() -> None:
    on = Play(ruleset(PROBE)).run(0, 45, calm).run(45, 60, lambda at: calm(at, spo2=None))
    gone = {"hr": None, "pr": None, "spo2": None}
    on.run(60, 70, lambda at: calm(at, **gone))
    on.use(ruleset(rule("both", Lost(20, None)), rule("either", Lost(None, 30))))
    on.run(70, 85, lambda at: calm(at, **gone))
    assert (on.first("either"), on.first("both")) == (75, 80)


@pytest.mark.parametrize(("gap_s", "first"), [(1, 66), (4, 66), (6, 69)])
def test_how_long_a_device_may_say_nothing_goes_by_its_usual_gap_and_never_below_ten_seconds(
    gap_s: int, first: int
) -> None:
    on = Play(ruleset(CHECK)).run(0, 57, lambda at: calm(at) if at % gap_s == 0 else ())
    on.run(57, 90, lambda at: ())
    assert on.first("check") == first


def test_another_device_answers_for_one_that_is_gone_and_the_last_to_go_is_named() -> None:
    on = Play(ruleset(CHECK)).run(0, 30, lambda at: [*calm(at), sample("spo2", 97, at, device="M2")])
    on.run(30, 40, lambda at: [*calm(at, spo2=None), sample("spo2", 97, at, device="M2")])
    on.run(40, 71, lambda at: [*calm(at, spo2=None), sample("spo2", None, at, device="M2")])
    assert on.first("check") == 70
    assert [(given.name, given.device) for given in on.found[0].inputs] == [("spo2", "M2")]


def test_a_pressure_and_a_set_that_are_late_when_a_phase_begins_were_late_before() -> None:
    on = Play(ruleset(OLD, LATE), phase="before", cuff_interval_s=150, due=Due(200_000, 0))
    on.at(10, cuff(10, 120))
    on.at(390)
    on.phase, on.phase_since_s = "infusion", 400
    on.at(400)
    assert [(one.rule, one.onset_ms, one.inputs[0]) for one in on.found] == [
        ("old", 310_000, Input("sbp", None, "", "", 10_000)),
        ("late", 320_000, Input("set", None, "", "", 200_000)),
    ]
    on.due = None
    on.at(401, cuff(401, 120))
    assert on.found[0].eased_ms == 401_000
    assert on.found[1].eased_ms is not None


def test_another_interval_and_another_start_of_a_phase_hold_at_once() -> None:
    on = Play(ruleset(rule("old", Stale(("sbp",), Decimal(2), None), "low")), cuff_interval_s=300)
    on.at(0, cuff(0, 120))
    on.at(99)
    on.cuff_interval_s = 60
    for second in range(100, 130):
        on.at(second)
    assert on.first("old") == 120
    on = Play(ruleset(rule("old", Stale(("sbp",), None, 100), "low")))
    on.at(20)
    on.phase_since_s = 10
    for second in range(21, 115):
        on.at(second)
    assert on.first("old") == 110


def test_the_age_of_what_no_cuff_measures_does_not_go_by_the_cuff() -> None:
    on = Play(ruleset(rule("old", Stale(("spo2",), Decimal(2), 100), "low")), cuff_interval_s=10)
    on.run(0, 2, calm)
    for second in range(2, 110):
        on.at(second)
    assert on.first("old") == 101


def test_silence_is_told_of_the_device_beyond_its_own_interval_and_of_linked_ones_only() -> None:
    prepared = engine.prepare(ruleset(QUIET), Profile())
    memory = engine.begin()
    told = {}
    for second in (*range(31), 40):
        both = (Linked("M1", 0, None, 15_000), Linked("M2", 5_000, 2_000, None))
        linked = both if second < 40 else both[:1]
        memory, found = engine.step(memory, prepared, Situation("infusion", 0, linked), (), (), second * 1000)
        told[second] = [(one.subject, one.onset_ms, one.inputs[0]) for one in found]
    slow = ("M1", 0, Input("device", None, "", "M1", 0))
    other = ("M2", 5_000, Input("device", None, "", "M2", 5_000))
    assert (told[14], told[15], told[24], told[25]) == ([], [other], [other], [slow, other])
    assert told[40] == [slow]


@pytest.mark.parametrize("way", ["by hand", "gone quiet"])
def test_a_probe_is_off_only_where_a_device_that_speaks_leaves_it_out(way: str) -> None:
    on = Play(ruleset(PROBE, CHECK)).run(0, 30, calm)
    if way == "by hand":
        # only a person ever measured it
        on = Play(ruleset(PROBE, CHECK)).run(0, 3, lambda at: [sample("spo2", 97, at, device="")])
    on.run(30, 38, lambda at: [sample("hr", 70, at)] if way == "by hand" else ())
    on.run(38, 80, lambda at: [sample("hr", 70, at, device="M2")])
    assert "probe" not in [one.rule for _, found in on.told for one in found]


def test_a_set_by_hand_before_the_monitor_was_there_hides_nothing_of_it() -> None:
    on = Play(ruleset(CHECK))
    on.at(0, [sample(name, 70, 0, device="") for name in ("hr", "spo2")])
    on.run(1, 60, calm)
    assert not on.told
    on.run(60, 62, lambda at: calm(at, hr=None, pr=None, spo2=None))
    assert on.first("check") == 60


def test_the_newest_of_all_pressures_counts() -> None:
    on = Play(ruleset(rule("old", Stale(("sbp",), None, 100), "low")))
    on.at(0, cuff(0, 120))
    on.at(50, [sample("art_sys", 120, 50)])
    for second in range(51, 155):
        on.at(second)
    assert on.first("old") == 150


def test_a_device_that_spoke_within_ten_seconds_still_speaks() -> None:
    on = Play(ruleset(PROBE)).run(0, 30, calm).run(30, 34, lambda at: [sample("hr", 70, at)])
    on.run(34, 60, lambda at: ())
    assert on.first("probe") == 39
