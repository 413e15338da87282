"""A record with the quirks of genuine bedside numerics, written by the tests: no patient was in it.

One value a minute for 32 hours. Zeros while a probe is off: 18.8 % of SpO2 in twelve runs, with the pulse of
the oximeter; an ECG that is off in some of them. A cuff every ten minutes, so that 92 % of its samples are
empty. A slow heart at rest, breathing by impedance that scatters, an arterial line that is not connected.
"""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from random import Random

from reverie.formats import wfdb

MINUTES = 1_936
EMPTY = -32_768
OFF = (
    (0, 14), (15, 52), (276, 279), (290, 479), (591, 611), (612, 613), (1164, 1165), (1382, 1402),
    (1439, 1445), (1539, 1603), (1911, 1917), (1934, 1936),
)  # fmt: skip
ECG_OFF = ((0, 1), (591, 611), (612, 613), (1382, 1389), (1390, 1402), (1405, 1406), (1932, 1936))
SINGLE_LOW = {1013: 949, 1183: 945, 1438: 936, 1920: 919, 1932: 941, 1933: 948}
PULSE_ALONE = 1360
_UNITS = {"HR": "bpm", "PULSE": "bpm", "RESP": "pm", "SpO2": "%"}


def write_record(folder: Path) -> wfdb.Record:
    """The record, written into `folder` and read back."""
    rng = Random(11)
    rows: dict[str, list[int]] = {
        name: []
        for name in (
            "HR",
            "ABPSys",
            "ABPDias",
            "ABPMean",
            "PULSE",
            "RESP",
            "SpO2",
            "NBPSys",
            "NBPDias",
            "NBPMean",
        )
    }
    heart, breath = 560.0, 118.0
    cuffs = set(range(14, 60, 51)) | set(range(65, 180, 5)) | set(range(232, 590, 60))
    cuffs |= {minute + rng.randint(-1, 1) for minute in range(613, MINUTES - 40, 11)}
    for minute in range(MINUTES):
        heart += 0.2 * (556 - heart) + rng.gauss(0, 13)
        breath += 0.5 * (118 - breath) + rng.gauss(0, 16)
        off, dry = _within(OFF, minute), _within(ECG_OFF, minute)
        rows["HR"].append(0 if dry else round(heart))
        rows["PULSE"].append(0 if off or minute == PULSE_ALONE else round(heart + rng.gauss(0, 8)))
        rows["RESP"].append(0 if dry and minute else max(20, round(breath)))
        spo2 = SINGLE_LOW.get(minute, min(1_000, round(rng.gauss(967, 8))))
        rows["SpO2"].append(0 if off else max(spo2, 951) if minute not in SINGLE_LOW else spo2)
        cuff = minute in cuffs
        sys, dia = round(rng.gauss(132, 9)), round(rng.gauss(64, 6))
        rows["NBPSys"].append(sys if cuff else EMPTY)
        rows["NBPDias"].append(min(dia, sys - 30) if cuff else EMPTY)
        rows["NBPMean"].append(round(dia + (sys - dia) / 3) if cuff else EMPTY)
        for name in ("ABPSys", "ABPDias", "ABPMean"):
            rows[name].append(0)
    signals = tuple(
        wfdb.Signal(
            file="1n.dat",
            format=16,
            gain=1.0 if name.startswith("NBP") else 10.0,
            units=_UNITS.get(name, "mmHg"),
            resolution_bits=16,
            description=name,
        )
        for name in rows
    )
    header = wfdb.Header(
        name="lookalike",
        signals=signals,
        frequency_hz=1 / 60,
        counter_frequency_hz=125.0,
        base_time=time(0, 31, 25, 894_000),
        base_date=date(2026, 10, 10),
        comments=("invented for tests",),
    )
    return wfdb.read(wfdb.write(folder, header, list(rows.values())))


def _within(runs: tuple[tuple[int, int], ...], minute: int) -> bool:
    return any(begin <= minute < end for begin, end in runs)
