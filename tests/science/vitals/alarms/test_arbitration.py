"""Which source is judged, and who answers for one that is gone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.science.vitals.alarms.arbitration import compare, is_capnography, is_outranked
from reverie.science.vitals.alarms.memory import Key, Memory, Track
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import Profile, Technical
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


def known(*keys: Key) -> Memory:
    """A memory of sources that gave 70 at 0 s and speak once a second."""
    m = Memory(tracks={key: Track(Decimal(70), 0, 0, 1_000) for key in keys})
    for key in keys:
        m.sources[key[1]] = (*m.sources.get(key[1], ()), key)
    return m


GAS: Key = ("M1", "etco2", "", "151708")


@pytest.mark.parametrize(
    ("device", "code", "seen"),
    [
        *(("", "151578", True), ("M2", "151594", True), ("M1", "151578", False)),
        # a bare code: where the device has a capnogram
        *(("M1", "", True), ("M2", "", False)),
    ],
)
def test_which_breaths_are_seen_in_the_gas(device: str, code: str, seen: bool) -> None:
    assert is_capnography(known(GAS), (device, "rr", "", code)) == seen


ECG: Key = ("M1", "hr", "", "147842")
PULSE: Key = ("M1", "pr", "", "149530")
CAPNO: Key = ("M1", "rr", "", "151594")
CHEST: Key = ("M1", "rr", "", "151578")


@pytest.mark.parametrize(
    ("key", "others", "outranked"),
    [
        *((PULSE, (ECG,), True), (ECG, (PULSE,), False), (PULSE, (("", "hr", "", ""),), False)),
        *((("", "pr", "", ""), (ECG,), False), (PULSE, (), False)),
        *((CHEST, (CAPNO,), True), (CAPNO, (CHEST,), False), (CHEST, (("", "rr", "", ""),), False)),
        *((CHEST, (("M2", "rr", "", "151578"),), False), (("M1", "spo2", "", ""), (ECG, CAPNO), False)),
    ],
)
def test_which_source_gives_way(key: Key, others: tuple[Key, ...], outranked: bool) -> None:
    m = known(key, *others)
    assert is_outranked(m, key, 4_999) is outranked
    assert is_outranked(m, key, 5_000) is False
    m.suppressed["hr"] = 0
    assert is_outranked(m, key, 4_999) is (outranked and key != PULSE)


@pytest.mark.parametrize(
    ("parameter", "apart"),
    [
        *(("hr", 15), ("pr", 15), ("spo2", 4), ("rr", 6), ("etco2", 10), ("art_sys", 20), ("art_dia", 15)),
        ("temp", 1),
    ],
)
def test_how_far_devices_may_be_apart(parameter: str, apart: int) -> None:
    plan = prepare(ruleset(CLASH), Profile()).plan("infusion")
    one, two = ("M1", parameter, "", ""), ("M2", parameter, "", "")
    for value, clashes in ((70 + apart, False), (Decimal("70.5") + apart, True)):
        m = known(one, two)
        m.tracks[two] = Track(Decimal(value), 0, 0, 1_000)
        compare(m, plan, parameter, 1_000)
        assert [[put.device for put in run.inputs] for run in m.runs.values()] == [["M1", "M2"]] * clashes
        # what a person took, another channel of one device, or what is too old clashes with nothing
        for other, at_ms in ((("", parameter, "", ""), 0), (("M1", parameter, "2", ""), 0), (two, 5_000)):
            alone = known(one, other)
            alone.tracks[other] = Track(Decimal(value), 0, 0, 1_000)
            compare(alone, plan, parameter, at_ms)
            assert not alone.runs


def test_nothing_is_compared_that_no_rule_asks_for_or_that_may_differ() -> None:
    keys: tuple[Key, ...] = (("M1", "pi", "", ""), ("M2", "pi", "", ""))
    m = known(*keys)
    m.tracks[keys[1]] = Track(Decimal(9), 0, 0, 1_000)
    compare(m, prepare(ruleset(CLASH), Profile()).plan("infusion"), "pi", 0)
    assert not m.runs


def test_each_source_that_is_gone_is_answered_for_whatever_the_others_do() -> None:
    devices = ("STILL_LOW", "INSIDE", "GONE", "ALSO_GONE")
    play = Play(ruleset(LOW)).run(
        0,
        30,
        lambda at: [sample("spo2", 97 if name == "INSIDE" else 85, at, device=name) for name in devices],
    )
    play.at(30, [sample("spo2", 85, 30, device="")])
    play.run(
        30,
        60,
        lambda at: [sample("spo2", 85, at, device="STILL_LOW"), sample("spo2", 97, at, device="INSIDE")],
    )
    runs = {key[2][0]: run for key, run in play.memory.runs.items() if key[1] == 0}
    eased = {name: run.eased_ms is not None for name, run in runs.items() if run.held_ms is not None}
    assert eased == {"STILL_LOW": False, "": False, "GONE": True, "ALSO_GONE": True}
