"""Simulated and replayed devices judged from outside: what they send over the socket is what is recorded.

The record is written here, byte by byte, with the quirks of genuine ones: a probe that is off writes zeros,
a cuff measures every ten minutes and writes nothing between. Source: WFDB files (PhysioNet).
"""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.operating.demo import Running, reverie
from tests.conformance.operating.line import Line, vitals

MINUTES, CUFF_EVERY, OFF = 60, 10, range(20, 35)
GAP = -32_768


def write_record(folder: Path) -> Path:
    """A WFDB record, format 16, one frame a minute: heart rate, saturation, pulse and cuff pressures."""
    frames = b""
    for minute in range(MINUTES):
        on, cuff = minute not in OFF, minute % CUFF_EVERY == 0
        pressures = (124, 78, 93) if cuff else (GAP, GAP, GAP)
        frames += struct.pack("<6h", 700 + minute, 970 if on else 0, 700 if on else 0, *pressures)
    (folder / "minutes.dat").write_bytes(frames)
    signals = ["10/bpm 16 0 0 0 0 HR", "10/% 16 0 0 0 0 SpO2", "10/bpm 16 0 0 0 0 PULSE"]
    signals += [f"1/mmHg 16 0 0 0 0 {name}" for name in ("NBPSys", "NBPDias", "NBPMean")]
    header = folder / "minutes.hea"
    lines = [f"minutes 6 0.0166666666667/125 {MINUTES}", *(f"minutes.dat 16 {one}" for one in signals)]
    header.write_text("\n".join(lines) + "\n")
    return header


def chair_of(demo: Running, *, live: bool) -> str:
    """A chair with, or without, a session that is recorded, where the demo's own devices do not stand."""
    busy = {str(one["chair"]) for one in demo.sessions() if one["live"]}
    chairs = {str(one["chair"]) for one in demo.sessions()} - {"1", "2"}
    return min(chairs & busy if live else chairs - busy)


def rows(demo: Running, device: str, chair: str) -> Counter[tuple[str, str]]:
    """How often each parameter was recorded with each validity."""
    found: Counter[tuple[str, str]] = Counter()
    for event in demo.exported(demo.live(chair)):
        if event["kind"] == "readings" and event["body"]["device"] == device:
            for row in event["body"]["rows"]:
                found[row[0], row[2] if len(row) > 2 else "valid"] += 1
    return found


def test_a_replayed_record_is_recorded_reading_for_reading(demo: Running, tmp_path: Path) -> None:
    chair, device = chair_of(demo, live=True), "REPLAYED^1^L"
    demo.run("devices", "link", device, chair)
    header = write_record(tmp_path)
    port = str(demo.mllp_port)
    demo.run("devices", "replay", header, "--speed", "0", "--device", device, "--port", port)
    cuffs = MINUTES // CUFF_EVERY
    assert rows(demo, device, chair) == {
        ("hr", "valid"): MINUTES,
        ("spo2", "valid"): MINUTES - len(OFF),
        ("spo2", "not_available"): len(OFF),
        ("pr", "valid"): MINUTES - len(OFF),
        ("pr", "not_available"): len(OFF),
        ("nibp_sys", "valid"): cuffs,
        ("nibp_dia", "valid"): cuffs,
        ("nibp_mean", "valid"): cuffs,
    }


def test_simulated_devices_are_recorded_and_a_strange_one_is_told_what_to_do(demo: Running) -> None:
    chair, device = chair_of(demo, live=True), "SIMULATED"
    demo.run("devices", "link", device, chair)
    words = ("devices", "simulate", "--port", str(demo.mllp_port), "--interval", "0.1", "--seconds", "1")
    demo.run(*words, "--device", device)
    found = rows(demo, device, chair)
    assert found["hr", "valid"] > 1
    assert found["spo2", "valid"] > 1
    strange = reverie(demo.home, *words, "--device", "NOT-LINKED")
    assert strange.status != 0
    assert "devices link" in strange.err


@pytest.mark.parametrize("record", ["nowhere.hea", "broken.hea"])
def test_a_record_that_cannot_be_read_is_said(demo: Running, tmp_path: Path, record: str) -> None:
    (tmp_path / "broken.hea").write_text("broken 1 125 10\nmissing.dat 16 10/bpm 16 0 0 0 0 HR\n")
    done = reverie(demo.home, "devices", "replay", tmp_path / record, "--port", str(demo.mllp_port))
    assert done.status != 0
    assert ".dat" in done.err or record in done.err


def test_without_a_session_at_its_chair_a_device_is_told_so_and_its_message_kept(demo: Running) -> None:
    demo.run("devices", "link", "IDLE", chair_of(demo, live=False))
    with Line(demo.mllp_port) as line:
        answer = line.ask(vitals("IDLE", "idle-1"))
    assert answer.code in ("AE", "AR")
    assert answer.control_id == "idle-1"
    (kept,) = (one for one in demo.quarantined() if one["device"] == "IDLE")
    assert kept["reason"] == answer.reason
