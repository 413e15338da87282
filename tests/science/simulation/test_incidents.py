"""Incidents: their courses, their severities, what a living and a dying patient can show, and their text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.simulation.artefacts import KINDS as ARTEFACTS
from reverie.science.simulation.incidents import (
    KINDS,
    SEVERITIES,
    Incident,
    disturbing,
    read_incident,
    silent,
    strike,
)
from reverie.science.simulation.population import typical
from reverie.science.simulation.vital_signs import Vitals

AT_S = np.arange(0.0, 3_000.0)
STILL = Vitals(*(np.full(AT_S.shape, value[0]) for value in typical().rest))
SCRIPTED = (
    "hypertension", "desaturation", "apnoea", "vagal", "arrest", "vomiting", "panic", "probe-off",
    "link-loss",
)  # fmt: skip


def course(kind: str, severity: float = 1.0, at_s: float = 100.0) -> Vitals:
    """What a patient without any unrest does."""
    return strike(STILL, [Incident(kind, at_s, severity)], AT_S)


def test_the_scripts_are_there() -> None:
    assert set(KINDS) == set(SCRIPTED)
    assert all(script.artefacts <= ARTEFACTS.keys() for script in KINDS.values())


@pytest.mark.parametrize("kind", SCRIPTED)
@pytest.mark.parametrize("severity", SEVERITIES.values())
def test_before_it_nothing_has_changed_and_after_it_nothing_is_left(kind: str, severity: float) -> None:
    lasts = max((one.lasts_s(severity) for one in KINDS[kind].changes), default=0.0)
    outside = (AT_S < 100) | (100 + lasts < AT_S)
    assert outside.any()
    for before, after in zip(STILL, course(kind, severity), strict=True):
        assert np.array_equal(before[outside], after[outside])


@pytest.mark.parametrize(
    ("kind", "field", "least", "most"),
    [
        ("hypertension", "sys_mmhg", 125, 180),
        ("hypertension", "dia_mmhg", 78, 108),
        ("desaturation", "spo2_percent", 84.5, 97.5),
        ("apnoea", "rr_per_min", 0, 14),
        ("apnoea", "spo2_percent", 86.5, 97.5),
        ("vagal", "hr_per_min", 55, 75),
        ("vagal", "sys_mmhg", 100, 125),
        ("arrest", "hr_per_min", 0, 75),
        ("arrest", "sys_mmhg", 0, 125),
        ("vomiting", "hr_per_min", 75, 97),
        ("panic", "rr_per_min", 14, 24),
    ],
)
def test_a_moderate_incident_goes_as_far_as_it_says(kind: str, field: str, least: float, most: float) -> None:
    seen = getattr(course(kind), field)
    assert (seen.min(), seen.max()) == pytest.approx((least, most))


def test_a_severe_one_goes_further_and_a_severe_apnoea_lasts_longer() -> None:
    mild, severe = (course("hypertension", SEVERITIES[one]).sys_mmhg.max() for one in ("mild", "severe"))
    assert (mild, severe) == pytest.approx((125 + 33, 125 + 82.5))
    no_breath = [int((course("apnoea", SEVERITIES[one]).rr_per_min == 0).sum()) for one in SEVERITIES]
    assert no_breath == pytest.approx([24, 40, 60], abs=2)


def test_saturation_follows_an_apnoea_and_carbon_dioxide_is_high_at_the_first_breath() -> None:
    seen = course("apnoea", at_s=0.0)
    assert seen.spo2_percent[30] == STILL.spo2_percent[30]
    assert seen.spo2_percent[60] < 90
    assert seen.etco2_mmhg[30] == 0
    assert seen.etco2_mmhg[50:60].max() > STILL.etco2_mmhg[0] + 5


def test_incidents_at_once_add_up_within_what_is_possible() -> None:
    together = strike(STILL, [Incident("hypertension", 0, 1.5), Incident("panic", 0, 1.5)] * 3, AT_S)
    assert together.sys_mmhg.max() <= 260
    assert together.hr_per_min.max() <= 250
    assert np.all(together.dia_mmhg <= together.sys_mmhg)


@given(
    st.lists(
        st.builds(
            Incident,
            st.sampled_from(sorted(KINDS)),
            st.floats(0, 2_500),
            st.sampled_from([*SEVERITIES.values()]),
        ),
        max_size=5,
    )
)
def test_whatever_happens_every_number_is_one_that_can_be(incidents: list[Incident]) -> None:
    seen = strike(STILL, incidents, AT_S)
    assert all(np.isfinite(field).all() and field.min() >= 0 for field in seen)
    assert seen.spo2_percent.max() <= 100
    moment = strike(typical().rest, incidents, 700.0)
    assert moment.sys_mmhg[0] == pytest.approx(seen.sys_mmhg[700])


def test_vomiting_moves_the_hand_a_fallen_probe_shows_nothing_and_a_lost_link_is_silent() -> None:
    vomiting, off, lost = Incident("vomiting", 10), Incident("probe-off", 10), Incident("link-loss", 10, 0.6)
    assert disturbing([vomiting, off], 9.9) == frozenset()
    assert disturbing([vomiting, off], 10.0) == {"motion", "talking", "probe-off"}
    assert disturbing([vomiting, off], 86.0) == {"probe-off"}
    assert np.flatnonzero(silent([vomiting, lost], AT_S)).tolist() == list(range(10, 64))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("desaturation@120", Incident("desaturation", 120.0, 1.0)),
        ("apnoea@0:severe", Incident("apnoea", 0.0, 1.5)),
        (" link-loss@99999:mild ", Incident("link-loss", 99_999.0, 0.6)),
    ],
)
def test_an_incident_is_read(text: str, read: Incident) -> None:
    assert read_incident(text) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gremlins@5", "no incident gremlins; there are hypertension"),
        ("", "no incident"),
        ("apnoea", "in seconds, such as apnoea@120"),
        ("apnoea@", "in seconds"),
        ("apnoea@-5", "in seconds"),
        ("apnoea@1e3", "in seconds"),
        ("apnoea@٣", "in seconds"),
        ("apnoea@100000", "in seconds"),
        ("apnoea@5:", "not empty"),
        ("apnoea@5:awful", "mild, moderate, severe, not awful"),
    ],
)
def test_what_is_no_incident_is_said_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_incident(text)
