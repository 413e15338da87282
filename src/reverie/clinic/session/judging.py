"""One session under watch: its stream folded, what alarms are judged from, and what is to be recorded now.

Time that was missed is gone through second by second, as if the watch had been there. It reads and writes no
database. What was judged becomes what is known only by `accept`, once it is committed.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from reverie.clinic.kernel import chain, streams
from reverie.clinic.session import intake
from reverie.clinic.session.folds import recorded_of
from reverie.clinic.session.following import Followed
from reverie.science.session import events, watching
from reverie.science.session.alarm_kinds import AlarmEscalated, AlarmRaised, RulesApplied
from reverie.science.session.fold import Recorded, State, judge
from reverie.science.vitals.alarms.plans import Prepared

STEP_MS = 1_000
MOST_STEPS = 600
# what lies further back is recalled in longer steps
RECENT_MS, LONG_STEP_MS = 120_000, 30_000
MINE = "watch:"
_ACTOR: Mapping[str, Any] = json.loads(intake.SYSTEM_ACTOR)


class Rules(NamedTuple):
    """What holds for a session, asked by its state.

    `unsaid` gives what the record does not say yet, `prepared` the rules that it says, `to_call` the ids and
    names of those whom an escalation calls.
    """

    unsaid: Callable[[State], Sequence[RulesApplied]]
    prepared: Callable[[State], Prepared]
    to_call: Callable[[State], tuple[tuple[str, str], ...]]


class Judged(NamedTuple):
    """What a session comes to at a moment: what is to be recorded, and what is known after that.

    `after` is the last entry that it was judged from, `wall_ms` the time of day. Unless `in_order`, the
    stream must be read again once this is recorded: an entry of ours came before one that was there already,
    a content is gone, or what was judged stands corrected.
    """

    watched: watching.Watched
    drafts: tuple[streams.Draft, ...]
    after: tuple[int, bytes]
    wall_ms: int
    in_order: bool


class Bed:
    """An open session as the watch holds it. Its times are ms on the session's own steady line."""

    def __init__(self, followed: Followed) -> None:
        """Nothing is known of it yet."""
        self.followed = followed
        self._begin_anew((), 0)

    def _begin_anew(self, recorded: Sequence[Recorded], end_ms: int) -> None:
        self.seq, self.hash = 0, chain.GENESIS
        self.watched = watching.begin(recorded)
        # a session that began after that was not looked at before
        self._end_ms = end_ms

    @property
    def looked_ms(self) -> int | None:
        """When it was last looked at."""
        return self.watched.looked_ms

    @property
    def looked_wall_ms(self) -> int:
        """The time of day up to which it was judged."""
        return self._judged_ms + self.watched.shift_ms

    def waited_ms(self, wall_ms: int) -> int:
        """How long ago that was, at this time of day."""
        return wall_ms - self.looked_wall_ms

    @property
    def _judged_ms(self) -> int:
        return self._end_ms if self.looked_ms is None else self.looked_ms

    def recall(self, entries: Sequence[chain.Entry], end_ms: int, rules: Rules) -> None:
        """Forget what is known, and go through what was recorded and judged by `end_ms`.

        What was recorded after that is left for `judge`.
        """
        recorded = [recorded_of(entry) for entry in entries]
        self._begin_anew(recorded, end_ms)
        # whatever a lease says, what we have recorded ourselves was judged
        judged_seq = max((one.seq for one in recorded if one.key.startswith(MINE)), default=0)
        for entry, one in zip(entries, recorded, strict=True):
            at_ms = one.recorded_ms - self.watched.shift_ms - _step_of(one)
            if at_ms > end_ms and one.seq > judged_seq:
                break
            # nothing but values comes in long steps: what else there is changes how they are judged
            short = at_ms > end_ms - RECENT_MS or one.kind != "readings"
            since_ms = self.looked_ms
            if self.seq and (since_ms is None or at_ms - since_ms >= (STEP_MS if short else LONG_STEP_MS)):
                self._look_back(at_ms, rules)
            self.watched = watching.take(self.watched, one)
            self.seq, self.hash = entry.seq, entry.hash
        if self.seq:
            self._look_back(end_ms, rules)

    def _look_back(self, at_ms: int, rules: Rules) -> None:
        """Let time pass, without recording what it brings."""
        if self.looked_ms is None or at_ms > self.looked_ms:
            self.watched, _ = watching.look(self.watched, rules.prepared(self.watched.state), at_ms)

    def judge(self, fresh: Sequence[chain.Entry], wall_ms: int, rules: Rules) -> Judged:
        """What is to be recorded at the time of day `wall_ms`, given what came since the last look."""
        going = _Going(self, deque(map(recorded_of, fresh)), wall_ms)
        since_ms = self.looked_ms
        if since_ms is None and fresh:
            since_ms = fresh[0].recorded_ms - self.watched.shift_ms
        for to_ms in _steps(since_ms, going.now_ms):
            last = to_ms == going.now_ms
            going.take(None if last else to_ms)
            if last:
                going.make(rules.unsaid(going.watched.state), to_ms)
            going.look(to_ms, rules)
        after = (fresh[-1].seq, fresh[-1].hash) if fresh else (self.seq, self.hash)
        drafts = tuple(going.drafts(after[0]))
        gone = any(entry.kind == "redaction" for entry in fresh)
        in_order = going.in_order and not gone and not going.watched.astray
        return Judged(going.watched, drafts, after, wall_ms, in_order)

    def accept(self, judged: Judged, recorded: Sequence[chain.Entry]) -> None:
        """What was judged is committed: `recorded` are its entries."""
        self.watched = judged.watched
        self.seq, self.hash = judged.after
        if recorded:
            self.seq, self.hash = recorded[-1].seq, recorded[-1].hash


class _Going:
    """Going through the time since the last look of one session."""

    def __init__(self, bed: Bed, waiting: deque[Recorded], wall_ms: int) -> None:
        self.stream, self.watched, self.wall_ms = bed.followed.stream, bed.watched, wall_ms
        self.waiting = waiting
        self.in_order = True
        self._number = bed.seq
        # where an event of ours comes before an entry that is in the stream already: its number for now
        self._moved: dict[int, int] = {}
        # what is to be recorded, by its number for now
        self._made: list[tuple[int, streams.Draft]] = []
        now_ms = wall_ms - bed.watched.shift_ms - sum(map(_step_of, waiting))
        self.now_ms = max(now_ms, bed.looked_ms or now_ms)

    def take(self, to_ms: int | None) -> None:
        """Take what was recorded up to `to_ms`, or all of it."""
        while self.waiting:
            one = self.waiting[0]
            if to_ms is not None and one.recorded_ms - self.watched.shift_ms - _step_of(one) > to_ms:
                return
            self.waiting.popleft()
            self._number += 1
            if one.seq != self._number:
                self.in_order = False
                self._moved[one.seq] = self._number
                one = one._replace(seq=self._number, body=self._renumbered(one.body))
            self.watched = watching.take(self.watched, one)

    def _renumbered(self, body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if body is None or body.get("refers_to") not in self._moved:
            return body
        return {**body, "refers_to": self._moved[body["refers_to"]]}

    def look(self, at_ms: int, rules: Rules) -> None:
        """Judge at `at_ms`, and take what comes of it as recorded."""
        state = self.watched.state
        self.watched, found = watching.look(self.watched, rules.prepared(state), at_ms)
        called = [
            replace(one, to=rules.to_call(state)) if isinstance(one, AlarmEscalated) else one for one in found
        ]
        self.make(called, at_ms)

    def make(self, found: Sequence[events.Event], at_ms: int) -> None:
        """Record events, those that can be."""
        for event in found:
            state = self.watched.state
            if judge(state, event) is not None:
                continue
            # an alarm occurs when its delay has run; since when its cause is there stands in it
            occurred_ms = min(watching.wall_ms(self.watched, at_ms), self.wall_ms)
            number = self._number + 1
            key = _key(self.stream, state, event, number)
            draft = intake.draft(event, key, occurred_ms, intake.SYSTEM_ACTOR)
            recorded = Recorded(
                number, key, draft.kind, draft.version, occurred_ms, self.wall_ms, _ACTOR,
                json.loads(draft.body),
            )  # fmt: skip
            self._made.append((number, draft))
            self._number = number
            self.watched = watching.take(self.watched, recorded)

    def drafts(self, last_seq: int) -> Iterator[streams.Draft]:
        """The entries to be, after entry `last_seq`."""
        numbers = {number: seq for seq, number in self._moved.items()}
        numbers |= {number: last_seq + place for place, (number, _) in enumerate(self._made, start=1)}
        # what came and went in the time that was missed is told, and does not sound any more
        over = {number for number, _ in self._made if self._is_over(number)}
        self.in_order = self.in_order and not over
        for number, draft in self._made:
            body = json.loads(draft.body)
            which = body.get("refers_to", number)
            if which in over and "silent" in body:
                body["silent"] = True
            if "refers_to" in body:
                body["refers_to"] = numbers.get(which, which)
            yield draft._replace(body=chain.canonical(body))

    def _is_over(self, number: int) -> bool:
        alarm = self.watched.state.alarms.get(number)
        return alarm is not None and alarm.cleared_ms is not None


def _key(stream: str, state: State, event: events.Event, number: int) -> str:
    """What names the event once and for all, whoever judges it from the same entries."""
    kind = events.kind_of(event)
    if isinstance(event, AlarmRaised):
        before = max(
            (
                one.seq
                for one in state.alarms.values()
                if (one.group, one.subject) == (event.group, event.subject)
            ),
            default=0,
        )
        parts = [event.rule, event.group, event.subject, str(event.onset_ms), str(before)]
    else:
        parts = [str(getattr(event, "refers_to", "")), str(number)]
    return f"{MINE}{intake.key_of(stream, kind, *parts)}"


def _steps(since_ms: int | None, to_ms: int) -> Iterator[int]:
    """The moments to judge at: every second of what was missed, or in longer steps; the end."""
    if since_ms is not None and to_ms > since_ms:
        step_ms = max(STEP_MS, (to_ms - since_ms) // MOST_STEPS)
        yield from range(since_ms + step_ms, to_ms, step_ms)
    yield to_ms


def steps_in(entries: Sequence[chain.Entry]) -> int:
    """By how much the clock was stepped in all, as these entries say (ms)."""
    return sum(_step_of(recorded_of(entry)) for entry in entries if entry.kind == "clock_stepped")


def _step_of(one: Recorded) -> int:
    if one.kind != "clock_stepped" or one.body is None:
        return 0
    by_ms = one.body.get("by_ms")
    return by_ms if isinstance(by_ms, int) else 0
