"""The plain chart: measurements, allergies, conditions and medicines of a patient.

Nothing is deleted: what was wrong is struck, with who, when and why; what is over has an end. "None known" is
a line of its own, with who asked and when; where there is no line, nobody has asked.
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
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="%(class)s_lines")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=64, default=ids.new_id, editable=False)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["patient", "key"], name="%(class)s_once")]


class Lasting(Charted):
    """A line that holds until it is ended, on a day that may lie in the past."""

    ended_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(Charted.Meta):
        abstract = True


class Measurement(Charted):
    """A weight, height or other value, once measured. `value` is in the unit of its kind.

    `typed` keeps what was typed where that was another unit ("154 lb").
    """

    class Kind(models.TextChoices):
        WEIGHT = "weight_kg", _("Weight")
        HEIGHT = "height_cm", _("Height")
        TEMPERATURE = "temp_cel", _("Temperature")
        PULSE = "pulse_per_min", _("Pulse")
        SYSTOLIC = "sys_mmhg", _("Systolic pressure")
        DIASTOLIC = "dia_mmhg", _("Diastolic pressure")

    kind = models.CharField(max_length=20, choices=Kind)
    value = models.DecimalField(max_digits=8, decimal_places=3)
    typed = models.CharField(max_length=40, blank=True)
    confirmed = models.CharField(max_length=200, blank=True)
    measured_at = models.DateTimeField()

    class Meta(Charted.Meta):
        indexes = [models.Index(fields=["patient", "kind", "-measured_at"], name="measurement_latest")]
        # one form gives several values under one key
        constraints = [models.UniqueConstraint(fields=["patient", "key", "kind"], name="measurement_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Allergy(Lasting):
    """Something the patient does not tolerate, and what it did."""

    SEVERITIES = [
        ("mild", _("Mild")),
        ("moderate", _("Moderate")),
        ("severe", _("Severe")),
        ("", _("Not known")),
    ]

    substance = models.CharField(max_length=120)
    reaction = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=10, choices=SEVERITIES, blank=True)

    def __str__(self) -> str:
        return self.substance


class Condition(Lasting):
    """An illness or finding, now or in the past."""

    name = models.CharField(max_length=200)
    code = models.CharField(max_length=20, blank=True)
    since = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class Medicine(Lasting):
    """A medicine that the patient takes or took, as told."""

    name = models.CharField(max_length=200)
    dose = models.CharField(max_length=120, blank=True)
    since = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class NoneKnown(Lasting):
    """Somebody asked and there was nothing: a recorded fact, until a line says otherwise."""

    class Of(models.TextChoices):
        ALLERGIES = "allergies", _("No known allergies")
        MEDICINES = "medicines", _("Takes no medicines")
        CONDITIONS = "conditions", _("No known conditions")

    of = models.CharField(max_length=12, choices=Of)

    class Meta(Lasting.Meta):
        constraints = [
            *Lasting.Meta.constraints,
            models.UniqueConstraint(
                fields=["patient", "of"],
                condition=models.Q(struck_at=None, ended_at=None),
                name="none_known_once",
            ),
        ]

    def __str__(self) -> str:
        return self.of
