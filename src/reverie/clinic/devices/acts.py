"""What may be done about devices and the quarantine: link, unlink, settle how a device is read, resolve.

Each in one transaction, with its permission and a line in the ledger. `by` None is the command line,
which whoever runs the machine may use. Doing the same twice does it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from reverie.clinic.devices.models import Device, DeviceLink, Quarantined
from reverie.clinic.devices.quarantine import LONGEST_DEVICE, stored
from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.people.models import Chair, User

LONGEST_RESOLUTION = 300


class OtherClinic(Exception):
    """A device of this name belongs to another clinic."""


class NoName(Exception):
    """A device needs a name that can be written, of at most 250 characters."""


def link(by: User | None, name: str, chair: Chair) -> DeviceLink:
    """Let the device of this name stand at `chair`; from another chair it is moved.

    A device that nobody knew is made. Its messages count from the listener's next batch. Raises
    OtherClinic, NoName.
    """
    _allow(by, "devices.link")
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_DEVICE:
        raise NoName(name)
    with transaction.atomic():
        device, _made = Device.objects.get_or_create(name=name, defaults={"clinic_id": chair.clinic_id})
        if device.clinic_id != chair.clinic_id:
            raise OtherClinic(name)
        # a link elsewhere in the same moment must wait for this one
        Device.objects.select_for_update().get(pk=device.pk)
        now = clock.now()
        before = DeviceLink.objects.filter(device=device, ended_at=None).select_related("chair").first()
        if before is not None and before.chair_id == chair.pk:
            return before
        if before is not None:
            before.ended_at = now
            before.save(update_fields=["ended_at"])
        made = DeviceLink.objects.create(device=device, chair=chair, linked_at=now, linked_by=by)
        # what a stranger sent is this clinic's, now that the stranger is
        Quarantined.objects.filter(clinic=None, device=name).update(clinic_id=chair.clinic_id)
        moved = {"from": before.chair.name} if before is not None else {}
        _write("devices.link", by, device, {"device": name, "chair": chair.name, **moved})
    return made


def unlink(by: User | None, device: Device) -> bool:
    """Let the device stand nowhere; False when it did so already."""
    _allow(by, "devices.link")
    with transaction.atomic():
        found = DeviceLink.objects.filter(device=device, ended_at=None).select_related("chair").first()
        if found is None:
            return False
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        _write("devices.unlink", by, device, {"device": device.name, "chair": found.chair.name})
    return True


def settle(by: User | None, device: Device, *, interval_s: int | None, zone: str) -> None:
    """Set how often the device sends (None: as learnt, in seconds) and the zone of times without one."""
    _allow(by, "devices.link")
    fields = []
    if device.interval_s != interval_s:
        fields.append("interval_s")
    if device.zone != zone:
        fields.append("zone")
    if not fields:
        return
    with transaction.atomic():
        device.interval_s, device.zone = interval_s, zone
        device.save(update_fields=fields)
        _write("devices.change", by, device, {"device": device.name, "fields": fields})


def resolve(by: User, messages: QuerySet[Quarantined], words: str) -> int:
    """Close those of these messages that are open, with what was decided; how many were."""
    _allow(by, "quarantine.resolve")
    with transaction.atomic():
        found = access.within(messages, by).filter(resolved_at=None)
        ids: list[UUID] = list(found.values_list("pk", flat=True))
        if not ids:
            return 0
        subject = f"quarantined:{ids[0]}" if len(ids) == 1 else ""
        found.update(
            resolved_at=clock.now(), resolved_by=by, resolution=stored(words.strip(), LONGEST_RESOLUTION)
        )
        ledger.write(
            "quarantine.resolve",
            clinic_id=by.clinic_id,
            actor=by.actor(),
            subject=subject,
            detail={"messages": len(ids)},
        )
    return len(ids)


def opened(by: User, message: Quarantined) -> None:
    """Note that somebody reads a kept message: it may be about a patient."""
    _allow(by, "quarantine.see")
    ledger.write(
        "quarantine.see", clinic_id=by.clinic_id, actor=by.actor(), subject=f"quarantined:{message.pk}"
    )


def _allow(by: User | None, act: str) -> None:
    if by is not None:
        access.require(by, act)


def _write(act: str, by: User | None, device: Device, detail: Mapping[str, Any]) -> None:
    ledger.write(
        act,
        clinic_id=device.clinic_id,
        actor=by.actor() if by is not None else ledger.SYSTEM,
        subject=f"device:{device.pk}",
        detail=detail,
    )
