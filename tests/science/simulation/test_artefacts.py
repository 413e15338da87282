"""Artefacts: each disturbs its own numbers where it acts, in episodes that can be repeated."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from reverie.science.simulation.artefacts import KINDS, NO_VALUE_NUMBERS, Episodes, Shown, disturb
from reverie.science.simulation.monitor import look
from reverie.science.simulation.population import typical

SHAPE = 400
CLEAN = look(typical(SHAPE).rest, np.ones(SHAPE, dtype=np.bool_), np.random.default_rng(1))
HERE = np.arange(SHAPE) % 2 == 0


def disturbed(name: str, *, inflating: bool = True) -> Shown:
    """The numbers with one artefact on every other patient."""
    return disturb(CLEAN, {name: HERE}, np.full(SHAPE, inflating), np.random.default_rng(2))


TOUCHED = {
    "probe-off": {"spo2", "pr", "pi"},
    "motion": {"spo2", "pr", "pi"},
    "cuff-limb": {"spo2", "pr", "pi"},
    "leads-off": {"hr"},
    "off-nose": {"etco2", "rr"},
    "talking": {"etco2", "rr"},
    "over-read": {"nibp_sys", "nibp_dia"},
    "sentinel": {"hr", "pr", "spo2"},
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_artefact_changes_its_own_numbers_where_it_acts_and_no_others(name: str) -> None:
    touched = TOUCHED.get(name, set())
    for field, before, after in zip(CLEAN._fields, CLEAN, disturbed(name), strict=True):
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        assert np.all(same[~HERE])
        assert (np.count_nonzero(~same[HERE]) > 0.8 * HERE.sum()) == (field in touched), field


def test_a_probe_or_line_that_is_off_shows_nought_and_a_lead_nothing() -> None:
    assert np.all(disturbed("probe-off").spo2[HERE] == 0)
    assert np.all(disturbed("probe-off").pr[HERE] == 0)
    assert np.all(disturbed("off-nose").etco2[HERE] == 0)
    assert np.all(np.isnan(disturbed("off-nose").rr[HERE]))
    assert np.all(np.isnan(disturbed("leads-off").hr[HERE]))


def test_motion_lowers_the_saturation_and_halves_or_doubles_the_pulse() -> None:
    seen = disturbed("motion")
    lower = (CLEAN.spo2 - seen.spo2)[HERE]
    assert (lower.min(), lower.max()) == (5, 20)
    ratio = (seen.pr / CLEAN.pr)[HERE]
    assert np.all((np.abs(ratio - 0.5) < 0.02) | (ratio == 2.0))


def test_sentinels_are_no_numbers_of_a_patient() -> None:
    assert set(np.unique(disturbed("sentinel").spo2[HERE])) == set(NO_VALUE_NUMBERS)


def test_the_probe_is_only_lost_while_the_cuff_on_its_arm_is_inflated() -> None:
    assert np.all(np.isnan(disturbed("cuff-limb").spo2[HERE]))
    assert np.all(disturbed("cuff-limb", inflating=False).spo2 == CLEAN.spo2)


def test_an_over_reading_cuff_reads_30_percent_too_high() -> None:
    assert disturbed("over-read").nibp_sys[HERE] == pytest.approx(1.3 * CLEAN.nibp_sys[HERE], abs=0.5)


def test_where_nothing_acts_the_numbers_are_not_even_copied() -> None:
    nowhere = {name: np.zeros(SHAPE, dtype=np.bool_) for name in KINDS}
    assert disturb(CLEAN, nowhere, HERE, np.random.default_rng(1)) is CLEAN


def test_episodes_are_repeatable_and_last_as_stated() -> None:
    def course(seed: int) -> list[frozenset[str]]:
        episodes = Episodes(KINDS, np.random.default_rng(seed))
        return [episodes.active(t / 2) for t in range(7_200)]

    assert course(5) == course(5)
    assert course(5) != course(6)
    seconds = sum("probe-off" in active for active in course(5)) / 2
    assert 60 < seconds < 1_800  # a quarter of an hour or so of an hour
    assert all({"demo", "over-read"} <= active for active in course(5))
    with pytest.raises(ValueError, match="no artefact gremlins"):
        Episodes(["gremlins"], np.random.default_rng(1))


def test_spans_and_moments_tell_of_the_same_rates() -> None:
    spans = list(Episodes(["motion", "demo"], np.random.default_rng(3)).spans(360_000.0))
    assert spans[0] == ("demo", 0.0, 360_000.0)
    motions = [(begin, end) for name, begin, end in spans if name == "motion"]
    assert len(motions) == pytest.approx(360_000 / (150 + 1 + 12.5), rel=0.1)
    assert all(5 <= end - begin <= 20 for begin, end in motions)
    assert all(one[1] < another[0] for one, another in pairwise(motions))
