"""Who is simulated: patients of an infusion clinic, drawn at random, and one typical patient.

Pressures at rest stay below the usual limit for a start (140/90). Everybody lies inside the domain of the
pharmacokinetic model. Sources: age, hypertension and their effect as in published cohorts (below); what no
source gives is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from reverie.science.pharmacology.models import kamp2020
from reverie.science.simulation.vital_signs import Floats, Vitals
from reverie.science.sources import Source

COHORT = Source(
    "Riva-Posse et al., J Affect Disord 236:291", 2018, "derived",
    "66 patients: mean age 56.7 years, 36 % with hypertension; ours are a little younger",
)  # fmt: skip
REST = Source("Reverie's resting values", 2026, "assumed", "adults who rest in a chair before a start")
MORE_IN_SOME = Source(
    "Yale cohort, Gen Hosp Psychiatry, 10.1016/j.genhosppsych.2024.07.001; Zhou et al., 741 infusions", 2024,
    "derived", "pressure rises more with age and in hypertension, pulse less; the factors are ours",
)  # fmt: skip
KE0 = Source(
    "Reverie's effect-site constant for pressure and pulse", 2026, "assumed", "0.3 to 0.5 per minute"
)

MEAN_AGE_YEARS, SD_AGE_YEARS = 52.0, 14.0
PART_WOMEN = 0.58
HYPERTENSIVE_AT_MEAN_AGE = 0.33
# of a patient's rise: between patients (sd of the logarithm), with age and with hypertension
SPREAD, SHARED = 0.84, 0.8
PER_YEAR, WITH_HYPERTENSION = 0.012, 0.35
SPREAD_HR, HR_WITH_HYPERTENSION = 1.1, 0.7
KE0_PER_MIN, SPREAD_KE0, LEAST_KE0, MOST_KE0 = 0.4, 0.15, 0.3, 0.5


@dataclass(frozen=True, eq=False)
class Patients:
    """Who they are, at rest and in their reaction; every field one number per patient (n,).

    `reacts_*` multiplies the typical effect. Raises kamp2020.OutsideModel outside its domain.
    """

    age_years: Floats
    weight_kg: Floats
    female: NDArray[np.bool_]
    hypertensive: NDArray[np.bool_]
    rest: Vitals
    reacts_sys: Floats
    reacts_dia: Floats
    reacts_hr: Floats
    ke0_per_min: Floats

    def __post_init__(self) -> None:
        kamp2020.model_of(self.weight_kg, self.age_years)

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.weight_kg)


def draw_patients(
    rng: np.random.Generator, count: int, *, weight_kg: float | None = None, age_years: float | None = None,
    female: bool | None = None, hypertensive: bool | None = None,
) -> Patients:  # fmt: skip
    """`count` patients of the clinic's population; what is given holds for all of them."""
    normal = rng.standard_normal

    def clipped(mean: Floats | float, sd: float, least: float, most: float) -> Floats:
        return np.clip(mean + sd * normal(count), least, most)

    age = clipped(MEAN_AGE_YEARS, SD_AGE_YEARS, 19.0, 85.0)
    women = rng.random(count) < PART_WOMEN
    odds = np.log(HYPERTENSIVE_AT_MEAN_AGE / (1 - HYPERTENSIVE_AT_MEAN_AGE)) + 0.06 * (age - MEAN_AGE_YEARS)
    high = rng.random(count) < 1.0 / (1.0 + np.exp(-odds))
    weight = np.clip(np.where(women, 71.0, 84.0) + 14.0 * normal(count), 45.0, 140.0)
    age = age if age_years is None else np.full(count, float(age_years))
    women = women if female is None else np.full(count, female)
    high = high if hypertensive is None else np.full(count, hypertensive)
    weight = weight if weight_kg is None else np.full(count, float(weight_kg))
    build, reaction = normal(count), normal(count)
    rest = Vitals(
        hr_per_min=clipped(74.0, 9.0, 52.0, 100.0),
        sys_mmhg=np.clip(119.0 + 0.2 * (age - MEAN_AGE_YEARS) + 7.0 * high + 9.5 * build, 96.0, 139.0),
        dia_mmhg=np.clip(75.0 + 4.0 * high + 4.5 * build + 4.5 * normal(count), 56.0, 89.0),
        rr_per_min=clipped(15.0, 1.4, 12.0, 19.0),
        spo2_percent=clipped(97.5, 0.8, 96.0, 99.5),
        etco2_mmhg=clipped(37.0, 2.0, 31.0, 43.0),
        temp_cel=clipped(36.7, 0.2, 36.0, 37.4),
        perfusion_percent=np.clip(4.0 * np.exp(0.4 * normal(count)), 0.8, 12.0),
    )
    more = np.exp(PER_YEAR * (age - MEAN_AGE_YEARS) + WITH_HYPERTENSION * high)
    own = SHARED * reaction + np.sqrt(1.0 - SHARED**2) * normal(count)
    return Patients(
        age_years=age,
        weight_kg=weight,
        female=women,
        hypertensive=high,
        rest=rest,
        reacts_sys=more * np.exp(SPREAD * reaction),
        reacts_dia=more * np.exp(SPREAD * own),
        reacts_hr=np.where(high, HR_WITH_HYPERTENSION, 1.0) + SPREAD_HR * normal(count),
        ke0_per_min=np.clip(KE0_PER_MIN * np.exp(SPREAD_KE0 * normal(count)), LEAST_KE0, MOST_KE0),
    )


def typical(count: int = 1) -> Patients:
    """The typical patient, `count` times: 70 kg, 52 years, normal pressure, an average reaction."""
    one = np.ones(count)
    rest = Vitals(*(one * value for value in (75.0, 125.0, 78.0, 14.0, 97.5, 37.0, 36.7, 4.0)))
    no = np.zeros(count, dtype=np.bool_)
    return Patients(
        MEAN_AGE_YEARS * one, 70.0 * one, no, no, rest, one, one, one, KE0_PER_MIN * one
    )  # fmt: skip


def some(patients: Patients, chosen: slice) -> Patients:
    """Some of them."""
    parts = {field.name: getattr(patients, field.name) for field in fields(patients)}
    rest = Vitals(*(value[chosen] for value in patients.rest))
    return Patients(**{name: value[chosen] for name, value in parts.items() if name != "rest"}, rest=rest)
