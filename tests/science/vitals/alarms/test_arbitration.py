"""Which source is judged, and who answers for one that is gone."""

from __future__ import annotations

from reverie.science.vitals.alarms.rules import Technical
from tests.science.vitals.alarms.played import Play, calm, limit, rule, ruleset, sample

SLOW = rule("slow", limit("hr", "below", (40, 10), hysteresis=3))
CLASH = rule("clash", Technical("clash", 20), "low")
LOW = rule("low", limit("spo2", "below", (90, 15)))


def test_the_pulse_counts_only_where_the_ecg_gives_no_rate() -> None:
    play = Play(ruleset(SLOW)).run(0, 60, lambda at: calm(at, pr=35))
    assert not play.told
    play.run(60, 80, lambda at: calm(at, hr=None, pr=35))
    assert play.first("slow") == 70
    assert play.found[0].inputs[0].name == "pr"


def test_the_pulse_answers_for_an_ecg_that_is_gone() -> None:
    play = Play(ruleset(SLOW)).run(0, 30, lambda at: calm(at, hr=35, pr=35))
    assert play.found[0].inputs[0].name == "hr"
    play.run(30, 60, lambda at: calm(at, hr=None, pr=36))
    assert play.rules_now == ["slow"]
    play.run(60, 200, lambda at: calm(at, hr=None, pr=70))
    assert not play.found
    assert play.raised("slow") == 1


def test_two_devices_stand_beside_each_other_and_their_disagreement_is_told() -> None:
    play = Play(ruleset(LOW, CLASH))
    play.run(0, 60, lambda at: [sample("spo2", 97, at), sample("spo2", 88, at, device="M2")])
    assert play.first("low") == 15
    assert play.first("clash") == 20
    assert [one.subject for one in play.found] == ["", "spo2"]
    assert play.found[0].inputs[0].device == "M2"


def test_a_device_that_is_gone_is_answered_for_by_one_that_speaks() -> None:
    play = Play(ruleset(LOW))
    play.run(0, 30, lambda at: [sample("spo2", 97, at), sample("spo2", 88, at, device="M2")])
    assert play.rules_now == ["low"]
    play.run(30, 200, lambda at: [sample("spo2", 97, at)])
    assert not play.found


def test_a_count_by_hand_holds_its_ground_for_a_minute() -> None:
    play = Play(ruleset(LOW)).run(0, 20, calm)
    play.at(20, [*calm(20), sample("spo2", 86, 20, device="")])
    assert play.rules_now == ["low"]
    play.run(21, 79, calm)
    assert play.found[0].eased_ms is None
    play.run(79, 200, calm)
    assert not play.found


def test_devices_that_agree_do_not_clash() -> None:
    play = Play(ruleset(CLASH))
    play.run(0, 60, lambda at: [sample("spo2", 97, at), sample("spo2", 94, at, device="M2")])
    assert not play.told
