"""Upcasts: how a body of an older version of a kind becomes one of the next version. Kept for ever.

Each takes a checked event of its own version and gives the event of the next; nothing is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reverie.science.session.kinds import Note, NoteV1
from reverie.science.session.set_kinds import VitalsRecorded, VitalsRecordedV1
from reverie.science.session.values import BadEvent


def _note_1(event: NoteV1) -> Note:
    if not event.text.strip():
        raise BadEvent("the field “text” is empty")
    return Note(event.text, "")


def _vitals_recorded_1(event: VitalsRecordedV1) -> VitalsRecorded:
    return VitalsRecorded(event.at_ms, event.rows, event.arousal, event.comfort)


UPCASTS: Mapping[tuple[str, int], Callable[[Any], Any]] = {
    ("note", 1): _note_1,
    ("vitals_recorded", 1): _vitals_recorded_1,
}


def upcast(kind: str, version: int, event: Any) -> Any:
    """`event` as the newest version of its kind knows it."""
    while (step := UPCASTS.get((kind, version))) is not None:
        event = step(event)
        version += 1
    return event
