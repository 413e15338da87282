"""A session under watch in tests: what happens is recorded, and what the watch finds is recorded with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reverie.science.session import events as ev
from reverie.science.session import watching
from reverie.science.session.fold import Alarm, Recorded, as_known, judge
from reverie.science.sources import Source
from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.rules import (
    Cadence,
    FromMonitor,
    Limit,
    Overdue,
    Predicate,
    Profile,
    Rule,
    Ruleset,
    Seen,
    Silent,
    Step,
    Timing,
)
from reverie.science.vitals.alarms.told import PHASES
from tests import strategies as s
from tests.science.session.told import OPENED, message, row

OURS = Source("for tests", 2026, "assumed")
START = s.START_MS
WATCH = ev.actor("system", "watch", "watch", "")
MONITOR = "MON^1"


def _limit(parameter: str, side: str, limit: int, delay_s: int = 0) -> Limit:
    return Limit(parameter, side, (Step(Decimal(limit), delay_s),), Decimal(1))


def _rule(id: str, group: str, priority: str, predicate: Predicate, *, latching: bool = False) -> Rule:
    return Rule(id, group, id.replace("-", " "), priority, PHASES, predicate, "Look.", OURS, latching)


RULES = Ruleset(
    (
        _rule("spo2-low", "spo2_low", "medium", _limit("spo2", "below", 94, 5)),
        _rule("spo2-very-low", "spo2_low", "high", _limit("spo2", "below", 88, 5), latching=True),
        _rule("pressure", "bp_high", "high", _limit("sbp", "above", 180), latching=True),
        _rule("drowsy", "arousal", "low", Seen("arousal", 4, 4)),
        _rule("link", "link_lost", "medium", Silent(20)),
        _rule("overdue", "overdue", "medium", Overdue(120)),
        _rule("monitor", "monitor", "high", FromMonitor()),
    ),
    Cadence(900, 600, 900, 300, 900, 120, OURS),
    Timing(60, 60, 180, OURS),
    {},
    edition="e-1",
)


class Bed:
    """A session whose watch looks once a second. Seconds are those of the steady line, from the start on."""

    def __init__(self, rules: Ruleset = RULES) -> None:
        self.prepared = engine.prepare(rules, Profile())
        self.record: list[Recorded] = []
        self.watched = watching.begin()
        self.second, self.shift_ms = 0, 0
        self.lost: Callable[[ev.Event], bool] = lambda event: False
        self.tell(OPENED)

    def tell(self, event: ev.Event, *, ago_s: int = 0, actor: Any = s.NURSE) -> int:
        """Record something now; gives the number of its entry."""
        if isinstance(event, ev.ClockStepped):
            self.shift_ms += event.by_ms
        now_ms = START + self.second * 1_000 + self.shift_ms
        body = json.loads(json.dumps(ev.body_of(event)))
        seq = len(self.record) + 1
        one = Recorded(
            seq,
            str(seq),
            ev.kind_of(event),
            ev.version_of(event),
            now_ms - ago_s * 1_000,
            now_ms,
            actor,
            body,
        )
        self.record.append(one)
        self.watched = watching.take(self.watched, one)
        return seq

    def values(self, **values: str | None) -> None:
        """A message of the monitor."""
        rows = [
            row(name, text, "not_available" if text is None else "valid") for name, text in values.items()
        ]
        self.tell(message(MONITOR, *rows))

    def go(self, seconds: int, **values: str | None) -> list[ev.Event]:
        """Let time pass, the monitor telling the same values each second if there are any."""
        found: list[ev.Event] = []
        for _ in range(seconds):
            self.second += 1
            if values:
                self.values(**values)
            found += self.look()
        return found

    def look(self) -> list[ev.Event]:
        """Judge now, and record what comes of it, unless it is lost."""
        self.watched, found = watching.look(self.watched, self.prepared, START + self.second * 1_000)
        for event in found:
            if judge(self.watched.state, event) is None and not self.lost(event):
                self.tell(event, actor=WATCH)
        return list(found)

    def use(self, rules: Ruleset) -> None:
        """Other rules hold from here on."""
        self.prepared = engine.prepare(rules, Profile())

    @property
    def alarms(self) -> list[Alarm]:
        """As the record says."""
        return list(as_known(self.record).alarms.values())

    def again(self) -> watching.Watched:
        """A watch that has begun anew and gone through the whole record, recording nothing."""
        watched = watching.begin(self.record)
        looked_ms = START
        for one in self.record:
            at_ms = one.recorded_ms - watched.shift_ms
            if one.kind == "clock_stepped":
                at_ms -= int((one.body or {})["by_ms"])
            # up to what came next: that itself was heard before anything was judged at its moment
            if at_ms - 1 > looked_ms:
                looked_ms = at_ms - 1
                watched, _ = watching.look(watched, self.prepared, looked_ms)
            watched = watching.take(watched, one)
        return watched


def with_edition(edition: str) -> Ruleset:
    """The same rules in another edition."""
    return replace(RULES, edition=edition)
