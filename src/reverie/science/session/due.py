"""When sets of observations are due, and what answered each due time: from recorded facts and a cadence.

A set falls due an interval after the last one; a change of the rate or a high alarm brings it nearer, never
further. Two sets are never due within less than the shortest interval. Times of a record whose clock was
stepped are told as the clock stands now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reverie.science.session.events import (
    AlarmChanged,
    AlarmRaised,
    Event,
    InfusionResumed,
    Opened,
    RateChanged,
    StateChanged,
    VitalsRecorded,
    own_rows,
)
from reverie.science.session.state import State
from reverie.science.session.timeline import Line, timeline
from reverie.science.vitals.alarms.rules import Cadence
from reverie.science.vitals.alarms.told import OVER, Due

PHASES: Mapping[str, str] = {
    "arrived": "before", "preflight": "before", "hold": "before", "ready": "before",
    "infusing": "infusion", "paused": "infusion", "emergency": "infusion",
    "completed_dose": "recovery", "aborted": "recovery", "recovery": "recovery",
    "discharge_ready": "recovery",
}  # fmt: skip
PRESSURE = frozenset({"nibp_sys", "nibp_dia"})


def phase_of(state: str) -> str:
    """before, infusion or recovery; over for every state in which nothing is due or judged any more."""
    return PHASES.get(state, OVER)


class Slot(NamedTuple):
    """A due time and the set that answered it (its entry and when it was taken), or None.

    `due_ms` is when it was due, or when the set was taken if that was well before. A set that came too soon
    after another to have been due answers nothing; the next one is counted from it all the same.
    """

    due_ms: int
    seq: int | None = None
    taken_ms: int | None = None


class Mark(NamedTuple):
    """Something that moves due times: a `phase` that begins, a `set` by staff (its entry), or a `change`."""

    at_ms: int
    what: str
    phase: str = ""
    seq: int = 0


def is_set(event: VitalsRecorded) -> bool:
    """Whether it answers a due time: staff observed the patient, or took or confirmed a pressure.

    What was recorded for a due time counts with any value that staff took or confirmed.
    """
    observed = event.arousal is not None or event.arousal_level is not None
    own = {row.parameter for row in own_rows(event) if row.value is not None}
    return observed or bool(own & PRESSURE) or (event.due_ms is not None and bool(own))


def marks_of(state: State) -> tuple[Mark, ...]:
    """What moves due times in a session, by time as the clock stands now."""
    steps = state.clock_steps
    marks = []
    for line in timeline(state.kept):
        mark = _mark(line, line.now)
        if mark is not None:
            shift_ms = sum(by_ms for seq, by_ms in steps if seq > line.seq)
            marks.append(mark._replace(at_ms=line.occurred_ms + shift_ms))
    return tuple(sorted(marks))


def _mark(line: Line, event: Event | None) -> Mark | None:
    if isinstance(event, Opened):
        return Mark(0, "phase", phase_of("arrived"), line.seq)
    if isinstance(event, StateChanged):
        return Mark(0, "phase", phase_of(event.to_state), line.seq)
    if isinstance(event, VitalsRecorded):
        return Mark(0, "set", "", line.seq) if is_set(event) else None
    high = isinstance(event, AlarmRaised | AlarmChanged) and event.priority == "high" and not _calms(event)
    if high or isinstance(event, RateChanged | InfusionResumed):
        return Mark(0, "change", "", line.seq)
    return None


def _calms(event: AlarmRaised | AlarmChanged) -> bool:
    return isinstance(event, AlarmChanged) and event.eased


def due_of(state: State, cadence: Cadence) -> Due | None:
    """The set that is expected next, or that is overdue; None while nothing is due."""
    return due_by(marks_of(state), cadence)


def due_by(marks: Iterable[Mark], cadence: Cadence) -> Due | None:
    """`due_of`, from the marks of a session."""
    walk = _Walk(cadence)
    for mark in marks:
        walk.go(mark)
    first = walk.pending_ms
    return None if first is None else Due(first, cadence.grace_s * 1_000)


def slots(state: State, cadence: Cadence, now_ms: int) -> tuple[Slot, ...]:
    """Every due time up to the one that comes next after `now_ms`, with what answered it."""
    return slots_by(marks_of(state), cadence, now_ms)


def slots_by(marks: Iterable[Mark], cadence: Cadence, now_ms: int) -> tuple[Slot, ...]:
    """`slots`, from the marks of a session."""
    walk = _Walk(cadence)
    for mark in marks:
        walk.go(mark)
    walk.pass_until(now_ms)
    return (*walk.slots, *(Slot(at_ms) for at_ms in (*walk.missed, *walk.next)))


class _Walk:
    """Goes from mark to mark: `missed` are due times that nothing has answered, `next` the one to come."""

    def __init__(self, cadence: Cadence) -> None:
        self._cadence = cadence
        self._phase = OVER
        self._change_ms: int | None = None
        self.slots: list[Slot] = []
        self.missed: list[int] = []
        self.next: list[int] = []

    @property
    def pending_ms(self) -> int | None:
        return next(iter((*self.missed, *self.next)), None)

    def _interval_ms(self, at_ms: int) -> int:
        cadence = self._cadence
        usual = {"before": cadence.before_s, "infusion": cadence.infusion_s, "recovery": cadence.recovery_s}
        interval_s = usual[self._phase]
        since = self._change_ms
        if since is not None and since <= at_ms < since + cadence.after_change_for_s * 1_000:
            interval_s = min(interval_s, cadence.after_change_s)
        return interval_s * 1_000

    def pass_until(self, at_ms: int) -> None:
        """Let due times go by that nothing has answered before `at_ms`."""
        while self.next and self.next[0] < at_ms:
            gone_ms = self.next.pop()
            self.missed.append(gone_ms)
            self.next.append(gone_ms + self._interval_ms(gone_ms))

    def go(self, mark: Mark) -> None:
        self.pass_until(mark.at_ms)
        {"phase": self._begin, "set": self._take, "change": self._change}[mark.what](mark)

    def _begin(self, mark: Mark) -> None:
        before, self._phase = self._phase, mark.phase
        if mark.phase == before:
            return
        if mark.phase == OVER:
            self._close()
            return
        if before in (OVER, "before"):
            # what was due before the start is the start's own check, and no set of the infusion
            self._leave_missed()
        self._bring_nearer(mark)

    def _close(self) -> None:
        self._leave_missed()
        self.next = []

    def _leave_missed(self) -> None:
        self.slots += [Slot(at_ms) for at_ms in self.missed]
        self.missed = []

    def _take(self, mark: Mark) -> None:
        if self._phase == OVER:
            return
        due_ms = self._answered_by(mark)
        self._leave_missed()
        if due_ms is not None:
            self.slots.append(Slot(due_ms, mark.seq, mark.at_ms))
        self.next = [self._after(mark.at_ms)]

    def _after(self, at_ms: int) -> int:
        """An interval after `at_ms`, and never too close to what was due last."""
        least_ms = self.slots[-1].due_ms + self._shortest_ms if self.slots else at_ms
        return max(at_ms + self._interval_ms(at_ms), least_ms)

    def _bring_nearer(self, mark: Mark) -> None:
        self.next = [min([*self.next, self._after(mark.at_ms)])]

    def _answered_by(self, mark: Mark) -> int | None:
        if self.missed:
            return self.missed.pop()
        due_ms = self.next[0]
        if due_ms - mark.at_ms <= self._cadence.grace_s * 1_000:
            return due_ms
        last = self.slots[-1] if self.slots else None
        too_soon = last is not None and mark.at_ms < max(last.due_ms, last.taken_ms or 0) + self._shortest_ms
        return None if too_soon else mark.at_ms

    @property
    def _shortest_ms(self) -> int:
        cadence = self._cadence
        least_s = min(cadence.before_s, cadence.infusion_s, cadence.recovery_s, cadence.after_change_s)
        return least_s * 1_000

    def _change(self, mark: Mark) -> None:
        if self._phase == OVER:
            return
        self._change_ms = mark.at_ms
        self._bring_nearer(mark)
