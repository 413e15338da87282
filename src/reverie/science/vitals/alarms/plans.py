"""A ruleset's rules laid out by phase and by what they look at: values only.

A way is one manner in which a rule can come to hold: each step of a limit is one, each part of a lost pulse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reverie.science.vitals.alarms.rules import Limit, OverBaseline, Projection, Rise, Rule, Ruleset
from reverie.science.vitals.alarms.runs import Pace
from reverie.science.vitals.alarms.told import PRIORITIES

# which parameters a signal of the rules is measured by, the preferred one first
MEASURED_BY: Mapping[str, tuple[str, ...]] = {
    "sbp": ("nibp_sys", "art_sys"),
    "dbp": ("nibp_dia", "art_dia"),
    "hr": ("hr", "pr"),
}
CUFF = frozenset(("nibp_sys", "nibp_dia"))
ARTERIAL = frozenset(("art_sys", "art_dia"))
PRESSURES = CUFF | ARTERIAL
PULSE = ("hr", "pr")
CONTINUOUS = ("hr", "pr", "spo2", "pi", "rr", "etco2")
WayKey = tuple[str, int]


class Way(NamedTuple):
    """One way in which a rule can come to hold; `number` tells the ways of one rule apart."""

    rule: Rule
    number: int
    order: int
    pace: Pace
    parameters: frozenset[str]

    @property
    def key(self) -> WayKey:
        """How memory names it."""
        return self.rule.id, self.number

    @property
    def kind(self) -> str:
        """What it looks at: a rule that keeps its name and looks at something else is another."""
        asked = self.rule.predicate
        what = (getattr(asked, name, "") for name in ("parameter", "side", "why", "topic", "words"))
        return " ".join((type(asked).__name__, self.rule.group, *map(str, what)))


class Bound(NamedTuple):
    """One limit: beyond `limit` it counts, from `edge` on it is inside again."""

    way: Way
    asked: Limit
    signal: str
    limit: Decimal
    edge: Decimal
    below: bool
    at_once: bool


class Counted(NamedTuple):
    """A rule that looks at single readings of a pressure, or back over several."""

    way: Way
    asked: Limit | OverBaseline | Rise | Projection
    signal: str
    bound: Bound | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of one phase. `bands` are what needs no look: by parameter, both ends included."""

    ways: Mapping[WayKey, Way]
    bands: Mapping[str, tuple[Decimal, Decimal]]
    limits: Mapping[str, tuple[Bound, ...]]
    counted: Mapping[str, tuple[Counted, ...]]
    baselines: frozenset[str]
    collects: frozenset[str]
    by_kind: Mapping[type, tuple[Way, ...]]
    technical: Mapping[str, tuple[Way, ...]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan for each phase. `mark` is the same for the same rules and profile only.

    `ruleset` is what it was made from.
    """

    plans: Mapping[str, Plan]
    silences: Mapping[str, frozenset[str]]
    rearm_ms: int
    mark: str
    ruleset: Ruleset

    def plan(self, phase: str) -> Plan:
        """The plan of a phase; in one that is over or unknown nothing is judged."""
        return self.plans.get(phase, NOTHING)


NOTHING = Plan({}, {}, {}, {}, frozenset(), frozenset(), {}, {})


def weight(priority: str) -> int:
    """0 for low to 2 for high; what is no priority weighs as much as high."""
    return PRIORITIES.index(priority) if priority in PRIORITIES else len(PRIORITIES) - 1
