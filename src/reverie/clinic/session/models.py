"""Sessions: who sits in which chair, from arrival to closure. What happened is in the stream, not here.

`state` and `closed_at` repeat what the stream says, written in the same transaction, so that a board or a
listener need not fold. One chair has at most one open session. The lease says which process watches them.
"""

from __future__ import annotations

from django.db import models

from reverie.clinic.course.models import Course
from reverie.clinic.kernel import ids
from reverie.clinic.people.models import Chair, Clinic, Patient


class Session(models.Model):
    """One session of one patient in one chair."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="sessions")
    chair = models.ForeignKey(Chair, on_delete=models.PROTECT, related_name="sessions")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sessions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, related_name="sessions")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=20, default="arrived")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["chair"], condition=models.Q(closed_at=None), name="session_open_once_per_chair"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(closed_at=None), name="session_open_once_per_patient"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "-opened_at"], name="session_latest")]

    def __str__(self) -> str:
        return f"{self.chair} {self.state}"

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return f"session:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether device messages are recorded."""
        return self.closed_at is None


class Lease(models.Model):
    """Who may judge alarms now, and until when everything has been judged. One row, written by `lease`.

    `until_ms` is in monotonic milliseconds of the start of the machine that `boot` names, so that nobody's
    clock can prolong a lease; `renewals` moves with every renewal, for whoever cannot compare those times.
    `offset_ms` is the time of day less the monotonic time, as the holder goes by it.
    """

    name = models.CharField(max_length=20, primary_key=True)
    holder = models.CharField(max_length=64, blank=True)
    boot = models.CharField(max_length=64, blank=True)
    until_ms = models.BigIntegerField(default=0)
    renewals = models.BigIntegerField(default=0)
    looked_ms = models.BigIntegerField(null=True)
    offset_ms = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder or 'nobody'}"
