"""The alarms of all open sessions of a clinic, as the pages of its staff need them: who sits where, and what.

One whole for all who listen: told at first, and again for a session whenever its alarms or its state change.
Whoever comes back is told the present state. It holds initials and chairs, never a name.
"""

from __future__ import annotations

import weakref
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from reverie.clinic.kernel import chain, ledger
from reverie.clinic.session import folds, governing, questions
from reverie.clinic.session.models import Session
from reverie.clinic.session.said import opened_session, said
from reverie.science.session.fold import State, advance

PREFIX = "ward:"
_ANEW = frozenset({"correction", "redaction", "late_entry"})
# what a page needs of an alarm that it shows
_FIELDS = (
    "seq", "priority", "words", "action", "parameters", "onset", "eased", "cleared", "latching", "silent",
    "seen", "escalated",
)  # fmt: skip


def name_of(clinic_id: Any) -> str:
    """What a clinic's ward is called among the streams."""
    return f"{PREFIX}{clinic_id}"


class Ward:
    """Gathers the alarms of one clinic. Made and used by the tail's thread."""

    def __init__(self, name: str) -> None:
        """Finds the open sessions; reads none of them yet."""
        self._clinic = UUID(name.removeprefix(PREFIX))
        open_now = Session.objects.filter(clinic=self._clinic, closed_at=None)
        self._ledger = ledger.stream_of(self._clinic)
        self._states: dict[str, State] = {}
        self._chairs: dict[str, str] = {}
        self._told: dict[str, bytes] = {}
        self._whole: bytes | None = None
        self.is_begun = False
        # replaced, never changed: other threads read it
        self.messages: tuple[dict[str, Any], ...] = ()
        self._of: dict[str, dict[str, Any]] = {}
        # the open sessions, and the ledger, which tells of those that are opened
        self.streams = frozenset(
            [self._ledger, *(f"session:{pk}" for pk in open_now.values_list("pk", flat=True))]
        )

    def begin(self, new: Collection[str]) -> bytes | None:
        """Fold sessions that are followed from here on."""
        told = b""
        self._name_chairs()
        for stream in sorted(set(new) - {self._ledger}):
            self._states[stream] = folds.fold_of(stream).state
            told += self._news(stream) or b""
        self.is_begun = True
        return told

    def live(self, entry: chain.Entry) -> bytes | None:
        """What an entry has changed. Readings change nothing: what follows from them is an alarm."""
        if entry.stream == self._ledger:
            opened = opened_session(entry)
            if opened is not None:
                self.streams |= {opened}
            return None
        if entry.kind == "readings" or entry.stream not in self._states:
            return None
        if entry.kind in _ANEW:
            self._states[entry.stream] = folds.fold_of(entry.stream).state
        else:
            # numbers between are readings: nothing here follows from them
            self._states[entry.stream] = advance(self._states[entry.stream], folds.recorded_of(entry))
        return self._news(entry.stream)

    def _name_chairs(self) -> None:
        chairs = Session.objects.filter(clinic=self._clinic, closed_at=None).values_list("pk", "chair__name")
        self._chairs = {str(pk): name for pk, name in chairs}

    def whole(self) -> bytes:
        """Which sessions there are, then each of them."""
        if self._whole is None:
            names = [stream.partition(":")[2] for stream in self._told]
            self._whole = said("ward", {"open": names}) + b"".join(self._told.values())
        return self._whole

    def _news(self, stream: str) -> bytes | None:
        session = stream.partition(":")[2]
        message = of_state(session, self._states[stream], self._chairs.get(session, ""))
        told = said("alarms", message)
        if self._told.get(stream) == told:
            return None
        self._told[stream], self._of[stream], self._whole = told, message, None
        if message["phase"] == "closed":
            self.streams -= {stream}
            del self._states[stream], self._told[stream], self._of[stream]
        self.messages = tuple(self._of.values())
        return told


_living: weakref.WeakValueDictionary[str, Ward] = weakref.WeakValueDictionary()


def made(name: str) -> Ward:
    """The ward of a name, for the tail; pages of this process look at what it knows."""
    ward = _living[name] = Ward(name)
    return ward


def present(clinic_id: Any) -> list[dict[str, Any]]:
    """What is told of each open session of a clinic now. No query while somebody listens to its ward."""
    ward = _living.get(name_of(clinic_id))
    if ward is not None and ward.is_begun:
        return list(ward.messages)
    found = Session.objects.filter(clinic=clinic_id, closed_at=None).order_by("chair__order", "chair__name")
    chairs = {f"session:{pk}": name for pk, name in found.values_list("pk", "chair__name")}
    return told_of(folds.folds_of(list(chairs)), chairs)


def told_of(known: Mapping[str, folds.Fold], chairs: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is told of each of these sessions, by their folds and the names of their chairs."""
    return [
        of_state(name.partition(":")[2], fold.state, chairs[name])
        for name, fold in known.items()
        if fold.state.phase != "closed"
    ]


def of_state(session_id: str, state: State, chair: str) -> dict[str, Any]:
    """What every page is told of one session: who sits where, its state, the alarms that are to be shown."""
    alarms = questions.alarms_of(state, shown_only=True)
    return {
        "s": session_id,
        "chair": state.chair,
        "name": chair,
        "initials": state.initials,
        "phase": state.phase,
        "since": state.phase_since_ms,
        "rules": rules.number if (rules := state.rules.get("alarm_rules")) is not None else None,
        "off": governing.switched_off(state),
        "alarms": [{name: alarm[name] for name in _FIELDS} for alarm in alarms],
    }
