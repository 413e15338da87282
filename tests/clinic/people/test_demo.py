"""The demo's one click: there in a demo, nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import access
from reverie.clinic.people.models import User
from tests.cast import Cast, user

pytestmark = pytest.mark.django_db


def test_outside_a_demo_the_address_does_not_exist(cast: Cast, client: Client) -> None:
    answer = client.post(reverse("demo_sign_in"), {"user": str(cast.nurse.pk)})
    assert answer.status_code == 404
    page = client.get(reverse("account_login")).content.decode()
    assert cast.nurse.name not in page
    assert "Demo clinic" not in page
    assert client.get("/account/").status_code == 302


def test_in_a_demo_everybody_is_a_click_away(cast: Cast, client: Client, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    page = client.get(reverse("account_login"))
    assert page.context["cast"][0].role_names == {access.NURSE}
    assert "Demo clinic" in page.content.decode()
    for person in cast.users.values():
        one = Client()
        assert one.post(reverse("demo_sign_in"), {"user": str(person.pk)}).status_code == 302
        assert one.get("/account/").context["person"]["name"] == person.name


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000", "'--", "1"])
def test_in_a_demo_nonsense_is_nobody(cast: Cast, client: Client, settings: object, chosen: str) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    assert client.post(reverse("demo_sign_in"), {"user": chosen}).status_code == 404
    assert client.get(reverse("demo_sign_in")).status_code == 405


def test_the_disabled_and_the_patients_are_not_offered(cast: Cast, client: Client, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    User.objects.filter(pk=cast.nurse.pk).update(is_active=False)
    pat = user(cast.clinic, "pat", "Petra Patientin", ["patient"])
    for person in (cast.nurse, pat):
        assert client.post(reverse("demo_sign_in"), {"user": str(person.pk)}).status_code == 404
