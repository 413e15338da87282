"""Ordinary sessions of the project's own simulator, as seconds of a script: its word, not the truth's.

Monitors with and without ECG and capnography, cuffs every ten minutes, sets taken in time, and now and then
a probe that falls off, hands that move, a patient who talks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reverie.science.simulation import population, trace
from reverie.science.simulation.coded import CODES, row_of
from reverie.science.simulation.monitor import Monitor
from reverie.science.simulation.scripted import MONITOR, SET_AFTER_MS, Message, Second
from reverie.science.vitals.validity import judge

BEGINS_S, STOPS_S, ENDS_S = 600, 3_000, 3_900
CUFF_EVERY_MS = 600_000
FIRST_CUFF_S, CUFF_TAKES_S = 20.0, 35.0
NAMES = {
    "hr": "hr", "pr": "pr", "spo2": "spo2", "pi": "pi", "rr": "rr", "etco2": "etco2",
    "nibp_sys": "sys", "nibp_dia": "dia",
}  # fmt: skip


def sessions(count: int, *, seed: int = 1, artefact_every_s: float | None = None) -> Iterator[list[Second]]:
    """`count` sessions, one after the other."""
    at_s = np.arange(0.0, ENDS_S + 1.0)
    for start in range(0, count, 25):
        some = min(25, count - start)
        rng = np.random.default_rng([seed, start])
        patients = population.draw_patients(rng, some)
        rates = trace.usual_infusion(patients, at_s, BEGINS_S)
        monitor = Monitor(FIRST_CUFF_S, CUFF_EVERY_MS / 1_000, CUFF_TAKES_S)
        whole = trace.run(patients, at_s, rates, rng, monitor=monitor)
        for i in range(some):
            yield list(_seconds(whole, i, ecg=(start + i) % 2 == 0, capnograph=(start + i) % 4 == 0, rng=rng,
                                artefact_every_s=artefact_every_s))  # fmt: skip


def _seconds(
    whole: trace.Trace, i: int, *, ecg: bool, capnograph: bool, rng: np.random.Generator,
    artefact_every_s: float | None,
) -> Iterator[Second]:  # fmt: skip
    left_out = ({"hr"} if not ecg else set()) | ({"rr", "etco2"} if not capnograph else set())
    shown = {name: getattr(whole.shown, name)[:, i].copy() for name in NAMES if name not in left_out}
    if artefact_every_s is not None:
        _disturb(shown, rng, artefact_every_s)
    cuffs = {int(at) * 1_000 for at in np.flatnonzero(~np.isnan(shown["nibp_sys"]))}
    for second in range(ENDS_S + 1):
        now_ms = second * 1_000
        phase, since_ms = ("before", 0) if second < BEGINS_S else ("infusion", BEGINS_S * 1_000)
        if second >= STOPS_S:
            phase, since_ms = "recovery", STOPS_S * 1_000
        rows, sent = [], []
        for name, values in shown.items():
            value = float(values[second])
            missing = np.isnan(value)
            if missing and name.startswith("nibp"):
                continue
            text = "" if missing else f"{value:.1f}" if name == "pi" else f"{value:.0f}"
            rows.append(row_of(CODES[NAMES[name]], text, now_ms, status="X" if missing else "R"))
            sent.append((NAMES[name], text))
        readings, _ = judge(rows, production=True)
        message = Message(MONITOR, now_ms, now_ms, readings, sent=tuple(sent), number=second)
        yield Second(now_ms, phase, since_ms, (message,), set_taken=now_ms - SET_AFTER_MS in cuffs)


def _disturb(shown: dict[str, np.ndarray], rng: np.random.Generator, every_s: float) -> None:  # type: ignore[type-arg]
    """Ordinary trouble, about one each `every_s`: a probe off for 10 to 25 s, or hands that move."""
    at_s = rng.exponential(every_s)
    while at_s < ENDS_S - 60:
        begin = int(at_s)
        if rng.random() < 0.4:
            end = begin + int(rng.integers(10, 26))
            shown["spo2"][begin:end] = shown["pr"][begin:end] = 0
        else:
            end = begin + int(rng.integers(5, 21))
            shown["spo2"][begin:end] -= rng.uniform(5, 15)
            shown["pr"][begin:end] *= rng.choice((0.5, 2.0))
            shown["pi"][begin:end] = 0.2
        at_s += rng.exponential(every_s)
