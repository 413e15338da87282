"""The calibration: what a study would report of many simulated sessions, against what studies reported.

Both statistics hold together: the mean of each session's greatest change while the drug runs, read every ten
minutes by a cuff with its error, and the mean change of all sessions at 30 minutes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from reverie.science.simulation.measured import (
    Changes,
    changes,
    mean_at,
    mean_of_maxima,
    peak_minute,
    severe_part,
)
from reverie.science.simulation.monitor import Monitor
from reverie.science.simulation.population import draw_patients, typical
from reverie.science.simulation.trace import run, usual_infusion
from tests.scale import scale
from tests.soak import figure

SESSIONS, BATCH = 2_000, 250
EVERY_S = float(scale(test=20, soak=1))
COHORTS = scale(test=1, soak=10)
SEED = 1
WHOLE = tuple(range(5, 91, 5))
CHARTED = (10, 20, 30, 40)
# readings every five minutes from twenty minutes before the infusion, one as it begins
CUFF = Monitor(first_cuff_s=-1_235.0, cuff_every_s=300.0)


@cache
def sessions(seed: int = SEED, every_s: float = EVERY_S) -> Changes:
    """2,000 sessions of 0.5 mg/kg over 40 minutes, a reading every 5 minutes for 90."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(SESSIONS // BATCH):
        patients = draw_patients(rng, BATCH)
        at_s = np.arange(-1_200.0, 5_401.0, every_s)
        trace = run(patients, at_s, usual_infusion(patients, at_s, 0.0), rng, monitor=CUFF)
        parts.append(changes(trace, 0.0, WHOLE))
    return Changes(
        parts[0].minutes, *(np.concatenate(field, axis=1) for field in list(zip(*parts, strict=True))[1:])
    )


def at(whole: Changes, minutes: tuple[int, ...] = CHARTED) -> Changes:
    """Some minutes of it."""
    rows = np.flatnonzero(np.isin(whole.minutes, minutes))
    return Changes(*(field[rows] for field in whole))


def found(minutes: tuple[int, ...] = CHARTED) -> Changes:
    """The changes of the 2,000 sessions at these minutes."""
    return at(sessions(), minutes)


def test_the_mean_of_per_session_maxima_lies_within_the_published_intervals() -> None:
    # Vankawala 2021: SBP 12.61 (10.40-14.82), DBP 8.49 (6.89-10.09), HR 4.09 (0.55-7.63)
    seen = found()
    sys, dia, hr = (mean_of_maxima(one) for one in (seen.sys_change, seen.dia_change, seen.hr_change))
    what = f"{SESSIONS:,} sessions, mean of per-session maximum change, cuff every 10 min during the infusion"
    figure(f"simulation: {what}", f"SBP +{sys:.1f} mmHg, DBP +{dia:.1f} mmHg, HR +{hr:.1f} /min")
    assert 10.40 <= sys <= 14.82
    assert 6.89 <= dia <= 10.09
    assert 0.6 <= hr <= 7.6


def test_the_mean_at_30_minutes_lies_between_3_and_8() -> None:
    seen = found()
    sys, dia = (mean_at(seen, one, 30) for one in (seen.sys_change, seen.dia_change))
    figure(
        f"simulation: {SESSIONS:,} sessions, mean change at 30 min", f"SBP +{sys:.1f}, DBP +{dia:.1f} mmHg"
    )
    assert 3.0 <= sys <= 8.0
    assert 3.0 <= dia <= 8.0


def test_the_mean_course_peaks_at_30_to_45_minutes_and_has_come_back_by_90() -> None:
    seen = found(WHOLE)
    peaks = [peak_minute(seen, one) for one in (seen.sys_change, seen.dia_change)]
    last = [mean_at(seen, one, 90) for one in (seen.sys_change, seen.dia_change)]
    said = f"SBP {peaks[0]:.0f} min, DBP {peaks[1]:.0f} min; at 90 min +{last[0]:.1f}/+{last[1]:.1f} mmHg"
    figure(f"simulation: {SESSIONS:,} sessions, peak of the mean course", said)
    assert all(30 <= peak <= 45 for peak in peaks)
    assert all(abs(one) < 2.5 for one in last)


def test_other_cohorts_agree() -> None:
    # the bounds are for 2,000 sessions; that they were not met by a lucky seed shows in the mean of more
    cohorts = [at(sessions(seed, 20.0)) for seed in range(SEED, SEED + COHORTS)]
    maxima = np.mean(
        [[mean_of_maxima(one.sys_change), mean_of_maxima(one.dia_change)] for one in cohorts], axis=0
    )
    half = np.mean(
        [[mean_at(one, one.sys_change, 30), mean_at(one, one.dia_change, 30)] for one in cohorts], axis=0
    )
    severe = float(np.mean([severe_part(one) for one in cohorts]))
    what = f"{COHORTS} × {SESSIONS:,} sessions: maxima, at 30 min, severe"
    said = " ".join(f"+{one[0]:.1f}/+{one[1]:.1f} mmHg" for one in (maxima, half))
    figure(f"simulation: {what}", f"{said} {100 * severe:.2f} %")
    assert maxima == pytest.approx([12.9, 9.3], abs=0.8)
    assert half == pytest.approx([4.6, 3.4], abs=0.8)
    assert 0.006 <= severe <= 0.014


def test_severe_hypertension_comes_in_about_one_session_of_a_hundred() -> None:
    # Yale 2024: 0.98 % of infusions, charted every ten minutes; its abstract names no repeat
    charted = severe_part(found())
    repeated = severe_part(found(tuple(range(5, 46, 5))), confirmed=True)
    said = f"{100 * charted:.2f} %; twice in a row, 5 min apart: {100 * repeated:.2f} %"
    figure(f"simulation: {SESSIONS:,} sessions with a charted reading ≥ 180 or ≥ 110 mmHg", said)
    assert 0.005 <= charted <= 0.015
    assert 0.002 <= repeated <= 0.015


def test_the_changes_spread_as_published() -> None:
    # Yale 2024: at 40 minutes SD 11.2 and 8.45 mmHg
    seen = found()
    assert 9.0 <= seen.sys_change[3].std() <= 14.0
    assert 6.5 <= seen.dia_change[3].std() <= 10.5


def test_cuff_readings_ten_minutes_apart_differ_as_in_recordings() -> None:
    at_s = np.arange(0.0, 7_200.0, 5.0)
    trace = run(
        typical(SESSIONS // 3), at_s, 0.0, np.random.default_rng(3), monitor=Monitor(cuff_every_s=600)
    )
    recorded = {"nibp_sys": (7.0, 23.5), "nibp_dia": (6.0, 15.5)}
    for name, (middle, high) in recorded.items():
        all_of_it = getattr(trace.shown, name)
        readings = all_of_it[~np.isnan(all_of_it).any(axis=1)]
        differences = np.abs(np.diff(readings, axis=0))
        # whole numbers: the middle is read between them
        below = (differences < round(middle)).mean()
        assert below < 0.55
        assert np.median(differences) == pytest.approx(middle, abs=1.0)
        assert np.percentile(differences, 95) == pytest.approx(high, rel=0.15)


def test_a_baseline_needs_two_readings() -> None:
    at_s = np.arange(0.0, 600.0, 5.0)
    trace = run(typical(2), at_s, 0.0, np.random.default_rng(1))
    with pytest.raises(ValueError, match="two cuff readings"):
        changes(trace, 60.0)


def test_the_statistics_are_what_they_are_called() -> None:
    change = np.array([[1.0, 5.0, -2.0], [4.0, 2.0, -1.0], [3.0, 9.0, np.nan]])
    pressure = np.array([[170.0, 180.0, 120.0], [170.0, 185.0, 120.0], [170.0, 170.0, 181.0]])
    seen = Changes(np.array([10.0, 20.0, 30.0]), change, change, change, pressure, pressure * 0.5)
    assert mean_of_maxima(change) == pytest.approx((4 + 9 - 1) / 3)
    assert mean_at(seen, change, 20) == pytest.approx(5 / 3)
    assert peak_minute(seen, change) == 30
    assert severe_part(seen) == pytest.approx(2 / 3)
    assert severe_part(seen, confirmed=True) == pytest.approx(1 / 3)
    diastolic = Changes(seen.minutes, change, change, change, pressure * 0.5, pressure * 0.62)
    assert severe_part(diastolic) == pytest.approx(2 / 3)
