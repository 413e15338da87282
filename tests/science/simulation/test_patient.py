"""The simulated patient against the published changes, and against itself."""

from __future__ import annotations

from random import Random
from statistics import mean, median, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.simulation.monitor import CUFF_ERROR_DIA_MMHG, CUFF_ERROR_SYS_MMHG
from reverie.science.simulation.patient import (
    REFERENCE_MG_PER_KG_PER_MIN,
    STANDARD,
    Body,
    Patient,
    Vitals,
    begin,
    draw_patient,
    step,
    vitals,
)
from tests.scale import scale

SESSIONS = scale(test=200, soak=2_000)
MINUTES = range(-5, 91)


def cuff(seen: Vitals, rng: Random) -> tuple[float, float, float]:
    """Systolic and diastolic as a cuff reads them, and the heart rate."""
    sys_mmhg = seen.sys_mmhg + rng.gauss(0.0, CUFF_ERROR_SYS_MMHG)
    return sys_mmhg, seen.dia_mmhg + rng.gauss(0.0, CUFF_ERROR_DIA_MMHG), seen.hr_per_min


def session(seed: int) -> dict[int, tuple[float, float, float]]:
    """What was measured each minute of a session of 0.5 mg/kg over 40 minutes."""
    rng = Random(seed)
    patient = draw_patient(rng)
    body = begin(rng)
    measured = {}
    for minute in MINUTES:
        measured[minute] = cuff(vitals(patient, body), rng)
        running = 0 <= minute < 40
        rate = REFERENCE_MG_PER_KG_PER_MIN * patient.weight_kg if running else 0.0
        for _ in range(12):
            body = step(patient, body, rate, 5.0, rng)
    return measured


@pytest.fixture(scope="module")
def sessions() -> list[dict[int, tuple[float, float, float]]]:
    """Many seeded sessions, the same in every run."""
    return [session(seed) for seed in range(SESSIONS)]


def rise(sessions: list[dict[int, tuple[float, float, float]]], minute: int, sign: int) -> float:
    """The mean change of a sign since before the infusion."""
    return mean(one[minute][sign] - mean(one[early][sign] for early in range(-5, 1)) for one in sessions)


def test_the_rise_lies_within_the_published_confidence_intervals(
    sessions: list[dict[int, tuple[float, float, float]]],
) -> None:
    # Vankawala 2021: SBP 12.61 (10.40-14.82), DBP 8.49 (6.89-10.09), HR 4.09 (0.55-7.63)
    peak = range(35, 41)
    assert 10.40 <= mean(rise(sessions, minute, 0) for minute in peak) <= 14.82
    assert 6.89 <= mean(rise(sessions, minute, 1) for minute in peak) <= 10.09
    assert 0.55 <= mean(rise(sessions, minute, 2) for minute in peak) <= 7.63


def test_the_peak_falls_at_30_to_40_minutes_and_has_gone_by_90(
    sessions: list[dict[int, tuple[float, float, float]]],
) -> None:
    course = {minute: mean(rise(sessions, minute + i, 0) for i in (-1, 0, 1)) for minute in range(1, 90)}
    assert 30 <= max(course, key=lambda minute: course[minute]) <= 41
    assert course[10] > 4.0
    assert abs(course[89]) < 2.0


def test_the_changes_spread_as_published(sessions: list[dict[int, tuple[float, float, float]]]) -> None:
    # Yale 2024: at 40 minutes SD 11.2 and 8.45 mmHg between infusions, measured once each
    change = [[one[40][sign] - one[-1][sign] for one in sessions] for sign in (0, 1)]
    assert 9.0 <= stdev(change[0]) <= 13.5
    assert 7.0 <= stdev(change[1]) <= 10.5


def resting_differences(sign: str, seconds: int, count: int) -> list[float]:
    """Absolute differences over `seconds` in patients at rest."""
    rng = Random(7)
    found = []
    for _ in range(count):
        patient, body = draw_patient(rng), begin(rng)
        last = getattr(vitals(patient, body), sign)
        for _ in range(30):
            for _ in range(seconds // 5):
                body = step(patient, body, 0.0, 5.0, rng)
            now = getattr(vitals(patient, body), sign)
            found.append(abs(now - last))
            last = now
    return found


@pytest.mark.parametrize(
    ("sign", "middle", "high"),
    [("hr_per_min", 1.0, 5.8), ("rr_per_min", 1.2, 4.8), ("spo2_percent", 0.2, 0.9)],
)
def test_one_minute_differences_have_the_size_seen_in_recordings(
    sign: str, middle: float, high: float
) -> None:
    found = sorted(resting_differences(sign, 60, 60))
    assert middle * 0.6 <= median(found) <= middle * 1.6
    assert high * 0.6 <= found[int(len(found) * 0.95)] <= high * 1.6


def test_cuff_readings_ten_minutes_apart_differ_as_in_recordings() -> None:
    rng = Random(3)
    differences: list[list[float]] = [[], []]
    for _ in range(60):
        patient, body = draw_patient(rng), begin(rng)
        last = cuff(vitals(patient, body), rng)
        for _ in range(10):
            for _ in range(10):
                body = step(patient, body, 0.0, 60.0, rng)
            now = cuff(vitals(patient, body), rng)
            for sign in (0, 1):
                differences[sign].append(abs(now[sign] - last[sign]))
            last = now
    assert 5.5 <= median(differences[0]) <= 8.5  # recordings: 7
    assert 4.7 <= median(differences[1]) <= 7.3  # recordings: 6


def test_the_same_seed_gives_the_same_session_and_another_seed_another() -> None:
    assert session(11) == session(11)
    assert session(11) != session(12)


def test_the_effect_does_not_depend_on_the_length_of_a_step() -> None:
    still = Body(0.0, (0.0,) * 6, (0.0,) * 6)
    rate = REFERENCE_MG_PER_KG_PER_MIN * STANDARD.weight_kg
    fine = coarse = still
    for _ in range(2_400):
        fine = step(STANDARD, fine, rate, 1.0, Random(1))
    coarse = step(STANDARD, coarse, rate, 2_400.0, Random(1))
    assert fine.effect == pytest.approx(1.0)
    assert coarse.effect == pytest.approx(1.0)


def test_more_drug_gives_more_but_ever_less_more() -> None:
    def pressure(effect: float) -> float:
        return vitals(STANDARD, begin(Random(1))._replace(effect=effect)).sys_mmhg

    assert pressure(1.0) - pressure(0.0) == pytest.approx(STANDARD.rise_sys_mmhg)
    assert pressure(1.0) - pressure(0.0) > pressure(2.0) - pressure(1.0) > pressure(3.0) - pressure(2.0) > 0


@settings(max_examples=scale(test=100, soak=5_000), deadline=None)
@given(
    st.integers(0, 2**32), st.floats(0.0, 200.0), st.floats(1.0, 7_200.0), st.floats(30.0, 250.0) | st.none()
)
def test_no_patient_ever_leaves_what_a_living_patient_can_show(
    seed: int, mg_per_min: float, seconds: float, weight_kg: float | None
) -> None:
    rng = Random(seed)
    patient: Patient = draw_patient(rng, weight_kg)
    seen = vitals(patient, step(patient, begin(rng), mg_per_min, seconds, rng))
    assert 20 <= seen.hr_per_min <= 250
    assert 50 <= seen.sys_mmhg <= 260
    assert 20 <= seen.dia_mmhg <= seen.sys_mmhg - 10
    assert 0 < seen.rr_per_min <= 70
    assert 50 <= seen.spo2_percent <= 100
    assert 0 <= seen.etco2_mmhg <= 100
