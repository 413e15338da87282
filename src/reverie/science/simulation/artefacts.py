"""What goes wrong between a patient and a number: the artefacts that a simulated monitor can show.

Each kind comes in episodes, drawn from a seeded generator; `demo` is on all the time. An artefact changes
what is sent, never the patient. Source: an artefact library drawn up from intensive-care numerics and
from messages of real monitors; rates and lengths are assumed, and far more frequent than in life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reverie.science.simulation.vital_signs import Floats

NO_VALUE_NUMBERS = (-100.0, -999.0, -99.9, 8_388_607.0, -1.0, 32_767.0, 65_535.0, -32_768.0)
CUFF_OVER_READ = 1.3
LEAST_PULSE_MMHG = 12.0
Active = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Kind:
    """One artefact: what it is, how often an episode begins, and how long it lasts."""

    words: str
    every_s: float
    least_s: float
    most_s: float


KINDS = {
    "probe-off": Kind("the finger probe falls off: SpO₂, pulse and perfusion are sent as 0", 240, 15, 90),
    "motion": Kind("the hand moves: SpO₂ 5 to 20 too low, pulse halved or doubled", 150, 5, 20),
    "cuff-limb": Kind("the cuff is on the probe's arm: no SpO₂ while it is inflated", 0, 0, 0),
    "leads-off": Kind("an ECG lead is off: heart rate is sent empty", 300, 10, 60),
    "off-nose": Kind(
        "the sampling line is off the nose: EtCO₂ is sent as 0, breathing rate empty", 240, 15, 90
    ),
    "talking": Kind("the patient talks: EtCO₂ and breathing rate jump about", 180, 20, 60),
    "over-read": Kind("the cuff reads 30 % too high", 0, 0, 0),
    "sentinel": Kind("numbers that mean no value, such as -100 and 8388607", 180, 5, 30),
    "demo": Kind("the monitor is in its demonstration mode and flags every value DEMO", 0, 0, 0),
    "fahrenheit": Kind("temperature is sent in °F", 0, 0, 0),
    "code-flip": Kind("cuff pressures change between the two usual sets of codes", 0, 0, 0),
    "clock-step": Kind("the monitor's clock is an hour ahead", 300, 30, 120),
    "duplicate": Kind("messages are sent twice", 60, 1, 5),
    "reorder": Kind("two messages change places", 60, 1, 1),
}


class Shown(NamedTuple):
    """What a monitor shows, any shape; NaN is no value. Cuff pressures are there only when measured."""

    hr: Floats
    pr: Floats
    spo2: Floats
    pi: Floats
    rr: Floats
    etco2: Floats
    nibp_sys: Floats
    nibp_dia: Floats


class Episodes:
    """Which artefacts are active when. Time only moves forward; the same seed gives the same episodes."""

    def __init__(self, kinds: Iterable[str], rng: np.random.Generator) -> None:
        """Switch `kinds` on. Raises ValueError for a name that is not in KINDS."""
        self.kinds = frozenset(kinds)
        if unknown := sorted(self.kinds - KINDS.keys()):
            raise ValueError(f"there is no artefact {', '.join(unknown)}; there are {', '.join(KINDS)}")
        self._rng = rng
        self._next = {name: self._draw(name, 0.0) for name in sorted(self.kinds) if KINDS[name].every_s}

    def active(self, elapsed_s: float) -> frozenset[str]:
        """The artefacts that act at `elapsed_s`; kinds without episodes of their own always count."""
        now = set(self.kinds - self._next.keys())
        for name in self._next:
            begin, end = self._next[name]
            while end <= elapsed_s:
                begin, end = self._next[name] = self._draw(name, end)
            if begin <= elapsed_s:
                now.add(name)
        return frozenset(now)

    def spans(self, until_s: float) -> Iterator[tuple[str, float, float]]:
        """Every episode that begins before `until_s`: name, begin and end in seconds."""
        for name in sorted(self.kinds - self._next.keys()):
            yield name, 0.0, until_s
        for name in self._next:
            while self._next[name][0] < until_s:
                yield name, *self._next[name]
                self._next[name] = self._draw(name, self._next[name][1])

    def _draw(self, name: str, after_s: float) -> tuple[float, float]:
        kind = KINDS[name]
        begin = after_s + 1.0 + self._rng.exponential(kind.every_s)
        return begin, begin + self._rng.uniform(kind.least_s, kind.most_s)


def disturb(shown: Shown, active: Active, inflating: NDArray[np.bool_], rng: np.random.Generator) -> Shown:
    """The numbers as sent. `active` says per artefact where it acts; what is not named acts nowhere."""
    acting = {name: where for name, where in active.items() if where.any()}
    if not acting:
        return shown
    shape = shown.hr.shape
    hr, pr, spo2, pi, rr, etco2, sys, dia = shown

    def put(where: NDArray[np.bool_], value: ArrayLike, instead_of: Floats) -> Floats:
        return np.where(where, value, instead_of)

    if (where := acting.get("motion")) is not None:
        spo2 = put(where, np.maximum(spo2 - rng.integers(5, 21, shape), 0.0), spo2)
        pr = put(where, np.rint(pr * rng.choice((0.5, 2.0), shape)), pr)
        pi = put(where, 0.2, pi)
    if (where := acting.get("talking")) is not None:
        etco2 = put(where, np.rint(etco2 * rng.uniform(0.3, 1.0, shape)), etco2)
        rr = put(where, np.maximum(rr + rng.integers(-6, 13, shape), 1.0), rr)
    if (where := acting.get("off-nose")) is not None:
        etco2, rr = put(where, 0.0, etco2), put(where, np.nan, rr)
    if (where := acting.get("cuff-limb")) is not None:
        pressed = where & inflating
        spo2, pr, pi = (put(pressed, np.nan, one) for one in (spo2, pr, pi))
    if (where := acting.get("probe-off")) is not None:
        spo2, pr, pi = (put(where, 0.0, one) for one in (spo2, pr, pi))
    if (where := acting.get("leads-off")) is not None:
        hr = put(where, np.nan, hr)
    if (where := acting.get("sentinel")) is not None:
        hr, pr, spo2 = (put(where, rng.choice(NO_VALUE_NUMBERS, shape), one) for one in (hr, pr, spo2))
    if (where := acting.get("over-read")) is not None:
        sys = put(where, np.rint(sys * CUFF_OVER_READ), sys)
        dia = put(where, np.rint(np.minimum(dia * CUFF_OVER_READ, sys - LEAST_PULSE_MMHG)), dia)
    return Shown(hr, pr, spo2, pi, rr, etco2, sys, dia)
