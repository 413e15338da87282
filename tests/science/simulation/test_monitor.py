"""The simulated monitor: its rounding, its cuff and its errors against recordings, its own alarms."""

from __future__ import annotations

import numpy as np
import pytest

from reverie.science.simulation.artefacts import Shown
from reverie.science.simulation.monitor import ALWAYS, APNOEA, ASYSTOLE, NEVER, Monitor, OwnAlarms, look
from reverie.science.simulation.population import typical
from reverie.science.simulation.vital_signs import Vitals

MANY = 60_000
REST = typical(MANY).rest


def test_steady_numbers_are_whole_and_those_of_the_patient() -> None:
    shown = look(REST, np.zeros(MANY, dtype=np.bool_), np.random.default_rng(1))
    assert np.all(shown.hr == 75)
    assert np.all(shown.spo2 == 98)
    assert np.all(shown.pi == 4.0)
    assert np.all(shown.pr == np.round(shown.pr))
    assert np.all(np.isnan(shown.nibp_sys))


def test_pulse_and_heart_rate_differ_as_in_recordings() -> None:
    rng = np.random.default_rng(2)
    # a recording has tenths; here the pulse is rounded, so the heart rate is anywhere within one
    truth = REST._replace(hr_per_min=70.0 + rng.uniform(0, 10, MANY))
    shown = look(truth, np.zeros(MANY, dtype=np.bool_), rng)
    apart = np.abs(shown.pr - truth.hr_per_min)
    assert np.median(apart) == pytest.approx(0.6, rel=0.15)
    assert np.percentile(apart, 95) == pytest.approx(3.1, rel=0.15)


def test_a_cuff_reads_with_its_error_and_keeps_a_pulse_pressure() -> None:
    shown = look(REST, np.ones(MANY, dtype=np.bool_), np.random.default_rng(3))
    assert shown.nibp_sys.mean() == pytest.approx(125, abs=0.2)
    assert shown.nibp_dia.mean() == pytest.approx(78, abs=0.2)
    assert np.all(shown.nibp_sys - shown.nibp_dia >= 12)
    assert np.all(shown.nibp_sys == np.round(shown.nibp_sys))


def test_the_cuff_keeps_its_cycle() -> None:
    monitor = Monitor(first_cuff_s=20, cuff_every_s=300)
    ended = [monitor.measured(t - 1.0, float(t)) for t in range(1, 1_000)]
    assert [one for one in ended if one is not None] == [55.0, 355.0, 655.0, 955.0]
    assert [monitor.inflating(t) for t in (19.9, 20.0, 54.9, 55.0, 320.0)] == [False, True, True, False, True]
    with pytest.raises(ValueError, match="before the next"):
        Monitor(cuff_every_s=30)


@pytest.mark.parametrize("gone", [{"hr_per_min": 0.0}, {"sys_mmhg": 30.0}])
def test_without_a_pulse_there_is_no_saturation_and_no_pressure(gone: dict[str, float]) -> None:
    truth = typical().rest._replace(**{name: np.array([value]) for name, value in gone.items()})
    shown = look(truth, ALWAYS, np.random.default_rng(1))
    assert (shown.spo2[0], shown.pr[0], shown.pi[0]) == (0, 0, 0)
    assert np.isnan(shown.nibp_sys[0])
    assert np.isnan(shown.nibp_dia[0])


def shown_at(hr: float, rr: float) -> Shown:
    """What a monitor shows of a patient with this heart and breathing rate."""
    truth: Vitals = typical().rest._replace(hr_per_min=np.array([hr]), rr_per_min=np.array([rr]))
    return look(truth, NEVER, np.random.default_rng(1))


def test_the_monitor_calls_asystole_after_4_seconds_and_apnoea_after_20() -> None:
    own = OwnAlarms()
    assert own.sounding(shown_at(0, 14), 10.0) == ()
    assert own.sounding(shown_at(0, 0), 13.9) == ()
    assert own.sounding(shown_at(0, 0), 14.0) == (ASYSTOLE,)
    assert own.sounding(shown_at(0, 0), 33.9) == (ASYSTOLE, APNOEA)
    assert own.sounding(shown_at(60, 0), 34.0) == (APNOEA,)
    assert own.sounding(shown_at(60, 9), 35.0) == ()
    assert own.sounding(shown_at(60, 0), 36.0) == ()
