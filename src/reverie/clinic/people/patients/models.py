"""Patients, those who stand by them, and pairs of patients who are easily taken for each other.

The columns for searching follow from the names on every save; pairs are written by `acts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import ids
from reverie.clinic.people.patients import names

FOLLOW_FROM_NAMES = ("search", "family_sound", "given_sound")


class Patient(models.Model):
    """A patient of a clinic, found by name, birth date and record number."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Woman")
        MALE = "male", _("Man")
        UNKNOWN = "unknown", _("Not known")

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey("people.Clinic", on_delete=models.PROTECT, related_name="patients")
    number = models.CharField(max_length=40)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.UNKNOWN)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=20, blank=True)
    user = models.OneToOneField("people.User", on_delete=models.PROTECT, null=True, related_name="patient")
    registered_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    key = models.CharField(max_length=64, default=ids.new_id, editable=False)
    search = models.CharField(max_length=names.LONGEST_SEARCH, blank=True, editable=False)
    family_sound = models.CharField(max_length=names.LONGEST_SOUND, blank=True, editable=False)
    given_sound = models.CharField(max_length=names.LONGEST_SOUND, blank=True, editable=False)

    class Meta:
        ordering = ["family_name", "given_name", "birth_date"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "number"], name="patient_number_once"),
            models.UniqueConstraint(fields=["clinic", "key"], name="patient_registered_once"),
        ]
        indexes = [
            models.Index(fields=["clinic", "search"], name="patient_by_search"),
            models.Index(fields=["clinic", "birth_date"], name="patient_by_birth"),
            models.Index(fields=["clinic", "family_sound"], name="patient_by_family_sound"),
            models.Index(fields=["clinic", "given_sound"], name="patient_by_given_sound"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Keep what follows from the names true."""
        self.follow_names()
        if update_fields is not None:
            update_fields = {*update_fields, *FOLLOW_FROM_NAMES}
        super().save(update_fields=update_fields, **options)

    def follow_names(self) -> None:
        """Set the columns that follow from names and number (for rows that are made in bulk, too)."""
        self.search = names.search_text(self.family_name, self.given_name, self.number)
        self.family_sound = names.sound(self.family_name)
        self.given_sound = names.sound(self.given_name)

    @property
    def identity(self) -> names.Identity:
        """What tells this patient from others."""
        return names.Identity(self.family_name, self.given_name, self.birth_date)

    @property
    def initials(self) -> str:
        """What may stand on a screen that others see."""
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()

    def age_on(self, day: date) -> int:
        """Full years on `day`."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class LookAlike(models.Model):
    """Two patients of a clinic who are easily taken for each other. Each pair stands here both ways."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="look_alikes")
    other = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "other"], name="look_alike_once")]

    def __str__(self) -> str:
        return f"{self.patient_id} looks like {self.other_id}"


class SupportPerson(models.Model):
    """Somebody who stands by a patient: escort, family, friend."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="support")
    name = models.CharField(max_length=150)
    relation = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    user = models.OneToOneField("people.User", on_delete=models.PROTECT, null=True, related_name="supports")
    ended_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, default=ids.new_id, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "key"], name="support_person_once")]

    def __str__(self) -> str:
        return self.name
