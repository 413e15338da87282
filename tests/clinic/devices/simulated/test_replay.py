"""A recorded patient arrives as recorded: zeros as zeros, missing samples as the monitor had them."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from reverie.clinic.devices.simulated.replay import PLACES, Recording, run_replay
from reverie.clinic.devices.simulated.sender import Patience, Sender, Tally
from reverie.clinic.kernel import clock
from reverie.formats import wfdb
from tests.clinic.devices.simulated.listener import (
    Listener,
    Reply,
    hang_up,
    keep_and_hang_up,
    listening,
    once,
    refuse,
)
from tests.clinic.devices.simulated.test_sender import at_last

QUICK = Patience(first_pause_s=0.001, longest_pause_s=0.01)
STARTED = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
RECORDED = datetime(2896, 10, 10, 0, 31, 25, 894_000, tzinfo=UTC)
MINUTES = 240


def bedside_record(folder: Path, minutes: int = MINUTES, spo2_format: int = 16) -> wfdb.Record:
    """One value a minute, with the quirks of genuine numerics records.

    Zeros while a probe is off, a cuff every ten minutes and so 92 % of the record's cuff samples empty, a
    signal file of another name, and a signal that nobody knows.
    """
    rng = Random(5)
    rows = {name: [0] * minutes for name in ("HR", "PULSE", "RESP", "SpO2", "NBPSys", "NBPDias", "NBPMean")}
    cuffs = {minute for minute in range(4, minutes, 10) if rng.random() < 0.8}
    for minute in range(minutes):
        off = 60 <= minute < 100 or 150 <= minute < 155
        rows["HR"][minute] = rng.randint(600, 900) if minute != 17 else -32_768
        rows["PULSE"][minute] = 0 if off else rows["HR"][minute] + 3 if minute != 17 else 612
        rows["RESP"][minute] = rng.randint(90, 220)
        rows["SpO2"][minute] = 0 if off else rng.randint(940, 1_000)
        for name, least in (("NBPSys", 110), ("NBPDias", 60), ("NBPMean", 75)):
            rows[name][minute] = least + rng.randint(0, 20) if minute in cuffs else -32_768
    rows["PVC Rate"] = [minute % 3 for minute in range(minutes)]
    units = {"HR": "bpm", "PULSE": "bpm", "RESP": "pm", "SpO2": "%", "PVC Rate": "1/min"}
    signals = tuple(
        wfdb.Signal(
            file="spo2.dat" if name == "SpO2" else "3n.dat",
            format=spo2_format if name == "SpO2" else 16,
            gain=1.0 if name.startswith(("NBP", "PVC")) else 10.0,
            units=units.get(name, "mmHg"),
            resolution_bits=16,
            description=name,
        )
        for name in rows
    )
    header = wfdb.Header(
        name="s1-2896-10-10-00-31n",
        signals=signals,
        frequency_hz=0.016_666_666_666_7,
        counter_frequency_hz=125.0,
        base_time=time(0, 31, 25, 894_000),
        base_date=date(2896, 10, 10),
        comments=("<age>: 60 <sex>: F",),
    )
    return wfdb.read(wfdb.write(folder, header, list(rows.values())))


def recording(folder: Path, minutes: int = MINUTES) -> Recording:
    """The record as a source of messages."""
    return Recording(bedside_record(folder, minutes), "BED^7", STARTED)


async def played(
    source: Recording, *replies: Reply, speed: float = 0.0, first_at: datetime | None = None
) -> tuple[Listener, Tally]:
    """The whole recording over a real socket."""
    async with listening(*replies) as listener:
        tally = await run_replay(
            source,
            "127.0.0.1",
            listener.port,
            asyncio.Event(),
            speed=speed,
            first_at=first_at,
            linger_s=30.0,
            patience=QUICK,
        )
    return listener, tally


def fields(payload: bytes) -> dict[str, list[str]]:
    """The OBX rows of a message by the name in OBX-3."""
    rows = [segment.split("|") for segment in payload.decode().split("\r") if segment.startswith("OBX")]
    return {row[3].split("^")[1]: row for row in rows}


def test_every_sample_arrives_with_its_value_and_nothing_is_added(tmp_path: Path) -> None:
    source = recording(tmp_path)
    listener, tally = at_last(played(source))
    assert (tally.offered, tally.acknowledged, tally.lost) == (MINUTES, MINUTES, 0)
    names = {
        "HR": "MDC_ECG_HEART_RATE",
        "PULSE": "MDC_PULS_OXIM_PULS_RATE",
        "RESP": "MDC_RESP_RATE",
        "SpO2": "MDC_PULS_OXIM_SAT_O2",
        "NBPSys": "MDC_PRESS_CUFF_SYS",
        "NBPDias": "MDC_PRESS_CUFF_DIA",
        "NBPMean": "MDC_PRESS_CUFF_MEAN",
        "PVC Rate": "PVC Rate",
    }
    for signal, physical in zip(source.record.header.signals, source.record.physical, strict=True):
        for payload, value in zip(listener.received, physical.tolist(), strict=True):
            row = fields(payload).get(names[signal.description])
            if not np.isnan(value):
                assert row is not None
                assert (float(row[5]), row[11]) == (value, "R")
            elif signal.description.startswith("NBP"):
                assert row is None
            else:
                assert row is not None
                assert (row[5], row[11]) == ("", "X")


def test_zeros_cuffs_and_gaps_are_as_many_as_were_recorded(tmp_path: Path) -> None:
    listener, _ = at_last(played(recording(tmp_path)))
    rows = [fields(payload) for payload in listener.received]
    assert sum(row["MDC_PULS_OXIM_SAT_O2"][5] == "0" for row in rows) == 45
    cuffs = [row["MDC_PRESS_CUFF_SYS"] for row in rows if "MDC_PRESS_CUFF_SYS" in row]
    assert len(cuffs) == np.isfinite(recording(tmp_path).record.physical[4]).sum()
    assert 0.90 < 1 - len(cuffs) / MINUTES < 0.94
    assert {row[13] for row in cuffs} == {"APERIODIC"}


def test_recorded_times_can_be_kept_or_moved(tmp_path: Path) -> None:
    source = recording(tmp_path, minutes=3)
    assert source.recorded_at(0) == RECORDED
    kept, _ = at_last(played(source, first_at=source.recorded_at(0)))
    stamps = [fields(payload)["MDC_ECG_HEART_RATE"][14] for payload in kept.received]
    assert stamps == [f"2896101000{minute}25.894+0000" for minute in (31, 32, 33)]
    assert [payload.split(b"|")[6].decode() for payload in kept.received] == stamps
    moved, _ = at_last(played(source, first_at=STARTED))
    assert [payload.split(b"|")[6].decode() for payload in moved.received] == [
        f"2026112415{minute:02d}00.000+0000" for minute in range(3)
    ]


def test_by_default_a_message_carries_the_time_at_which_it_was_sent(tmp_path: Path) -> None:
    fixed = clock.FakeClock(STARTED + timedelta(days=1))
    with clock.replaced_by(fixed):
        listener, _ = at_last(played(recording(tmp_path, minutes=2)))
    assert {payload.split(b"|")[6] for payload in listener.received} == {b"20261125150000.000+0000"}


def test_speed_is_the_ratio_of_recorded_to_real_time(tmp_path: Path) -> None:
    source = recording(tmp_path, minutes=4)
    begun = clock.monotonic()
    at_last(played(source, speed=6_000.0))
    # three steps of a minute at 6,000 to 1 are 30 ms; less would be too fast
    assert clock.monotonic() - begun >= 0.029


def test_nothing_is_lost_when_the_connection_breaks_on_the_way(tmp_path: Path) -> None:
    breaks: list[Reply] = [hang_up, keep_and_hang_up] * 3
    listener, tally = at_last(played(recording(tmp_path, minutes=30), *breaks))
    assert len(once(listener.received)) == 30
    assert (tally.acknowledged, tally.lost, tally.connections) == (30, 0, 7)


def test_refusals_are_counted_with_the_reason(tmp_path: Path) -> None:
    _, tally = at_last(played(recording(tmp_path, minutes=5), refuse, refuse))
    assert (tally.acknowledged, tally.refused, tally.last_refusal) == (3, 2, "unknown device")


def test_a_replay_can_be_stopped_though_nothing_answers(tmp_path: Path) -> None:
    async def work() -> Tally:
        listener = Listener()
        await listener.start()
        await listener.stop()
        stop_event = asyncio.Event()

        def told(sender: Sender) -> None:
            stop_event.set()

        return await run_replay(
            recording(tmp_path),
            "127.0.0.1",
            listener.port,
            stop_event,
            speed=0.0,
            on_start=told,
            linger_s=0.01,
        )

    tally = at_last(work())
    assert (tally.offered, tally.acknowledged) == (0, 0)


def test_unknown_units_are_sent_as_they_are_and_unknown_signals_keep_their_name(tmp_path: Path) -> None:
    signals = (
        wfdb.Signal("u.dat", 16, gain=1.0, units="kPa", description="NBPSys"),
        wfdb.Signal("u.dat", 16, gain=4.0, units="a.u.", description=""),
        wfdb.Signal("u.dat", 16, gain=10.0, units="degF", description="TEMP"),
    )
    record = wfdb.read(wfdb.write(tmp_path, wfdb.Header("u", signals), [[16, 1], [5, 0], [986, -32_768]]))
    source = Recording(record, "M", STARTED)
    pressure, unknown, warm = source.rows(0, STARTED)[1:]
    assert (pressure.value, pressure.unit) == ("16", "kPa")
    assert (unknown.name, unknown.value, unknown.unit, unknown.system) == (
        "SIGNAL 2",
        "1.25",
        "a.u.",
        "99WFDB",
    )
    assert (warm.value, warm.unit) == ("98.6", "degF")
    assert [row.name for row in source.rows(1, STARTED)[1:]] == ["MDC_PRESS_CUFF_SYS", "SIGNAL 2"]


def test_no_two_signals_share_a_place() -> None:
    assert len({place.channel for place in PLACES.values()}) == len(PLACES)
    assert len({place.code for place in PLACES.values()}) == len(PLACES)


def test_a_record_of_waves_is_refused(tmp_path: Path) -> None:
    header = wfdb.Header("w", (wfdb.Signal("w.dat", 212, samples_per_frame=2),))
    with pytest.raises(ValueError, match="waves"):
        Recording(wfdb.read(wfdb.write(tmp_path, header, [[1, 2]])), "M", STARTED)
