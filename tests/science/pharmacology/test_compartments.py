"""The exact solution against an oracle of 60 digits, and against what must hold of any linear model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reverie.science.pharmacology.compartments import (
    Bolus,
    Infusion,
    Mammillary,
    amounts_mg,
    effect_ng_per_ml,
    hold,
    modes_of,
    nothing_held,
    plasma_ng_per_ml,
    stride_of,
)
from tests.scale import scale
from tests.science.pharmacology.exact import exact

COMPLEX = (
    Bolus(0.0, 7.0), Infusion(0.0, 15.0, 0.58), Infusion(25.0, 45.0, 1.17), Infusion(45.0, 60.0, 0.35),
    Bolus(50.0, 5.0),
)  # fmt: skip
DOSE_MG = 7.0 + 5.0 + 15 * 0.58 + 20 * 1.17 + 15 * 0.35
TIMES = np.array([0.0, 1 / 60, 0.5, 5.0, 15.0, 20.0, 44.999, 50.0, 50.001, 61.0, 180.0, 1_440.0])


def model(volumes: list[float], clearance: float, exchange: list[float]) -> Mammillary:
    """One patient's model."""
    return Mammillary(
        np.array(volumes[:1]), np.array([clearance]), np.array([volumes[1:]]), np.array([exchange])
    )


def plain(regimen: tuple[Infusion | Bolus, ...]) -> list[tuple[float, float, float]]:
    """The regimen as the oracle takes it."""
    return [
        (one.at_min, one.at_min, float(one.dose_mg))  # type: ignore[arg-type]  # one number for all here
        if isinstance(one, Bolus)
        else (one.start_min, one.end_min, float(one.rate_mg_per_min))  # type: ignore[arg-type]
        for one in regimen
    ]


def flows() -> st.SearchStrategy[float]:
    """From next to nothing to more than the heart pumps."""
    return st.floats(-8.0, 1.0).map(lambda power: 10.0**power)


@settings(max_examples=scale(test=60, soak=2_000), deadline=None)
@given(
    st.lists(st.tuples(st.floats(1.0, 500.0), flows()), min_size=1, max_size=4),
    st.floats(1.0, 200.0),
    flows(),
    st.floats(0.01, 6.0),
    st.sampled_from([float(t) for t in TIMES]),
)
def test_every_model_gives_what_the_oracle_gives(
    peripherals: list[tuple[float, float]], central: float, clearance: float, ke0: float, at_min: float
) -> None:
    volumes, exchange = [central, *(one[0] for one in peripherals)], [one[1] for one in peripherals]
    modes = modes_of(model(volumes, clearance, exchange))
    truth = exact(volumes, clearance, exchange, ke0, plain(COMPLEX), at_min)
    # what is next to nothing beside the whole dose is known as well as that is
    least = 1e-13 * DOSE_MG
    plasma, effect = (
        plasma_ng_per_ml(modes, COMPLEX, [at_min])[0],
        effect_ng_per_ml(modes, ke0, COMPLEX, [at_min])[0],
    )
    assert plasma == pytest.approx(truth["plasma"], rel=1e-10, abs=1_000.0 * least / central)
    assert effect == pytest.approx(truth["effect"], rel=1e-10, abs=1_000.0 * least / central)
    assert amounts_mg(modes, COMPLEX, [at_min])[0, 0] == pytest.approx(
        truth["amounts"][:-1], rel=1e-10, abs=10 * least
    )


@pytest.mark.parametrize("apart", [0.0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
def test_an_effect_site_as_fast_as_a_mode_is_no_special_case(apart: float) -> None:
    volumes, clearance, exchange = [25.0, 56.0, 157.0], 1.4, [2.68, 1.32]
    modes = modes_of(model(volumes, clearance, exchange))
    for rate in modes.rate_per_min[0]:
        ke0 = float(rate * (1.0 + apart))
        for at_min in (0.01, 3.0, 40.0, 300.0):
            truth = exact(volumes, clearance, exchange, ke0, plain(COMPLEX), at_min)
            effect = effect_ng_per_ml(modes, ke0, COMPLEX, [at_min])[0]
            assert effect == pytest.approx(truth["effect"], rel=1e-11)


@pytest.mark.parametrize("apart", [0.0, 1e-14, 1e-8, 1e-4])
def test_two_peripherals_that_are_the_same_or_nearly_so_are_no_special_case(apart: float) -> None:
    volumes, exchange = [10.0, 50.0, 50.0 * (1.0 + apart)], [1.5, 1.5]
    modes = modes_of(model(volumes, 1.2, exchange))
    for at_min in (0.1, 10.0, 50.001, 600.0):
        truth = exact(volumes, 1.2, exchange, 0.4, plain(COMPLEX), at_min)
        assert plasma_ng_per_ml(modes, COMPLEX, [at_min])[0] == pytest.approx(truth["plasma"], rel=1e-12)


def many(count: int, seed: int = 3) -> Mammillary:
    """Many different patients."""
    rng = np.random.default_rng(seed)
    return Mammillary(
        rng.uniform(5, 60, count), rng.uniform(0.3, 3, count), rng.uniform(20, 300, (count, 2)),
        rng.uniform(0.1, 4, (count, 2)),
    )  # fmt: skip


def test_many_patients_at_once_are_each_patient_alone() -> None:
    models, rates = many(7), np.linspace(0.2, 1.4, 7)
    regimen = (Infusion(0.0, 40.0, rates), Bolus(10.0, 3.0 * rates))
    together = plasma_ng_per_ml(modes_of(models), regimen, TIMES)
    effects = effect_ng_per_ml(modes_of(models), np.linspace(0.1, 3, 7), regimen, TIMES)
    for i in range(7):
        alone = Mammillary(*(field[i : i + 1] for field in (
            models.central_l, models.clearance_l_per_min, models.peripheral_l, models.exchange_l_per_min
        )))  # fmt: skip
        own = (Infusion(0.0, 40.0, rates[i]), Bolus(10.0, 3.0 * rates[i]))
        assert np.allclose(plasma_ng_per_ml(modes_of(alone), own, TIMES)[0], together[i], rtol=1e-12, atol=0)
        ke0 = np.linspace(0.1, 3, 7)[i]
        assert np.allclose(effect_ng_per_ml(modes_of(alone), ke0, own, TIMES)[0], effects[i], rtol=1e-12)


def test_what_went_in_is_held_or_was_cleared() -> None:
    models = many(20)
    modes = modes_of(models)
    # what is cleared is clearance times the area under the curve; Gauss's points are exact for these spans
    nodes, weights = np.polynomial.legendre.leggauss(40)
    edges = [0.0, 5.0, 15.0, 25.0, 45.0, 50.0, 60.0, 90.0]
    cleared = np.zeros(20)
    for start, end in pairwise(edges):
        half = (end - start) / 2
        plasma = plasma_ng_per_ml(modes, COMPLEX, start + half * (nodes + 1.0))
        cleared += models.clearance_l_per_min * (plasma @ weights) * half / 1_000.0
    held = amounts_mg(modes, COMPLEX, [90.0]).sum(axis=(1, 2))
    assert np.allclose(held + cleared, DOSE_MG, rtol=1e-11)
    later = amounts_mg(modes, COMPLEX, [20_000.0]).sum(axis=(1, 2))
    assert np.all(later < 1e-3 * DOSE_MG)
    assert np.all(amounts_mg(modes, COMPLEX, TIMES) > -1e-12)


@given(st.floats(0.01, 100.0), st.floats(0.0, 500.0))
def test_twice_the_dose_is_twice_the_concentration_and_a_later_one_only_later(
    by: float, shift: float
) -> None:
    modes = modes_of(many(3))
    once = plasma_ng_per_ml(modes, COMPLEX, TIMES)
    scaled = [
        one._replace(dose_mg=by * np.asarray(one.dose_mg))
        if isinstance(one, Bolus)
        else one._replace(rate_mg_per_min=by * np.asarray(one.rate_mg_per_min))
        for one in COMPLEX
    ]
    assert np.allclose(plasma_ng_per_ml(modes, scaled, TIMES), by * once, rtol=1e-12)
    shifted = [
        one._replace(at_min=one.at_min + shift)
        if isinstance(one, Bolus)
        else one._replace(start_min=one.start_min + shift, end_min=one.end_min + shift)
        for one in COMPLEX
    ]
    assume(np.all((TIMES[1:] + shift) - shift == TIMES[1:]))
    assert np.allclose(plasma_ng_per_ml(modes, shifted, TIMES + shift), once, rtol=1e-9, atol=1e-9)


def test_doses_add_up_and_cutting_an_infusion_in_two_changes_nothing() -> None:
    modes = modes_of(many(5))
    for solve in (
        lambda given: plasma_ng_per_ml(modes, given, TIMES),
        lambda given: effect_ng_per_ml(modes, 0.4, given, TIMES),
    ):
        assert np.allclose(sum(solve([one]) for one in COMPLEX), solve(COMPLEX), rtol=1e-12)
        whole = solve([Infusion(0.0, 40.0, 0.9)])
        parts = solve([Infusion(0.0, 7.3, 0.9), Infusion(7.3, 7.3, 0.9), Infusion(7.3, 40.0, 0.9)])
        assert np.allclose(parts, whole, rtol=1e-11)


@settings(max_examples=scale(test=40, soak=2_000), deadline=None)
@given(st.lists(st.tuples(st.floats(0.001, 30.0), st.floats(0.0, 3.0)), min_size=1, max_size=12))
def test_stepping_along_a_pump_is_as_exact_as_solving_it_whole(steps: list[tuple[float, float]]) -> None:
    modes, ke0 = modes_of(many(3)), np.array([0.3, 0.4, 2.0])
    held, at_min, regimen = nothing_held(modes), 0.0, []
    for minutes, rate in steps:
        held = hold(stride_of(modes, ke0, minutes), held, rate)
        regimen.append(Infusion(at_min, at_min + minutes, rate))
        at_min += minutes
    plasma = plasma_ng_per_ml(modes, regimen, [at_min])[:, 0]
    effect = effect_ng_per_ml(modes, ke0, regimen, [at_min])[:, 0]
    assert np.allclose(1_000.0 * held.modes_mg_per_l.sum(axis=1), plasma, rtol=1e-10, atol=1e-12)
    assert np.allclose(held.effect_ng_per_ml, effect, rtol=1e-10, atol=1e-12)


def test_without_clearance_nothing_is_lost() -> None:
    closed = modes_of(model([25.0, 56.0, 157.0], 0.0, [2.7, 1.3]))
    assert amounts_mg(closed, COMPLEX, [5_000.0]).sum() == pytest.approx(49.35)
    spread = plasma_ng_per_ml(closed, COMPLEX, [5_000.0])[0, 0]
    assert spread == pytest.approx(1_000.0 * 49.35 / 238.0)
    assert effect_ng_per_ml(closed, 0.4, COMPLEX, [5_000.0])[0, 0] == pytest.approx(spread)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (([0.0], [1.0], [[5.0]], [[1.0]]), "volumes are positive"),
        (([5.0], [1.0], [[float("nan")]], [[1.0]]), "volumes are positive"),
        (([5.0], [-1.0], [[5.0]], [[1.0]]), "never negative"),
        (([5.0], [1.0], [[5.0]], [[-1.0]]), "never negative"),
        (([5.0, 6.0], [1.0], [[5.0]], [[1.0]]), "one central volume and one clearance"),
        (([5.0], [1.0], [[5.0], [6.0]], [[1.0], [1.0]]), "a row of peripheral volumes"),
        (([5.0], [1.0], [[5.0]], [[1.0, 2.0]]), "needs its exchange"),
    ],
)
def test_a_model_that_cannot_be_is_refused(fields: tuple[list[float], ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Mammillary(*(np.array(field) for field in fields))


def test_an_infusion_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        plasma_ng_per_ml(modes_of(many(1)), [Infusion(5.0, 4.0, 1.0)], [1.0])
