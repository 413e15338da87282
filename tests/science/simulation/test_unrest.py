"""Signs at rest against recorded numerics: how much they change in a minute, and no trend."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.simulation.unrest import UNREST, Wander, begin, wander
from reverie.science.simulation.vital_signs import SIGNS, Floats
from tests.scale import scale

PATIENTS = scale(test=150, soak=2_000)


def course(seconds: float, steps: int, count: int = PATIENTS, seed: int = 4) -> Floats:
    """What is added to each sign (steps, 6, n)."""
    rng = np.random.default_rng(seed)
    now: Wander = begin(count, rng)
    found = []
    for _ in range(steps):
        found.append(now.change)
        now = wander(now, seconds, rng)
    return np.array(found)


@pytest.mark.parametrize("seconds", [60.0, 10.0])
def test_one_minute_differences_have_the_size_seen_in_recordings(seconds: float) -> None:
    changes = course(seconds, round(4_800 / seconds))[:: round(60 / seconds)]
    # median and 95th percentile of |Δ| over a minute
    recorded = {"hr": (1.0, 5.8), "rr": (1.2, 4.8), "spo2": (0.2, 0.9)}
    for sign, (middle, high) in recorded.items():
        differences = np.abs(np.diff(changes[:, SIGNS.index(sign)], axis=0))
        assert np.median(differences) == pytest.approx(middle, rel=0.15), sign
        assert np.percentile(differences, 95) == pytest.approx(high, rel=0.15), sign


def test_unrest_moves_nothing_in_the_long_run() -> None:
    changes = course(30.0, 300)[100:]
    for place, sign in enumerate(SIGNS):
        own = UNREST[sign]
        assert abs(changes[:, place].mean()) < 0.1 * own.drift_sd + 0.05
        # a drift, a flutter and shots of an exponential size that fade
        stirs = own.stir**2 * own.stir_per_h / 3_600.0 * own.stir_lag_s
        spread = np.sqrt(own.drift_sd**2 + own.flutter_sd**2 + stirs)
        assert changes[:, place].std() == pytest.approx(spread, rel=0.1)


def test_the_same_seed_wanders_the_same_way() -> None:
    assert np.array_equal(course(5.0, 20, 3), course(5.0, 20, 3))
    assert not np.array_equal(course(5.0, 20, 3), course(5.0, 20, 3, seed=5))
