"""What is said of a session while it runs: each entry as one message, made once for all who watch.

The tail's thread calls it. A message holds what its entry says and nothing that depends on when it is
read, so that a replayed one equals the first; what else is known then comes as a summary beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from reverie.clinic.kernel import access, chain, clock, trouble
from reverie.clinic.kernel.tail import Tail
from reverie.clinic.people import sign_in
from reverie.clinic.people.models import SignIn
from reverie.clinic.session import folds, questions, ward, watch_state
from reverie.clinic.session.said import opened_session, said
from reverie.clinic.session.sentences import line_of
from reverie.science.session.amend import inner_of, read
from reverie.science.session.effects import choose_rows
from reverie.science.session.events import (
    Correction,
    Event,
    LateEntry,
    Opened,
    Readings,
    Redaction,
    VitalsRecorded,
    typed_rows,
)
from reverie.science.session.fold import timeline
from reverie.science.session.samples import measured_ms


class Watcher(NamedTuple):
    """Who listens: their sign-in, and the act that listening is."""

    sign_in_id: str
    act: str
    clinic_id: str


# the last word of a stream whose reader may no longer listen, or whose server ends
ENDED = said("ended", {})


def beat() -> bytes:
    """The heartbeat: the server's time (ms since the epoch), how long ago the watch looked, what is wrong."""
    data: dict[str, Any] = {"now": clock.to_ms(clock.now()), "watch": watch_state.age_ms()}
    if sentences := trouble.sentences():
        data["trouble"] = sentences
    return said("beat", data)


class SessionReader:
    """Makes the messages of one session."""

    def __init__(self, stream: str) -> None:
        """Folds the session first. Raises UnknownStream."""
        self._id = stream.partition(":")[2]
        self._fold = folds.fold_of(stream)

    def read(self, entry: chain.Entry) -> bytes:
        """The message of an entry."""
        return said("entry", self._message(entry))

    def live(self, entry: chain.Entry) -> bytes:
        """The message of an entry that came just now, with a summary when it may have changed it."""
        self._fold.take(entry)
        message = self._message(entry)
        state = self._fold.state
        if entry.kind != "readings":
            message["now"] = questions.summary(state) | {"seq": self._fold.seq}
        elif (device := state.devices.get(message.get("device", ""))) is not None:
            message["interval"] = device.interval_ms
        return said("entry", message)

    def snapshot(self) -> bytes:
        """All that is known, with the lines."""
        self._fold.catch_up()
        return said("snapshot", questions.whole(self._fold) | {"lines": questions.lines(self._fold.state)})

    def summary(self) -> bytes:
        """What is known beside the values: state, infusion, staff, devices."""
        state = self._fold.state
        return said("summary", {"s": self._id, "now": questions.summary(state) | {"seq": self._fold.seq}})

    def _message(self, entry: chain.Entry) -> dict[str, Any]:
        message: dict[str, Any] = {
            "s": self._id,
            "seq": entry.seq,
            "kind": entry.kind,
            "at": entry.occurred_ms,
            "rec": entry.recorded_ms,
        }
        known = self._fold.last_readings
        if known is not None and known[0] == entry.seq:
            return message | _of_readings(entry.recorded_ms, known[1])
        recorded = folds.recorded_of(entry)
        event = read(recorded)
        if isinstance(event, Readings):
            return message | _of_readings(entry.recorded_ms, event)
        (line,) = timeline([recorded])
        told = line_of(line, recorded.actor)
        if told is not None:
            message["line"] = told
        return message | _of_other(event)


def _of_readings(received_ms: int, event: Readings) -> dict[str, Any]:
    return {
        "device": event.device,
        "clock": event.clock_ms,
        "rows": [
            [
                parameter,
                None if row.value is None else format(row.value, "f"),
                row.unit,
                row.validity,
                measured_ms(received_ms, event.at_ms, row.at_ms),
            ]
            for parameter, row in choose_rows(event.rows).items()
        ],
    }


def _of_other(event: Event | None) -> dict[str, Any]:
    if isinstance(event, Opened):
        return {"chair": event.chair, "initials": event.initials}
    if isinstance(event, Correction):
        return {"refers": event.refers_to, "struck": event.body is None, "again": True}
    if isinstance(event, Redaction):
        return {"refers": event.refers_to, "again": True}
    if isinstance(event, LateEntry):
        event = inner_of(event)
    rows = typed_rows(event) if isinstance(event, VitalsRecorded) else getattr(event, "rows", ())
    if rows:
        return {
            "hand": [
                [row.parameter, None if row.value is None else format(row.value, "f"), row.unit, row.validity]
                for row in rows
            ]
        }
    return {}


class LedgerReader:
    """Tells a board of sessions that were opened; of the rest of the ledger it says nothing."""

    def read(self, entry: chain.Entry) -> bytes | None:
        """A message when a session was opened."""
        opened = opened_session(entry)
        if opened is None:
            return None
        return said("opened", {"s": opened.partition(":")[2], "at": entry.recorded_ms})

    live = read

    def summary(self) -> None:
        """Nothing is known beside the lines."""

    def snapshot(self) -> bytes:
        """The board has missed too much of the ledger: it must ask for its page again."""
        return said("changed", {})


def reader_of(stream: str) -> SessionReader | LedgerReader:
    """The reader for a stream. Raises UnknownStream."""
    return LedgerReader() if stream.startswith("ledger:") else SessionReader(stream)


def gatherer_of(name: str) -> ward.Ward | None:
    """The ward of a clinic, when the name is of one."""
    return ward.made(name) if name.startswith(ward.PREFIX) else None


def gone(watchers: Sequence[Watcher]) -> Collection[Watcher]:
    """Those who may no longer listen; one query for all of them."""
    wanted = {watcher.sign_in_id for watcher in watchers}
    entries = SignIn.objects.filter(pk__in=wanted).select_related("user", "station")
    found = {str(entry.pk): entry for entry in entries}
    return {watcher for watcher in watchers if not _may_go_on(watcher, found.get(watcher.sign_in_id))}


def _may_go_on(watcher: Watcher, entry: SignIn | None) -> bool:
    # a locked screen goes on showing: only writing is locked
    standing = sign_in.standing(entry)
    if entry is None or standing in (sign_in.Standing.ENDED, sign_in.Standing.WEAK):
        return False
    return str(entry.user.clinic_id) == watcher.clinic_id and access.may(entry.user, watcher.act)


tail = Tail(reader_of, beat, gone, gatherer_of, watch_state.runs)
