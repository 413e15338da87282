"""Which sessions are open, and what was recorded in them since: few questions for all of them at once.

On SQLite it asks nothing until another connection has committed. It judges nothing and remembers only where
each head stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from reverie.clinic.kernel import chain, streams
from reverie.clinic.kernel.heads import MOST_HEADS_ASKED
from reverie.clinic.kernel.models import Head
from reverie.clinic.session.models import Session

MOST_STREAMS_READ = 100


class Followed(NamedTuple):
    """An open session: its stream, the row of its head, and its clinic."""

    stream: str
    head_id: int
    clinic_id: UUID


def open_sessions() -> dict[str, Followed]:
    """Every open session whose stream has begun, by stream."""
    clinics = {
        f"session:{pk}": clinic
        for pk, clinic in Session.objects.filter(closed_at=None).order_by().values_list("pk", "clinic_id")
    }
    names = list(clinics)
    found = {}
    for start in range(0, len(names), MOST_HEADS_ASKED):
        part = names[start : start + MOST_HEADS_ASKED]
        for head_id, stream in Head.objects.filter(stream__in=part).values_list("pk", "stream"):
            found[stream] = Followed(stream, head_id, clinics[stream])
    return found


def entries_since(asked: Mapping[int, tuple[str, int]]) -> dict[int, list[chain.Entry]]:
    """By head row, given as stream and the number of the last known entry: what came after, in order."""
    found: dict[int, list[chain.Entry]] = {}
    wanted = [(head_id, after + 1) for head_id, (_stream, after) in asked.items()]
    for start in range(0, len(wanted), MOST_STREAMS_READ):
        for head_id, row in streams.read_many(wanted[start : start + MOST_STREAMS_READ]):
            found.setdefault(head_id, []).append(streams.entry_from(asked[head_id][0], row))
    return found
