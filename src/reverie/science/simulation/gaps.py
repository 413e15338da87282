"""Where a recording has no value, as measured in one: the probe off its finger, and the cuff's intervals.

Far worse than a session in a chair: it is how a patient of an intensive care unit was recorded. It knows
no cause. Source: one-per-minute numerics of the MIMIC waveform database (PhysioNet), 1,936 minutes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reverie.science.sources import Source

RECORDED = Source(
    "Numerics of the MIMIC waveform database, Goldberger et al., Circulation 101:e215", 2000, "derived",
    "18.8 % of SpO2 samples are zeros of a probe that is off, in 12 runs of 1 to 189 minutes; 152 cuff "
    "readings at intervals of 10 (median), 15 (90th percentile) and at most 81 minutes",
)  # fmt: skip
ON_MINUTES = 131.0
# with the longest cut off, a lognormal with the runs’ mean of 30 minutes and median of 10
OFF_LOG_MEAN, OFF_LOG_SD = 2.3, 1.72
LONGEST_OFF_MINUTES = 200.0
CUFF_MINUTES = np.array([2.0, 3.0, 5.0, 9.0, 10.0, 11.0, 12.0, 14.0, 15.0, 16.0, 37.0, 57.0, 60.0, 81.0])
CUFF_SEEN = np.array([2.0, 4.0, 22.0, 7.0, 84.0, 5.0, 1.0, 4.0, 11.0, 3.0, 1.0, 2.0, 5.0, 1.0])
BURN_IN_MINUTES = 2_000.0


def draw_probe_off(rng: np.random.Generator, steps: int, every_s: float, count: int) -> NDArray[np.bool_]:
    """Where the probe is off (steps, count); a session begins anywhere in the life of a probe."""
    off = np.zeros((steps, count), dtype=np.bool_)
    for i in range(count):
        at_min = -BURN_IN_MINUTES
        while at_min * 60.0 < steps * every_s:
            begin = at_min + rng.exponential(ON_MINUTES)
            at_min = begin + min(rng.lognormal(OFF_LOG_MEAN, OFF_LOG_SD), LONGEST_OFF_MINUTES)
            first, last = (max(round(minute * 60.0 / every_s), 0) for minute in (begin, at_min))
            off[first:last, i] = True
    return off


def draw_cuffs(rng: np.random.Generator, steps: int, every_s: float, count: int) -> NDArray[np.bool_]:
    """Where a cuff reading ends (steps, count), at intervals as recorded."""
    done = np.zeros((steps, count), dtype=np.bool_)
    for i in range(count):
        at_min = -rng.uniform(0.0, 10.0)
        while at_min * 60.0 < steps * every_s:
            at_min += rng.choice(CUFF_MINUTES, p=CUFF_SEEN / CUFF_SEEN.sum())
            step = round(at_min * 60.0 / every_s)
            if 0 <= step < steps:
                done[step, i] = True
    return done
