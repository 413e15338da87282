"""What goes wrong between a patient and a number: the artefacts that a simulated monitor can show.

Each kind comes in episodes, drawn from a seeded generator; `demo` is on all the time. An artefact changes
what is sent, never the patient. Source: an artefact library drawn up from intensive-care numerics and
from messages of real monitors; rates and lengths are assumed, and far more frequent than in life.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

NO_VALUE_NUMBERS = ("-100", "-999", "-99.9", "8388607", "-1", "32767", "65535", "-32768")


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
        "the sampling line is off the nose: EtCO₂ and breathing rate are sent as 0", 240, 15, 90
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


class Episodes:
    """Which artefacts are active when. Time only moves forward; the same seed gives the same episodes."""

    def __init__(self, kinds: Iterable[str], rng: Random) -> None:
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

    def _draw(self, name: str, after_s: float) -> tuple[float, float]:
        kind = KINDS[name]
        begin = after_s + 1.0 + self._rng.expovariate(1.0 / kind.every_s)
        return begin, begin + self._rng.uniform(kind.least_s, kind.most_s)


def disturb(shown: dict[str, str], active: frozenset[str], inflating: bool, rng: Random) -> dict[str, str]:
    """The numbers as sent: `shown` maps hr, pr, spo2, pi, rr, etco2 to text; an empty text is no value."""
    sent = dict(shown)
    if "motion" in active:
        sent["spo2"] = str(max(int(sent["spo2"]) - rng.randint(5, 20), 0))
        sent["pr"] = str(round(int(sent["pr"]) * rng.choice((0.5, 2.0))))
        sent["pi"] = "0.2"
    if "talking" in active:
        sent["etco2"] = str(round(int(sent["etco2"]) * rng.uniform(0.3, 1.0)))
        sent["rr"] = str(max(int(sent["rr"]) + rng.randint(-6, 12), 1))
    if "off-nose" in active:
        sent |= {"etco2": "0", "rr": "0"}
    if "cuff-limb" in active and inflating:
        sent |= {"spo2": "", "pr": "", "pi": ""}
    if "probe-off" in active:
        sent |= {"spo2": "0", "pr": "0", "pi": "0"}
    if "leads-off" in active:
        sent["hr"] = ""
    if "sentinel" in active:
        for name in ("hr", "pr", "spo2"):
            sent[name] = rng.choice(NO_VALUE_NUMBERS)
    return sent
