"""Vital signs as arrays: what is true in many patients at once, in units of their own.

A shape is free: one number per patient, or patients × seconds. No monitor shows them so exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIGNS = ("hr", "sys", "dia", "rr", "spo2", "etco2")


class Vitals(NamedTuple):
    """What is true; every field has the same shape."""

    hr_per_min: Floats
    sys_mmhg: Floats
    dia_mmhg: Floats
    rr_per_min: Floats
    spo2_percent: Floats
    etco2_mmhg: Floats
    temp_cel: Floats
    perfusion_percent: Floats


def bounded(value: Floats, least: float, most: float) -> Floats:
    """`value` between its bounds; for a single patient several times as fast as np.clip."""
    inside: Floats = np.minimum(np.maximum(value, least), most)
    return inside


def within_life(vitals: Vitals) -> Vitals:
    """Nothing that a living patient could not have; a beating heart keeps a pulse pressure of 15 mmHg."""
    sys_mmhg = bounded(vitals.sys_mmhg, 55.0, 255.0)
    return vitals._replace(
        hr_per_min=bounded(vitals.hr_per_min, 30.0, 220.0),
        sys_mmhg=sys_mmhg,
        dia_mmhg=np.minimum(bounded(vitals.dia_mmhg, 25.0, 158.0), sys_mmhg - 15.0),
        rr_per_min=bounded(vitals.rr_per_min, 4.0, 45.0),
        spo2_percent=bounded(vitals.spo2_percent, 60.0, 100.0),
        etco2_mmhg=bounded(vitals.etco2_mmhg, 12.0, 75.0),
    )
