"""Whole sessions of many patients at once: what is true, and what a monitor would show, step by step.

Arrays are (steps, patients). Run a few hundred patients at a time: an hour of 250 at 1 Hz takes 50 MB. The
same model as beside a single monitor; only how it is called differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reverie.science.simulation import gaps, incidents, patient
from reverie.science.simulation.artefacts import Episodes, Shown, disturb
from reverie.science.simulation.incidents import Incident
from reverie.science.simulation.monitor import Monitor, look
from reverie.science.simulation.population import Patients
from reverie.science.simulation.vital_signs import Floats, Vitals


class Trace(NamedTuple):
    """`at_s` (t,); all else (t, n). `silent`: nothing of it arrived. `effect_ng_per_ml` is the drug."""

    at_s: Floats
    effect_ng_per_ml: Floats
    truth: Vitals
    shown: Shown
    silent: NDArray[np.bool_]


def usual_infusion(
    patients: Patients, at_s: Floats, begins_s: float, mg_per_kg: float = 0.5, minutes: float = 40.0
) -> Floats:
    """The rate in mg/min at each step (t, n) of a steady infusion."""
    runs = (at_s >= begins_s) & (at_s < begins_s + 60.0 * minutes)
    rates: Floats = runs[:, None] * (mg_per_kg / minutes * patients.weight_kg)
    return rates


def run(
    patients: Patients,
    at_s: Floats,
    rate_mg_per_min: ArrayLike,
    rng: np.random.Generator,
    *,
    monitor: Monitor | None = None,
    happening: Mapping[int, Sequence[Incident]] | None = None,
    artefacts: frozenset[str] = frozenset(),
    recorded_gaps: bool = False,
) -> Trace:
    """Sessions at the evenly spaced `at_s` (t,), the rate of each step (t, n) or one for all.

    `happening` are the incidents of some patients by their place; `recorded_gaps` puts the gaps of a
    recording (see `gaps`) in the place of the monitor's own cycle. Raises ValueError for an unknown artefact.
    """
    steps, count = len(at_s), patients.count
    every_s = float(at_s[1] - at_s[0]) if steps > 1 else 1.0
    monitor = monitor or Monitor()
    effect, truth = _live(patients, steps, every_s, rate_mg_per_min, rng)
    silent = np.zeros((steps, count), dtype=np.bool_)
    masks = _masks(artefacts, at_s, count, rng)
    for i, what in (happening or {}).items():
        one = Vitals(*(field[:, i] for field in truth))
        for field, struck in zip(truth, incidents.strike(one, what, at_s), strict=True):
            field[:, i] = struck
        silent[:, i] = incidents.silent(what, at_s)
        for step, second in enumerate(at_s):
            for name in incidents.disturbing(what, float(second)):
                masks.setdefault(name, np.zeros((steps, count), dtype=np.bool_))[step, i] = True
    if recorded_gaps:
        off = gaps.draw_probe_off(rng, steps, every_s, count)
        masks["probe-off"] = masks.get("probe-off", False) | off
        cuffs = gaps.draw_cuffs(rng, steps, every_s, count)
    else:
        done = [monitor.measured(float(second) - every_s, float(second)) is not None for second in at_s]
        cuffs = np.array(done)[:, None]
    inflating = np.array([monitor.inflating(float(second)) for second in at_s])[:, None]
    shown = disturb(look(truth, cuffs, rng), masks, inflating, rng)
    return Trace(at_s, effect, truth, shown, silent)


def _live(
    patients: Patients, steps: int, every_s: float, rate_mg_per_min: ArrayLike, rng: np.random.Generator
) -> tuple[Floats, Vitals]:
    rates = np.broadcast_to(np.asarray(rate_mg_per_min, dtype=np.float64), (steps, patients.count))
    kinetics = patient.Kinetics(patients)
    body = patient.begin(patients, kinetics, rng)
    effect = np.empty((steps, patients.count))
    truth = Vitals(*(np.empty((steps, patients.count)) for _ in Vitals._fields))
    for step in range(steps):
        effect[step] = body.held.effect_ng_per_ml
        for field, now in zip(truth, patient.vitals(patients, body), strict=True):
            field[step] = now
        body = patient.step(kinetics, body, rates[step], every_s, rng)
    return effect, truth


def _masks(
    artefacts: frozenset[str], at_s: Floats, count: int, rng: np.random.Generator
) -> dict[str, NDArray[np.bool_]]:
    masks = {name: np.zeros((len(at_s), count), dtype=np.bool_) for name in artefacts}
    for i in range(count if artefacts else 0):
        for name, begin, end in Episodes(artefacts, rng).spans(float(at_s[-1]) + 1.0):
            masks[name][:, i] |= (at_s >= begin) & (at_s < end)
    return masks
