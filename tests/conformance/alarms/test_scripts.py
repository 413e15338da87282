"""Fifty scripted sessions: every high event is told in time, as what it is; ordinary sessions stay quiet."""

from __future__ import annotations

import pytest

from reverie.science.simulation.scripted import seconds
from tests.conformance.alarms.judge import clock
from tests.conformance.alarms.played import NAMES, play, script_of

MOST_INTERRUPTIVE = 0.5


def test_there_are_fifty_and_they_are_of_both_kinds() -> None:
    kinds = [script_of(name).kind for name in NAMES]
    assert len(kinds) == 50
    assert 15 <= kinds.count("normal") <= 25
    assert all(script_of(name).expected for name in NAMES if script_of(name).kind == "incident")


@pytest.mark.parametrize("name", NAMES)
def test_every_expectation_of_a_script_is_met(name: str) -> None:
    judged = play(name).judged
    assert not judged.unmet, "\n".join(judged.unmet)


def test_no_high_event_is_told_by_technical_alarms_alone() -> None:
    findings = [one for name in NAMES for one in play(name).judged.findings]
    assert sum(one.expected.verb == "expect" and one.expected.priority == "high" for one in findings) >= 30
    assert not [one.words for one in findings if one.technical_only]


def test_ordinary_sessions_interrupt_rarely() -> None:
    normal = [play(name) for name in NAMES if play(name).script.kind == "normal"]
    told = [
        f"{one.script.name}: {alarm.priority} {alarm.spans[0].condition.rule} at {clock(alarm.begun_ms)}"
        for one in normal
        for alarm in one.judged.interruptive
    ]
    assert len(told) / len(normal) <= MOST_INTERRUPTIVE, "\n".join(told)
    high = [line for line in told if ": high" in line]
    assert not high


def test_a_script_is_the_same_each_time_it_is_played() -> None:
    script = script_of("normal-wires")
    assert list(seconds(script)) == list(seconds(script))
