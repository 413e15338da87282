"""The model as published: anchors, scaling, and whom it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.pharmacology.compartments import Bolus, Infusion, modes_of, plasma_ng_per_ml
from reverie.science.pharmacology.models.kamp2020 import OutsideModel, model_of


def plasma(weight_kg: float, dose_mg: float, at_min: float, minutes: float = 40.0) -> float:
    """Plasma concentration in ng/mL under a steady infusion."""
    regimen = [Infusion(0.0, minutes, dose_mg / minutes)]
    return float(plasma_ng_per_ml(modes_of(model_of(weight_kg, 40.0)), regimen, [at_min])[0, 0])


def test_the_usual_infusion_ends_at_253_ng_per_ml() -> None:
    assert plasma(70.0, 35.0, 40.0) == pytest.approx(253.05, abs=0.01)
    assert plasma(100.0, 50.0, 40.0) == pytest.approx(267.8, abs=0.05)
    # 20 mg in 20 minutes: 227 ng/mL
    assert plasma(70.0, 20.0, 20.0, minutes=20.0) == pytest.approx(227.0, abs=0.5)


def test_a_bolus_of_10_mg_gives_263_ng_per_ml_after_two_minutes() -> None:
    found = plasma_ng_per_ml(modes_of(model_of(70.0, 40.0)), [Bolus(0.0, 10.0)], [2.0])[0, 0]
    assert found == pytest.approx(263.0, abs=0.5)


def test_after_the_pump_stops_half_is_gone_in_9_minutes_and_four_fifths_in_78() -> None:
    peak = plasma(70.0, 35.0, 40.0)
    assert plasma(70.0, 35.0, 48.7) / peak == pytest.approx(0.5, abs=0.005)
    assert plasma(70.0, 35.0, 118.0) / peak == pytest.approx(0.2, abs=0.005)


def test_the_slowest_mode_halves_in_184_minutes() -> None:
    slowest = modes_of(model_of(70.0, 40.0)).rate_per_min[0, 0]
    assert np.log(2.0) / slowest == pytest.approx(184.0, abs=0.5)


def test_volumes_scale_with_weight_and_flows_with_its_power() -> None:
    models = model_of(np.array([70.0, 140.0]), np.array([30.0, 80.0]))
    assert models.central_l == pytest.approx([25.0, 50.0])
    assert models.peripheral_l[1] == pytest.approx([112.0, 314.0])
    assert models.clearance_l_per_min * 60 == pytest.approx([84.0, 84.0 * 2**0.75])
    assert models.exchange_l_per_min[1] * 60 == pytest.approx([161.0 * 2**0.75, 79.0 * 2**0.75])


@pytest.mark.parametrize(
    ("weight_kg", "age_years", "words"),
    [
        (39.9, 40.0, "40 to 150 kg"),
        (150.1, 40.0, "40 to 150 kg"),
        (float("nan"), 40.0, "40 to 150 kg"),
        (70.0, 17.9, "18 to 90 years"),
        (70.0, 91.0, "18 to 90 years"),
        (np.array([70.0, 20.0]), np.array([30.0, 30.0]), "40 to 150 kg"),
    ],
)
def test_whom_it_was_not_made_for_it_refuses(
    weight_kg: float | np.ndarray, age_years: float | np.ndarray, words: str
) -> None:
    with pytest.raises(OutsideModel, match=words):
        model_of(weight_kg, age_years)


@pytest.mark.parametrize("weight_kg", [40.0, 150.0])
def test_the_ends_of_the_domain_are_inside(weight_kg: float) -> None:
    assert plasma(weight_kg, 0.5 * weight_kg, 40.0) > 200
