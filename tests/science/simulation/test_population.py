"""Who is drawn: inside the model's domain, below the start gate, and spread as meant."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.pharmacology.models.kamp2020 import OutsideModel
from reverie.science.simulation.population import SPREAD, Patients, draw_patients, some, typical

MANY = 4_000


@pytest.fixture(scope="module")
def many() -> Patients:
    """A large cohort, the same in every run."""
    return draw_patients(np.random.default_rng(1), MANY)


def test_everybody_may_be_started_and_is_alive(many: Patients) -> None:
    rest = many.rest
    assert np.all((rest.sys_mmhg < 140) & (rest.dia_mmhg < 90))
    assert np.all(rest.sys_mmhg - rest.dia_mmhg >= 5)
    assert np.all((rest.spo2_percent >= 95) & (rest.spo2_percent < 100))
    assert np.all((rest.hr_per_min >= 52) & (rest.hr_per_min <= 100))
    assert np.all((many.ke0_per_min >= 0.3) & (many.ke0_per_min <= 0.5))


def test_the_clinic_has_men_and_women_of_all_ages_and_a_third_with_high_pressure(many: Patients) -> None:
    assert 49 < many.age_years.mean() < 55
    assert 0.55 < many.female.mean() < 0.61
    assert 0.30 < many.hypertensive.mean() < 0.40
    assert many.age_years[many.hypertensive].mean() > many.age_years[~many.hypertensive].mean() + 5
    assert many.rest.sys_mmhg[many.hypertensive].mean() > many.rest.sys_mmhg[~many.hypertensive].mean() + 4


def test_reactions_are_lognormal_and_stronger_with_age_and_high_pressure(many: Patients) -> None:
    logarithms = np.log(many.reacts_sys)
    assert logarithms.std() == pytest.approx(SPREAD, rel=0.1)
    assert np.corrcoef(logarithms, np.log(many.reacts_dia))[0, 1] == pytest.approx(0.82, abs=0.05)
    older, younger = many.age_years >= 60, many.age_years < 45
    assert logarithms[older].mean() > logarithms[younger].mean() + 0.2
    assert logarithms[many.hypertensive].mean() > logarithms[~many.hypertensive].mean() + 0.2
    assert many.reacts_hr[many.hypertensive].mean() < many.reacts_hr[~many.hypertensive].mean()


def test_what_is_given_holds_and_the_same_seed_draws_the_same_people() -> None:
    given = draw_patients(
        np.random.default_rng(2), 5, weight_kg=61.0, age_years=33.0, female=True, hypertensive=False
    )
    assert np.all(given.weight_kg == 61.0)
    assert np.all(given.age_years == 33.0)
    assert np.all(given.female)
    assert not np.any(given.hypertensive)
    again = draw_patients(np.random.default_rng(2), 5, weight_kg=61.0, age_years=33.0)
    assert np.array_equal(again.rest.spo2_percent, given.rest.spo2_percent)


@pytest.mark.parametrize("wrong", [{"weight_kg": 39.0}, {"weight_kg": 151.0}, {"age_years": 17.0}])
def test_nobody_outside_the_model_is_simulated(wrong: dict[str, float]) -> None:
    with pytest.raises(OutsideModel):
        draw_patients(np.random.default_rng(1), 3, **wrong)  # type: ignore[arg-type]  # floats alone


def test_some_of_them_are_they_themselves(many: Patients) -> None:
    few = some(many, slice(10, 13))
    assert few.count == 3
    assert np.array_equal(few.rest.sys_mmhg, many.rest.sys_mmhg[10:13])
    assert typical(4).count == 4
