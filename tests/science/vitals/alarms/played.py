"""Small rulesets and short plays for the engine: rows second by second in, conditions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from reverie.science.sources import Source
from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.rules import (
    Cadence,
    Limit,
    Predicate,
    Profile,
    Rule,
    Ruleset,
    Step,
    Timing,
)
from reverie.science.vitals.alarms.told import (
    PHASES,
    Condition,
    Due,
    Linked,
    Observed,
    Passed,
    Sample,
    Situation,
)

TEST = Source("For tests", 2026, "assumed", "no clinic uses it")
CODES = {
    "hr": "147842", "pr": "149530", "spo2": "150456", "pi": "150488", "rr": "151594", "etco2": "151708",
    "nibp_sys": "150301", "nibp_dia": "150302", "art_sys": "150033",
}  # fmt: skip
IMPEDANCE = "151578"
CALM = {"hr": 72, "pr": 72, "spo2": 98, "pi": 2, "rr": 14, "etco2": 38}


def rule(
    name: str,
    predicate: Predicate,
    priority: str = "high",
    group: str = "",
    phases: tuple[str, ...] = PHASES,
    *,
    latching: bool = False,
    sign: str = "",
) -> Rule:
    """A rule whose group, unless given, is its own name."""
    return Rule(
        name, group or name, name, priority, phases, predicate, "Look.", TEST, latching=latching, sign=sign
    )


def ruleset(*rules: Rule, silences: dict[str, tuple[str, ...]] | None = None, edition: str = "") -> Ruleset:
    """A ruleset with the usual timing: over after 60 s."""
    return Ruleset(
        rules,
        Cadence(600, 600, 900, 300, 300, 120, TEST),
        Timing(60, 60, 180, TEST),
        silences or {},
        edition=edition,
    )


def limit(
    parameter: str, side: str, *steps: tuple[float, int], hysteresis: float = 1, **more: object
) -> Limit:
    """A limit with its steps as (limit, delay in seconds)."""
    return Limit(
        parameter,
        side,
        tuple(Step(Decimal(str(value)), delay_s) for value, delay_s in steps),
        Decimal(str(hysteresis)),
        **more,  # type: ignore[arg-type]
    )


def sample(
    parameter: str,
    value: float | None,
    at_s: float,
    validity: str = "valid",
    *,
    device: str = "M1",
    code: str | None = None,
    measured_s: float | None = None,
    late: bool = False,
) -> Sample:
    """One value at a second; one without a value is not available."""
    number = None if value is None else Decimal(str(value))
    if number is None and validity == "valid":
        validity = "not_available"
    at_ms = int(at_s * 1000)
    measured_ms = at_ms if measured_s is None else int(measured_s * 1000)
    found = CODES.get(parameter, "") if code is None else code
    return Sample(device, parameter, number, validity, at_ms, measured_ms, found, "", late)


def calm(at_s: float, **other: float | None) -> list[Sample]:
    """A message of a monitor: everything inside every limit but what is given; None: not available."""
    return [sample(name, value, at_s) for name, value in (CALM | other).items()]


def cuff(at_s: float, sys: float, dia: float | None = None, **more: str) -> list[Sample]:
    """A cuff reading."""
    dia = sys - 50 if dia is None else dia
    return [sample("nibp_sys", sys, at_s, **more), sample("nibp_dia", dia, at_s, **more)]  # type: ignore[arg-type]


@dataclass
class Play:
    """An engine at work; keeps each change of what holds, with its second."""

    rules: Ruleset
    profile: Profile = field(default_factory=Profile)
    phase: str = "infusion"
    phase_since_s: float = 0
    linked: bool = False
    cuff_interval_s: int | None = None
    due: Due | None = None
    observed: tuple[Observed, ...] = ()
    memory: engine.Memory = field(default_factory=engine.begin)
    found: tuple[Condition, ...] = ()
    told: list[tuple[float, tuple[Condition, ...]]] = field(default_factory=list)
    last_ms: int | None = None

    def __post_init__(self) -> None:
        """Make the rules ready."""
        self.prepared = engine.prepare(self.rules, self.profile)

    def use(self, rules: Ruleset) -> None:
        """Another edition holds from the next step on."""
        self.prepared = engine.prepare(rules, self.profile)

    def at(self, second: float, samples: Iterable[Sample] = (), passed: Iterable[Passed] = ()) -> None:
        """One step."""
        samples = list(samples)
        now_ms = int(second * 1000)
        if samples:
            self.last_ms = max(one.at_ms for one in samples)
        situation = Situation(
            self.phase,
            int(self.phase_since_s * 1000),
            (Linked("M1", 0, self.last_ms, 1000),) if self.linked else (),
            self.observed,
            self.due,
            None if self.cuff_interval_s is None else self.cuff_interval_s * 1000,
        )
        self.memory, found = engine.step(self.memory, self.prepared, situation, samples, list(passed), now_ms)
        if found != self.found:
            self.told.append((second, found))
        self.found = found

    def run(self, start: int, end: int, message: Callable[[int], Iterable[Sample]]) -> Play:
        """A step each second from `start` until before `end`."""
        for second in range(start, end):
            self.at(second, message(second))
        return self

    @property
    def rules_now(self) -> list[str]:
        """The rules that speak now."""
        return [one.rule for one in self.found]

    def first(self, name: str) -> float | None:
        """The second in which a rule spoke first."""
        for second, found in self.told:
            if any(one.rule == name for one in found):
                return second
        return None

    def raised(self, group: str) -> int:
        """How often a group came to speak after it had not."""
        count, there = 0, False
        for _, found in self.told:
            now = any(one.group == group for one in found)
            count += now and not there
            there = now
        return count
