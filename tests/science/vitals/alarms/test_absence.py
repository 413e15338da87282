"""What is not there: CHECK PATIENT, age, silence, overdue sets, probes and leads."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.rules import Lost, Overdue, Silent, Stale, Technical
from reverie.science.vitals.alarms.told import Due
from tests.science.vitals.alarms.played import Play, calm, cuff, limit, rule, ruleset, sample

DRUG = ("infusion", "recovery")
CHECK = rule("check", Lost(0, 30), "medium", "check", DRUG)
NOW = rule("now", Lost(60, 60), "high", "check", DRUG)
PROBE = rule("probe", Technical("probe_off", 10), "low")
LEADS = rule("leads", Technical("leads_off", 10), "low")
BOTH_GONE = {"hr": None, "pr": None, "spo2": None}


def play(*rules: object, **more: object) -> Play:
    return Play(ruleset(*rules), **more)  # type: ignore[arg-type]


def test_pulse_and_spo2_both_gone_is_medium_at_once_and_high_after_a_minute() -> None:
    on = play(CHECK, NOW).run(0, 30, calm).run(30, 120, lambda at: calm(at, **BOTH_GONE))
    assert [(second, [one.priority for one in found]) for second, found in on.told] == [
        (30, ["medium"]),
        (90, ["high"]),
    ]
    (one,) = on.found
    assert one.onset_ms == 30_000
    assert {given.value for given in one.inputs} == {None}


@pytest.mark.parametrize("gone", ["spo2", "pulse"])
def test_either_gone_for_half_a_minute_is_medium(gone: str) -> None:
    off = {"spo2": None} if gone == "spo2" else {"hr": None, "pr": None}
    on = play(CHECK, NOW).run(0, 30, calm).run(30, 100, lambda at: calm(at, **off))
    assert (on.first("check"), on.first("now")) == (60, 90)


def test_the_pulse_of_either_source_is_a_pulse() -> None:
    on = play(CHECK, NOW).run(0, 30, calm)
    on.run(30, 200, lambda at: calm(at, hr=None)).run(200, 400, lambda at: calm(at, pr=None))
    assert not on.told


def test_a_set_taken_by_hand_does_not_bring_them_back() -> None:
    on = play(CHECK, NOW).run(0, 10, calm).run(10, 40, lambda at: calm(at, **BOTH_GONE))
    on.at(40, [sample("spo2", 97, 40, device=""), sample("hr", 70, 40, device="")])
    on.run(41, 100, lambda at: calm(at, **BOTH_GONE))
    assert on.rules_now == ["now"]
    assert on.found[0].eased_ms is None


@pytest.mark.parametrize("validity", ["invalid", "demo", "test", "calibration"])
def test_what_is_implausible_is_gone(validity: str) -> None:
    on = play(CHECK).run(0, 10, calm)
    on.run(10, 20, lambda at: [sample(name, 80, at, validity) for name in ("hr", "pr", "spo2")])
    assert on.first("check") == 10


def test_a_silent_device_gives_neither_counted_from_its_last_word() -> None:
    on = play(CHECK, NOW).run(0, 30, calm).run(30, 120, lambda at: ())
    assert on.first("check") == 39
    assert on.first("now") == 89
    assert on.found[0].onset_ms == 29_000


def test_where_nothing_was_ever_connected_nothing_is_lost() -> None:
    on = play(CHECK, NOW).run(0, 200, lambda at: cuff(at, 120) if at % 60 == 0 else ())
    assert not on.told


def test_what_was_never_measured_is_missed_from_the_start_of_the_phase() -> None:
    on = play(CHECK).run(0, 60, lambda at: [sample("hr", 70, at)])
    assert on.first("check") == 30


def test_before_the_drug_it_is_not_asked_and_with_the_drug_it_is() -> None:
    on = play(CHECK, phase="before").run(0, 100, lambda at: calm(at, **BOTH_GONE))
    assert not on.told
    on.phase, on.phase_since_s = "infusion", 100
    on.run(100, 102, lambda at: calm(at, **BOTH_GONE))
    assert on.first("check") == 100


def test_a_single_good_value_now_and_then_does_not_hide_a_lost_probe() -> None:
    on = play(CHECK).run(0, 10, calm).run(10, 120, lambda at: calm(at, spo2=97 if at % 25 == 0 else None))
    first = on.first("check")
    assert first is not None
    assert first <= 55


def test_gaps_that_are_filled_well_do_not_add_up() -> None:
    on = play(CHECK).run(0, 900, lambda at: calm(at, spo2=None if at % 30 < 15 else 97))
    assert not on.told


def test_a_low_spo2_in_doubt_is_no_alarm_of_spo2_but_never_hidden_for_long() -> None:
    low = rule("low", limit("spo2", "below", (90, 15)))
    on = play(CHECK, low).run(0, 30, calm).run(30, 200, lambda at: calm(at, spo2=80, pi=0.1))
    assert on.first("check") == 60
    assert on.first("low") == 90


@pytest.mark.parametrize(("rate", "doubted"), [(100, True), (80, False)])
def test_a_pulse_that_contradicts_the_ecg_is_doubt(rate: int, doubted: bool) -> None:
    low = rule("low", limit("spo2", "below", (90, 15)))
    doubt = rule("doubt", Technical("doubtful", 0), "low")
    on = (
        play(low, doubt)
        .run(0, 30, calm)
        .run(30, 60, lambda at: calm(at, spo2=85, hr=rate, pr=rate - 20 * doubted))
    )
    assert on.rules_now == (["doubt"] if doubted else ["low"])


def test_a_cuff_that_is_about_to_inflate_explains_a_low_spo2_only_where_the_pulse_does_not_speak() -> None:
    low = rule("low", limit("spo2", "below", (90, 15)))

    def bare(at: int, spo2: int) -> list[object]:
        return [*(cuff(at, 120) if at == 0 else ()), sample("spo2", spo2, at), sample("pr", 70, at)]

    on = play(low, cuff_interval_s=600)
    on.run(0, 610, lambda at: bare(at, 80 if 560 <= at < 590 else 97))  # type: ignore[arg-type, return-value]
    assert not on.told
    on = play(low, cuff_interval_s=600)
    on.run(
        0, 610, lambda at: [*calm(at, spo2=80 if 560 <= at < 590 else 98), *(cuff(at, 120) if not at else ())]
    )
    assert on.first("low") == 575


def test_probe_and_leads_off_are_technical_while_the_device_speaks() -> None:
    on = play(PROBE, LEADS, linked=True).run(0, 30, calm)
    on.run(30, 60, lambda at: calm(at, spo2=None, hr=None))
    assert sorted(on.rules_now) == ["leads", "probe"]
    assert on.first("probe") == 40
    on = play(PROBE, LEADS, linked=True).run(0, 30, calm).run(30, 90, lambda at: ())
    assert not on.told
    on.run(90, 110, calm)
    assert not on.told


def test_a_row_that_a_speaking_device_leaves_out_is_off_too() -> None:
    on = play(PROBE).run(0, 30, calm)
    on.run(30, 60, lambda at: [one for one in calm(at) if one.parameter != "spo2"])
    assert on.rules_now == ["probe"]


STALE = (
    rule("old-low", Stale(("sbp",), Decimal("1.5"), None), "low", "old"),
    rule("old-medium", Stale(("sbp",), Decimal(2), None), "medium", "old"),
    rule("old-high", Stale(("sbp",), Decimal(3), 900), "high", "old"),
)


def test_the_age_of_a_pressure_is_told_by_its_interval() -> None:
    on = play(*STALE, cuff_interval_s=240)
    on.at(0, cuff(0, 120))
    for second in range(1, 800):
        on.at(second)
    assert [on.first(name) for name in ("old-low", "old-medium", "old-high")] == [360, 480, 720]
    assert on.raised("old") == 1
    on.at(801, cuff(801, 121))
    assert on.found[0].eased_ms == 801_000
    on.at(861)
    assert not on.found


def test_without_an_interval_only_the_longest_time_counts() -> None:
    on = play(*STALE)
    on.at(0, cuff(0, 120))
    for second in range(1, 1_000):
        on.at(second)
    assert [on.first(name) for name in ("old-low", "old-medium", "old-high")] == [None, None, 900]


def test_a_pressure_that_was_never_measured_is_missed_from_the_start_of_the_phase() -> None:
    on = play(STALE[0], cuff_interval_s=600, phase_since_s=50)
    for second in range(50, 960):
        on.at(second)
    assert on.first("old-low") == 950


@pytest.mark.parametrize("validity", ["invalid", "not_available", "demo", "questionable"])
def test_a_pressure_that_is_not_valid_makes_nothing_fresh(validity: str) -> None:
    on = play(*STALE, cuff_interval_s=240)
    on.at(0, cuff(0, 120))
    on.at(300, [sample("nibp_sys", 120, 300, validity)])
    on.at(360)
    assert on.rules_now == ["old-low"]


def test_a_reading_that_comes_later_is_as_old_as_it_is() -> None:
    on = play(*STALE, cuff_interval_s=240)
    on.at(0, cuff(0, 120))
    on.at(400, [sample("nibp_sys", 120, 400, device="", measured_s=200, late=True)])
    assert on.found[0].eased_ms is not None
    on.at(560)
    assert [one.eased_ms for one in on.found] == [None]


QUIET = rule("quiet", Silent(10), "low", "link")
GONE = rule("gone", Silent(30), "medium", "link")


def test_a_device_that_has_gone_quiet_and_comes_back() -> None:
    on = play(QUIET, GONE, linked=True).run(0, 30, calm).run(30, 80, lambda at: ())
    assert (on.first("quiet"), on.first("gone")) == (40, 60)
    assert (on.found[0].subject, on.found[0].onset_ms) == ("M1", 29_000)
    on.run(80, 82, calm)
    assert on.found[0].eased_ms == 80_000
    on.linked = False
    on.at(83)
    assert not on.found


def test_a_device_that_never_spoke_is_quiet_from_when_it_was_linked() -> None:
    on = play(QUIET, linked=True).run(0, 20, lambda at: ())
    assert on.first("quiet") == 11


def test_a_set_is_overdue_by_its_times_and_no_more_once_it_was_taken() -> None:
    on = play(
        rule("late", Overdue(120), "medium", "due"),
        rule("later", Overdue(300), "high", "due"),
        due=Due(100_000, 120_000),
    )
    for second in range(450):
        on.at(second)
    assert (on.first("late"), on.first("later")) == (220, 400)
    assert on.found[0].inputs[0].at_ms == 100_000
    on.due = Due(1_000_000, 120_000)
    on.at(450)
    assert on.found[0].eased_ms is not None
    on.at(510)
    assert not on.found
