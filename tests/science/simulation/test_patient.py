"""The simulated patient: the drug as the exact model has it, alone or in a crowd, and never beyond life."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.pharmacology.compartments import Infusion, effect_ng_per_ml
from reverie.science.simulation.patient import Body, Kinetics, begin, step, vitals
from reverie.science.simulation.population import draw_patients, typical
from tests.scale import scale


def after(rates: list[tuple[float, float]], seconds: float, count: int = 3, seed: int = 1) -> Body:
    """The bodies of a crowd after (minutes, mg/min) one after the other, stepped by `seconds`."""
    rng = np.random.default_rng(seed)
    patients = draw_patients(rng, count)
    kinetics = Kinetics(patients)
    body = begin(patients, kinetics, rng)
    for minutes, rate in rates:
        for _ in range(round(60 * minutes / seconds)):
            body = step(kinetics, body, rate, seconds, rng)
    return body


@pytest.mark.parametrize("seconds", [1.0, 60.0, 600.0])
def test_the_effect_site_is_that_of_the_exact_model_however_long_the_steps(seconds: float) -> None:
    held = after([(20, 0.9), (10, 0.0), (20, 1.4)], seconds).held
    patients = draw_patients(np.random.default_rng(1), 3)
    truth = effect_ng_per_ml(
        Kinetics(patients).modes, patients.ke0_per_min, [Infusion(0, 20, 0.9), Infusion(30, 50, 1.4)], [50.0]
    )
    assert held.effect_ng_per_ml == pytest.approx(truth[:, 0], rel=1e-9)


def test_a_rate_of_each_own_reaches_each() -> None:
    rng = np.random.default_rng(1)
    patients = typical(3)
    kinetics = Kinetics(patients)
    body = step(kinetics, begin(patients, kinetics, rng), np.array([0.0, 1.0, 2.0]), 600.0, rng)
    effect = body.held.effect_ng_per_ml
    assert effect[0] == 0
    assert effect[2] == pytest.approx(2 * effect[1])


def test_pressure_and_pulse_rise_with_the_drug_and_come_back_without_it() -> None:
    rng = np.random.default_rng(2)
    patients = typical(400)
    kinetics = Kinetics(patients)
    body = begin(patients, kinetics, rng)
    seen = [vitals(patients, body)]
    for minutes in range(90):
        body = step(kinetics, body, 0.875 if minutes < 40 else 0.0, 60.0, rng)
        seen.append(vitals(patients, body))
    sys = np.array([one.sys_mmhg.mean() for one in seen])
    hr = np.array([one.hr_per_min.mean() for one in seen])
    assert 2.0 < sys[38:42].mean() - sys[0] < 5.0
    assert abs(sys[86:].mean() - sys[0]) < 1.5
    assert hr[36:44].mean() > hr[0]


def test_the_same_seed_gives_the_same_session_and_another_seed_another() -> None:
    first, again, other = (after([(5, 1.0)], 5.0, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.wander.change, again.wander.change)
    assert not np.array_equal(first.wander.change, other.wander.change)


def test_steps_of_any_length_are_remembered_only_for_a_while() -> None:
    kinetics = Kinetics(typical())
    first = kinetics.stride(1.0)
    assert kinetics.stride(1.0) is first
    for seconds in range(2, 40):
        kinetics.stride(float(seconds))
    assert kinetics.stride(1.0).kept == pytest.approx(first.kept)


@settings(max_examples=scale(test=60, soak=5_000), deadline=None)
@given(st.integers(0, 2**32), st.floats(0.0, 200.0), st.floats(1.0, 7_200.0), st.floats(40.0, 150.0))
def test_no_patient_ever_leaves_what_a_living_patient_can_show(
    seed: int, mg_per_min: float, seconds: float, weight_kg: float
) -> None:
    rng = np.random.default_rng(seed)
    patients = draw_patients(rng, 4, weight_kg=weight_kg)
    kinetics = Kinetics(patients)
    seen = vitals(patients, step(kinetics, begin(patients, kinetics, rng), mg_per_min, seconds, rng))
    assert np.all((seen.hr_per_min >= 20) & (seen.hr_per_min <= 250))
    assert np.all((seen.sys_mmhg >= 50) & (seen.sys_mmhg <= 260))
    assert np.all((seen.dia_mmhg >= 20) & (seen.dia_mmhg <= seen.sys_mmhg - 10))
    assert np.all((seen.rr_per_min > 0) & (seen.rr_per_min <= 70))
    assert np.all((seen.spo2_percent >= 50) & (seen.spo2_percent <= 100))
    assert np.all((seen.etco2_mmhg >= 0) & (seen.etco2_mmhg <= 100))
