"""Whole sessions at once: the same model as one at a time, what happens in them, and what a monitor shows."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.simulation.artefacts import KINDS
from reverie.science.simulation.incidents import Incident
from reverie.science.simulation.monitor import Monitor
from reverie.science.simulation.patient import Kinetics, begin, step, vitals
from reverie.science.simulation.population import draw_patients, typical
from reverie.science.simulation.trace import Trace, run, usual_infusion

AT_S = np.arange(0.0, 1_200.0, 2.0)


def traced(seed: int = 1, count: int = 6, **how: object) -> Trace:
    """A trace of some patients with the usual infusion after five minutes."""
    rng = np.random.default_rng(seed)
    patients = draw_patients(rng, count)
    return run(patients, AT_S, usual_infusion(patients, AT_S, 300.0), rng, **how)  # type: ignore[arg-type]


def test_it_is_the_model_of_a_single_patient_step_by_step() -> None:
    patients, rng = typical(2), np.random.default_rng(7)
    trace = run(patients, AT_S, 0.9, np.random.default_rng(7))
    kinetics = Kinetics(patients)
    body = begin(patients, kinetics, rng)
    for i in range(len(AT_S)):
        assert np.array_equal(vitals(patients, body).sys_mmhg, trace.truth.sys_mmhg[i])
        assert np.array_equal(body.held.effect_ng_per_ml, trace.effect_ng_per_ml[i])
        body = step(kinetics, body, 0.9, 2.0, rng)


def test_the_same_seed_gives_the_same_sessions() -> None:
    one, same, other = traced(), traced(), traced(2)
    for field, again in zip(one.shown, same.shown, strict=True):
        assert np.array_equal(field, again, equal_nan=True)
    assert not np.array_equal(one.shown.hr, other.shown.hr)


def test_the_drug_runs_for_40_minutes_at_half_a_milligram_per_kilogram() -> None:
    patients, at_s = draw_patients(np.random.default_rng(1), 4), np.arange(0.0, 3_600.0)
    rates = usual_infusion(patients, at_s, 600.0)
    assert rates.sum(axis=0) / 60 == pytest.approx(0.5 * patients.weight_kg)
    assert np.all(rates[:600] == 0)
    assert np.all(rates[3_000:] == 0)


def test_the_cuff_keeps_its_cycle_and_the_rest_is_always_there() -> None:
    trace = traced(monitor=Monitor(first_cuff_s=10.0, cuff_every_s=240.0))
    done = np.flatnonzero(~np.isnan(trace.shown.nibp_sys).any(axis=1))
    assert AT_S[done].tolist() == [46.0, 286.0, 526.0, 766.0, 1_006.0]
    assert not any(np.isnan(field).any() for field in trace.shown[:6])
    assert not trace.silent.any()


def test_an_incident_happens_to_its_patient_alone() -> None:
    clean = traced()
    struck = traced(happening={2: [Incident("arrest", 400.0), Incident("link-loss", 100.0)], 4: []})
    assert np.all(struck.shown.hr[(AT_S > 406) & (AT_S < 580), 2] == 0)
    assert np.all(struck.shown.spo2[(AT_S > 410) & (AT_S < 580), 2] == 0)
    assert struck.silent[:, 2].sum() == 45
    others = [0, 1, 3, 4, 5]
    assert np.array_equal(struck.truth.hr_per_min[:, others], clean.truth.hr_per_min[:, others])
    assert not struck.silent[:, others].any()


def test_what_comes_with_an_incident_is_seen() -> None:
    trace = traced(happening={0: [Incident("probe-off", 100.0)], 1: [Incident("vomiting", 100.0)]})
    off = trace.shown.spo2[:, 0] == 0
    assert AT_S[off].tolist() == list(range(100, 190, 2))
    assert trace.shown.pi[(AT_S >= 100) & (AT_S < 140), 1] == pytest.approx(0.2)
    assert trace.shown.spo2[AT_S < 100].min() > 90


def test_artefacts_come_in_episodes_of_each_patient() -> None:
    trace = traced(count=40, artefacts=frozenset({"probe-off", "over-read"}))
    off = trace.shown.spo2 == 0
    # 52.5 of every 293.5 seconds, less at the beginning
    assert 0.08 < off.mean() < 0.22
    assert len(np.unique(off.argmax(axis=0))) > 20
    clean = traced(count=40)
    assert np.nanmean(trace.shown.nibp_sys) == pytest.approx(1.3 * np.nanmean(clean.shown.nibp_sys), rel=0.03)
    with pytest.raises(ValueError, match="no artefact gremlins"):
        traced(artefacts=frozenset({"gremlins"}))


def test_every_artefact_together_leaves_numbers_or_no_value() -> None:
    trace = traced(artefacts=frozenset(KINDS), recorded_gaps=True)
    for field in trace.shown:
        assert np.isfinite(field[~np.isnan(field)]).all()


def test_the_gaps_of_a_recording_take_the_place_of_the_cycle() -> None:
    rng, at_s = np.random.default_rng(3), np.arange(0.0, 240 * 60.0, 60.0)
    trace = run(typical(80), at_s, 0.0, rng, recorded_gaps=True)
    assert 0.10 < (trace.shown.spo2 == 0).mean() < 0.28
    readings = ~np.isnan(trace.shown.nibp_sys)
    assert 0.06 < readings.mean() < 0.11
    assert len(np.unique(readings.argmax(axis=0))) > 5


def test_a_single_moment_can_be_asked_for() -> None:
    trace = run(typical(3), np.array([0.0]), 0.0, np.random.default_rng(1))
    assert trace.truth.hr_per_min.shape == (1, 3)
