"""Patients who do not exist, second by second: the drug in them, their answer to it, and their unrest.

Pure but for the generator that is handed in: the same patients, generator and infusion give the same
session, one at a time beside a monitor or thousands at once. No alarm may be judged by it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from reverie.science.pharmacology import compartments
from reverie.science.pharmacology.compartments import Held, Modes, Stride
from reverie.science.pharmacology.models import kamp2020
from reverie.science.simulation import unrest
from reverie.science.simulation.population import Patients
from reverie.science.simulation.response import answer
from reverie.science.simulation.unrest import Wander
from reverie.science.simulation.vital_signs import SIGNS, Vitals, within_life

_FIELDS = ("hr_per_min", "sys_mmhg", "dia_mmhg", "rr_per_min", "spo2_percent", "etco2_mmhg")


class Body(NamedTuple):
    """Where the patients are: the drug that they hold, and how their signs wander."""

    held: Held
    wander: Wander


class Kinetics:
    """The patients' pharmacokinetics; remembers what a step of a length does, as most are of one length."""

    def __init__(self, patients: Patients) -> None:
        """Kamp 2020 for each of them."""
        self.modes: Modes = compartments.modes_of(kamp2020.model_of(patients.weight_kg, patients.age_years))
        self._ke0_per_min = patients.ke0_per_min
        self._strides: dict[float, Stride] = {}

    def stride(self, seconds: float) -> Stride:
        """What `seconds` do."""
        if seconds not in self._strides:
            if len(self._strides) > 8:
                self._strides.clear()
            self._strides[seconds] = compartments.stride_of(self.modes, self._ke0_per_min, seconds / 60.0)
        return self._strides[seconds]


def begin(patients: Patients, kinetics: Kinetics, rng: np.random.Generator) -> Body:
    """At rest, without drug, somewhere in the usual drift."""
    return Body(compartments.nothing_held(kinetics.modes), unrest.begin(patients.count, rng))


def step(
    kinetics: Kinetics, body: Body, ketamine_mg_per_min: ArrayLike, seconds: float, rng: np.random.Generator
) -> Body:
    """The bodies `seconds` later, the drug running at a steady rate (one, or one each) all that time."""
    held = compartments.hold(kinetics.stride(seconds), body.held, ketamine_mg_per_min)
    return Body(held, unrest.wander(body.wander, seconds, rng))


def vitals(patients: Patients, body: Body) -> Vitals:
    """What is true in the patients now (n,)."""
    answered = answer(patients, body.held.effect_ng_per_ml)
    changed = dict(zip(_FIELDS, body.wander.change, strict=True))
    assert len(changed) == len(SIGNS)
    return within_life(
        answered._replace(**{name: getattr(answered, name) + by for name, by in changed.items()})
    )
