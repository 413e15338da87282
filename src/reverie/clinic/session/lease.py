"""The lease: at most one process judges alarms, and one that was paused cannot write when it wakes.

Held for LASTS_S from each renewal. The holder's name is looked at inside every writing transaction. It never
trusts a time of day: on one machine monotonic times are compared, else a holder that no longer renews is
waited for by one's own clock. Nothing here decides what is judged.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from reverie.clinic.kernel import clock, ids
from reverie.clinic.kernel.pulse import boot_id
from reverie.clinic.session.models import Lease

NAME = "watch"
LASTS_S = 2.5
RENEW_EVERY_S = 1.0


class Lost(Exception):
    """Another process holds the lease by now: what was about to be written must not be."""


class Sight(NamedTuple):
    """What was seen of another holder's lease, and since when it looks so (own monotonic seconds)."""

    holder: str
    renewals: int
    since_s: float


class Taken(NamedTuple):
    """The lease is ours: until when everything was judged, and how the clock stood for who judged it.

    `looked_ms` is None when nobody ever looked; `offset_ms`, time of day less monotonic time, is None also
    when the machine was started anew since.
    """

    looked_ms: int | None
    offset_ms: int | None


def take(holder: str, sight: Sight | None = None) -> Taken | Sight:
    """Take the lease if it is free or has run out; else what was seen, to be given at the next try."""
    found = Lease.objects.filter(name=NAME).first()
    if found is not None and (seen := _sight_of(found, holder, sight)) is not None:
        return seen
    with transaction.atomic():
        lease, _ = Lease.objects.select_for_update().get_or_create(name=NAME)
        if (seen := _sight_of(lease, holder, sight)) is not None:
            return seen
        here = bool(boot_id()) and lease.boot == boot_id()
        before = Taken(lease.looked_ms, lease.offset_ms if here else None)
        lease.holder, lease.boot = holder, boot_id()
        lease.until_ms = _until_ms()
        lease.renewals += 1
        # what was looked at stays as it was until we have looked ourselves
        lease.offset_ms = before.offset_ms
        lease.save(update_fields=["holder", "boot", "until_ms", "renewals", "offset_ms"])
    return before


def _sight_of(lease: Lease, holder: str, sight: Sight | None) -> Sight | None:
    """None when the lease may be taken."""
    if lease.holder in ("", holder):
        return None
    now_s = clock.monotonic()
    if boot_id() and lease.boot == boot_id():
        if now_s * 1_000 > lease.until_ms:
            return None
        return Sight(lease.holder, lease.renewals, now_s)
    if sight is None or (sight.holder, sight.renewals) != (lease.holder, lease.renewals):
        return Sight(lease.holder, lease.renewals, now_s)
    return None if now_s - sight.since_s > LASTS_S else sight


def renew(holder: str, looked_ms: int, offset_ms: int) -> None:
    """Hold on, everything being judged up to this time of day. Raises Lost.

    Call it first in a writing transaction: whatever else is written then is written by the holder.
    """
    held = Lease.objects.filter(name=NAME, holder=holder)
    if not held.update(
        until_ms=_until_ms(), looked_ms=looked_ms, offset_ms=offset_ms, renewals=F("renewals") + 1
    ):
        raise Lost


def give_back(holder: str) -> None:
    """Let the next one begin at once."""
    Lease.objects.filter(name=NAME, holder=holder).update(holder="")


def _until_ms() -> int:
    return int((clock.monotonic() + LASTS_S) * 1_000)


class Hold:
    """One process and the lease: not held at first."""

    def __init__(self) -> None:
        """With a name that no other process ever has."""
        self.held = False
        self._holder = ids.new_id()
        self._sight: Sight | None = None
        self._renewed_s = float("-inf")

    def try_to_take(self) -> Taken | None:
        """Take the lease if it can be had; None when another one has it."""
        found = take(self._holder, self._sight)
        if isinstance(found, Sight):
            self._sight = found
            return None
        self._sight, self.held, self._renewed_s = None, True, clock.monotonic()
        return found

    @property
    def waits(self) -> bool:
        """Whether another one was seen to have it."""
        return self._sight is not None

    @property
    def should_renew(self) -> bool:
        """Whether it is time to."""
        return clock.monotonic() - self._renewed_s >= RENEW_EVERY_S

    def renew(self, looked_ms: int, offset_ms: int) -> None:
        """Hold on; see the function `renew`. It counts once it is committed. Raises Lost."""
        renew(self._holder, looked_ms, offset_ms)

    def renewed(self) -> None:
        """What was renewed is committed."""
        self._renewed_s = clock.monotonic()

    def drop(self) -> None:
        """It is lost."""
        self.held, self._sight = False, None

    def give_back(self) -> None:
        """Let the next one begin at once, if it is held."""
        if self.held:
            give_back(self._holder)
        self.drop()
