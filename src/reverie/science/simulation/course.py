"""How the numbers of a scripted patient move: what is usual, what the script says, and how they scatter.

The scatter is that of recorded numerics, minute by minute; between minutes values go straight. The same
script and generator give the same numbers. It knows no monitor and no artefact.
"""

from __future__ import annotations

from math import exp, log, pi, sin
from random import Random

from reverie.science.simulation.script import Happening, Script
from reverie.science.sources import Source

SCATTER_SOURCE = Source(
    "Changes from minute to minute in numerics of the MIMIC waveform database (PhysioNet)", 2000, "derived",
    "median/p95: HR 1.0/5.8, SpO2 0.2/0.9, RESP 1.2/4.8 /min; cuff 7/23.5 and 6/15.5 mmHg",
)  # fmt: skip
# Laplace steps whose differences have those medians; what remains of a value after a minute
STEP = {
    "hr": 1.2,
    "pr": 1.2,
    "spo2": 0.24,
    "rr": 1.5,
    "impedance": 1.5,
    "etco2": 0.8,
    "pi": 0.2,
    "temp": 0.03,
}
REMAINS = 0.6
CUFF_SD = (7.3, 6.3)
BETWEEN_HR_AND_PULSE = 0.8
STILL = 0.3  # how much a value scatters that the script has set
TO_HALF_MS = 720_000
MINUTE_MS = 60_000
HIGHEST = {"spo2": 100.0, "etco2": 99.0}


class Courses:
    """The values of one scripted patient over time. Asks the generator in a fixed order."""

    def __init__(self, script: Script, rng: Random) -> None:
        """Draw the scatter of the whole script."""
        self.script = script
        self.rng = rng
        minutes = script.ends_ms // MINUTE_MS + 2
        self.names = [one for one in script.monitor if one != "cuff"]
        self.scatter = {name: _walk(rng, STEP[name], minutes) for name in self.names}
        self.said = {name: [one for one in script.happenings if one.verb == name] for name in STEP}
        begun = [at for at, phase in script.phases if phase == "infusion"]
        self.begun_ms = begun[0] if begun else 0

    def values(self, at_ms: int) -> dict[str, float]:
        """Every value at `at_ms`, as a perfect sensor has it."""
        return {name: self._value(name, at_ms) for name in self.names}

    def pressure(self, at_ms: int) -> tuple[float, float]:
        """A cuff pressure at `at_ms`, with a cuff's scatter."""
        sys, dia = (self.script.usual[name] for name in ("sys", "dia"))
        part = risen(at_ms, self.begun_ms, self.script.rise[3])
        sys += self.script.rise[0] * part + self.rng.gauss(0, CUFF_SD[0])
        dia += self.script.rise[1] * part + self.rng.gauss(0, CUFF_SD[1])
        return sys, min(dia, sys - 15)

    def _value(self, name: str, at_ms: int) -> float:
        if name == "pr" and "hr" in self.names and not self.said["pr"]:
            return self._value("hr", at_ms) + self.scatter["pr"][at_ms // MINUTE_MS] * BETWEEN_HR_AND_PULSE
        leader = "rr" if name == "impedance" and not self.said[name] and "rr" in self.names else name
        usual = self.script.usual.get(leader, self.script.usual.get("rr", 0.0))
        if leader in ("hr", "pr"):
            usual += self.script.rise[2] * risen(at_ms, self.begun_ms, self.script.rise[3])
        level, told = _said(self.said[leader], usual, at_ms)
        before = self.scatter[name][at_ms // MINUTE_MS]
        after = self.scatter[name][at_ms // MINUTE_MS + 1]
        scatter = before + (after - before) * (at_ms % MINUTE_MS) / MINUTE_MS
        value = level + scatter * (STILL if told else 1.0)
        return 0.0 if told and level <= 0 else min(max(value, 0.0), HIGHEST.get(name, 300.0))


def risen(at_ms: int, begun_ms: int, peak_ms: int) -> float:
    """How much of a rise is there: all of it at `peak_ms`, half of it 12 minutes later."""
    if at_ms <= begun_ms or peak_ms <= begun_ms:
        return 0.0
    if at_ms <= peak_ms:
        return sin(pi / 2 * (at_ms - begun_ms) / (peak_ms - begun_ms))
    return exp(-log(2) * (at_ms - peak_ms) / TO_HALF_MS)


def _said(said: list[Happening], usual: float, at_ms: int) -> tuple[float, bool]:
    """The level that the script gives at `at_ms`, and whether it has said one."""
    level, told = usual, False
    for one in said:
        if one.begin_ms > at_ms:
            break
        back = one.words[0] == "back"
        goal = usual if back else float(one.words[1])
        if one.end_ms is None or at_ms >= one.end_ms:
            level, told = goal, not back
        else:
            part = (at_ms - one.begin_ms) / (one.end_ms - one.begin_ms)
            return level + (goal - level) * part, True
    return level, told


def _walk(rng: Random, step: float, minutes: int) -> list[float]:
    value, values = 0.0, []
    for _ in range(minutes):
        sign = 1 if rng.random() < 0.5 else -1
        value = REMAINS * value + sign * step * rng.expovariate(1.0)
        values.append(value)
    return values
