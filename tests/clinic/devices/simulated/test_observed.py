"""What the listener's reading rules make of simulated and replayed messages."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from reverie.clinic.devices.hl7v2.message import Parsed, read
from reverie.clinic.devices.simulated.device import Spec, build, usual_program
from reverie.clinic.devices.simulated.replay import Recording
from reverie.science.simulation.artefacts import KINDS
from reverie.science.simulation.population import typical
from reverie.science.simulation.pump import Act, Program
from reverie.science.vitals.reading import Reading
from tests.clinic.devices.simulated.test_replay import MINUTES, bedside_record, played
from tests.clinic.devices.simulated.test_sender import at_last

BEGUN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
RECORDED_AS = {
    "HR": "hr",
    "PULSE": "pr",
    "RESP": "rr",
    "SpO2": "spo2",
    "NBPSys": "nibp_sys",
    "NBPDias": "nibp_dia",
    "NBPMean": "nibp_mean",
}
UNITS = {"hr": "/min", "pr": "/min", "rr": "/min", "spo2": "%", "pi": "%", "etco2": "mmHg", "temp": "Cel"}


def by_parameter(observed: Parsed) -> dict[str, Reading]:
    """The readings that are mapped; each parameter at most once."""
    mapped = [reading for reading in observed.readings if reading.parameter]
    found = {str(reading.parameter): reading for reading in mapped}
    assert len(found) == len(mapped)
    return found


@pytest.mark.parametrize("spo2_format", [16, 212])
def test_a_replayed_record_is_read_back_as_it_was_recorded(tmp_path: Path, spo2_format: int) -> None:
    record = bedside_record(tmp_path, spo2_format=spo2_format)
    source = Recording(record, "BED^7", BEGUN)
    listener, _ = at_last(played(source, first_at=BEGUN))
    assert len(listener.received) == MINUTES
    for frame, payload in enumerate(listener.received):
        observed = read(payload)
        assert (observed.device, observed.refused) == ("BED^7", ())
        readings = by_parameter(observed)
        at = BEGUN + timedelta(minutes=frame)
        for signal, physical in zip(record.header.signals, record.physical, strict=True):
            parameter = RECORDED_AS.get(signal.description)
            if parameter is None:
                continue
            value = float(physical[frame])
            if np.isnan(value) and parameter.startswith("nibp"):
                assert parameter not in readings
                continue
            reading = readings[parameter]
            assert (reading.unit, reading.at) == (UNITS.get(parameter, "mmHg"), at)
            if np.isnan(value) or value == 0.0:
                assert (reading.value, reading.validity) == (None, "not_available")
            else:
                assert reading.value is not None
                assert (float(reading.value), reading.validity) == (value, "valid")


def test_a_signal_that_nobody_knows_is_kept_under_its_own_name(tmp_path: Path) -> None:
    source = Recording(bedside_record(tmp_path, minutes=3), "M", BEGUN)
    listener, _ = at_last(played(source))
    unmapped = [reading for reading in read(listener.received[2]).readings if reading.parameter is None]
    assert [(one.code_name, one.value, one.unit) for one in unmapped] == [("PVC Rate", Decimal(2), "1/min")]


def monitor_course(*artefacts: str, seconds: range = range(0, 120, 5)) -> list[Parsed]:
    """What is read of a simulated monitor."""
    device = build(Spec("M", seed=1, patients=typical(), artefacts=frozenset(artefacts)), BEGUN)
    return [
        read(post.payload)
        for second in seconds
        for post in device.messages(float(second), BEGUN + timedelta(seconds=second))
    ]


def test_every_value_of_the_simulated_monitor_is_valid_and_has_its_unit() -> None:
    seen: Counter[str] = Counter()
    for i, observed in enumerate(monitor_course()):
        assert observed.refused == ()
        assert observed.at == BEGUN + timedelta(seconds=5 * i)
        for parameter, reading in by_parameter(observed).items():
            seen[parameter] += 1
            assert reading.validity == "valid"
            assert reading.unit == UNITS.get(parameter, "mmHg")
            assert reading.value is not None
            assert reading.value > 0
    cuff = dict.fromkeys(("nibp_sys", "nibp_dia", "nibp_mean", "temp"), 1)
    assert seen == dict.fromkeys(("hr", "pr", "spo2", "pi", "rr", "etco2"), 24) | cuff


@pytest.mark.parametrize(
    ("artefact", "parameter", "validity"),
    [
        ("demo", "hr", "demo"),
        ("demo", "nibp_sys", "demo"),
        ("probe-off", "spo2", "not_available"),
        ("probe-off", "pr", "not_available"),
        ("leads-off", "hr", "not_available"),
        ("sentinel", "spo2", "not_available"),
        ("cuff-limb", "spo2", "not_available"),
    ],
)
def test_an_artefact_that_is_no_value_never_passes_as_one(
    artefact: str, parameter: str, validity: str
) -> None:
    course = monitor_course(artefact, seconds=range(0, 1_200, 2))
    found = [readings[parameter] for one in course if parameter in (readings := by_parameter(one))]
    assert validity in {reading.validity for reading in found}
    assert {reading.validity for reading in found} <= {validity, "valid"}
    for reading in found:
        if reading.validity == "not_available":
            assert reading.value is None


def test_degrees_fahrenheit_and_the_other_cuff_codes_mean_the_same() -> None:
    usual, other = monitor_course(), monitor_course("fahrenheit", "code-flip")
    for one, another in zip(usual, other, strict=True):
        before, after = by_parameter(one), by_parameter(another)
        assert before.keys() == after.keys()
        if "temp" in after:
            assert after["temp"].unit == "Cel"
            assert after["temp"].value == pytest.approx(before["temp"].value, abs=Decimal("0.1"))
            assert after["nibp_sys"].value == before["nibp_sys"].value


def test_the_pump_is_read_as_what_flows_and_what_was_given() -> None:
    acts = (Act(10_000, "start"), Act(610_000, "pause"), Act(700_000, "resume"))
    program = Program(acts=acts)
    device = build(Spec("P", "pump", program=program), BEGUN)
    expected = {0: ("0", "0"), 310: ("52.5", "4.38"), 650: ("0", "8.75"), 820: ("52.5", "10.50")}
    for second, (rate, volume) in expected.items():
        observed = read(device.messages(float(second), BEGUN)[0].payload)
        assert observed.refused == ()
        rates = [reading for reading in observed.readings if reading.code == "158014"]
        volumes = [reading for reading in observed.readings if reading.parameter == "pump_volume"]
        assert [(one.value, one.unit, one.validity) for one in rates] == [(Decimal(rate), "mL/h", "valid")]
        assert [(one.value, one.unit, one.validity) for one in volumes] == [(Decimal(volume), "mL", "valid")]


def test_no_artefact_makes_a_message_unreadable() -> None:
    for observed in monitor_course(*KINDS, seconds=range(0, 1_800, 3)):
        assert observed.device == "M"
        assert observed.readings


def test_the_usual_program_is_read_too() -> None:
    device = build(Spec("P", "pump", program=usual_program(start_after_s=0)), BEGUN)
    readings = {one.code_name: one for one in read(device.messages(60.0, BEGUN)[0].payload).readings}
    assert readings["MDC_FLOW_FLUID_PUMP_CURRENT"].value == Decimal("52.5")
    assert readings["MDC_VOL_FLUID_DELIV_TOTAL"].value == Decimal("0.88")
