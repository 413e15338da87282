"""The staff page and the clinic page: what an administrator may do, and never undo themself out of."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import access, clock
from reverie.clinic.people import acts
from reverie.clinic.people.models import Chair, SignIn, User
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(cast: Cast, client: Client) -> Client:
    """A client signed in as the administrator."""
    return signed_in(client, cast.users["administrator"])


def deed(boss: Client, user: User, name: str) -> object:
    """Press one of the buttons on a member's page."""
    return boss.post(reverse("member_deed", args=[user.pk, name]), follow=True)


def test_the_list_shows_this_clinic_only(cast: Cast, boss: Client) -> None:
    page = boss.get(reverse("staff")).content.decode()
    assert cast.nurse.name in page
    assert cast.stranger.name not in page


def test_disable_and_enable(cast: Cast, boss: Client) -> None:
    nurse = signed_in(Client(), cast.nurse)
    deed(boss, cast.nurse, "disable")
    assert nurse.get("/account/").status_code == 302
    assert not SignIn.objects.filter(user=cast.nurse, ended_at=None).exists()
    deed(boss, cast.nurse, "enable")
    cast.nurse.refresh_from_db()
    assert cast.nurse.is_active
    # the old sign-in stays ended
    assert nurse.get("/account/").status_code == 302


def test_roles_change_on_the_next_request(cast: Cast, boss: Client) -> None:
    auditor = signed_in(Client(), cast.users["auditor"])
    assert auditor.get(reverse("ledger")).status_code == 200
    form = {"name": "Tom Berger", "roles": ["front_desk"]}
    assert boss.post(reverse("member", args=[cast.users["auditor"].pk]), form).status_code == 302
    assert auditor.get(reverse("ledger")).headers["Location"].startswith(reverse("account_login"))
    signed_in(auditor, User.objects.get(username="auditor"))
    assert auditor.get(reverse("ledger")).status_code == 403


def test_a_new_name_alone_ends_nothing(cast: Cast, boss: Client) -> None:
    nurse = signed_in(Client(), cast.nurse)
    boss.post(
        reverse("member", args=[cast.nurse.pk]), {"name": "Anna Weiss-Adler", "roles": ["infusion_nurse"]}
    )
    assert nurse.get("/account/").context["person"]["name"] == "Anna Weiss-Adler"


def test_the_only_administrator_stays(cast: Cast, boss: Client) -> None:
    me = cast.users["administrator"]
    answer = deed(boss, me, "disable")
    assert "only administrator" in answer.content.decode()
    answer = boss.post(reverse("member", args=[me.pk]), {"name": me.name, "roles": ["auditor"]})
    assert answer.status_code == 422
    assert User.objects.get(pk=me.pk).roles == ["administrator"]


def test_another_clinics_people_and_chairs_do_not_exist(cast: Cast, boss: Client) -> None:
    stranger, chair = cast.stranger, cast.other_chair
    assert boss.get(reverse("member", args=[stranger.pk])).status_code == 404
    assert boss.post(reverse("member_deed", args=[stranger.pk, "disable"])).status_code == 404
    assert boss.post(reverse("member_link", args=[stranger.pk, "password"])).status_code == 404
    assert boss.post(reverse("chair", args=[chair.pk]), {"name": "mine"}).status_code == 404
    for act in (acts.disable, acts.enable, acts.open_again, acts.end_sign_ins):
        with pytest.raises(access.Refused):
            act(cast.users["administrator"], stranger)


@pytest.mark.parametrize("role", sorted(access.STAFF - {"administrator"}))
def test_acts_ask_for_themselves(cast: Cast, role: str) -> None:
    by = cast.users[role]
    with pytest.raises(access.Refused):
        acts.invite(by, name="N", username="n.n", roles=["administrator"])
    with pytest.raises(access.Refused):
        acts.change(by, by, name=by.name, roles=["administrator"])
    with pytest.raises(access.Refused):
        acts.disable(by, cast.nurse)
    with pytest.raises(access.Refused):
        acts.new_link(by, cast.nurse, "password")
    with pytest.raises(access.Refused):
        acts.add_chair(by, "5")
    with pytest.raises(access.Refused):
        acts.set_clinic(by, name="Mine", time_zone="UTC")


def test_extra_fields_do_nothing(cast: Cast, boss: Client) -> None:
    form = {
        "name": "Nora", "username": "nora", "roles": ["therapist"], "clinic": str(cast.other_clinic.pk),
        "clinic_id": str(cast.other_clinic.pk), "password": "set by somebody else", "pin": "111111",
    }  # fmt: skip
    boss.post(reverse("invite"), form)
    nora = User.objects.get(username="nora")
    assert (nora.clinic, nora.pin, nora.has_usable_password()) == (cast.clinic, "", False)


@pytest.mark.parametrize("role", ["patient", "support_person", "root", ""])
def test_only_roles_of_staff_can_be_given(cast: Cast, boss: Client, role: str) -> None:
    answer = boss.post(reverse("invite"), {"name": "N", "username": "nora", "roles": [role]})
    assert answer.status_code == 422
    assert not User.objects.filter(username="nora").exists()


def test_a_name_that_is_taken_whatever_its_letters(cast: Cast, boss: Client) -> None:
    answer = boss.post(reverse("invite"), {"name": "N", "username": "Infusion_Nurse", "roles": ["therapist"]})
    assert "has this sign-in name already" in answer.content.decode()


def test_letting_others_in_needs_a_recent_factor(cast: Cast) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        boss = signed_in(Client(), cast.users["administrator"])
        for _ in range(2):
            fake.advance(10 * 60)
            boss.get("/account/")
        assert boss.get(reverse("staff")).status_code == 200
        assert boss.get(reverse("invite")).headers["Location"].startswith(reverse("prove"))
        assert deed(boss, cast.nurse, "disable").redirect_chain[0][0].startswith(reverse("prove"))
    assert User.objects.get(pk=cast.nurse.pk).is_active


def test_chairs(cast: Cast, boss: Client) -> None:
    assert boss.post(reverse("clinic"), {"chair-name": "Window"}).status_code == 302
    window = Chair.objects.get(clinic=cast.clinic, name="Window")
    assert window.order == 5
    assert boss.post(reverse("clinic"), {"chair-name": "Window"}).status_code == 422
    assert boss.post(reverse("chair", args=[window.pk]), {"name": "1"}).status_code == 422
    assert boss.post(reverse("chair", args=[window.pk]), {"name": "Garden"}).status_code == 302
    assert boss.post(reverse("chair", args=[window.pk]), {"in_use": "0"}).status_code == 302
    window.refresh_from_db()
    assert (window.name, window.in_use) == ("Garden", False)


def test_the_time_zone_is_the_pages(cast: Cast, boss: Client) -> None:
    form = {"name": "Lindenhof", "time_zone": "Pacific/Auckland"}
    assert boss.post(reverse("clinic"), form).status_code == 302
    assert boss.post(reverse("clinic"), {**form, "time_zone": "Auckland"}).status_code == 422
    assert boss.post(reverse("clinic"), {**form, "name": "Nordufer"}).status_code == 422
    entry = SignIn.objects.get(user=cast.users["administrator"])
    from zoneinfo import ZoneInfo

    there = entry.began_at.astimezone(ZoneInfo("Pacific/Auckland"))
    assert f"since {there:%H:%M}" in boss.get("/account/").content.decode()


def test_few_queries(cast: Cast, boss: Client, django_assert_max_num_queries: object) -> None:
    for path in (reverse("staff"), reverse("member", args=[cast.nurse.pk]), reverse("clinic"), "/account/"):
        with django_assert_max_num_queries(15):  # type: ignore[operator]
            boss.get(path)
