"""A patient who does not exist: vital signs at rest and under ketamine, second by second.

Pure: the same patient, generator and infusion give the same session. The effect follows the infusion
rate with one first-order lag; there is no pharmacokinetic model here, and no alarm may be judged by it.
Sources: Vankawala 2021 (10.3389/fpsyt.2021.549080) for the size of the effect; one-per-minute numerics
of intensive-care patients for the unrest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

# 0.5 mg/kg over 40 minutes, the infusion that the published changes belong to
REFERENCE_MG_PER_KG_PER_MIN = 0.5 / 40
REFERENCE_MINUTES = 40.0
# assumed: with this lag the peak falls at 30 to 40 minutes and has gone by 90
EFFECT_LAG_MINUTES = 12.0
# derived: half the greatest effect at 3.75 times the reference (EC50 0.75 µg/mL over 0.20 µg/mL)
HALF_EFFECT = 3.75

MEAN_RISE_SYS_MMHG = 12.61
MEAN_RISE_DIA_MMHG = 8.49
MEAN_RISE_HR_PER_MIN = 4.09
# derived: between patients; with the cuff's error and the drift the changes as measured then spread by
# 11.2 and 8.45 mmHg (Yale 2024, 10.1016/j.genhosppsych.2024.07.001)
RISE_SD_SYS_MMHG = 6.0
RISE_SD_DIA_MMHG = 4.0
RISE_SD_HR_PER_MIN = 5.0


@dataclass(frozen=True)
class Unrest:
    """How one vital sign wanders: a slow drift, and now and then a stir that fades.

    `sd` and `stir` are in the sign's own unit; a negative `stir` is a dip.
    """

    sd: float
    lag_s: float
    stir: float = 0.0
    stir_every_s: float = 600.0
    stir_lag_s: float = 45.0

    @property
    def usual_stir(self) -> float:
        """What the stirs add on average, so that they do not move the resting value."""
        return self.stir * self.stir_lag_s / self.stir_every_s


# derived so that the differences over one minute have the published median and 95th percentile:
# HR 1.0 / 5.8, RR 1.2 / 4.8, SpO2 0.2 / 0.9; pressures so that cuff readings, ten minutes apart and with
# the cuff's own error, differ by 7 / 23 and 6 / 16
UNREST = {
    "hr": Unrest(sd=2.8, lag_s=700, stir=5.5, stir_every_s=400, stir_lag_s=50),
    "rr": Unrest(sd=1.6, lag_s=120, stir=5.0, stir_every_s=420),
    "spo2": Unrest(sd=0.35, lag_s=240, stir=-1.1, stir_every_s=500),
    "etco2": Unrest(sd=1.2, lag_s=180),
    "sys": Unrest(sd=4.0, lag_s=480),
    "dia": Unrest(sd=3.0, lag_s=480),
}


class Vitals(NamedTuple):
    """What is true in the patient at one moment; no monitor shows it so exactly."""

    hr_per_min: float
    sys_mmhg: float
    dia_mmhg: float
    rr_per_min: float
    spo2_percent: float
    etco2_mmhg: float
    temp_cel: float
    perfusion_percent: float


@dataclass(frozen=True)
class Patient:
    """Who is simulated: weight, resting vital signs, and the rise at the end of the reference infusion."""

    weight_kg: float
    rest: Vitals
    rise_sys_mmhg: float = MEAN_RISE_SYS_MMHG
    rise_dia_mmhg: float = MEAN_RISE_DIA_MMHG
    rise_hr_per_min: float = MEAN_RISE_HR_PER_MIN


class Body(NamedTuple):
    """Where a patient is: effect (1.0 at the end of the reference infusion) and drift and stir per sign."""

    effect: float
    drift: tuple[float, ...]
    stir: tuple[float, ...]


STANDARD_REST = Vitals(75.0, 125.0, 78.0, 14.0, 97.5, 37.0, 36.7, 4.0)
STANDARD = Patient(weight_kg=70.0, rest=STANDARD_REST)


def draw_patient(rng: Random, weight_kg: float | None = None) -> Patient:
    """A patient of the clinic's population; pressures at rest stay below the usual start gate."""
    build = rng.gauss(0.0, 1.0)
    reaction = rng.gauss(0.0, 1.0)
    rest = Vitals(
        hr_per_min=_between(rng.gauss(75.0, 9.0), 52.0, 100.0),
        sys_mmhg=_between(125.0 + 10.0 * build, 98.0, 140.0),
        dia_mmhg=_between(78.0 + 6.0 * (0.7 * build + 0.71 * rng.gauss(0.0, 1.0)), 60.0, 90.0),
        rr_per_min=_between(rng.gauss(14.0, 1.5), 10.0, 19.0),
        spo2_percent=_between(rng.gauss(97.5, 0.9), 95.0, 99.5),
        etco2_mmhg=_between(rng.gauss(37.0, 2.0), 31.0, 43.0),
        temp_cel=_between(rng.gauss(36.7, 0.2), 36.0, 37.4),
        perfusion_percent=_between(4.0 * math.exp(rng.gauss(0.0, 0.4)), 0.8, 12.0),
    )
    return Patient(
        weight_kg=_between(rng.gauss(78.0, 15.0), 45.0, 130.0) if weight_kg is None else weight_kg,
        rest=rest,
        rise_sys_mmhg=_lognormal(MEAN_RISE_SYS_MMHG, RISE_SD_SYS_MMHG, reaction),
        rise_dia_mmhg=_lognormal(
            MEAN_RISE_DIA_MMHG, RISE_SD_DIA_MMHG, 0.8 * reaction + 0.6 * rng.gauss(0.0, 1.0)
        ),
        rise_hr_per_min=rng.gauss(MEAN_RISE_HR_PER_MIN, RISE_SD_HR_PER_MIN),
    )


def begin(rng: Random) -> Body:
    """A patient at rest, without drug, somewhere in the usual drift."""
    drift = tuple(unrest.sd * rng.gauss(0.0, 1.0) for unrest in UNREST.values())
    return Body(effect=0.0, drift=drift, stir=tuple(unrest.usual_stir for unrest in UNREST.values()))


def step(patient: Patient, body: Body, ketamine_mg_per_min: float, seconds: float, rng: Random) -> Body:
    """The body `seconds` later, the drug running at a steady rate all that time."""
    target = (
        ketamine_mg_per_min / patient.weight_kg / REFERENCE_MG_PER_KG_PER_MIN / _reached(REFERENCE_MINUTES)
    )
    effect = target + (body.effect - target) * (1.0 - _reached(seconds / 60.0))
    drift, stir = [], []
    for unrest, drifted, stirred in zip(UNREST.values(), body.drift, body.stir, strict=True):
        keep = math.exp(-seconds / unrest.lag_s)
        drift.append(drifted * keep + unrest.sd * math.sqrt(1.0 - keep * keep) * rng.gauss(0.0, 1.0))
        fading = stirred * math.exp(-seconds / unrest.stir_lag_s)
        if unrest.stir and rng.random() < 1.0 - math.exp(-seconds / unrest.stir_every_s):
            fading += unrest.stir * rng.expovariate(1.0)
        stir.append(fading)
    return Body(effect, tuple(drift), tuple(stir))


def vitals(patient: Patient, body: Body) -> Vitals:
    """What is true in the patient now."""
    rest = patient.rest
    change = {
        sign: drift + stir - unrest.usual_stir
        for (sign, unrest), drift, stir in zip(UNREST.items(), body.drift, body.stir, strict=True)
    }
    felt = body.effect * (1.0 + HALF_EFFECT) / (body.effect + HALF_EFFECT)
    sys_mmhg = _between(rest.sys_mmhg + felt * patient.rise_sys_mmhg + change["sys"], 55.0, 255.0)
    dia_mmhg = _between(rest.dia_mmhg + felt * patient.rise_dia_mmhg + change["dia"], 25.0, 158.0)
    return Vitals(
        hr_per_min=_between(rest.hr_per_min + felt * patient.rise_hr_per_min + change["hr"], 30.0, 220.0),
        sys_mmhg=sys_mmhg,
        dia_mmhg=min(dia_mmhg, sys_mmhg - 15.0),
        # derived: breathing 3 % slower at the reference effect
        rr_per_min=_between(rest.rr_per_min * (1.0 - 0.03 * felt) + change["rr"], 4.0, 45.0),
        spo2_percent=_between(rest.spo2_percent - 0.3 * felt + change["spo2"], 70.0, 100.0),
        etco2_mmhg=_between(rest.etco2_mmhg + 0.4 * felt + change["etco2"], 15.0, 70.0),
        temp_cel=rest.temp_cel,
        perfusion_percent=rest.perfusion_percent,
    )


def _reached(minutes: float) -> float:
    """The part of a new steady state that is reached after `minutes`."""
    return 1.0 - math.exp(-minutes / EFFECT_LAG_MINUTES)


def _lognormal(mean: float, sd: float, score: float) -> float:
    """The value at a standard normal `score` of a lognormal with this mean and sd."""
    width = math.log(1.0 + (sd / mean) ** 2)
    return mean * math.exp(math.sqrt(width) * score - width / 2.0)


def _between(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
