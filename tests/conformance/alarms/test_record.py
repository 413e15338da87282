"""A day and a half of bedside numerics: no alarm of a saturation that was never measured, and none missed.

A record of a real patient is used where REVERIE_GENUINE_RECORD names one (its .hea file); it is no part of
the project. The look-alike has the same quirks.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from reverie.formats import wfdb
from reverie.science.simulation.alarmed import Alarm, alarms_of
from reverie.science.simulation.recorded import moments_of_record
from reverie.science.vitals.alarms.told import PRIORITIES
from tests.conformance.alarms.editions import EDITIONS
from tests.conformance.alarms.judge import signal_of
from tests.conformance.alarms.lookalike import write_record

MINUTE_MS = 60_000
SIGNALS = {rule.id: signal_of(rule) for rule in EDITIONS[""][0].rules}


@pytest.fixture(scope="module", params=["look-alike", "genuine"])
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> wfdb.Record:
    """Both records, or the one that is there."""
    if request.param == "look-alike":
        return write_record(tmp_path_factory.mktemp("lookalike"))
    named = os.environ.get("REVERIE_GENUINE_RECORD")
    if not named:
        pytest.skip("REVERIE_GENUINE_RECORD names no record of a real patient")
    return wfdb.read(Path(named))


def signal(record: wfdb.Record, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One signal of the record, in its unit."""
    at = [one.description for one in record.header.signals].index(name)
    return record.physical[at]


def runs(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Where `mask` holds: first frame and the one after the last."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


@pytest.fixture(scope="module")
def alarms(record: wfdb.Record) -> list[Alarm]:
    """The alarms over the whole record, as if it were an infusion."""
    return alarms_of(moments_of_record(record), EDITIONS)


def test_a_plain_rule_fires_twelve_times_on_a_probe_that_was_off(record: wfdb.Record) -> None:
    spo2, pressure = signal(record, "SpO2"), signal(record, "NBPSys")
    assert len(runs(spo2 < 90)) == 12
    assert runs(spo2 < 90) == runs(spo2 == 0)
    assert round(100 * float((spo2 == 0).mean()), 1) == 18.8
    assert round(100 * float(np.isnan(pressure).mean())) == 92


def test_no_alarm_speaks_of_a_saturation(alarms: list[Alarm]) -> None:
    spoken = [
        (alarm.begun_ms // MINUTE_MS, span.condition.rule)
        for alarm in alarms
        for span in alarm.spans
        if SIGNALS.get(span.condition.rule) == "spo2"
    ]
    assert not spoken


def test_where_pulse_and_saturation_are_gone_somebody_is_told_to_check_the_patient(
    record: wfdb.Record, alarms: list[Alarm]
) -> None:
    gone = runs((signal(record, "SpO2") == 0) & (signal(record, "PULSE") == 0))
    assert len(gone) == 12
    assert not [(run, "medium") for run in gone if not checked(alarms, "medium", run[0] * 60 + 31)]
    longer = [run for run in gone if run[1] - run[0] > 1]
    assert not [(run, "high") for run in longer if not checked(alarms, "high", run[0] * 60 + 61)]


def checked(alarms: list[Alarm], priority: str, at_s: int) -> bool:
    """Whether a CHECK PATIENT of at least `priority` stood at `at_s`."""
    for alarm in alarms:
        now = [span.condition for span in alarm.spans if span.at_ms <= at_s * 1_000]
        over = alarm.ended_ms is not None and alarm.ended_ms <= at_s * 1_000
        if now and not over and SIGNALS.get(now[-1].rule) == "check":
            return PRIORITIES.index(now[-1].priority) >= PRIORITIES.index(priority)
    return False


def test_breathing_by_impedance_alone_never_calls_anybody(alarms: list[Alarm]) -> None:
    called = [one for one in alarms if one.first_at("medium") is not None]
    assert not [one.spans for one in called if SIGNALS.get(one.spans[0].condition.rule) == "breath"]
