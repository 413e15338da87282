"""Which alarms the rules raise over a script or a recording, judged once a second as in a session.

It runs the alarm engine and keeps what changed. It knows no limit and no patient; what it is told is a
stream of moments, whatever they were made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reverie.science.simulation.coded import ms_of
from reverie.science.simulation.script import Script
from reverie.science.simulation.scripted import MONITOR, Message, Second, seconds
from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.rules import Profile, Ruleset
from reverie.science.vitals.alarms.told import (
    OVER,
    PRIORITIES,
    Condition,
    Due,
    Linked,
    Observed,
    Passed,
    Sample,
    Situation,
)

Rules = tuple[Ruleset, Profile]
INTERVAL_MS = 1_000
UNEVENTFUL = (("arousal", "5"), ("distress", "0"), ("nausea", "0"))


class Moment(NamedTuple):
    """What the engine is told at `now_ms`; `edition` names other rules that hold from here on."""

    now_ms: int
    situation: Situation
    samples: tuple[Sample, ...] = ()
    passed: tuple[Passed, ...] = ()
    edition: str | None = None


class Span(NamedTuple):
    """How an alarm stood from `at_ms` on."""

    at_ms: int
    condition: Condition


class Alarm(NamedTuple):
    """One alarm from its first span to `ended_ms` (None: it stood at the end)."""

    group: str
    subject: str
    spans: tuple[Span, ...]
    ended_ms: int | None

    @property
    def begun_ms(self) -> int:
        """When it was first told."""
        return self.spans[0].at_ms

    @property
    def priority(self) -> str:
        """The weightiest priority that it had."""
        return max((one.condition.priority for one in self.spans), key=PRIORITIES.index)

    def first_at(self, priority: str) -> int | None:
        """When it first had at least `priority`, audibly; None: never."""
        least = PRIORITIES.index(priority)
        for at_ms, condition in self.spans:
            if PRIORITIES.index(condition.priority) >= least and not condition.silent:
                return at_ms
        return None


def alarms_of(moments: Iterable[Moment], rules: Mapping[str, Rules]) -> list[Alarm]:
    """The alarms over `moments`, in order of beginning. `rules` by name; those named "" hold at first.

    Raises KeyError for an edition that is not in `rules`.
    """
    prepared = {name: engine.prepare(*one) for name, one in rules.items()}
    now, memory = prepared[""], engine.begin()
    open_: dict[tuple[str, str], list[Span]] = {}
    done: list[Alarm] = []
    for moment in moments:
        if moment.edition is not None:
            now = prepared[moment.edition]
        memory, conditions = engine.step(
            memory, now, moment.situation, moment.samples, moment.passed, moment.now_ms
        )
        held = {(one.group, one.subject): one for one in conditions}
        for cause in [one for one in open_ if one not in held]:
            done.append(Alarm(*cause, tuple(open_.pop(cause)), moment.now_ms))
        for cause, condition in held.items():
            spans = open_.setdefault(cause, [])
            if not spans or _stands(spans[-1].condition) != _stands(condition):
                spans.append(Span(moment.now_ms, condition))
    done += [Alarm(*cause, tuple(spans), None) for cause, spans in open_.items()]
    return sorted(done, key=lambda one: (one.begun_ms, one.group, one.subject))


def moments_of(script: Script) -> Iterator[Moment]:
    """A script as the engine is told it, with sets that are due as a signed cadence has them."""
    return told(seconds(script), cuff_every_ms=script.cuff_every_ms, sets=script.sets)


def told(whole: Iterable[Second], *, cuff_every_ms: int, sets: bool) -> Iterator[Moment]:
    """Seconds of a script as moments."""
    last_ms: int | None = None
    observed: dict[tuple[str, str], Observed] = {}
    set_ms = 0
    for one in whole:
        for message in one.messages:
            if not message.late:
                last_ms = message.received_ms
        if one.set_taken:
            set_ms = one.now_ms
            observed = {}
        for topic, level in (*(UNEVENTFUL if one.set_taken else ()), *one.observed):
            observed[topic, level if topic == "symptom" else ""] = Observed(topic, level, one.now_ms)
        every_ms = {"infusion": 600_000, "recovery": 900_000}.get(one.phase)
        due = Due(max(set_ms, one.phase_since_ms) + every_ms, 120_000) if sets and every_ms else None
        yield Moment(
            one.now_ms,
            Situation(
                phase=one.phase if one.phase != "over" else OVER,
                phase_since_ms=one.phase_since_ms,
                linked=(Linked(MONITOR, 0, last_ms, INTERVAL_MS),),
                observed=tuple(observed.values()),
                due=due,
                cuff_interval_ms=cuff_every_ms,
            ),
            tuple(sample for message in one.messages for sample in samples_of(message)),
            tuple(passed for message in one.messages for passed in passed_of(message)),
            one.edition,
        )


def samples_of(message: Message) -> Iterator[Sample]:
    """The readings of a message that mean something, as samples."""
    ahead_ms = message.measured_ms - message.received_ms
    for one in message.readings:
        if one.parameter is None:
            continue
        # a device's clock that is ahead or behind is taken out, as the record does
        shift_ms = 0 if message.late else ahead_ms
        measured_ms = message.received_ms if one.at is None else ms_of(one.at) - shift_ms
        yield Sample(
            message.device, one.parameter, one.value, one.validity, message.received_ms, measured_ms,
            one.code, one.channel, message.late,
        )  # fmt: skip


def passed_of(message: Message) -> Iterator[Passed]:
    """What the monitor says of its own alarms."""
    for priority, name in message.alarms:
        inhibited = priority == "inhibited"
        own = "" if priority in ("over", "inhibited") else priority
        yield Passed(message.device, name, own, message.received_ms, inhibited)


def _stands(condition: Condition) -> tuple[str, str, bool, bool]:
    return condition.rule, condition.priority, condition.silent, condition.eased_ms is not None
