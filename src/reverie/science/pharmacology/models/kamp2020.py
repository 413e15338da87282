"""Kamp 2020: racemic ketamine in adults, intravenous, arterial plasma, three compartments, allometric.

Gives typical values only: the paper's meta-analysis found no effect of a covariate but weight. It refuses
whom it was not made for. Source: Kamp et al., Anesthesiology 133:1192 (2020), 10.1097/ALN.0000000000003577.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from reverie.science.pharmacology.compartments import Mammillary
from reverie.science.sources import Source

CITATION = "Kamp et al., Ketamine pharmacokinetics, Anesthesiology 133:1192"
VALUES = Source(
    CITATION, 2020, "published", "typical values of a 70 kg adult, as other programs carry them too"
)
SCALING = Source(
    CITATION, 2020, "assumed", "allometric: volumes by weight, flows by weight to the power 0.75"
)
DOMAIN = Source("Reverie's limits for adult models", 2026, "assumed", "the paper prints no range")
ANALYTE, SITE = "ketamine, racemate, as base", "arterial plasma"

REFERENCE_KG = 70.0
CENTRAL_L = 25.0
PERIPHERAL_L = (56.0, 157.0)
CLEARANCE_L_PER_H = 84.0
EXCHANGE_L_PER_H = (161.0, 79.0)
FLOW_EXPONENT = 0.75
YEARS = (18.0, 90.0)
KILOGRAMS = (40.0, 150.0)


class OutsideModel(ValueError):
    """The model says nothing about such a patient."""


def model_of(weight_kg: ArrayLike, age_years: ArrayLike) -> Mammillary:
    """The model of each patient (n,). Raises OutsideModel beyond 18 to 90 years or 40 to 150 kg."""
    weight, age = np.broadcast_arrays(np.atleast_1d(weight_kg), np.atleast_1d(age_years))
    # written so that a number that is none is outside too
    if not np.all((weight >= KILOGRAMS[0]) & (weight <= KILOGRAMS[1])):
        raise OutsideModel(f"the model holds from {KILOGRAMS[0]:g} to {KILOGRAMS[1]:g} kg")
    if not np.all((age >= YEARS[0]) & (age <= YEARS[1])):
        raise OutsideModel(f"the model holds from {YEARS[0]:g} to {YEARS[1]:g} years")
    size = weight.astype(np.float64) / REFERENCE_KG
    flow = size**FLOW_EXPONENT / 60.0
    return Mammillary(
        central_l=CENTRAL_L * size,
        clearance_l_per_min=CLEARANCE_L_PER_H * flow,
        peripheral_l=size[:, None] * np.array(PERIPHERAL_L),
        exchange_l_per_min=flow[:, None] * np.array(EXCHANGE_L_PER_H),
    )
