"""Clinics and their chairs, users and their roles, patients, support persons, stations.

What is true of people; who may change it stands in `kernel.access`, how in `acts`.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import access, ids

ROLES = [
    (access.PRESCRIBER, _("Prescriber")),
    (access.NURSE, _("Infusion nurse")),
    (access.THERAPIST, _("Therapist")),
    (access.FRONT_DESK, _("Front desk")),
    (access.DIRECTOR, _("Medical director")),
    (access.RESEARCHER, _("Researcher")),
    (access.AUDITOR, _("Auditor")),
    (access.ADMINISTRATOR, _("Administrator")),
    (access.PATIENT, _("Patient")),
    (access.SUPPORT, _("Support person")),
]


class Clinic(models.Model):
    """A clinic: the border that nothing crosses."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    def __str__(self) -> str:
        return self.name


class Chair(models.Model):
    """A place where one patient at a time is treated. `name` is what staff call it: "1", "Window"."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="chairs")
    name = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField(default=0)
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="chair_once")]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Finds users by their sign-in name."""

    def create_user(self, username: str, clinic: Clinic, name: str, roles: list[str]) -> User:
        """A user without a password: they set their own from a one-time link."""
        user = self.model(username=username, clinic=clinic, name=name, roles=roles)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in: staff, patient or support person."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="users")
    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    roles = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    pin = models.CharField(max_length=200, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = Users()

    def __str__(self) -> str:
        return self.name

    @property
    def role_names(self) -> frozenset[str]:
        """The roles by name."""
        return frozenset(self.roles)

    @property
    def is_staff_member(self) -> bool:
        """Whether they work at the clinic."""
        return bool(self.role_names & access.STAFF)

    @property
    def first_role(self) -> str:
        """The role to show, translated; "" without one."""
        return next((str(words) for name, words in ROLES if name in self.role_names), "")

    def actor(self) -> dict[str, str]:
        """Who they are, as a record keeps it."""
        role = next((name for name, _words in ROLES if name in self.role_names), "")
        return {"kind": "staff", "id": str(self.pk), "name": self.name, "role": role}


class Patient(models.Model):
    """A patient of a clinic, found by name, birth date and record number."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Woman")
        MALE = "male", _("Man")
        UNKNOWN = "unknown", _("Not known")

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    number = models.CharField(max_length=40)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.UNKNOWN)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=20, blank=True)
    search = models.CharField(max_length=260, blank=True, db_index=True)
    alike = models.CharField(max_length=60, blank=True, db_index=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="patient")
    registered_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["family_name", "given_name", "birth_date"]
        constraints = [models.UniqueConstraint(fields=["clinic", "number"], name="patient_number_once")]
        indexes = [
            models.Index(fields=["clinic", "family_name", "given_name"], name="patient_by_name"),
            models.Index(fields=["clinic", "birth_date"], name="patient_by_birth"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """What may stand on a screen that others see."""
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()


class SupportPerson(models.Model):
    """Somebody who stands by a patient: escort, family, friend."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="support")
    name = models.CharField(max_length=150)
    relation = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="supports")
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """A screen of the clinic, unlocked for one shift by somebody's strong factor."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="stations")
    name = models.CharField(max_length=60)
    secret_hash = models.CharField(max_length=64, unique=True)
    unlocked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unlocked_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A one-time link: first administrator, invitation, new password. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="invitations")
    purpose = models.CharField(max_length=20)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.purpose
