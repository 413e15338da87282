"""What a monitor tells of its own alarms, and what staff observe."""

from __future__ import annotations

import pytest

from reverie.science.vitals.alarms.rules import FromMonitor, Profile, Seen, Technical
from reverie.science.vitals.alarms.told import Observed, Passed
from tests.science.vitals.alarms.played import Play, calm, limit, rule, ruleset

MONITOR = rule("monitor", FromMonitor(), "low", "monitor")
MUTE = rule("mute", Technical("inhibited", 0), "low", "mute")


def says(name: str, priority: str, at: float, *, inhibited: bool = False) -> Passed:
    return Passed("M1", name, priority, int(at * 1000), inhibited)


def play(*rules: object, **more: object) -> Play:
    return Play(ruleset(*rules), **more)  # type: ignore[arg-type]


def stands(on: Play) -> list[tuple[str, str]]:
    return [(one.subject, one.priority) for one in on.found]


@pytest.mark.parametrize("priority", ["low", "medium", "high"])
@pytest.mark.parametrize("secondary", [True, False])
def test_a_monitors_alarm_is_passed_on_at_its_own_priority(priority: str, secondary: bool) -> None:
    on = play(MONITOR, profile=Profile(secondary_alarms=secondary))
    on.at(5, passed=[says("ASYSTOLE", priority, 5)])
    (one,) = on.found
    assert (one.subject, one.priority, one.onset_ms) == ("M1 ASYSTOLE", priority, 5_000)
    assert [(given.value, given.device) for given in one.inputs] == [("ASYSTOLE", "M1")]


def test_two_alarms_of_one_monitor_are_two_and_a_priority_may_change() -> None:
    on = play(MONITOR)
    on.at(5, passed=[says("APNEA", "medium", 5), says("SPO2 LOW", "low", 5)])
    assert stands(on) == [("M1 APNEA", "medium"), ("M1 SPO2 LOW", "low")]
    on.at(6, passed=[says("SPO2 LOW", "high", 6)])
    assert stands(on) == [("M1 SPO2 LOW", "high"), ("M1 APNEA", "medium")]


def test_a_priority_that_nobody_knows_is_taken_for_high() -> None:
    on = play(MONITOR)
    on.at(5, passed=[says("ODD", "urgent", 5)])
    assert on.found[0].priority == "high"


def test_an_alarm_without_a_name_is_passed_on_too() -> None:
    on = play(MONITOR)
    on.at(5, passed=[says("", "high", 5)])
    assert stands(on) == [("M1", "high")]


def test_it_is_over_when_the_monitor_says_so_and_a_minute_has_gone() -> None:
    on = play(MONITOR)
    on.at(5, passed=[says("VTACH", "high", 5)])
    on.at(20, passed=[says("VTACH", "", 20)])
    assert on.found[0].eased_ms == 20_000
    on.at(79)
    assert on.found
    on.at(80)
    assert not on.found
    on.at(81, passed=[says("NEVER BEGAN", "", 81)])
    assert not on.found


def test_an_alarm_told_once_stays_and_one_that_was_repeated_ends_when_it_is_told_no_more() -> None:
    on = play(MONITOR)
    on.at(0, calm(0), [says("VTACH", "high", 0)])
    on.run(1, 400, calm)
    assert on.found[0].eased_ms is None
    on = play(MONITOR)
    for second in range(20):
        on.at(second, calm(second), [says("VTACH", "high", second)])
    on.run(20, 400, calm)
    assert not on.found


def test_a_repeated_alarm_of_a_monitor_that_fell_silent_stays() -> None:
    on = play(MONITOR)
    for second in range(20):
        on.at(second, calm(second), [says("VTACH", "high", second)])
    on.run(20, 400, lambda at: ())
    assert on.found[0].eased_ms is None


def test_that_the_monitors_alarms_are_off_is_told_until_they_are_on() -> None:
    on = play(MONITOR, MUTE, profile=Profile(secondary_alarms=False))
    on.at(5, passed=[says("", "", 5, inhibited=True)])
    assert [(one.rule, one.subject) for one in on.found] == [("mute", "M1")]
    on.at(6, passed=[says("VTACH", "high", 6, inhibited=True)])
    assert on.rules_now == ["monitor", "mute"]
    on.at(10, passed=[says("inhibited", "", 10)])
    assert [one.eased_ms for one in on.found if one.rule == "mute"] == [10_000]


def test_over_nothing_is_passed_on_when_the_session_is_over() -> None:
    on = play(MONITOR)
    on.at(5, passed=[says("VTACH", "high", 5)])
    on.phase = "over"
    on.at(6, passed=[says("VTACH", "high", 6)])
    assert not on.found


DROWSY = rule("drowsy", Seen("arousal", 3, 3), "medium", "arousal")
GONE = rule("gone", Seen("arousal", 0, 2), "high", "arousal")
SICK = rule("sick", Seen("symptom", words=("vomiting", "chest_pain")), "high", "symptom")


def test_what_staff_observe_holds_from_when_they_saw_it_until_they_see_better() -> None:
    on = play(DROWSY, GONE)
    on.observed = (Observed("arousal", "3", 4_000),)
    on.at(5)
    assert [(one.rule, one.onset_ms) for one in on.found] == [("drowsy", 4_000)]
    on.observed = (Observed("arousal", "1", 60_000),)
    on.at(61)
    assert [(one.rule, one.onset_ms) for one in on.found] == [("gone", 4_000)]
    on.observed = (Observed("arousal", "5", 200_000),)
    on.at(201)
    assert on.found[0].eased_ms == 200_000
    on.at(260)
    assert not on.found


def test_of_several_observations_the_newest_counts() -> None:
    on = play(DROWSY, GONE)
    on.observed = (Observed("arousal", "5", 9_000), Observed("arousal", "1", 4_000))
    on.at(10)
    assert not on.found
    # and of two of one moment the one that was told last
    on.observed = (*on.observed, Observed("arousal", "3", 9_000))
    on.at(11)
    assert on.rules_now == ["drowsy"]


def test_symptoms_stand_beside_each_other_until_none_is_left() -> None:
    on = play(SICK)
    on.observed = (Observed("symptom", "vomiting", 4_000), Observed("symptom", "chest_pain", 8_000))
    on.at(10)
    assert [one.subject for one in on.found] == ["vomiting", "chest_pain"]
    on.observed = (Observed("symptom", "none", 20_000),)
    on.at(21)
    assert [one.eased_ms for one in on.found] == [20_000, 20_000]
    on.at(90)
    assert not on.found


def test_an_observation_that_was_withdrawn_is_over_at_once() -> None:
    on = play(SICK, GONE)
    on.observed = (Observed("symptom", "vomiting", 4_000), Observed("arousal", "0", 4_000))
    on.at(10)
    assert len(on.found) == 2
    on.observed = ()
    on.at(11)
    assert not on.found


@pytest.mark.parametrize("level", ["", "many", "NaN", "Infinity", "9" * 50])
def test_a_level_that_is_no_number_alarms_nobody(level: str) -> None:
    on = play(GONE)
    on.observed = (Observed("arousal", level, 4_000),)
    on.at(10)
    assert not on.found


def test_an_observation_holds_on_across_phases_that_the_rule_knows() -> None:
    on = play(GONE, rule("low", limit("spo2", "below", (90, 15))))
    on.observed = (Observed("arousal", "1", 4_000),)
    on.at(10)
    on.phase, on.phase_since_s = "recovery", 20
    on.at(20)
    assert [(one.rule, one.onset_ms) for one in on.found] == [("gone", 4_000)]


def repeated(*seconds: int, until: float, quiet: range = range(0)) -> Play:
    """A monitor that tells of an alarm at these seconds, and speaks each second but in `quiet`."""
    on = play(rule("low", limit("spo2", "below", (90, 0))), MONITOR)
    # an alarm of ours that stands all the while comes first
    on.at(0, calm(0, spo2=80))
    for second in range(1, int(until) + 1):
        said = [says("VTACH", "high", second)] if second in seconds else []
        on.at(second, calm(second, spo2=80) if second not in quiet else (), said)
    return on


def eased(on: Play) -> list[int | None]:
    return [one.eased_ms for one in on.found if one.group == "monitor"]


def test_an_alarm_that_was_repeated_is_missed_after_a_minute_or_three_of_its_intervals() -> None:
    often = repeated(*range(10, 21), until=80)
    assert [found[-1].eased_ms for second, found in often.told if second == 80] == [80_000]
    assert eased(often) == [80_000]
    assert eased(repeated(10, 40, 70, until=159)) == [None]
    assert eased(repeated(10, 40, 70, until=160)) == [160_000]


def test_a_silent_monitor_is_asked_each_second_whether_it_still_tells_of_its_alarm() -> None:
    assert eased(repeated(*range(10, 21), until=95, quiet=range(21, 96))) == [None]
    on = play(MONITOR)
    for second in range(10, 21):
        on.at(second, calm(second), [says("VTACH", "high", second)])
    on.at(90)
    on.at(92, calm(90.5))
    assert eased(on) == [91_000]


def test_only_the_words_of_a_rule_are_its_symptoms_and_others_alarms_stay() -> None:
    pain = rule("pain", Seen("symptom", words=("chest_pain",)), "high")
    vomits = rule("vomits", Seen("symptom", words=("vomiting",)), "medium")
    on = play(rule("low", limit("spo2", "below", (90, 0))), vomits, pain)
    on.run(0, 5, lambda at: calm(at, spo2=80))
    on.observed = (Observed("symptom", "chest_pain", 4_000), Observed("word", "vomiting", 4_000))
    on.at(6)
    assert on.rules_now == ["low", "pain"]


def test_the_newest_word_that_all_is_well_counts_and_in_one_moment_it_is_the_last() -> None:
    on = play(SICK)
    on.observed = (Observed("symptom", "none", 5_000), Observed("symptom", "vomiting", 5_000))
    on.at(6)
    assert not on.found
    on.observed = (Observed("symptom", "vomiting", 10_000),)
    on.at(11)
    assert on.rules_now == ["sick"]
    on.observed = (Observed("symptom", "none", 5_000), Observed("symptom", "none", 10_000))
    on.at(12)
    assert [one.eased_ms for one in on.found] == [10_000]


@pytest.mark.parametrize(
    ("asked", "level", "holds"),
    [
        (Seen("distress", low=7), "7", True),
        (Seen("distress", low=7), "6.9", False),
        (Seen("distress", high=2), "2", True),
        (Seen("distress", high=2), "3", False),
    ],
)
def test_a_rule_may_name_one_end_of_its_levels_only(asked: Seen, level: str, holds: bool) -> None:
    on = play(rule("seen", asked))
    on.observed = (Observed("distress", level, 1_000),)
    on.at(2)
    assert bool(on.found) == holds
