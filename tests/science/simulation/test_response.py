"""The answer to a concentration: none to none, more to more, ever less more, and a source for each."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.simulation.population import typical
from reverie.science.simulation.response import ANSWERS, answer, change
from reverie.science.simulation.vital_signs import SIGNS


def test_every_sign_answers_and_names_its_source() -> None:
    assert set(ANSWERS) == set(SIGNS)
    for one in ANSWERS.values():
        assert one.source.citation
        assert one.source.status in ("published", "derived", "assumed")


@pytest.mark.parametrize("sign", SIGNS)
def test_the_answer_is_half_its_greatest_at_the_ec50_and_bends(sign: str) -> None:
    one = ANSWERS[sign]
    concentration = np.array([0.0, one.ec50_ng_per_ml, 1e9])
    assert change(sign, concentration) == pytest.approx([0.0, one.greatest / 2, one.greatest])
    steps = np.abs(np.diff(change(sign, np.linspace(0, 2_000, 50))))
    assert np.all(np.diff(steps) < 0)


def test_without_drug_the_patient_is_as_at_rest() -> None:
    patients = typical(3)
    assert np.array_equal(np.array(answer(patients, np.zeros(3))), np.array(patients.rest))


def test_at_the_usual_peak_pressure_and_pulse_rise_and_breathing_hardly_changes() -> None:
    patients = typical()
    seen = answer(patients, np.array([240.0]))
    risen = {name: float(getattr(seen, name)[0] - getattr(patients.rest, name)[0]) for name in seen._fields}
    assert 2 < risen["sys_mmhg"] < 8
    assert 1.5 < risen["dia_mmhg"] < 6
    assert 0.5 < risen["hr_per_min"] < 4
    assert -1.0 < risen["rr_per_min"] < 0
    assert -0.6 < risen["spo2_percent"] < 0
    assert 0 < risen["etco2_mmhg"] < 1
    assert risen["temp_cel"] == 0
