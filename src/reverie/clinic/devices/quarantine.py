"""The quarantine's store: what could not be recorded is kept whole, up to a bound.

The same bytes sent again while nobody has decided about them are counted, not kept twice. Room is made by
emptying messages that somebody has decided about, oldest first; never one that is open.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Sum

from reverie.clinic.devices.models import Quarantined
from reverie.clinic.kernel import clock, ids
from reverie.clinic.people.models import Clinic

MB = 1_000_000
LONGEST_REASON, LONGEST_DEVICE, LONGEST_CONTROL_ID = 300, 250, 199
RECOUNT_S = 10.0
EMPTIED_AT_ONCE = 200
RECORDED_LATER = "Recorded when the device sent it again."


class Reject(NamedTuple):
    """A message that cannot be recorded, and why; `content` is the hash of its bytes.

    `clinic_id` None: nobody's that we know of.
    """

    payload: bytes
    reason: str
    device: str
    control_id: str
    peer: str
    received_ms: int
    content: str
    clinic_id: UUID | None


def limit_bytes() -> int:
    """How much is kept at most; REVERIE_QUARANTINE_MB, else 1 GB."""
    return int(os.environ.get("REVERIE_QUARANTINE_MB") or 1_000) * MB


def stored(text: str, longest: int) -> str:
    """`text` as a column can hold it: no NUL, no half characters, cut to size."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")[:longest]


class Store:
    """Keeps rejects in the caller's transaction. Counts once what is there, then only what it adds."""

    def __init__(self, limit: int | None = None) -> None:
        """`limit` in bytes."""
        self.limit = limit_bytes() if limit is None else limit
        self.full = False
        self._total: int | None = None
        self._counted_s = 0.0
        self._refused_size = 0

    def keep(self, rejects: Sequence[Reject]) -> list[bool]:
        """Of each reject, whether it is kept; not, when the quarantine is full."""
        contents = {one.content for one in rejects}
        still_open = Quarantined.objects.filter(content_hash__in=contents, resolved_at=None)
        known = dict(still_open.values_list("content_hash", "pk"))
        rows: dict[str, Quarantined] = {}
        again: dict[UUID, tuple[int, Reject]] = {}
        outcome = []
        for one in rejects:
            content = one.content
            at = clock.from_ms(one.received_ms)
            if content in known:
                times, _ = again.get(known[content], (0, one))
                again[known[content]] = (times + 1, one)
                outcome.append(True)
            elif content in rows:
                rows[content].times += 1
                rows[content].last_received_at = at
                outcome.append(True)
            elif self._has_room(len(one.payload)):
                rows[content] = _row(one)
                outcome.append(True)
            else:
                outcome.append(False)
        Quarantined.objects.bulk_create(rows.values())
        for pk, (times, one) in again.items():
            Quarantined.objects.filter(pk=pk).update(
                times=F("times") + times,
                last_received_at=clock.from_ms(one.received_ms),
                reason=stored(one.reason, LONGEST_REASON),
            )
        return outcome

    def look_again(self) -> None:
        """After a while, see whether somebody has made room by deciding."""
        if not self.full or clock.monotonic() - self._counted_s < RECOUNT_S:
            return
        self._counted_s = clock.monotonic()
        undecided = Quarantined.objects.filter(resolved_at=None).aggregate(total=Sum("size"))["total"] or 0
        if undecided + self._refused_size <= self.limit:
            self.full, self._total = False, None

    def rolled_back(self) -> None:
        """The transaction that `keep` wrote in came to nothing: count anew."""
        self._total = None

    def _has_room(self, size: int) -> bool:
        if self._total is None or (self.full and clock.monotonic() - self._counted_s > RECOUNT_S):
            self._total = Quarantined.objects.aggregate(total=Sum("size"))["total"] or 0
            self._counted_s = clock.monotonic()
        if self._total + size > self.limit:
            self._total -= _empty_decided(self._total + size - self.limit)
        self.full = self._total + size > self.limit
        if self.full:
            self._refused_size = size
        else:
            self._total += size
        return not self.full


def _row(one: Reject) -> Quarantined:
    at = clock.from_ms(one.received_ms)
    return Quarantined(
        pk=ids.new_uuid(),
        clinic_id=one.clinic_id,
        received_at=at,
        last_received_at=at,
        device=stored(one.device, LONGEST_DEVICE),
        control_id=stored(one.control_id, LONGEST_CONTROL_ID),
        reason=stored(one.reason, LONGEST_REASON),
        peer=one.peer,
        size=len(one.payload),
        content_hash=one.content,
        payload=one.payload,
    )


def _empty_decided(wanted: int) -> int:
    """Empty messages that somebody has decided about until so many bytes are free; how many became free."""
    free = 0
    while free < wanted:
        found = list(
            Quarantined.objects.filter(resolved_at__isnull=False, size__gt=0)
            .order_by("resolved_at")
            .values_list("pk", "size")[:EMPTIED_AT_ONCE]
        )
        if not found:
            break
        Quarantined.objects.filter(pk__in=[pk for pk, _ in found]).update(payload=b"", size=0)
        free += sum(size for _, size in found)
    return free


def sole_clinic() -> UUID | None:
    """The clinic, where there is only one: then a stranger's message is its own."""
    found = list(Clinic.objects.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def close_recorded(contents: Iterable[str]) -> None:
    """Close what stands open of messages that are recorded now that they came again."""
    Quarantined.objects.filter(content_hash__in=set(contents), resolved_at=None).update(
        resolved_at=clock.now(), resolution=RECORDED_LATER
    )
