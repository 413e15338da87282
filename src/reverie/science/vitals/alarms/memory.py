"""What the engine remembers between two steps: what came last from where, and which causes run.

A step copies it and never changes what it was given. Nobody else looks into it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from reverie.science.vitals.alarms.plans import Plan, Way
from reverie.science.vitals.alarms.rules import Limit, Silent
from reverie.science.vitals.alarms.runs import BEYOND, NEVER, Run, begin, due_ms, turn
from reverie.science.vitals.alarms.told import Condition, Due, Input, Linked, Observed

# device, parameter, channel, code
Key = tuple[str, str, str, str]
# rule, way, and what it is about
RunKey = tuple[str, int, tuple[str, ...]]
BREATH = frozenset(("rr", "etco2", "spo2"))
NOT_YET = (-NEVER, -NEVER)
NOTHING_BUSY: frozenset[str] = frozenset()


class Track(NamedTuple):
    """What came last from one source. `measured_ms` and `value` are of the last usable value.

    `gap_ms` is how often it usually comes (0: not known), `bad_ms` since when it gives none (None: it does),
    `recent` the last few values with their times.
    """

    value: Decimal | None
    at_ms: int
    measured_ms: int | None
    gap_ms: int
    recent: tuple[tuple[int, Decimal], ...] = ()
    bad_ms: int | None = None


@dataclass(slots=True)
class Memory:
    """All of it. `next_ms`: nothing happens of itself before; `check_ms`: the same for what is absent.

    `busy` names the parameters of which each value must be looked at, `missed` those taken for missing,
    `crowded` those that several devices give; `quiet` the devices that are silent. `spoke`: when a device
    said something last, and when before that.
    """

    now_ms: int | None = None
    next_ms: int = -NEVER
    check_ms: int = -NEVER
    mark: str = ""
    phase: str = ""
    phase_since_ms: int = 0
    cuff_interval_ms: int | None = None
    linked: tuple[Linked, ...] = ()
    due: Due | None = None
    observed: tuple[Observed, ...] = ()
    tracks: dict[Key, Track] = field(default_factory=dict)
    sources: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    runs: dict[RunKey, Run] = field(default_factory=dict)
    late_runs: dict[RunKey, Run] = field(default_factory=dict)
    rows: dict[RunKey, tuple[int, ...]] = field(default_factory=dict)
    rises: dict[RunKey, Decimal] = field(default_factory=dict)
    history: dict[Key, tuple[tuple[int, Decimal], ...]] = field(default_factory=dict)
    baselines: dict[str, tuple[tuple[int, Decimal], ...]] = field(default_factory=dict)
    spoke: dict[str, tuple[int, int]] = field(default_factory=dict)
    told: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)
    crowded: frozenset[str] = NOTHING_BUSY
    first_ms: int | None = None
    suppressed: dict[str, int] = field(default_factory=dict)
    doubted: dict[str, int] = field(default_factory=dict)
    breathless: tuple[int, Decimal | None] | None = None
    kinds: dict[tuple[str, int], str] = field(default_factory=dict)
    causes: dict[tuple[str, str], int] = field(default_factory=dict)
    hidden: frozenset[tuple[str, str]] = frozenset()
    conditions: tuple[Condition, ...] = ()
    busy: frozenset[str] = NOTHING_BUSY
    quiet: frozenset[str] = NOTHING_BUSY
    missed: frozenset[str] = NOTHING_BUSY
    dirty: bool = False

    def copied(self) -> Memory:
        """A copy that may be changed: values are shared, what holds them is not."""
        return Memory(
            now_ms=self.now_ms,
            next_ms=self.next_ms,
            check_ms=self.check_ms,
            mark=self.mark,
            phase=self.phase,
            phase_since_ms=self.phase_since_ms,
            cuff_interval_ms=self.cuff_interval_ms,
            linked=self.linked,
            due=self.due,
            observed=self.observed,
            tracks=self.tracks.copy(),
            sources=self.sources.copy(),
            runs=self.runs.copy(),
            late_runs=self.late_runs.copy(),
            rows=self.rows.copy(),
            rises=self.rises.copy(),
            history=self.history.copy(),
            baselines=self.baselines.copy(),
            spoke=self.spoke.copy(),
            told=self.told.copy(),
            crowded=self.crowded,
            first_ms=self.first_ms,
            suppressed=self.suppressed.copy(),
            doubted=self.doubted.copy(),
            breathless=self.breathless,
            kinds=self.kinds,
            causes=self.causes.copy(),
            hidden=self.hidden,
            conditions=self.conditions,
            busy=self.busy,
            quiet=self.quiet,
            missed=self.missed,
            dirty=self.dirty,
        )

    def spoke_ms(self, device: str) -> int:
        """When a device said something last; far in the past if never."""
        return self.spoke.get(device, NOT_YET)[0]

    def expect(self, at_ms: int) -> None:
        """Look at what is absent at that time at the latest: a source may turn out to speak more often."""
        if at_ms < self.check_ms:
            self.check_ms = at_ms
            self.next_ms = min(self.next_ms, at_ms)

    def put(self, key: RunKey, run: Run | None) -> None:
        """Keep a run, or let it go; conditions are made anew where something to be told has changed."""
        before = self.runs.get(key)
        if run is None:
            if before is not None:
                del self.runs[key]
                self.dirty = self.dirty or before.held_ms is not None
            return
        self.runs[key] = run
        self.dirty = self.dirty or (
            (run.held_ms is not None)
            if before is None
            else (
                run.held_ms != before.held_ms
                or run.eased_ms != before.eased_ms
                or run.gone != before.gone
                or run.priority != before.priority
            )
        )

    def feed(
        self,
        way: Way,
        source: tuple[str, ...],
        at_ms: int,
        level: int,
        inputs: tuple[Input, ...],
        *,
        until_ms: int = NEVER,
        credit_ms: int = 0,
        subject: str = "",
    ) -> None:
        """Tell one run its level; a level that is not beyond begins none."""
        key = (*way.key, source)
        run = self.runs.get(key)
        if run is None:
            if level != BEYOND:
                return
            run = begin(at_ms, until_ms, inputs, subject=subject)
        self.put(key, turn(run, way.pace, at_ms, level, until_ms, inputs, credit_ms))

    def look_ahead(self, plan: Plan) -> None:
        """Work out when something happens next of itself, and what must be looked at when it comes."""
        next_ms = self.check_ms
        busy, quiet, missed = plan.collects, NOTHING_BUSY, NOTHING_BUSY
        for (rule, index, source), run in self.runs.items():
            way = plan.ways[rule, index]
            busy |= way.parameters
            next_ms = min(next_ms, due_ms(run, way.pace))
            asked = way.rule.predicate
            if isinstance(asked, Silent):
                quiet |= {source[0]}
            elif not isinstance(asked, Limit):
                missed |= way.parameters
        if self.suppressed:
            busy |= self.suppressed.keys()
        if self.breathless is not None:
            busy |= BREATH
            missed |= BREATH
        if "clash" in plan.technical:
            busy |= self.crowded
        self.next_ms, self.busy, self.quiet, self.missed = next_ms, busy, quiet, missed
