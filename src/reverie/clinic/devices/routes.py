"""Where what a device says belongs: device → chair → the open session there.

Remembered between batches and forgotten whenever another connection has committed, so that a link made
elsewhere counts at once. Used inside a transaction only, by one thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from reverie.clinic.devices.models import Device, DeviceLink
from reverie.clinic.session import intake
from reverie.clinic.session.intake import Seat

MOST_REMEMBERED = 5_000


class Route(NamedTuple):
    """A device that is known. Without a chair it is not linked; without a stream nobody sits there."""

    device_id: UUID
    clinic_id: UUID
    zone: str
    interval_s: int | None
    chair: str | None
    seat: Seat


class Routes:
    """The routes of devices by the name that they give themselves."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._known: dict[str, Route | None] = {}
        self._version: int | None = None

    def find(self, names: Iterable[str]) -> dict[str, Route | None]:
        """The route of each of these devices; None for a stranger."""
        self._forget_if_old()
        wanted = set(names)
        missing = wanted - self._known.keys()
        if missing:
            self._known.update(dict.fromkeys(missing) | _read(missing))
        return {name: self._known[name] for name in wanted}

    def _forget_if_old(self) -> None:
        version = None
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                (version,) = cursor.fetchone()
        # PostgreSQL cannot tell: there each batch asks anew
        if version is None or version != self._version or len(self._known) > MOST_REMEMBERED:
            self._known.clear()
            self._version = version


def _read(names: set[str]) -> dict[str, Route | None]:
    devices = Device.objects.filter(name__in=names).values_list(
        "name", "pk", "clinic_id", "zone", "interval_s"
    )
    links = {
        device: (chair_id, chair)
        for device, chair_id, chair in DeviceLink.objects.filter(
            device__name__in=names, ended_at=None
        ).values_list("device_id", "chair_id", "chair__name")
    }
    seats = intake.seats({chair_id for chair_id, _ in links.values()}) if links else {}
    found: dict[str, Route | None] = {}
    for name, pk, clinic_id, zone, interval_s in devices:
        chair_id, chair = links.get(pk, (None, None))
        seat = seats[chair_id] if chair_id is not None else Seat(None)
        found[name] = Route(pk, clinic_id, zone, interval_s, chair, seat)
    return found
