"""What may be asked about devices and the quarantine: read-only, inside one clinic, few queries a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone

from reverie.clinic.devices.models import Device, DeviceLink, Quarantined
from reverie.clinic.devices.words import said
from reverie.clinic.kernel import access, clock
from reverie.clinic.people.models import Chair, User
from reverie.clinic.session.models import Session

A_PAGE = 50
SILENT_INTERVALS, LEAST_SILENCE_S = 3, 10.0
NOTED_EVERY_S = 5.0


class Standing(NamedTuple):
    """A device as it stands: when it was last heard, and whether that is as it should be.

    `state` is fresh, lost or missing (never heard). `interval_s` is as set by staff, else as learnt.
    """

    device: Device
    state: str
    heard_at: datetime | None
    interval_s: float | None
    is_set: bool

    @property
    def is_today(self) -> bool:
        """Whether it was last heard today, in the reader's time zone."""
        at = self.heard_at
        return at is not None and timezone.localdate(at) == timezone.localdate(clock.now())


class Place(NamedTuple):
    """A chair, whether somebody sits there, and its devices."""

    chair: Chair
    is_taken: bool
    devices: list[Standing]


class Stranger(NamedTuple):
    """A device that sends, but stands at no chair."""

    name: str
    times: int
    last_received_at: datetime
    known: bool


class Group(NamedTuple):
    """Open messages of one device, refused for one reason. `times` counts repeats of the same bytes too."""

    device: str
    reason: str
    messages: int
    times: int
    first_at: datetime
    last_at: datetime

    @property
    def words(self) -> str:
        """The reason in the reader's language."""
        return said(self.reason)


def places(user: User) -> list[Place]:
    """Every chair in use, with what stands there."""
    chairs = list(access.within(Chair.objects.all(), user).filter(in_use=True))
    taken = set(
        access.within(Session.objects.all(), user).filter(closed_at=None).values_list("chair_id", flat=True)
    )
    by_chair: dict[UUID, list[Standing]] = {}
    links = DeviceLink.objects.filter(ended_at=None, chair__clinic_id=user.clinic_id).select_related("device")
    for link in links.order_by("device__name"):
        by_chair.setdefault(link.chair_id, []).append(standing(link.device))
    return [Place(chair, chair.pk in taken, by_chair.get(chair.pk, [])) for chair in chairs]


def standing(device: Device) -> Standing:
    """When `device` was last heard, and whether it should have spoken since."""
    learnt_s = device.learnt_interval_ms / 1_000 if device.learnt_interval_ms else None
    interval_s = float(device.interval_s) if device.interval_s else learnt_s
    if device.heard_at is None:
        return Standing(device, "missing", None, interval_s, bool(device.interval_s))
    # heard_at is written every few seconds only
    silence_s = max(LEAST_SILENCE_S, SILENT_INTERVALS * (interval_s or 0.0)) + NOTED_EVERY_S
    is_lost = (clock.now() - device.heard_at).total_seconds() > silence_s
    return Standing(
        device, "lost" if is_lost else "fresh", device.heard_at, interval_s, bool(device.interval_s)
    )


def unlinked(user: User) -> list[Standing]:
    """Devices that are known but stand nowhere."""
    found = access.within(Device.objects.all(), user).exclude(links__ended_at=None, links__isnull=False)
    return [standing(device) for device in found]


def strangers(user: User) -> list[Stranger]:
    """Devices whose messages lie in quarantine because they stand at no chair, the latest first."""
    linked = DeviceLink.objects.filter(ended_at=None).values("device__name")
    known = set(access.within(Device.objects.all(), user).values_list("name", flat=True))
    rows = (
        access.within(Quarantined.objects.all(), user)
        .filter(resolved_at=None)
        .exclude(device="")
        .exclude(device__in=linked)
        .values("device")
        .annotate(times=Sum("times"), last=Max("last_received_at"))
        .order_by("-last")[:A_PAGE]
    )
    return [Stranger(row["device"], row["times"], row["last"], row["device"] in known) for row in rows]


def groups(user: User) -> list[Group]:
    """What is open in the quarantine, by device and reason, the latest first."""
    rows = (
        access.within(Quarantined.objects.all(), user)
        .filter(resolved_at=None)
        .values("device", "reason")
        .annotate(
            messages=Count("pk"),
            all_times=Sum("times"),
            first=Min("received_at"),
            last=Max("last_received_at"),
        )
        .order_by("-last")
    )
    return [
        Group(row["device"], row["reason"], row["messages"], row["all_times"], row["first"], row["last"])
        for row in rows
    ]


def group(user: User, device: str, reason: str) -> QuerySet[Quarantined]:
    """The open messages of one group, the latest first, without their bytes."""
    found = access.within(Quarantined.objects.all(), user)
    return found.filter(resolved_at=None, device=device, reason=reason).defer("payload")


def resolved(user: User) -> QuerySet[Quarantined]:
    """What somebody has decided about, the latest decision first, without the bytes."""
    found = access.within(Quarantined.objects.all(), user).filter(resolved_at__isnull=False)
    return found.order_by("-resolved_at").select_related("resolved_by").defer("payload")


def chair_of(device_name: str) -> Chair | None:
    """Where the device of that name stands now."""
    link = DeviceLink.objects.filter(device__name=device_name, ended_at=None).select_related("chair").first()
    return link.chair if link is not None else None


def listed(open_only: bool = True) -> list[dict[str, Any]]:
    """The quarantine of all clinics, oldest first, without bytes: for whoever runs the machine."""
    rows = Quarantined.objects.order_by("received_at")
    if open_only:
        rows = rows.filter(resolved_at=None)
    names = (
        "id", "received_at", "last_received_at", "times", "device", "control_id", "reason", "peer", "size",
        "resolved_at", "resolution",
    )  # fmt: skip
    return [dict(row) for row in rows.values(*names)]
