"""A script the whole way through a session's record: entries as they are committed, the watch as it looks.

Entries pass the same bodies as on disk. What the watch finds is appended and taken like everything else;
alarms are then read back from the entries alone. Nothing here asks the engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reverie.science.session import watching
from reverie.science.session.alarm_kinds import AlarmChanged, AlarmCleared, AlarmRaised, RulesApplied
from reverie.science.session.events import (
    ClockStepped,
    DeviceConnected,
    Event,
    InfusionStarted,
    LateEntry,
    Opened,
    Readings,
    Row,
    StateChanged,
    VitalsRecorded,
    actor,
    body_of,
    kind_of,
    parse,
    rows_of,
    version_of,
)
from reverie.science.session.rows import USUAL
from reverie.science.session.set_kinds import Taken
from reverie.science.session.state import Recorded
from reverie.science.simulation.alarmed import Alarm, Rules, Span
from reverie.science.simulation.coded import BEGUN
from reverie.science.simulation.script import Script
from reverie.science.simulation.scripted import MONITOR, Message, Second
from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.told import Condition
from reverie.science.vitals.reading import Reading

EPOCH_MS = int(BEGUN.timestamp() * 1_000)
WAYS = {
    "before": ("arrived", "preflight"),
    "infusion": ("ready", "infusing"),
    "recovery": ("completed_dose", "recovery"),
}
TOLERATED_MS = 2_000
NURSE = actor("staff", "7", "A Nurse", "infusion_nurse")


@dataclass
class Book:
    """A session's stream as it grows. `ahead_ms` is what the clock has been moved by so far."""

    entries: list[Recorded] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    ahead_ms: int = 0

    def append(self, event: Event, steady_ms: int, *, key: str = "", occurred_ms: int | None = None) -> None:
        """Commit an event at `steady_ms` of the script, once for each key."""
        seq = len(self.entries) + 1
        key = key or f"k{seq}"
        if key in self.keys:
            return
        self.keys.add(key)
        now_ms = EPOCH_MS + steady_ms + self.ahead_ms
        body = json.loads(json.dumps(body_of(event)))
        self.entries.append(
            Recorded(
                seq, key, kind_of(event), version_of(event),
                now_ms if occurred_ms is None else occurred_ms, now_ms, NURSE, body,
            )
        )  # fmt: skip


def run(script: Script, whole: Sequence[Second], rules: dict[str, Rules] | Any) -> list[Alarm]:
    """The alarms that stand in the record at the end."""
    prepared = {name: engine.prepare(*one) for name, one in rules.items()}
    return alarms_in(record_of(script, whole, prepared).entries)


def record_of(script: Script, whole: Sequence[Second], prepared: dict[str, Any]) -> Book:
    """The whole record, the watch looking once a second."""
    book = Book()
    watched = watching.begin()
    now = prepared[""]
    taken = 0
    cuff: Message | None = None
    _open(book)
    phase = ""
    for second in whole:
        t = second.now_ms
        if second.clock_by_ms:
            book.ahead_ms += second.clock_by_ms
            book.append(ClockStepped(second.clock_by_ms), t)
        if second.edition is not None:
            now = prepared[second.edition]
            book.append(RulesApplied("alarm_rules", second.edition, 2, "00"), t)
        if second.phase != phase:
            _walk(book, phase, second.phase, t)
            phase = second.phase
        for message in second.messages:
            cuff = message if any(one.parameter == "nibp_sys" for one in message.readings) else cuff
            _hear(book, message)
        if second.set_taken:
            book.append(_set(book, cuff, t), t)
        for topic, level in second.observed:
            book.append(_observed(book, topic, level, t), t)
        for one in book.entries[taken:]:
            watched = watching.take(watched, one)
        taken = len(book.entries)
        watched, found = watching.look(watched, now, EPOCH_MS + t)
        for event in found:
            book.append(event, t)
        for one in book.entries[taken:]:
            watched = watching.take(watched, one)
        taken = len(book.entries)
    return book


def alarms_in(entries: Sequence[Recorded]) -> list[Alarm]:
    """The alarms of a record, by the entries that raised, changed and cleared them."""
    spans: dict[int, tuple[str, str, list[Span]]] = {}
    ended: dict[int, int] = {}
    for at_ms, seq, event in _steadily(entries):
        if isinstance(event, AlarmRaised):
            condition = Condition(
                event.group, event.subject, event.rule, event.priority, at_ms, at_ms, event.inputs,
                None, event.latching, event.silent,
            )  # fmt: skip
            spans[seq] = (event.group, event.subject, [Span(at_ms, condition)])
        elif isinstance(event, AlarmChanged):
            _group, _subject, before = spans[event.refers_to]
            condition = before[-1].condition._replace(
                rule=event.rule, priority=event.priority, eased_ms=at_ms if event.eased else None
            )
            before.append(Span(at_ms, condition))
        elif isinstance(event, AlarmCleared):
            ended[event.refers_to] = at_ms
    return [Alarm(group, subject, tuple(one), ended.get(seq)) for seq, (group, subject, one) in spans.items()]


def _steadily(entries: Sequence[Recorded]) -> Iterator[tuple[int, int, Event]]:
    """Every entry with its time on the script's own line."""
    ahead_ms = 0
    for one in entries:
        assert one.body is not None
        event = parse(one.kind, one.version, one.body)
        if isinstance(event, ClockStepped):
            ahead_ms += event.by_ms
        yield one.recorded_ms - ahead_ms - EPOCH_MS, one.seq, event


def _open(book: Book) -> None:
    book.append(Opened("2", "p1", "M K", "depression", None, "c1", 1), 0)
    book.append(DeviceConnected(MONITOR), 0)


def _walk(book: Book, before: str, phase: str, t: int) -> None:
    state = WAYS[before][-1] if before else "arrived"
    for there in WAYS[phase]:
        if there != state:
            book.append(StateChanged(state, there, ""), t)
            state = there
    if phase == "infusion":
        book.append(InfusionStarted(Decimal(150), "staff"), t)


def _hear(book: Book, message: Message) -> None:
    if message.late:
        rows = tuple(_row(one) for one in message.readings)
        inner = VitalsRecorded(EPOCH_MS + message.measured_ms + book.ahead_ms, rows)
        late = LateEntry(kind_of(inner), version_of(inner), body_of(inner), "from the paper chart")
        occurred_ms = EPOCH_MS + message.measured_ms + book.ahead_ms
        book.append(late, message.received_ms, occurred_ms=occurred_ms)
        return
    at_ms = EPOCH_MS + message.measured_ms
    off_ms = message.measured_ms - message.received_ms - book.ahead_ms
    alarms = tuple(_told(priority, name) for priority, name in message.alarms)
    rows = rows_of((*message.readings, *alarms), at_ms)
    control_id = f"{message.number}"
    readings = Readings(
        message.device, control_id, at_ms, off_ms if abs(off_ms) > TOLERATED_MS else None, "0" * 16, rows
    )
    book.append(readings, message.received_ms, key=f"{message.device}:{control_id}")


def _told(priority: str, name: str) -> Reading:
    return Reading(
        None,
        None,
        "",
        "not_available",
        None,
        "196616",
        name or "MDC_EVT_ALARM",
        "",
        f"{priority} {name}".strip(),
    )


def _row(one: Reading) -> Row:
    assert one.parameter is not None
    return Row(one.parameter, one.value, one.validity, *USUAL[one.parameter], "", None)


def _set(book: Book, cuff: Message | None, t: int) -> VitalsRecorded:
    """What a nurse confirms in two taps: the monitor's last pressure, and what was observed."""
    rows: tuple[Row, ...] = ()
    taken: tuple[Taken, ...] = ()
    if cuff is not None:
        pressure = [one for one in cuff.readings if one.parameter in ("nibp_sys", "nibp_dia")]
        measured_ms = EPOCH_MS + cuff.received_ms + book.ahead_ms
        rows = tuple(_row(one) for one in pressure)
        taken = tuple(Taken(row.parameter or "", "confirmed", MONITOR, measured_ms) for row in rows)
    at_ms = EPOCH_MS + t + book.ahead_ms
    return VitalsRecorded(at_ms, rows, taken=taken, arousal_level=5, distress=0, nausea=0)


def _observed(book: Book, topic: str, level: str, t: int) -> VitalsRecorded:
    at_ms = EPOCH_MS + t + book.ahead_ms
    if topic == "symptom":
        return VitalsRecorded(at_ms, (), symptoms=(level,))
    name = "arousal_level" if topic == "arousal" else topic
    return VitalsRecorded(at_ms, (), **{name: int(level)})
