"""Clinics and their chairs, users and their roles, patients, support persons, stations.

What is true of people; who may change it stands in `kernel.access`, how in `acts`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import access, ids
from reverie.clinic.people.patients.models import LookAlike as LookAlike
from reverie.clinic.people.patients.models import Patient as Patient
from reverie.clinic.people.patients.models import SupportPerson as SupportPerson

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


def new_stamp() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


class Users(BaseUserManager["User"]):
    """Finds users by their sign-in name."""

    def create_user(self, username: str, clinic: Clinic, name: str, roles: list[str]) -> User:
        """A user without a password: they set their own from a one-time link."""
        user = self.model(username=username, clinic=clinic, name=name, roles=roles)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def staff(self) -> models.QuerySet[User]:
        """Everybody who works in a clinic; whose, `access.within` says."""
        # roles are a short list of words: matched as text, which every database can
        working = models.Q()
        for name in access.STAFF:
            working |= models.Q(roles__icontains=f'"{name}"')
        return self.filter(working)


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
    # a new one ends every sign-in of this person
    stamp = models.CharField(max_length=32, default=new_stamp)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
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

    @property
    def role_words(self) -> str:
        """All roles in words."""
        return ", ".join(str(words) for name, words in ROLES if name in self.role_names)

    def get_session_auth_hash(self) -> str:
        """What a sign-in must match to go on: it changes with the password and the stamp."""
        salt = "reverie.clinic.people.User.get_session_auth_hash"
        return salted_hmac(salt, f"{self.password}|{self.stamp}", algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """None: there is one web key."""
        return iter(())

    def actor(self) -> dict[str, str]:
        """Who they are, as a record keeps it."""
        role = next((name for name, _words in ROLES if name in self.role_names), "")
        return {"kind": "staff", "id": str(self.pk), "name": self.name, "role": role}


PLACES = [
    ("station", _("At the station: medium and high alarms of all chairs sound")),
    ("room", _("In the patient's room: only high alarms sound")),
]


class Station(models.Model):
    """A screen, unlocked for one shift by somebody's strong factor. `place` says what sounds there."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="stations")
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=10, default="station")
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


class SignIn(models.Model):
    """Somebody using Reverie from one browser, from the moment they signed in until it ends.

    `seen_at` is their last activity, `strong_at` when they last proved a strong factor here (never for a
    PIN, which rests on the station's), `proven_at` when they last proved anything at all.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    how = models.CharField(max_length=20)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="sign_ins")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    proven_at = models.DateTimeField()
    strong_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "ended_at"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.how}"


class Throttle(models.Model):
    """Failed tries since `began_at`. `key` and `about` (the person) are keyed hashes."""

    key = models.CharField(max_length=64, unique=True)
    about = models.CharField(max_length=64, blank=True, db_index=True)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} since {self.began_at}"


class UsedCode(models.Model):
    """A code of an authenticator app that was taken; it counts once. The digest is a keyed hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.used_at}"


class PinTries(models.Model):
    """Wrong PINs of one person on one station since their last right one or strong sign-in there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "station"], name="pin_tries_once")]

    def __str__(self) -> str:
        return f"{self.count} of {self.user_id}"
