"""What can happen to a patient in the chair, as scripts: data, and pure functions on what is true.

An incident is scheduled at a time with a severity. It changes the patient, or (probe off, link lost) only
what arrives. Sizes and courses are assumed, for training and for trying alarms out: no source says how an
incident runs. Vagal episode and panic start from sizes that clinics describe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reverie.science.simulation.vital_signs import Floats, Vitals, bounded
from reverie.science.sources import Source

SCRIPTS = Source("Reverie's scripts of incidents", 2026, "assumed", "for drills; sizes at moderate severity")
SEVERITIES = {"mild": 0.6, "moderate": 1.0, "severe": 1.5}


class Change(NamedTuple):
    """One sign's course: it `starts_s` after the incident, rises, stays and fades (seconds).

    `by` is added at moderate severity and grows with it; with `to` the sign goes to that value, whatever the
    severity, and stays there the longer the more severe it is.
    """

    field: str
    by: float = 0.0
    to: float | None = None
    starts_s: float = 0.0
    rises_s: float = 10.0
    stays_s: float = 60.0
    fades_s: float = 30.0

    def lasts_s(self, severity: float) -> float:
        """From the beginning of the incident until nothing of this is left."""
        stays_s = self.stays_s * (severity if self.to is not None else 1.0)
        return self.starts_s + self.rises_s + stays_s + self.fades_s


@dataclass(frozen=True)
class Kind:
    """A script: `changes` of the patient, `artefacts` that come with it for `disturbs_s`, `silent_s` of link.

    Both times grow with the severity.
    """

    words: str
    changes: tuple[Change, ...] = ()
    artefacts: frozenset[str] = frozenset()
    disturbs_s: float = 0.0
    silent_s: float = 0.0


def _all(fields: dict[str, float], rises_s: float, stays_s: float, fades_s: float) -> tuple[Change, ...]:
    return tuple(
        Change(field, by, rises_s=rises_s, stays_s=stays_s, fades_s=fades_s) for field, by in fields.items()
    )


KINDS = {
    "hypertension": Kind(
        "pressure rises by 55/30 mmHg within 4 minutes and stays for 10",
        _all({"sys_mmhg": 55, "dia_mmhg": 30, "hr_per_min": 8}, 240, 600, 600),
    ),
    "desaturation": Kind(
        "SpO₂ falls by 13 within 45 seconds and stays for a minute; breathing is shallow",
        _all({"spo2_percent": -13, "rr_per_min": -4, "etco2_mmhg": 6, "hr_per_min": 8}, 45, 60, 45),
    ),
    "apnoea": Kind(
        "no breath for 40 seconds; SpO₂ follows half a minute later",
        (
            Change("rr_per_min", to=0.0, rises_s=1, stays_s=40, fades_s=3),
            Change("etco2_mmhg", to=0.0, starts_s=3, rises_s=2, stays_s=36, fades_s=3),
            Change("etco2_mmhg", 7, starts_s=45, rises_s=1, stays_s=20, fades_s=40),
            Change("spo2_percent", -11, starts_s=35, rises_s=25, stays_s=10, fades_s=40),
            Change("hr_per_min", 10, starts_s=20, rises_s=30, stays_s=20, fades_s=60),
        ),
    ),
    "vagal": Kind(
        "pulse falls by 20 and pressure by 25/15 mmHg for three minutes, with pallor and nausea",
        _all({"hr_per_min": -20, "sys_mmhg": -25, "dia_mmhg": -15, "perfusion_percent": -2}, 40, 100, 60),
    ),
    "arrest": Kind(
        "asystole for three minutes: no pulse, no pressure, no breath, and CO₂ washes out",
        (
            Change("hr_per_min", to=0.0, rises_s=5, stays_s=180, fades_s=20),
            Change("sys_mmhg", to=0.0, rises_s=8, stays_s=180, fades_s=20),
            Change("dia_mmhg", to=0.0, rises_s=8, stays_s=180, fades_s=20),
            Change("rr_per_min", to=0.0, starts_s=15, rises_s=5, stays_s=170, fades_s=20),
            Change("etco2_mmhg", to=4.0, starts_s=5, rises_s=40, stays_s=145, fades_s=20),
            Change("spo2_percent", -20, starts_s=20, rises_s=60, stays_s=130, fades_s=90),
        ),
    ),
    "vomiting": Kind(
        "retching: pulse and pressure up for two minutes, and for 40 seconds everything moves",
        _all(
            {"hr_per_min": 22, "sys_mmhg": 18, "dia_mmhg": 10, "rr_per_min": 8, "etco2_mmhg": -6}, 15, 60, 60
        ),
        artefacts=frozenset({"motion", "talking"}),
        disturbs_s=40,
    ),
    "panic": Kind(
        "fear for six minutes: pulse up by 25, breathing by 10, pressure by 20/12 mmHg",
        _all(
            {"hr_per_min": 25, "rr_per_min": 10, "sys_mmhg": 20, "dia_mmhg": 12, "etco2_mmhg": -9},
            60, 240, 120,
        ),
    ),
    "probe-off": Kind(
        "the finger probe is off for 90 seconds: SpO₂, pulse and perfusion are sent as 0",
        artefacts=frozenset({"probe-off"}),
        disturbs_s=90,
    ),
    "link-loss": Kind("nothing arrives from the monitor for 90 seconds", silent_s=90),
}  # fmt: skip


class Incident(NamedTuple):
    """An incident of `kind` that begins `at_s` seconds after the simulation; severity 1 is moderate."""

    kind: str
    at_s: float
    severity: float = 1.0


def read_incident(text: str) -> Incident:
    """`desaturation@120` or `desaturation@120:severe`. Raises ValueError with what is wrong in words."""
    name, at, rest = text.strip().partition("@")
    when, colon, how = rest.partition(":")
    if name not in KINDS:
        raise ValueError(f"there is no incident {name}; there are {', '.join(KINDS)}")
    if not at or not when.isascii() or not when.isdigit() or len(when) > 5:
        raise ValueError(f"{text}: after @ stands when it begins, in seconds, such as {name}@120")
    if colon and how not in SEVERITIES:
        raise ValueError(f"{text}: an incident is {', '.join(SEVERITIES)}, not {how or 'empty'}")
    return Incident(name, float(when), SEVERITIES[how] if colon else 1.0)


def strike(vitals: Vitals, incidents: Sequence[Incident], elapsed_s: ArrayLike) -> Vitals:
    """The vital signs at `elapsed_s` (any shape that broadcasts to theirs) with what happens then."""
    elapsed = np.asarray(elapsed_s, dtype=np.float64)
    for incident in incidents:
        for change in KINDS[incident.kind].changes:
            since = elapsed - incident.at_s
            if since.max() < change.starts_s or since.min() > change.lasts_s(incident.severity):
                continue
            before: Floats = getattr(vitals, change.field)
            part = _part(change, incident.severity, since)
            if change.to is None:
                after = before + part * change.by * incident.severity
            else:
                after = before + part * (change.to - before)
            vitals = vitals._replace(**{change.field: after})
    return _possible(vitals) if incidents else vitals


def disturbing(incidents: Sequence[Incident], elapsed_s: float) -> frozenset[str]:
    """The artefacts that come with what happens at `elapsed_s`."""
    return frozenset(
        name
        for one in incidents
        if one.at_s <= elapsed_s < one.at_s + KINDS[one.kind].disturbs_s * one.severity
        for name in KINDS[one.kind].artefacts
    )


def silent(incidents: Sequence[Incident], elapsed_s: ArrayLike) -> NDArray[np.bool_]:
    """Where in `elapsed_s` nothing arrives because the link is lost."""
    elapsed = np.asarray(elapsed_s, dtype=np.float64)
    lost = np.zeros(elapsed.shape, dtype=np.bool_)
    for one in incidents:
        lost |= (elapsed >= one.at_s) & (elapsed < one.at_s + KINDS[one.kind].silent_s * one.severity)
    return lost


def _part(change: Change, severity: float, since_s: Floats) -> Floats:
    rising = (since_s - change.starts_s) / change.rises_s
    fading = (change.lasts_s(severity) - since_s) / change.fades_s
    part: Floats = np.clip(np.minimum(rising, fading), 0.0, 1.0)
    return part


def _possible(vitals: Vitals) -> Vitals:
    # not `within_life`: an arrest is not
    sys_mmhg = bounded(vitals.sys_mmhg, 0.0, 258.0)
    return vitals._replace(
        hr_per_min=bounded(vitals.hr_per_min, 0.0, 240.0),
        sys_mmhg=sys_mmhg,
        dia_mmhg=bounded(np.minimum(vitals.dia_mmhg, 0.9 * sys_mmhg), 0.0, 158.0),
        rr_per_min=bounded(vitals.rr_per_min, 0.0, 60.0),
        spo2_percent=bounded(vitals.spo2_percent, 40.0, 100.0),
        etco2_mmhg=bounded(vitals.etco2_mmhg, 0.0, 90.0),
        perfusion_percent=bounded(vitals.perfusion_percent, 0.2, 20.0),
    )
