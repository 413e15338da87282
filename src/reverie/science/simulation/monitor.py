"""A bedside monitor that does not exist: what it shows of patients, by rounding, cycle, error and lost pulse.

A cuff pressure is there once, when it was measured; where there is no pulse there is none, and no
saturation either. It sends nothing and owns no clock. Source: errors fitted to recorded numerics (below).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reverie.science.simulation.artefacts import LEAST_PULSE_MMHG, Shown
from reverie.science.simulation.vital_signs import Floats, Vitals
from reverie.science.sources import Source

RECORDED = Source(
    "Numerics of the MIMIC waveform database, Goldberger et al., Circulation 101:e215", 2000, "derived",
    "one cuff reading to the next differs by 7 / 23.5 and 6 / 15.5 mmHg (median / 95th percentile), drift "
    "included; heart rate and pulse rate by 0.6 / 3.1 per minute",
)  # fmt: skip


class Error(NamedTuple):
    """A normal error, and how often a larger one comes in its place."""

    sd: float
    larger_sd: float
    larger_part: float


CUFF_SYS = Error(5.0, 14.5, 0.2)
CUFF_DIA = Error(5.2, 5.2, 0.0)
PULSE = Error(0.75, 2.8, 0.18)
# assumed: below this there is nothing that a cuff or a finger probe could find
LEAST_PULSE_SYS_MMHG, LEAST_HEART_PER_MIN = 45.0, 10.0
# of one patient
ALWAYS, NEVER = np.ones(1, dtype=np.bool_), np.zeros(1, dtype=np.bool_)
# assumed: how long a monitor waits before it calls no beat asystole, and no breath apnoea
ASYSTOLE, APNOEA = "MDC_EVT_ECG_ASYSTOLE", "MDC_EVT_APNEA"
OWN_ALARMS_AFTER_S = {ASYSTOLE: 4.0, APNOEA: 20.0}


@dataclass(frozen=True)
class Monitor:
    """How the monitor is set: first cuff reading, its cycle and how long one takes; capnography on or off."""

    first_cuff_s: float = 20.0
    cuff_every_s: float = 300.0
    cuff_takes_s: float = 35.0
    capnography: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.cuff_takes_s <= self.cuff_every_s:
            raise ValueError("a cuff reading must end before the next one begins")

    def inflating(self, elapsed_s: float) -> bool:
        """Whether the cuff is inflated at `elapsed_s`."""
        since = elapsed_s - self.first_cuff_s
        return since >= 0 and since % self.cuff_every_s < self.cuff_takes_s

    def measured(self, since_s: float, until_s: float) -> float | None:
        """When the latest cuff reading ended in (since_s, until_s]; None without one."""
        cycles = (until_s - self.first_cuff_s - self.cuff_takes_s) // self.cuff_every_s
        ended = self.first_cuff_s + self.cuff_takes_s + cycles * self.cuff_every_s
        return ended if cycles >= 0 and ended > since_s else None


def look(vitals: Vitals, cuff_done: NDArray[np.bool_], rng: np.random.Generator) -> Shown:
    """The numbers of a monitor that nothing disturbs; cuff pressures where `cuff_done`."""
    shape = vitals.hr_per_min.shape
    pulse = (vitals.sys_mmhg >= LEAST_PULSE_SYS_MMHG) & (vitals.hr_per_min >= LEAST_HEART_PER_MIN)
    sys, dia = np.full(shape, np.nan), np.full(shape, np.nan)
    if cuff_done.any() and (count := int(np.count_nonzero(cuffs := cuff_done & pulse))):
        read = np.rint(vitals.sys_mmhg[cuffs] + _draw(CUFF_SYS, count, rng))
        low = np.rint(vitals.dia_mmhg[cuffs] + _draw(CUFF_DIA, count, rng))
        sys[cuffs], dia[cuffs] = read, np.minimum(low, read - LEAST_PULSE_MMHG)
    beats = np.rint(vitals.hr_per_min + _draw(PULSE, shape, rng))
    return Shown(
        hr=np.rint(vitals.hr_per_min),
        pr=np.where(pulse, beats, 0.0),
        spo2=np.where(pulse, np.rint(vitals.spo2_percent), 0.0),
        pi=np.where(pulse, np.rint(10.0 * vitals.perfusion_percent) / 10.0, 0.0),
        rr=np.rint(vitals.rr_per_min),
        etco2=np.rint(vitals.etco2_mmhg),
        nibp_sys=sys,
        nibp_dia=dia,
    )


class OwnAlarms:
    """The crisis alarms of one monitor: they sound while what it shows has been nought for long enough."""

    def __init__(self) -> None:
        """Silent."""
        self._since_s: dict[str, float] = {}

    def sounding(self, shown: Shown, elapsed_s: float) -> tuple[str, ...]:
        """The alarms that sound at `elapsed_s`; time never goes back."""
        for name, number in ((ASYSTOLE, shown.hr), (APNOEA, shown.rr)):
            if number[0] == 0.0:
                self._since_s.setdefault(name, elapsed_s)
            else:
                self._since_s.pop(name, None)
        return tuple(
            name for name, since in self._since_s.items() if elapsed_s - since >= OWN_ALARMS_AFTER_S[name]
        )


def _draw(error: Error, shape: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
    larger = rng.random(shape) < error.larger_part
    drawn: Floats = np.where(larger, error.larger_sd, error.sd) * rng.standard_normal(shape)
    return drawn
