"""One-time links: the first start, invitations, a lost password, a lost factor."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock
from reverie.clinic.people import acts, invitations
from reverie.clinic.people.models import Chair, Clinic, Invitation, SignIn, User
from tests.cast import PASSWORD, Cast, signed_in
from tests.clinic.people.test_sign_in import code, first_step, second_step, with_app

pytestmark = pytest.mark.django_db
START = {
    "clinic_name": "Seeblick", "time_zone": "Europe/Vienna", "chairs": "3", "name": "Rosa Lang",
    "username": "Rosa.Lang", "password": "quiet lime trees by the pond",
    "again": "quiet lime trees by the pond",
}  # fmt: skip
NEW = {"password": "seven brass kettles sing", "again": "seven brass kettles sing"}


def path_of(address: str | None) -> str:
    """The path of an address."""
    assert address is not None
    return "/" + address.split("/", 3)[3]


def test_the_first_start(client: Client) -> None:
    address = acts.first_link("http://localhost:8000/")
    assert re.fullmatch(r"http://localhost:8000/start/[\w-]{43}/", address or "")
    assert client.get(path_of(address)).status_code == 200
    answer = client.post(path_of(address), START)
    assert answer.headers["Location"] == reverse("set_up"), answer.content.decode()
    user = User.objects.get()
    assert (user.username, user.roles, user.clinic.name) == ("rosa.lang", ["administrator"], "Seeblick")
    assert user.clinic.time_zone == "Europe/Vienna"
    assert list(Chair.objects.values_list("name", flat=True)) == ["1", "2", "3"]
    # it was used up, and there is never another
    assert Client().get(path_of(address)).status_code == 410
    assert acts.first_link("http://localhost:8000") is None
    assert client.get(reverse("staff")).headers["Location"].startswith(reverse("set_up"))


def test_a_newer_link_makes_the_older_worthless(client: Client) -> None:
    older, newer = acts.first_link("http://x"), acts.first_link("http://x")
    assert older != newer
    assert client.get(path_of(older)).status_code == 410
    assert client.get(path_of(newer)).status_code == 200


def test_the_first_link_lasts_an_hour(client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        address = acts.first_link("http://x")
        fake.advance(3_601)
        assert client.post(path_of(address), START).status_code == 410
    assert not Clinic.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Mars/Olympus", "No time zone"),
        ("time_zone", "../../etc/passwd", "No time zone"),
        ("chairs", "0", "greater than or equal to 1"),
        ("chairs", "nan", "whole number"),
        ("username", "ro sa", "small letters"),
        ("password", "short", "12 characters"),
        ("password", "password123456", "differ"),
        ("password", "seeblickseeblick", "easy to guess"),
        ("name", "", "required"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client: Client, field: str, value: str, words: str) -> None:
    address = acts.first_link("http://x")
    typed = {**START, field: value}
    if value == "seeblickseeblick":
        typed["again"] = value
    answer = client.post(path_of(address), typed)
    assert answer.status_code == 422
    assert words in " ".join(
        str(error) for errors in answer.context["form"].errors.values() for error in errors
    )
    # what was typed stays, except passwords
    assert typed["clinic_name"] in answer.content.decode()
    assert not Clinic.objects.exists()
    assert client.post(path_of(address), START).status_code == 302


def test_an_invitation(cast: Cast, client: Client) -> None:
    boss = signed_in(Client(), cast.users["administrator"])
    answer = boss.post(
        reverse("invite"), {"name": "Nora Klee", "username": "nora.klee", "roles": ["therapist"]}
    )
    address = answer.context["address"]
    assert address in answer.content.decode()
    nora = User.objects.get(username="nora.klee")
    assert not nora.has_usable_password()
    assert nora.clinic == cast.clinic
    assert client.get(path_of(address)).status_code == 200
    assert client.post(path_of(address), NEW).headers["Location"] == reverse("set_up")
    assert client.get("/account/").headers["Location"].startswith(reverse("set_up"))
    assert Client().post(path_of(address), NEW).status_code == 410
    assert first_step(Client(), "nora.klee", NEW["password"]).status_code == 302


def test_a_lost_password_leaves_the_factor(cast: Cast, client: Client) -> None:
    nurse = with_app(cast.nurse)
    running = signed_in(Client(), nurse)
    boss = signed_in(Client(), cast.users["administrator"])
    answer = boss.post(reverse("member_link", args=[nurse.pk, "password"]))
    path = path_of(answer.context["address"])
    assert running.get("/account/").status_code == 200  # asking for a link ends nothing
    assert client.post(path, NEW).headers["Location"] == reverse("account_login")
    assert running.get("/account/").status_code == 302
    assert first_step(client).status_code == 422
    answer = first_step(client, password=NEW["password"])
    assert answer.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert second_step(client, code()).status_code == 302


def test_a_lost_factor_needs_the_password(cast: Cast, client: Client) -> None:
    nurse = with_app(cast.nurse)
    secret = acts.new_link(cast.users["administrator"], nurse, invitations.FACTOR)
    path = reverse("welcome", args=[secret])
    assert client.post(path, {"password": "not the password at all"}).status_code == 422
    assert Authenticator.objects.filter(user=nurse).exists()
    assert client.post(path, {"password": PASSWORD}).headers["Location"] == reverse("set_up")
    assert not Authenticator.objects.filter(user=nurse).exists()
    assert SignIn.objects.filter(user=nurse, ended_at=None).get().how == "password"
    assert client.post(path, {"password": PASSWORD}).status_code == 410


def test_guessing_the_password_on_a_factor_link_is_held_back(cast: Cast, client: Client) -> None:
    secret = acts.new_link(cast.users["administrator"], with_app(cast.nurse), invitations.FACTOR)
    path = reverse("welcome", args=[secret])
    for _ in range(11):
        client.post(path, {"password": "not the password at all"})
    answer = client.post(path, {"password": PASSWORD})
    assert "Too many wrong tries" in answer.content.decode()


def test_a_disabled_persons_link_is_over(cast: Cast, client: Client) -> None:
    boss = cast.users["administrator"]
    _user, secret = acts.invite(boss, name="Nora", username="nora", roles=["therapist"])
    acts.disable(boss, _user)
    assert client.get(reverse("welcome", args=[secret])).status_code == 410


def test_a_link_of_one_kind_is_none_of_another(cast: Cast, client: Client) -> None:
    _user, secret = acts.invite(cast.users["administrator"], name="N", username="nora", roles=["therapist"])
    assert client.get(reverse("start", args=[secret])).status_code == 410


def test_only_hashes_are_kept(cast: Cast) -> None:
    _user, secret = acts.invite(cast.users["administrator"], name="N", username="nora", roles=["therapist"])
    assert secret not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize("secret", ["x", "a" * 500, "%00", "..", "<script>"])
def test_nonsense_is_no_link(cast: Cast, client: Client, secret: str) -> None:
    for room in ("welcome", "start"):
        assert client.get(f"/{room}/{secret}/").status_code in (404, 410)
