"""What ketamine does to the vital signs: each answers the effect-site concentration, by Emax and EC50.

There is no tolerance: the same concentration does the same at any time. EC50 and shape follow the BioGears
substance file; the greatest effects were fitted anew, so that what a cuff measures over many sessions agrees
with published means (see `measured`). No dose may be planned by it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reverie.science.simulation.population import Patients
from reverie.science.simulation.vital_signs import Floats, Vitals
from reverie.science.sources import Source

SHAPE = Source(
    "BioGears substance file for ketamine", 2024, "published", "EC50 750 ng/mL, breathing 500; Hill 1"
)
FITTED = Source(
    "Reverie's fit, on the Kamp 2020 kinetics, to Vankawala et al., Front Psychiatry 12:549080", 2021,
    "derived", "two statistics together: mean of per-session maxima, cuff error included, and mean at 30 min",
)  # fmt: skip
NEAR_NOTHING = Source(
    "Breathing at rest hardly changed in children under 2 mg/kg and 40 µg/kg/min, PMID 2493753", 1989,
    "derived", "BioGears' −10 % at most on the rate; end-tidal CO2 and saturation follow by our assumption",
)  # fmt: skip


class Answer(NamedTuple):
    """The greatest change, as a part of the resting value, and the concentration of half of it (ng/mL)."""

    greatest: float
    ec50_ng_per_ml: float
    source: Source


ANSWERS = {
    "sys": Answer(0.099, 750.0, FITTED),
    "dia": Answer(0.117, 750.0, FITTED),
    "hr": Answer(0.08, 750.0, FITTED),
    "rr": Answer(-0.10, 500.0, NEAR_NOTHING),
    "etco2": Answer(0.03, 500.0, NEAR_NOTHING),
    "spo2": Answer(-0.010, 500.0, NEAR_NOTHING),
}


def change(sign: str, effect_ng_per_ml: Floats) -> Floats:
    """The typical change of `sign` at a concentration, as a part of the resting value."""
    answer = ANSWERS[sign]
    felt: Floats = answer.greatest * effect_ng_per_ml / (answer.ec50_ng_per_ml + effect_ng_per_ml)
    return felt


def answer(patients: Patients, effect_ng_per_ml: Floats) -> Vitals:
    """The patients' vital signs at this concentration (n,), without their unrest."""
    rest = patients.rest
    return rest._replace(
        hr_per_min=rest.hr_per_min * (1.0 + patients.reacts_hr * change("hr", effect_ng_per_ml)),
        sys_mmhg=rest.sys_mmhg * (1.0 + patients.reacts_sys * change("sys", effect_ng_per_ml)),
        dia_mmhg=rest.dia_mmhg * (1.0 + patients.reacts_dia * change("dia", effect_ng_per_ml)),
        rr_per_min=rest.rr_per_min * (1.0 + change("rr", effect_ng_per_ml)),
        spo2_percent=rest.spo2_percent * (1.0 + change("spo2", effect_ng_per_ml)),
        etco2_mmhg=np.asarray(rest.etco2_mmhg * (1.0 + change("etco2", effect_ng_per_ml))),
    )
