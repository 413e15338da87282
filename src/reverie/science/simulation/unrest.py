"""How vital signs wander by themselves: a slow drift, a flutter from beat to beat, and now and then a stir.

Fitted so that differences over one minute have the median and 95th percentile of recorded numerics. It
knows no drug. Source: one-per-minute numerics of the MIMIC waveform database (PhysioNet), as measured.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reverie.science.simulation.vital_signs import SIGNS, Floats
from reverie.science.sources import Source

RECORDED = Source(
    "Numerics of the MIMIC waveform database, Goldberger et al., Circulation 101:e215", 2000, "derived",
    "differences over one minute, median / 95th percentile: HR 1.0 / 5.8, RR 1.2 / 4.8, SpO2 0.2 / 0.9",
)  # fmt: skip


class Unrest(NamedTuple):
    """One sign's unrest, in its own unit; a negative `stir` is a dip, of which `stir_per_h` begin."""

    drift_sd: float
    drift_lag_s: float
    flutter_sd: float
    flutter_lag_s: float
    stir: float = 0.0
    stir_per_h: float = 0.0
    stir_lag_s: float = 45.0


UNREST = {
    "hr": Unrest(2.2, 900.0, 0.55, 6.0, 6.2, 9.0, 50.0),
    "sys": Unrest(4.0, 480.0, 1.5, 8.0),
    "dia": Unrest(3.0, 480.0, 1.0, 8.0),
    "rr": Unrest(1.4, 300.0, 0.9, 8.0, 5.0, 8.0, 45.0),
    "spo2": Unrest(0.35, 300.0, 0.1, 6.0, -1.1, 7.0, 45.0),
    "etco2": Unrest(1.2, 180.0, 0.4, 8.0),
}
_TABLE = np.array([UNREST[sign] for sign in SIGNS])
DRIFT_SD, DRIFT_LAG_S, FLUTTER_SD, FLUTTER_LAG_S, STIR, STIR_PER_H, STIR_LAG_S = _TABLE.T[:, :, None]
# what the stirs add on average; it is taken off, so that they do not move the resting value
USUAL_STIR = STIR * STIR_PER_H / 3_600.0 * STIR_LAG_S


class Wander(NamedTuple):
    """Where each sign of each patient is: (6 signs, n) each, in the order of SIGNS."""

    drift: Floats
    flutter: Floats
    stir: Floats

    @property
    def change(self) -> Floats:
        """What it adds to each sign now."""
        total: Floats = self.drift + self.flutter + self.stir - USUAL_STIR
        return total


def begin(count: int, rng: np.random.Generator) -> Wander:
    """Somewhere in the usual drift."""
    shape = (len(SIGNS), count)
    drift, flutter = rng.standard_normal((2, *shape))
    return Wander(DRIFT_SD * drift, FLUTTER_SD * flutter, np.broadcast_to(USUAL_STIR, shape))


def wander(now: Wander, seconds: float, rng: np.random.Generator) -> Wander:
    """`seconds` later; steps of a second or a minute wander alike."""
    kept, flutter_kept = np.exp(-seconds / DRIFT_LAG_S), np.exp(-seconds / FLUTTER_LAG_S)
    drift, flutter = rng.standard_normal((2, *now.drift.shape))
    likely = -np.expm1(-seconds * STIR_PER_H / 3_600.0)
    chance = rng.random(now.stir.shape)
    stir = now.stir * np.exp(-seconds / STIR_LAG_S)
    if (begun := chance < likely).any():
        # where in the step a stir began is uniform, and so is its chance; it has faded since
        faded = np.exp(-seconds / STIR_LAG_S * chance / np.where(likely > 0, likely, 1.0))
        stir = stir + begun * faded * STIR * rng.standard_exponential(now.stir.shape)
    return Wander(
        now.drift * kept + DRIFT_SD * np.sqrt(1.0 - kept * kept) * drift,
        now.flutter * flutter_kept + FLUTTER_SD * np.sqrt(1.0 - flutter_kept * flutter_kept) * flutter,
        stir,
    )
