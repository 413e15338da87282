"""What devices say, written into the streams of sessions: many messages in few statements.

It knows which session sits in which chair, and that a message is recorded once, also when the session
changed between two sendings of it. It never refuses a fact and knows nothing of sockets or HL7.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from reverie.clinic.kernel import chain, clock, streams
from reverie.clinic.kernel.models import Entry
from reverie.clinic.session.models import Session
from reverie.science.session import events

CLOCK_TOLERANCE_MS = 10_000
EARLIER_FOR = timedelta(days=1)
MOST_EARLIER = 2
TAIL = 200
_ABOUT_DEVICES = frozenset({"readings", "device_connected", "device_lost"})


class Seat(NamedTuple):
    """The open session of a chair, and the streams of those who sat there before, latest first.

    `number` is the record number of the patient who sits there now.
    """

    stream: str | None
    earlier: tuple[str, ...] = ()
    number: str = ""


class Sent(NamedTuple):
    """A message to be recorded once: the stream it is for, its key, and where it may stand already."""

    stream: str
    key: str
    earlier: tuple[str, ...] = ()


def seats(chair_ids: Collection[UUID]) -> dict[UUID, Seat]:
    """Who sits in each of these chairs now, and who sat there before."""
    since = clock.now() - EARLIER_FOR
    open_now: dict[UUID, tuple[str, str]] = {}
    earlier: dict[UUID, list[str]] = {}
    found = (
        Session.objects.filter(Q(closed_at=None) | Q(closed_at__gt=since), chair_id__in=chair_ids)
        .order_by("-opened_at")
        .select_related("patient")
        .only("pk", "chair_id", "closed_at", "patient__number")
    )
    for session in found:
        if session.is_open:
            open_now[session.chair_id] = (session.stream, session.patient.number)
        else:
            before = earlier.setdefault(session.chair_id, [])
            if len(before) < MOST_EARLIER:
                before.append(session.stream)
    found_seats = {}
    for chair in chair_ids:
        stream, number = open_now.get(chair, (None, ""))
        found_seats[chair] = Seat(stream, tuple(earlier.get(chair, ())), number)
    return found_seats


def names_another(said: str, number: str) -> bool:
    """Whether a record number that a device sends is that of another patient. Silence names nobody."""
    return said.strip() != "" and _plain_number(said) != _plain_number(number)


def _plain_number(number: str) -> str:
    return number.strip().casefold().lstrip("0")


def last_named(stream: str, device: str) -> str:
    """The other patient's number that this device was last said to name; "" for none."""
    found = (
        Entry.objects.filter(head__stream=stream, kind="patient_named", body__isnull=False)
        .order_by("-seq")
        .values_list("body", flat=True)
    )
    for body in found:
        said = json.loads(body or "{}")
        if said.get("device") == device:
            return str(said.get("said", ""))
    return ""


def key_of(*parts: str | bytes) -> str:
    """The key under which something happens once: 128 bits of a hash over its parts."""
    state = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(b"%d:" % len(raw))
        state.update(raw)
    return state.hexdigest()[:32]


def draft(event: events.Event, key: str, occurred_ms: int, actor: str) -> streams.Draft:
    """An event as a draft. `actor` is canonical text. Raises BadEvent."""
    return streams.Draft(
        key,
        events.kind_of(event),
        events.version_of(event),
        occurred_ms,
        actor,
        chain.canonical(events.body_of(event)),
    )


@lru_cache(maxsize=4_096)
def device_actor(device: str) -> str:
    """A device as the actor of what it reports."""
    return chain.canonical(events.actor("device", device, device, ""))


SYSTEM_ACTOR = chain.canonical(events.actor("system", "", "Reverie", ""))


def clock_ahead_ms(device_ms: int | None, received_ms: int) -> int | None:
    """By how much the device's clock was ahead of receipt; None within tolerance, or when it told no time."""
    if device_ms is None or abs(device_ms - received_ms) <= CLOCK_TOLERANCE_MS:
        return None
    return device_ms - received_ms


def hold(names: Collection[str]) -> dict[str, streams.Locked]:
    """Lock these streams. Needs a transaction. Raises UnknownStream."""
    heads = streams.lock_all(names)
    for name in names:
        if name not in heads:
            raise streams.UnknownStream(name)
    return heads


def fresh(sent: Sequence[Sent], heads: Mapping[str, streams.Locked]) -> list[bool]:
    """Of each message whether it is new: recorded in none of its streams, and not earlier in `sent`."""
    asked: dict[str, list[str]] = {}
    for one in sent:
        for name in (one.stream, *one.earlier):
            if name in heads:
                asked.setdefault(name, []).append(one.key)
    found = streams.known_keys_of((heads[name], keys) for name, keys in asked.items())
    known = {key for keys in found.values() for key in keys}
    outcome = []
    for one in sent:
        outcome.append(one.key not in known)
        known.add(one.key)
    return outcome


def append(heads: Mapping[str, streams.Locked], drafts: Mapping[str, Sequence[streams.Draft]]) -> None:
    """Append to each stream, whose head is held. What is known already is left out."""
    streams.append_all([(heads[stream], some) for stream, some in drafts.items()])


def open_among(names: Collection[str]) -> set[str]:
    """Those of these streams whose session is still open."""
    ids = {name.partition(":")[2]: name for name in names}
    found = Session.objects.filter(pk__in=ids, closed_at=None).values_list("pk", flat=True)
    return {ids[str(pk)] for pk in found}


def connected_before(chair_ids: Collection[UUID]) -> dict[str, tuple[str, int]]:
    """The devices that spoke lately to these chairs' open sessions and were not lost since: stream, and when.

    Times are those of recording, in milliseconds since the epoch. Only the end of each stream is read.
    """
    found: dict[str, tuple[str, int]] = {}
    for seat in seats(chair_ids).values():
        if seat.stream is None:
            continue
        decided: set[str] = set()
        tail = Entry.objects.filter(head__stream=seat.stream).order_by("-seq")
        for kind, recorded_ms, body in tail.values_list("kind", "recorded_ms", "body")[:TAIL]:
            if kind not in _ABOUT_DEVICES or body is None:
                continue
            device = json.loads(body)["device"]
            if device not in decided:
                decided.add(device)
                if kind != "device_lost":
                    found[device] = (seat.stream, recorded_ms)
    return found
