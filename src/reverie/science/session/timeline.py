"""The entries of a session as dated lines, in order of occurrence, each with what became of it.

Struck and corrected lines stay in view. It formats nothing and knows no time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from reverie.science.session.amend import LATE_MS, blank_redacted, inner_of, kind_at, read, resolve
from reverie.science.session.events import Correction, Event, LateEntry
from reverie.science.session.state import Recorded


class Line(NamedTuple):
    """One entry. `kind` is what happened (for a late entry the kind inside it).

    `event` is what was recorded (for a late entry what is inside it), None where it is unknown;
    `now` what stands after corrections, None where that is nothing or unknown.
    """

    seq: int
    occurred_ms: int
    recorded_ms: int
    kind: str
    struck_by: int | None
    corrected_by: int | None
    late: bool
    actor: Mapping[str, Any]
    event: Event | None
    now: Event | None


def timeline(recorded: Iterable[Recorded]) -> list[Line]:
    """All entries by occurrence, then recording, then seq."""
    entries = blank_redacted(recorded)
    events = {one.seq: read(one) for one in entries}
    kinds = {one.seq: (one.kind, events[one.seq]) for one in entries}
    fates, _ = resolve(
        ((seq, event) for seq, event in events.items() if isinstance(event, Correction)),
        lambda seq: kind_at(seq, kinds),
    )
    lines = []
    for one in entries:
        event = events[one.seq]
        kind, told = one.kind, event
        if isinstance(event, LateEntry):
            told = inner_of(event)
            kind = event.kind
        fate = fates.get(one.seq)
        struck = fate is not None and fate.event is None
        lines.append(
            Line(
                one.seq,
                one.occurred_ms,
                one.recorded_ms,
                kind,
                fate.by if fate is not None and struck else None,
                fate.by if fate is not None and not struck else None,
                one.kind == "late_entry" or one.recorded_ms - one.occurred_ms >= LATE_MS,
                one.actor,
                told,
                told if fate is None else fate.event,
            )
        )
    return sorted(lines, key=_by_occurrence)


def _by_occurrence(line: Line) -> tuple[int, int, int]:
    return line.occurred_ms, line.recorded_ms, line.seq
