"""Devices, their links to chairs, and the quarantine: messages that could not be recorded, kept whole."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import ids
from reverie.clinic.people.models import Chair, Clinic


class Device(models.Model):
    """A bedside device, known by the whole name that it gives itself (components joined with ^).

    `heard_at` is written every few seconds while it speaks; `interval_s` is set by staff, else learnt.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(max_length=250, unique=True)
    zone = models.CharField(max_length=64, default="UTC", help_text=_("Zone of times sent without one"))
    interval_s = models.PositiveSmallIntegerField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True)
    learnt_interval_ms = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DeviceLink(models.Model):
    """Which chair a device stands at, now. Moving it ends one link and makes another."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="links")
    chair = models.ForeignKey(Chair, on_delete=models.PROTECT, related_name="device_links")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=models.Q(ended_at=None), name="device_linked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.device} at {self.chair}"


class Quarantined(models.Model):
    """A message that was not recorded: its bytes, why, and what a person decided about it.

    The same bytes sent again while it is open are counted in `times`. `size` is that of `payload`, which
    may be emptied for want of room once somebody has decided.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, null=True, related_name="quarantined")
    received_at = models.DateTimeField(db_index=True)
    last_received_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    device = models.CharField(max_length=250, blank=True)
    control_id = models.CharField(max_length=199, blank=True)
    reason = models.CharField(max_length=300)
    peer = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolution = models.CharField(max_length=300, blank=True)
    payload = models.BinaryField()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_hash"], condition=models.Q(resolved_at=None), name="quarantined_open_once"
            )
        ]
        indexes = [models.Index(fields=["resolved_at", "device", "reason"], name="quarantine_open")]

    def __str__(self) -> str:
        return f"{self.device}: {self.reason}"
