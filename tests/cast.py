"""The test cast: a clinic "Lindenhof" with one user per role, patients with look-alike names, and a stranger.

`make()` builds it, the fixture `cast` gives it, `signed_in(client, user)` signs a test client in strongly
by the same function that a real sign-in ends in. The stranger is the nurse of another clinic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from reverie.clinic.people.models import Chair, Clinic, Patient, User

PASSWORD = "quiet lime trees by the pond"
PIN = "482615"
NAMES = {
    "prescriber": "Dr Ines Vogt",
    "infusion_nurse": "Anna Weiss",
    "therapist": "Jonas Brandt",
    "front_desk": "Lea Hofer",
    "medical_director": "Dr Karim Azadi",
    "researcher": "Mila Novak",
    "auditor": "Tom Berger",
    "administrator": "Rosa Lang",
}
PATIENTS = (
    ("L-1001", "Robert", "Schneider", date(1979, 3, 14), "male"),
    ("L-1002", "Roberta", "Schneider", date(1979, 3, 14), "female"),
    ("L-1003", "Miriam", "Köhler", date(1988, 11, 2), "female"),
    ("L-1004", "Mirjam", "Koehler", date(1991, 6, 30), "female"),
    ("L-1005", "Tarek", "Benali", date(1965, 1, 9), "male"),
)


@dataclass(frozen=True)
class Cast:
    """Everybody. `users` by role name; `patients` in the order of PATIENTS."""

    clinic: Clinic
    chairs: list[Chair]
    users: dict[str, User]
    patients: list[Patient]
    other_clinic: Clinic
    other_chair: Chair
    other_patient: Patient
    stranger: User
    more: dict[str, object] = field(default_factory=dict)

    @property
    def nurse(self) -> User:
        """The infusion nurse, who opens most tests."""
        return self.users["infusion_nurse"]


@lru_cache(maxsize=4)
def hashed(secret: str) -> str:
    """A hash made once a run: hashing is slow on purpose."""
    from django.contrib.auth.hashers import make_password

    return make_password(secret)


def user(clinic: Clinic, username: str, name: str, roles: list[str], *, pin: str = PIN) -> User:
    """A user with PASSWORD and a PIN; without a PIN if it is ""."""
    from reverie.clinic.people.models import User

    return User.objects.create(
        clinic=clinic,
        username=username,
        name=name,
        roles=roles,
        password=hashed(PASSWORD),
        pin=hashed(pin) if pin else "",
    )


def patient(
    clinic: Clinic, number: str, given_name: str, family_name: str, birth_date: date, sex: str
) -> Patient:
    """A registered patient."""
    from reverie.clinic.people.models import Patient

    return Patient.objects.create(
        clinic=clinic,
        number=number,
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        sex=sex,
        registered_at=datetime(2026, 9, 1, 8, 0, tzinfo=UTC),
    )


def make() -> Cast:
    """Build everybody in the test's database."""
    from reverie.clinic.people.models import Chair, Clinic

    clinic = Clinic.objects.create(name="Lindenhof", time_zone="Europe/Vienna")
    chairs = [Chair.objects.create(clinic=clinic, name=str(n), order=n) for n in range(1, 5)]
    users = {role: user(clinic, role, name, [role]) for role, name in NAMES.items()}
    patients = [patient(clinic, *row) for row in PATIENTS]
    other = Clinic.objects.create(name="Nordufer", time_zone="UTC")
    return Cast(
        clinic=clinic,
        chairs=chairs,
        users=users,
        patients=patients,
        other_clinic=other,
        other_chair=Chair.objects.create(clinic=other, name="1", order=1),
        # the same person's data on purpose: nothing but the clinic tells them apart
        other_patient=patient(other, *PATIENTS[0]),
        stranger=user(other, "stranger", "Nils Stranger", ["infusion_nurse"]),
    )


def signed_in(client: Client, who: User, how: str = "totp") -> Client:
    """The client with a session in which `who` signed in by `how` (totp, passkey, password …)."""
    from django.http import HttpRequest

    from reverie.clinic.people import sign_in

    request = HttpRequest()
    request.META.update({"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "test client"})
    request.session = client.session
    sign_in.begin(request, who, how)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    return client


def sign_rules(clinic: Clinic) -> None:
    """Let the default rules hold in a clinic, signed by its medical director; nothing where they do."""
    from reverie.clinic.people.models import User
    from reverie.clinic.rulebook import acts, kinds, questions

    director = User.objects.filter(clinic=clinic, roles__icontains="medical_director").first()
    assert director is not None, "a clinic without a medical director cannot sign"
    for kind in kinds.every():
        if questions.shelf(clinic.pk, kind).holds is None:
            edition = acts.write(director, kind, kind.defaults())
            acts.sign(director, kind, edition, seen=edition.content_hash, against=0)
            acts.put_in_force(director, kind, edition)


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, in a database of the test's own."""
    return make()


@pytest.fixture
def nurse_client(cast: Cast, client: Client) -> Client:
    """A client signed in as the infusion nurse."""
    return signed_in(client, cast.nurse)
