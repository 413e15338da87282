"""What concentration a drug gives: linear mammillary models, solved exactly, for many patients at once.

Rates are piecewise constant and boluses act at once; nothing is stepped or interpolated. The generator is
made symmetric, so that its modes are found without subtraction and every weight is at least zero.
It knows no drug and no paper. Units: litres, minutes, milligrams; 1 mg/L is 1,000 ng/mL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NG_PER_ML = 1_000.0
SERIES_TERMS = 16


@dataclass(frozen=True, eq=False)
class Mammillary:
    """One model per patient: `central_l` and `clearance_l_per_min` (n,), the peripheral ones (n, k).

    Raises ValueError for a volume that is not positive, a negative flow, or shapes that do not fit.
    """

    central_l: Floats
    clearance_l_per_min: Floats
    peripheral_l: Floats
    exchange_l_per_min: Floats

    def __post_init__(self) -> None:
        patients = self.central_l.shape
        if len(patients) != 1 or self.clearance_l_per_min.shape != patients:
            raise ValueError("a model needs one central volume and one clearance per patient")
        if self.peripheral_l.ndim != 2 or self.peripheral_l.shape[0] != patients[0]:
            raise ValueError("a model needs a row of peripheral volumes per patient")
        if self.exchange_l_per_min.shape != self.peripheral_l.shape:
            raise ValueError("every peripheral volume needs its exchange")
        if not (np.all(self.central_l > 0) and np.all(self.peripheral_l > 0)):
            raise ValueError("volumes are positive")
        if not (np.all(self.clearance_l_per_min >= 0) and np.all(self.exchange_l_per_min >= 0)):
            raise ValueError("a clearance or an exchange is never negative")


@dataclass(frozen=True, eq=False)
class Modes:
    """A model as independent exponentials: decay `rate_per_min` (n, m), m = 1 + peripherals.

    `amount_per_dose` (n, m compartments, m modes) is each compartment's part of a unit bolus, central first;
    `weight_per_l` (n, m) is the central one over its volume: the concentration per mg.
    """

    rate_per_min: Floats
    amount_per_dose: Floats
    weight_per_l: Floats


class Infusion(NamedTuple):
    """A steady infusion; the rate is one for all or one per patient (n,)."""

    start_min: float
    end_min: float
    rate_mg_per_min: ArrayLike


class Bolus(NamedTuple):
    """A dose given at once; one for all or one per patient (n,)."""

    at_min: float
    dose_mg: ArrayLike


class Held(NamedTuple):
    """What a patient holds: concentration per mode (n, m) in mg/L, effect site (n,) in ng/mL."""

    modes_mg_per_l: Floats
    effect_ng_per_ml: Floats


class Stride(NamedTuple):
    """What a span of time does: what modes keep and gain per mg/min, what the effect site sees of both.

    `kept`, `gained`, `passed_on` are (n, m); `effect_gained` (ng/mL per mg/min) and `effect_kept` (n,).
    """

    kept: Floats
    gained: Floats
    passed_on: Floats
    effect_gained: Floats
    effect_kept: Floats


def modes_of(model: Mammillary) -> Modes:
    """The modes of `model`, slowest first."""
    volumes = np.concatenate([model.central_l[:, None], model.peripheral_l], axis=1)
    count, size = volumes.shape
    generator = np.zeros((count, size, size))
    generator[:, 0, 0] = (model.clearance_l_per_min + model.exchange_l_per_min.sum(axis=1)) / model.central_l
    for i in range(1, size):
        exchange = model.exchange_l_per_min[:, i - 1]
        generator[:, i, i] = exchange / volumes[:, i]
        generator[:, 0, i] = generator[:, i, 0] = -exchange / np.sqrt(volumes[:, 0] * volumes[:, i])
    rates, vectors = np.linalg.eigh(generator)
    amounts = np.sqrt(volumes / volumes[:, :1])[:, :, None] * vectors * vectors[:, :1, :]
    # rounding may leave a rate of zero (no clearance) a hair below it
    return Modes(np.maximum(rates, 0.0), amounts, vectors[:, 0, :] ** 2 / volumes[:, :1])


def plasma_ng_per_ml(modes: Modes, given: Sequence[Infusion | Bolus], times_min: ArrayLike) -> Floats:
    """Central concentration (n, t) at `times_min` (t,); at the moment of a bolus, before it."""
    return _concentration(modes, _responses(modes, given, times_min))


def amounts_mg(modes: Modes, given: Sequence[Infusion | Bolus], times_min: ArrayLike) -> Floats:
    """What each compartment holds (n, t, m), central first; at the moment of a bolus, before it."""
    amounts: Floats = np.einsum("ncm,ntm->ntc", modes.amount_per_dose, _responses(modes, given, times_min))
    return amounts


def effect_ng_per_ml(
    modes: Modes, ke0_per_min: ArrayLike, given: Sequence[Infusion | Bolus], times_min: ArrayLike
) -> Floats:
    """Concentration (n, t) at an effect site without mass that follows plasma at `ke0_per_min` (n,)."""
    times = np.asarray(times_min, dtype=np.float64)
    ke0 = _per_patient(ke0_per_min, modes)[:, None, None]
    rates = modes.rate_per_min[:, None, :]
    total = np.zeros((len(modes.rate_per_min), len(times), modes.rate_per_min.shape[1]))
    for one in given:
        if isinstance(one, Bolus):
            since = np.maximum(times - one.at_min, 0.0)[None, :, None]
            total += _per_patient(one.dose_mg, modes)[:, None, None] * ke0 * _lagged(rates, ke0, since)
            continue
        on, off = _on_and_off(one, times)
        # at the end of the infusion each mode and the effect site hold so much per mg/min; then both decay
        mode, effect = _grown(rates, on), _lagged_growth(rates, ke0, on)
        gone = effect * np.exp(-ke0 * off) + mode * ke0 * _lagged(rates, ke0, off)
        total += _per_patient(one.rate_mg_per_min, modes)[:, None, None] * gone
    return _concentration(modes, total)


def nothing_held(modes: Modes) -> Held:
    """Patients without drug."""
    return Held(np.zeros_like(modes.rate_per_min), np.zeros(len(modes.rate_per_min)))


def stride_of(modes: Modes, ke0_per_min: ArrayLike, minutes: float) -> Stride:
    """What `minutes` under a steady rate do; exact, however long."""
    rates, ke0 = modes.rate_per_min, _per_patient(ke0_per_min, modes)
    lag = ke0[:, None] * _lagged(rates, ke0[:, None], minutes)
    return Stride(
        np.exp(-rates * minutes),
        modes.weight_per_l * _grown(rates, minutes),
        NG_PER_ML * lag,
        NG_PER_ML * (modes.weight_per_l * _lagged_growth(rates, ke0[:, None], minutes)).sum(axis=1),
        np.exp(-ke0 * minutes),
    )


def hold(stride: Stride, held: Held, rate_mg_per_min: ArrayLike) -> Held:
    """What is held a `stride` later, at one rate for all or one per patient (n,)."""
    rate = np.asarray(rate_mg_per_min, dtype=np.float64)
    modes = held.modes_mg_per_l * stride.kept + stride.gained * rate[..., None]
    seen = (held.modes_mg_per_l * stride.passed_on).sum(axis=1)
    return Held(modes, held.effect_ng_per_ml * stride.effect_kept + seen + stride.effect_gained * rate)


def _concentration(modes: Modes, responses: Floats) -> Floats:
    plasma: Floats = NG_PER_ML * np.einsum("nm,ntm->nt", modes.weight_per_l, responses)
    return plasma


def _responses(modes: Modes, given: Sequence[Infusion | Bolus], times_min: ArrayLike) -> Floats:
    """Sum over what was given of dose × each mode's decay since: (n, t, m), mg."""
    times = np.asarray(times_min, dtype=np.float64)
    rates = modes.rate_per_min[:, None, :]
    total = np.zeros((len(modes.rate_per_min), len(times), modes.rate_per_min.shape[1]))
    for one in given:
        if isinstance(one, Bolus):
            since = times - one.at_min
            left = np.where(
                (since > 0)[None, :, None], np.exp(-rates * np.maximum(since, 0.0)[None, :, None]), 0
            )
            total += _per_patient(one.dose_mg, modes)[:, None, None] * left
        else:
            on, off = _on_and_off(one, times)
            total += (
                _per_patient(one.rate_mg_per_min, modes)[:, None, None]
                * _grown(rates, on)
                * np.exp(-rates * off)
            )
    return total


def _on_and_off(one: Infusion, times: Floats) -> tuple[Floats, Floats]:
    """For how long the infusion has run, and for how long it has been over, (1, t, 1) each."""
    if one.end_min < one.start_min:
        raise ValueError("an infusion ends after it begins")
    on = np.clip(times, one.start_min, one.end_min) - one.start_min
    return on[None, :, None], np.maximum(times - one.end_min, 0.0)[None, :, None]


def _per_patient(value: ArrayLike, modes: Modes) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (len(modes.rate_per_min),))


def _grown(rate: Floats, t: ArrayLike) -> Floats:
    """(1 − e^(−rate·t)) / rate, which is t where the rate is nought."""
    t = np.asarray(t, dtype=np.float64)
    still = rate * t < 1e-300
    safe = np.where(rate > 0, rate, 1.0)
    return np.where(still, t, -np.expm1(-rate * t) / safe)


def _lagged(rate: Floats, ke0: Floats, t: ArrayLike) -> Floats:
    """(e^(−rate·t) − e^(−ke0·t)) / (ke0 − rate), also where both are the same or nearly so."""
    t = np.asarray(t, dtype=np.float64)
    # the slower exponential is taken out, so that what remains neither overflows nor cancels
    slower: Floats = np.exp(-np.minimum(rate, ke0) * t)
    return slower * _grown(np.abs(ke0 - rate), t)


def _lagged_growth(rate: Floats, ke0: Floats, t: ArrayLike) -> Floats:
    """What a steady unit inflow into a mode has given an effect site after t: ∫ ke0·lagged."""
    # three forms of one number: each subtracts what is nearly equal in a place where another does not
    t = np.asarray(t, dtype=np.float64)
    into, ke0 = _grown(rate, t), np.broadcast_to(ke0, np.broadcast_shapes(np.shape(rate), np.shape(ke0)))
    out = _grown(ke0, t)
    fastest, apart = np.maximum(rate, ke0), ke0 - rate
    near = np.abs(apart) < 0.5 * fastest
    by_difference = ke0 / np.where(near, 1.0, apart) * (into - out)
    by_rate = (ke0 * out - ke0 * _lagged(rate, ke0, t)) / np.where(near, rate, 1.0)
    return np.where(fastest * t < 0.5, _series(rate, ke0, t), np.where(near, by_rate, by_difference))


def _series(rate: Floats, ke0: Floats, t: Floats) -> Floats:
    """The same as a power series, for short times."""
    # the n-th coefficient is (−1)ⁿ·hₙ/(n+2)!, hₙ the sum of all products of n rates taken from these two
    power, ke0_power = t * t / 2.0 + 0.0 * rate, np.ones_like(ke0)
    symmetric, total = np.ones_like(power), np.zeros_like(power)
    for n in range(SERIES_TERMS):
        total = total + symmetric * power
        ke0_power = ke0_power * ke0
        symmetric = symmetric * rate + ke0_power
        power = -power * t / (n + 3)
    series: Floats = ke0 * total
    return series
