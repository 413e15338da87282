"""The plain chart: measurements, allergies, conditions and medicines of a patient.

Nothing is deleted: what was wrong is struck, with who, when and why; what is over has an end.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import ids
from reverie.clinic.people.models import Patient


class Charted(models.Model):
    """What every line of the chart has: whose, by whom, when, and whether it was struck."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="%(class)ss")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class Measurement(Charted):
    """A weight, height or other value, once measured. `value` is in the unit of its kind."""

    class Kind(models.TextChoices):
        WEIGHT = "weight_kg", _("Weight")
        HEIGHT = "height_cm", _("Height")
        TEMPERATURE = "temp_cel", _("Temperature")
        PULSE = "pulse_per_min", _("Pulse")
        SYSTOLIC = "sys_mmhg", _("Systolic pressure")
        DIASTOLIC = "dia_mmhg", _("Diastolic pressure")

    kind = models.CharField(max_length=20, choices=Kind)
    value = models.DecimalField(max_digits=8, decimal_places=3)
    measured_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "kind", "-measured_at"], name="measurement_latest")]


class Allergy(Charted):
    """Something the patient does not tolerate, and what it did."""

    substance = models.CharField(max_length=120)
    reaction = models.CharField(max_length=200, blank=True)
    severity = models.CharField(
        max_length=10,
        choices=[
            ("mild", _("Mild")),
            ("moderate", _("Moderate")),
            ("severe", _("Severe")),
            ("", _("Not known")),
        ],
        blank=True,
    )


class Condition(Charted):
    """An illness or finding, now or in the past."""

    name = models.CharField(max_length=200)
    code = models.CharField(max_length=20, blank=True)
    since = models.CharField(max_length=40, blank=True)
    ended_on = models.DateField(null=True, blank=True)


class Medicine(Charted):
    """A medicine that the patient takes or took, as told."""

    name = models.CharField(max_length=200)
    dose = models.CharField(max_length=120, blank=True)
    since = models.CharField(max_length=40, blank=True)
    ended_on = models.DateField(null=True, blank=True)
