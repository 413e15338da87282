"""Gaps against the recording that they were measured in: shares, lengths and intervals."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.simulation.gaps import draw_cuffs, draw_probe_off
from tests.scale import scale

SESSIONS = scale(test=400, soak=4_000)
STEPS, EVERY_S = 1_936, 60.0


def test_a_fifth_of_the_saturation_is_missing_in_few_long_runs() -> None:
    off = draw_probe_off(np.random.default_rng(1), STEPS, EVERY_S, SESSIONS)
    assert off.shape == (STEPS, SESSIONS)
    assert off.mean() == pytest.approx(0.188, abs=0.025)
    begins = np.count_nonzero(off[1:] & ~off[:-1]) / SESSIONS
    assert begins == pytest.approx(12.0, rel=0.15)


def test_cuff_intervals_are_as_recorded() -> None:
    done = draw_cuffs(np.random.default_rng(2), STEPS, EVERY_S, SESSIONS // 4)
    intervals = np.concatenate([np.diff(np.flatnonzero(column)) for column in done.T])
    assert np.median(intervals) == 10
    assert np.percentile(intervals, 90) == 15
    assert intervals.max() == 81
    # 152 readings in the 1,936 minutes: 92 % of the minutes hold none
    assert done.mean() == pytest.approx(152 / 1_936, rel=0.12)


def test_a_session_of_no_time_has_no_gaps() -> None:
    assert draw_probe_off(np.random.default_rng(1), 0, 1.0, 3).shape == (0, 3)
    assert draw_cuffs(np.random.default_rng(1), 0, 1.0, 3).shape == (0, 3)
