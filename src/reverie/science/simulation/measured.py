"""What a study would report of simulated sessions: changes as a cuff measured them, and two ways to sum up.

Published rises differ fivefold because some give the mean of each session's greatest change and others the
mean change at a clock time. Both are here, by name. The greatest of several readings holds their error too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reverie.science.simulation.trace import Trace
from reverie.science.simulation.vital_signs import Floats

IN_INFUSION = (10, 20, 30, 40)
SEVERE_SYS_MMHG, SEVERE_DIA_MMHG = 180.0, 110.0


class Changes(NamedTuple):
    """Changes since the session's baseline, and the pressures as read, (minutes, sessions) each."""

    minutes: Floats
    sys_change: Floats
    dia_change: Floats
    hr_change: Floats
    sys: Floats
    dia: Floats


def changes(trace: Trace, begins_s: float, minutes: Sequence[float] = IN_INFUSION) -> Changes:
    """Readings `minutes` after `begins_s`, less the median of all readings before it.

    Charts hold a reading every ten minutes while the drug runs, as in the published cohorts.

    Of each minute the latest cuff reading counts, and the heart rate with it. Raises ValueError when there
    are fewer than two readings before the infusion.
    """
    sys, dia, hr = trace.shown.nibp_sys, trace.shown.nibp_dia, trace.shown.hr
    done = np.flatnonzero(~np.isnan(sys).all(axis=1))
    before = done[trace.at_s[done] <= begins_s]
    if len(before) < 2:
        raise ValueError("a baseline needs two cuff readings before the infusion")
    rows = np.array([done[trace.at_s[done] <= begins_s + 60.0 * minute][-1] for minute in minutes])
    base = [np.nanmedian(one[before], axis=0) for one in (sys, dia, hr)]
    rise = [one[rows] - rest for one, rest in zip((sys, dia, hr), base, strict=True)]
    at = np.array(minutes, dtype=np.float64)
    return Changes(at, rise[0], rise[1], rise[2], sys[rows], dia[rows])


def mean_of_maxima(change: Floats) -> float:
    """The mean over sessions of each session's greatest change: what meta-analyses of peaks report."""
    return float(np.nanmax(change, axis=0).mean())


def mean_at(found: Changes, change: Floats, minute: float) -> float:
    """The mean change of all sessions at one clock time."""
    return float(np.nanmean(change[found.minutes == minute]))


def peak_minute(found: Changes, change: Floats) -> float:
    """When the mean change of all sessions is greatest."""
    return float(found.minutes[np.nanmean(change, axis=1).argmax()])


def severe_part(found: Changes, *, confirmed: bool = False) -> float:
    """The part of sessions with a reading of 180 or more, or 110 or more; `confirmed`: two in a row."""
    severe = (found.sys >= SEVERE_SYS_MMHG) | (found.dia >= SEVERE_DIA_MMHG)
    if confirmed:
        severe = severe[1:] & severe[:-1]
    return float(severe.any(axis=0).mean())
