"""One session under watch: its entries on one steady time line, what alarms are judged from, what to record.

`take` goes on by an entry, `look` by time; both give a new value and change nothing. What the record lacks is
raised, what differs is changed, what is gone is cleared, what nobody saw is escalated: so judging the same
record again records nothing twice. Times of `look` are steady: no step of the clock is in them. Times in
events are those of the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reverie.science.session.amend import inner_of, read
from reverie.science.session.due import Mark, due_by, marks_of, phase_of
from reverie.science.session.events import (
    ClockStepped,
    Correction,
    Event,
    LateEntry,
    Readings,
    Redaction,
    VitalsRecorded,
)
from reverie.science.session.fold import advance_by, as_known
from reverie.science.session.lacking import NOTHING, Standing, missing, stand
from reverie.science.session.samples import observed_of, passed_of, samples_of, typed_of
from reverie.science.session.state import EMPTY, Recorded, State
from reverie.science.session.timeline import timeline
from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.engine import Memory, Prepared
from reverie.science.vitals.alarms.rules import Cadence
from reverie.science.vitals.alarms.told import (
    OVER,
    Due,
    Linked,
    Observed,
    Passed,
    Sample,
    Situation,
)

_EVER_MS = -(1 << 62)


class Heard(NamedTuple):
    """A device on the steady line: known since when, and when it last spoke."""

    since_ms: int
    last_ms: int | None


class Watched(NamedTuple):
    """A session as far as it was taken and looked at. `state` is what is known, `memory` the engine's own.

    `amended` are sets by staff as they stand after correction, by entry (None: struck), known beforehand.
    `astray`: a set that was judged has been corrected since, so the stream must be gone through anew.
    """

    memory: Memory
    state: State = EMPTY
    looked_ms: int | None = None
    samples: tuple[Sample, ...] = ()
    passed: tuple[Passed, ...] = ()
    heard: Mapping[str, Heard] = {}
    steps: tuple[tuple[int, int], ...] = ()
    shift_ms: int = 0
    phase_since_ms: int = 0
    marks: tuple[Mark, ...] | None = None
    observed: tuple[Observed, ...] = ()
    cadence: Cadence | None = None
    due: Due | None = None
    standing: Standing = NOTHING
    amended: Mapping[int, VitalsRecorded | None] = {}
    astray: bool = False


def begin(recorded: Iterable[Recorded] = ()) -> Watched:
    """Nothing is taken yet. `recorded` are all entries that there are, for the corrections among them."""
    known = [one for one in recorded if one.kind != "readings"]
    if not any(one.kind in ("correction", "redaction") for one in known):
        return Watched(engine.begin())
    amended = {
        line.seq: line.now if isinstance(line.now, VitalsRecorded) else None
        for line in timeline(as_known(known).kept)
        if line.kind == "vitals_recorded" and line.now != line.event
    }
    return Watched(engine.begin(), amended=amended)


def take(watched: Watched, one: Recorded) -> Watched:
    """Go on by the next entry: it counts from the next look on."""
    if one.seq <= watched.state.last_seq:
        return watched
    event = read(one)
    state = advance_by(watched.state, one, event)
    if isinstance(event, Readings):
        return _hear(watched._replace(state=state), one, event)
    if isinstance(event, ClockStepped):
        shift_ms = watched.shift_ms + event.by_ms
        stepped = (one.recorded_ms - shift_ms, shift_ms)
        watched = watched._replace(shift_ms=shift_ms, steps=(*watched.steps, stepped))
    watched = _known(watched, state)
    if isinstance(event, Correction | Redaction):
        return _compare(watched, event.refers_to)
    return _sets(watched, one, event)


def _hear(watched: Watched, one: Recorded, event: Readings) -> Watched:
    at_ms = one.recorded_ms - watched.shift_ms
    before = watched.heard.get(event.device)
    heard = Heard(at_ms if before is None else before.since_ms, at_ms)
    return watched._replace(
        heard={**watched.heard, event.device: heard},
        samples=watched.samples + samples_of(event, at_ms),
        passed=watched.passed + passed_of(event, at_ms),
    )


def _known(watched: Watched, state: State) -> Watched:
    """With another state, and what follows from it."""
    before = watched.state
    heard = watched.heard
    if len(state.devices) != len(heard):
        now_ms = (state.last_recorded_ms or 0) - watched.shift_ms
        heard = {device: heard.get(device) or Heard(now_ms, None) for device in state.devices}
    if state.phase_since_ms != before.phase_since_ms or state.phase != before.phase:
        watched = watched._replace(phase_since_ms=(state.phase_since_ms or 0) - watched.shift_ms)
    watched = watched._replace(state=state, heard=heard, marks=None)
    if state.alarms is before.alarms:
        return watched
    return watched._replace(standing=stand(state.alarms, watched.standing, watched.shift_ms))


def _sets(watched: Watched, one: Recorded, event: Event | None) -> Watched:
    late = isinstance(event, LateEntry)
    if isinstance(event, LateEntry):
        event = inner_of(event)
    if one.seq in watched.amended:
        event = watched.amended[one.seq]
    if not isinstance(event, VitalsRecorded):
        return watched
    shift_ms = watched.shift_ms
    typed = typed_of(event, one.recorded_ms - shift_ms, one.occurred_ms - shift_ms, late=late)
    return watched._replace(samples=watched.samples + typed)


def _compare(watched: Watched, target: int) -> Watched:
    """Whether a correction has made something else of a set than was judged."""
    by_seq = {line.seq: line for line in timeline(watched.state.kept)}
    line = by_seq.get(target)
    while line is not None and line.kind == "correction":
        event = line.event
        # one that refers to itself or to what comes later is inert
        if not isinstance(event, Correction) or event.refers_to >= line.seq:
            return watched
        line = by_seq.get(event.refers_to)
    if line is None or line.kind != "vitals_recorded":
        return watched
    stands = line.now if isinstance(line.now, VitalsRecorded) else None
    judged = watched.amended.get(line.seq, line.event)
    return watched if stands == judged else watched._replace(astray=True)


def wall_ms(watched: Watched, steady_ms: int) -> int:
    """The time that the clock showed at a steady time."""
    shift_ms = 0
    for since_ms, after_ms in watched.steps:
        if since_ms > steady_ms:
            break
        shift_ms = after_ms
    return steady_ms + shift_ms


def look(watched: Watched, prepared: Prepared, at_ms: int) -> tuple[Watched, tuple[Event, ...]]:
    """Judge all that came and passed up to the steady time `at_ms`, and what is to be recorded then.

    What came since the last look counts from when it came, and from that look at the earliest; what was
    missed for longer is gone through entry by entry, with a look after each. An escalation calls nobody yet:
    its `to` is for the caller to fill in.
    """
    watched = _settled(watched, prepared.ruleset.cadence)
    since_ms = _EVER_MS if watched.looked_ms is None else watched.looked_ms
    samples = _between(watched.samples, since_ms, at_ms)
    passed = tuple(one._replace(at_ms=min(max(one.at_ms, since_ms), at_ms)) for one in watched.passed)
    situation = _situation(watched, at_ms)
    memory, conditions = engine.step(watched.memory, prepared, situation, samples, passed, at_ms)
    watched = watched._replace(memory=memory, looked_ms=at_ms, samples=(), passed=())
    standing = watched.standing
    if not conditions and standing is NOTHING:
        return watched, ()
    over = situation.phase == OVER
    found = missing(standing, prepared.ruleset, conditions, lambda at: wall_ms(watched, at), at_ms, over=over)
    return watched, found


def _between(samples: tuple[Sample, ...], since_ms: int, at_ms: int) -> tuple[Sample, ...]:
    """The samples in order of their coming, none before the last look or in the future."""
    found = []
    for one in samples:
        came_ms = min(max(one.at_ms, since_ms), at_ms)
        if came_ms != one.at_ms:
            one = one._replace(at_ms=came_ms, measured_ms=came_ms - (one.at_ms - one.measured_ms))
        found.append(one)
    return tuple(sorted(found, key=_came))


def _came(sample: Sample) -> int:
    return sample.at_ms


def _settled(watched: Watched, cadence: Cadence) -> Watched:
    """With what follows from the entries: observations as they stand, and what is due by `cadence`."""
    if watched.marks is not None and watched.cadence is cadence:
        return watched
    state, shift_ms = watched.state, watched.shift_ms
    marks, observed = watched.marks, watched.observed
    if marks is None:
        marks = marks_of(state)
        observed = observed_of(
            (line.occurred_ms + _later_ms(state, line.seq) - shift_ms, line.now)
            for line in timeline(state.kept)
            if isinstance(line.now, VitalsRecorded)
        )
    due = due_by(marks, cadence)
    steady = None if due is None else due._replace(due_ms=due.due_ms - shift_ms)
    return watched._replace(marks=marks, observed=observed, cadence=cadence, due=steady)


def _later_ms(state: State, seq: int) -> int:
    return sum(by_ms for step_seq, by_ms in state.clock_steps if step_seq > seq)


def _situation(watched: Watched, at_ms: int) -> Situation:
    """What holds at `at_ms`: nothing in it is later, though a step of the clock may be recorded late."""
    state, cadence = watched.state, watched.cadence
    phase = phase_of(state.phase)
    expected_s = getattr(cadence, f"{phase}_s", None)
    return Situation(
        phase,
        min(watched.phase_since_ms, at_ms),
        tuple(
            Linked(
                device,
                min(heard.since_ms, at_ms),
                None if heard.last_ms is None else min(heard.last_ms, at_ms),
                _interval_ms(state, device),
            )
            for device, heard in watched.heard.items()
        ),
        watched.observed,
        watched.due,
        None if expected_s is None else expected_s * 1_000,
    )


def _interval_ms(state: State, device: str) -> int | None:
    known = state.devices.get(device)
    return None if known is None else known.interval_ms
