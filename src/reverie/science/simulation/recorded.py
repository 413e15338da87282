"""A recorded patient as the alarm engine is told it: a WFDB record of bedside numerics, frame by frame.

Zeros go in as zeros, through the same judge of validity as a device's message; a missing sample is a row
without a value, or no row where a monitor only sends what it has just measured. Nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from reverie.formats.wfdb import Record
from reverie.science.simulation.alarmed import Moment, samples_of
from reverie.science.simulation.coded import CODES, Code, row_of
from reverie.science.simulation.scripted import Message
from reverie.science.vitals.alarms.told import Linked, Situation
from reverie.science.vitals.validity import Fields, judge

RECORDER = "RECORDER"
SECOND_MS = 1_000
# what records of numerics call their signals, without spaces and marks
SIGNALS = {
    "HR": CODES["hr"],
    "SPO2": CODES["spo2"],
    "PULSE": CODES["pr"],
    "RESP": CODES["resp"],
    "ETCO2": CODES["etco2"],
    "NBPSYS": CODES["sys"],
    "NBPDIAS": CODES["dia"],
    "NBPMEAN": CODES["mean"],
    "ABPSYS": CODES["art_sys"],
    "ABPDIAS": CODES["art_dia"],
    "ABPMEAN": CODES["art_mean"],
    "TEMP": CODES["temp"],
}
_BEATS = frozenset({"bpm", "pm", "/min", "1/min"})
_NOW_AND_THEN = ("NBP", "TEMP")


def messages_of(record: Record) -> Iterator[Message]:
    """One message a frame. Raises ValueError for a record of waves, or one without any known signal."""
    if any(signal.samples_per_frame != 1 for signal in record.header.signals):
        raise ValueError("a record with several samples a frame holds waves, not numerics")
    named = [(_name(signal.description), i) for i, signal in enumerate(record.header.signals)]
    known = [(name, i) for name, i in named if name in SIGNALS]
    if not known:
        raise ValueError("the record has none of the signals that alarms are judged from")
    for frame in range(record.frames):
        at_ms = round(frame / record.header.frequency_hz) * SECOND_MS
        rows = []
        sent = []
        for name, i in known:
            value = float(record.physical[i][frame])
            missing = isnan(value)
            if missing and name.startswith(_NOW_AND_THEN):
                continue
            text = "" if missing else f"{value:.6f}".rstrip("0").rstrip(".")
            rows.append(_row(SIGNALS[name], text, record.header.signals[i].units, at_ms))
            sent.append((name.lower(), text))
        readings, refused = judge(rows, production=True)
        yield Message(
            RECORDER, at_ms, at_ms, readings, refused=tuple(one.reason for one in refused), sent=tuple(sent)
        )


def moments_of_record(
    record: Record, *, phase: str = "infusion", cuff_every_ms: int = 600_000
) -> Iterator[Moment]:
    """The record as the engine is told it, each second from its first frame to a minute after its last.

    The whole record stands in one `phase`: it is not one of an infusion. No sets are due.
    """
    interval_ms = round(1_000 / record.header.frequency_hz)
    messages = messages_of(record)
    coming = next(messages, None)
    last_ms: int | None = None
    end_ms = round((record.frames - 1) / record.header.frequency_hz) * SECOND_MS + 60 * SECOND_MS
    for now_ms in range(0, end_ms, SECOND_MS):
        samples = []
        while coming is not None and coming.received_ms <= now_ms:
            samples += list(samples_of(coming))
            last_ms = coming.received_ms
            coming = next(messages, None)
        linked = (Linked(RECORDER, 0, last_ms, interval_ms),)
        yield Moment(now_ms, Situation(phase, 0, linked, cuff_interval_ms=cuff_every_ms), tuple(samples))


def _name(description: str) -> str:
    return "".join(letter for letter in description.upper() if letter.isalnum())


def _row(code: Code, text: str, unit: str, at_ms: int) -> Fields:
    unit = code.unit if code.unit == "/min" and unit.lower() in _BEATS else unit
    return row_of(code, text, at_ms, unit=unit, status="R" if text else "X")
