"""Codes are taken once, also when two browsers send the same one at the same moment."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.test import Client
from django.urls import reverse

from reverie.clinic.people import codes
from reverie.clinic.people.models import UsedCode, User
from tests.cast import PASSWORD, Cast, make
from tests.clinic.people.test_sign_in import code, first_step, second_step, with_app


def race(user: User, typed: str) -> list[bool]:
    """Take the same code in six threads that start together."""
    together = threading.Barrier(6)

    def take(_: int) -> bool:
        together.wait(30)
        try:
            return codes.take(user, typed) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(take, range(6)))


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_app_code() -> None:
    nurse = with_app(make().nurse)
    assert sum(race(nurse, code())) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_recovery_code() -> None:
    nurse = with_app(make().nurse)
    recovery = RecoveryCodes.activate(nurse).generate_codes()[3]
    assert sum(race(nurse, recovery)) == 1


@pytest.mark.django_db
def test_spaces_in_a_code_do_not_make_it_another(cast: Cast) -> None:
    nurse = with_app(cast.nurse)
    typed = code()
    assert codes.take(nurse, f"{typed[:3]} {typed[3:]}") is not None
    assert codes.take(nurse, typed) is None


@pytest.mark.django_db
def test_one_persons_code_does_not_use_up_anothers(cast: Cast) -> None:
    nurse, therapist = with_app(cast.nurse), with_app(cast.users["therapist"])
    typed = code()
    assert codes.take(nurse, typed) is not None
    assert codes.take(therapist, typed) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "0", "abc", "123456789012345678901", "１２３４５６", "'; --", "\x00"])
def test_nonsense_is_no_code(cast: Cast, client: Client, typed: str) -> None:
    with_app(cast.nurse)
    first_step(client)
    assert second_step(client, typed).status_code == 422


@pytest.mark.django_db
def test_wrong_codes_are_held_back_per_person(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    first_step(client)
    wrong = f"{(int(code()) + 1) % 1_000_000:06d}"
    statuses = [second_step(client, wrong).status_code for _ in range(12)]
    assert statuses == [422] * 12
    # from another address as well: whoever gets here knows the password
    other = Client(REMOTE_ADDR="203.0.113.9")
    other.post(reverse("account_login"), {"login": "infusion_nurse", "password": PASSWORD})
    answer = second_step(other, code())
    assert "Too many wrong tries" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_code_that_set_up_the_app_is_used_up(cast: Cast, client: Client) -> None:
    first_step(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    typed = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    answer = client.post(reverse("mfa_activate_totp"), {"code": typed})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert UsedCode.objects.filter(user=cast.nurse).count() == 1
    assert codes.take(cast.nurse, typed) is None
    shown = client.get(reverse("mfa_view_recovery_codes"))
    assert len(shown.context["unused_codes"]) == 10
    assert shown.context["can_view_codes"]
    again = client.get(reverse("mfa_view_recovery_codes"))
    assert not again.context["can_view_codes"]
    assert set(again.context["unused_codes"]) == {"****"}
