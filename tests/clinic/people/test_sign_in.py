"""Signing in by password and code, and everything that ends or locks a sign-in."""

from __future__ import annotations

import base64
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock
from reverie.clinic.people import acts, sign_in
from reverie.clinic.people.models import SignIn, User
from tests.cast import PASSWORD, Cast, signed_in

pytestmark = pytest.mark.django_db
SECRET = base64.b32encode(b"twenty bytes of seed").decode()


def with_app(user: User) -> User:
    """Give the user an authenticator app."""
    totp.TOTP.activate(user, SECRET)
    return user


def code(steps: int = 0) -> str:
    """The app's code now, or some steps of 30 s later."""
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30 + steps))


def first_step(
    client: Client, username: str = "infusion_nurse", password: str = PASSWORD, **more: str
) -> object:
    """Send name and password."""
    return client.post(reverse("account_login"), {"login": username, "password": password, **more})


def second_step(client: Client, typed: str) -> object:
    """Send a code."""
    return client.post(reverse("mfa_authenticate"), {"code": typed})


def is_in(client: Client) -> bool:
    """Whether the browser may see its own page."""
    return client.get(reverse("own_sign_in")).status_code == 200


def test_a_password_alone_opens_only_the_set_up(cast: Cast, client: Client) -> None:
    assert first_step(client).status_code == 302
    for name in ("own_sign_in", "home", "own_pin", "station"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("set_up"))
    assert client.get(reverse("set_up")).status_code == 200
    assert client.get(reverse("home"), headers={"Accept": "application/json"}).status_code == 401
    assert client.post(reverse("end_station")).headers["Location"] == reverse("set_up")


def test_password_then_code(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    before = client.session.session_key
    answer = first_step(client, next="/account/pin/")
    assert answer.headers["Location"].split("?")[0] == reverse("mfa_authenticate")
    assert not is_in(client)
    answer = second_step(client, code())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/pin/")
    assert is_in(client)
    entry = SignIn.objects.get(user=cast.nurse)
    assert (entry.how, entry.strong_at is not None) == ("totp", True)
    assert client.session.session_key != before


def test_the_session_id_changes_with_every_step_up(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    first_step(client)
    half = client.session.session_key
    second_step(client, code())
    whole = client.session.session_key
    client.post(reverse("mfa_reauthenticate"), {"code": code(1)})
    again = client.session.session_key
    assert len({half, whole, again}) == 3
    stale = Client()
    stale.cookies["sessionid"] = half
    assert not is_in(stale)


def test_a_used_code_is_refused_for_as_long_as_it_fits(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    used = code()
    first_step(client)
    second_step(client, used)
    other = Client()
    first_step(other)
    answer = second_step(other, used)
    assert answer.status_code == 422
    assert "works once" in answer.content.decode()
    assert not is_in(other)
    assert second_step(other, code(1)).status_code == 302


def test_a_recovery_code_works_once(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    recovery = RecoveryCodes.activate(cast.nurse).generate_codes()[0]
    first_step(client)
    assert second_step(client, recovery).status_code == 302
    assert SignIn.objects.get(user=cast.nurse).how == "recovery_code"
    other = Client()
    first_step(other)
    assert second_step(other, recovery).status_code == 422
    assert not is_in(other)


def test_known_and_unknown_names_get_the_same_answer(cast: Cast, client: Client) -> None:
    acts.disable(cast.users["administrator"], cast.users["researcher"])
    wrong = first_step(client, "infusion_nurse", "not the password at all")
    unknown = first_step(client, "nobody.here", "not the password at all")
    disabled = first_step(client, "researcher", PASSWORD)
    assert {answer.status_code for answer in (wrong, unknown, disabled)} == {422}

    def body(answer: object, name: str) -> str:
        text = answer.content.decode().replace(name, "NAME")
        return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)

    assert body(wrong, "infusion_nurse") == body(unknown, "nobody.here") == body(disabled, "researcher")


def test_idle_locks_and_does_not_forget(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        fake.advance(14 * 60)
        assert is_in(client)
        fake.advance(14 * 60)
        assert is_in(client)
        fake.advance(15 * 60)
        answer = client.get(reverse("own_sign_in"))
        assert answer.headers["Location"] == f"{reverse('locked')}?next=%2Faccount%2F"
        assert client.post(reverse("end_other_sign_ins")).status_code == 423
        assert client.post(reverse("end_other_sign_ins"), headers={"HX-Request": "true"}).status_code == 423
        assert client.get(reverse("locked")).status_code == 200
        # a look at the locked screen is no activity, and no touch unlocks it
        assert client.get(reverse("idle"), {"active": "1"}).json() == {"locked": True}
        assert not is_in(client)


def test_the_strong_factor_unlocks(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        fake.advance(16 * 60)
        answer = client.get(reverse("prove"), {"next": "/account/"})
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
        assert (
            client.post(answer.headers["Location"], {"code": code(), "next": "/account/"}).status_code == 302
        )
        assert is_in(client)


def test_touching_the_screen_keeps_it_open(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        for _ in range(5):
            fake.advance(10 * 60)
            assert client.get(reverse("idle"), {"active": "1"}).json() == {"locked": False}
        fake.advance(10 * 60)
        assert client.get(reverse("idle")).json() == {"locked": False}
        fake.advance(10 * 60)
        assert client.get(reverse("idle")).json() == {"locked": True}


def test_background_reading_is_no_activity(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        fake.advance(10 * 60)
        client.get(reverse("own_sign_in"), headers={"Sec-Fetch-Mode": "cors"})
        fake.advance(6 * 60)
        assert not is_in(client)


def test_twelve_hours_end_it(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        for _ in range(71):
            fake.advance(10 * 60)
            assert is_in(client)
        fake.advance(10 * 60)
        answer = client.get(reverse("own_sign_in"))
        assert answer.headers["Location"].split("?")[0] == reverse("account_login")


@pytest.mark.parametrize("deed", ["disable", "roles", "password", "end_sign_ins"])
def test_what_ends_a_sign_in_at_once(cast: Cast, client: Client, deed: str) -> None:
    boss, nurse = cast.users["administrator"], cast.nurse
    signed_in(client, nurse)
    entry = SignIn.objects.get(user=nurse)
    assert is_in(client)
    assert sign_in.holder(entry.pk) == nurse
    if deed == "disable":
        acts.disable(boss, nurse)
    elif deed == "roles":
        acts.change(boss, nurse, name=nurse.name, roles=["therapist"])
    elif deed == "password":
        from reverie.clinic.people import invitations

        invitation = invitations.find(acts.new_link(boss, nurse, "password"), "password")
        acts.accept(invitation, "five other words of hers")
    else:
        acts.end_sign_ins(boss, nurse)
    assert not is_in(client)
    assert sign_in.holder(entry.pk) is None


def test_changing_the_password_ends_the_others_only(cast: Cast, client: Client) -> None:
    other = Client()
    signed_in(client, cast.nurse)
    signed_in(other, cast.nurse)
    new = "seven brass kettles sing"
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302, answer.content
    assert is_in(client)
    assert not is_in(other)


@pytest.mark.parametrize("how", [None, "force_login", "made_up"])
def test_a_session_without_a_sign_in_is_a_stranger(cast: Cast, client: Client, how: str | None) -> None:
    if how == "force_login":
        client.force_login(cast.nurse)
    elif how == "made_up":
        client.force_login(cast.nurse)
        signed = Client()
        signed_in(signed, cast.users["therapist"])
        session = client.session
        session["sign_in"] = signed.session["sign_in"]
        session.save()
    assert client.get(reverse("own_sign_in")).headers["Location"].startswith(reverse("account_login"))


def test_recently_authenticated(cast: Cast) -> None:
    from django.http import HttpRequest

    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        request = HttpRequest()
        request.session = Client().session
        sign_in.begin(request, cast.nurse, "passkey")
        fake.advance(4 * 60)
        assert sign_in.recently_authenticated(request)
        assert not sign_in.recently_authenticated(request, minutes=3)
        fake.advance(2 * 60)
        assert not sign_in.recently_authenticated(request)
        sign_in.begin(request, cast.nurse, "password")
        assert not sign_in.recently_authenticated(request)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "///evil.example",
        "javascript:alert(1)",
        "http:evil.example", "\x00//evil.example", "/\t/evil.example", "evil.example", "https:/evil.example",
    ],
)  # fmt: skip
def test_no_redirect_leads_out(cast: Cast, client: Client, address: str) -> None:
    with_app(cast.nurse)
    first_step(client, next=address)
    assert second_step(client, code()).headers["Location"] == "/"
    assert client.post(reverse("account_logout"), {"next": address}).headers["Location"] == "/"
    signed_in(client, cast.nurse)
    answer = client.get(reverse("locked"), {"next": address})
    assert answer.headers["Location"] == "/"


def test_signing_out_ends_it_and_clears(cast: Cast, client: Client) -> None:
    signed_in(client, cast.nurse)
    key = client.session.session_key
    answer = client.post(reverse("account_logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies"'
    assert SignIn.objects.get(user=cast.nurse).ended_at is not None
    thief = Client()
    thief.cookies["sessionid"] = key
    assert not is_in(thief)


def test_headers(cast: Cast, client: Client) -> None:
    signed_in(client, cast.nurse)
    for path, status in (
        ("/account/", 200),
        ("/ledger/", 403),
        ("/nothing/here/", 404),
        ("/static/favicon.svg", 200),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "camera=()" in answer.headers["Permissions-Policy"], path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        if answer.streaming:
            b"".join(answer.streaming_content)  # to its end, which closes the file
    assert client.get("/account/").headers["Cache-Control"] == "no-store"
    assert client.get("/ledger/").headers["Cache-Control"] == "no-store"


def test_the_last_factor_stays(cast: Cast, client: Client) -> None:
    with_app(cast.nurse)
    signed_in(client, cast.nurse)
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert answer.status_code == 422
    assert Authenticator.objects.filter(user=cast.nurse).exists()


def test_nobody_signs_up_and_no_mail_pages(cast: Cast, client: Client) -> None:
    for path in ("/account/signup/", "/account/email/", "/account/password/reset/", "/accounts/login/"):
        assert client.get(path).status_code == 404


def test_a_sign_in_is_seen_at_most_twice_a_minute(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        begun = SignIn.objects.get().seen_at
        fake.advance(20)
        is_in(client)
        assert SignIn.objects.get().seen_at == begun
        fake.advance(20)
        is_in(client)
        assert SignIn.objects.get().seen_at == begun + timedelta(seconds=40)
