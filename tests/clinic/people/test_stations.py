"""Stations: unlocked by a strong factor, switched by PIN, locked per person and screen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock
from reverie.clinic.people import sign_in, stations
from reverie.clinic.people.models import PinTries, SignIn, Station, User
from tests.cast import PIN, Cast, make, signed_in, user

pytestmark = pytest.mark.django_db


def station_of(client: Client, who: User, name: str = "Tablet at chair 2") -> Station:
    """Make the client's browser a station."""
    signed_in(client, who)
    answer = client.post(reverse("station"), {"name": name, "place": "station"})
    assert answer.status_code == 302, answer.content
    return Station.objects.latest("unlocked_at")


def switch(client: Client, who: User, pin: str = PIN, **more: str) -> object:
    """Take over by PIN."""
    return client.post(reverse("switch_to", args=[who.pk]), {"pin": pin, **more})


def who_is_in(client: Client) -> str:
    """The name on the page, "" for nobody."""
    answer = client.get(reverse("own_sign_in"))
    return answer.context["person"]["name"] if answer.status_code == 200 else ""


def test_a_station_needs_a_recent_strong_factor(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        fake.advance(6 * 60)
        answer = client.post(reverse("station"), {"name": "Desk", "place": "room"})
        assert answer.headers["Location"].startswith(reverse("prove"))
    assert not Station.objects.exists()


def test_switching_by_pin(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    before = client.session.session_key
    page = client.get(reverse("switch_person"))
    assert "Jonas Brandt" in page.content.decode()
    assert switch(client, cast.users["therapist"], next="/account/").headers["Location"] == "/account/"
    assert who_is_in(client) == "Jonas Brandt"
    assert client.session.session_key != before
    old, new = SignIn.objects.order_by("began_at")
    assert (old.ended_at is not None, new.how, new.strong_at) == (True, "pin", None)
    assert new.station is not None


def test_after_signing_out_the_station_offers_its_people(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    answer = client.post(reverse("account_logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/account/").headers["Location"].split("?")[0] == reverse("switch_person")
    switch(client, cast.users["prescriber"])
    assert who_is_in(client) == "Dr Ines Vogt"


def test_without_a_station_there_is_no_switching(cast: Cast, client: Client) -> None:
    assert client.get(reverse("switch_person")).headers["Location"] == reverse("account_login")
    assert switch(client, cast.nurse).headers["Location"] == reverse("account_login")
    client.cookies["station"] = "made up"
    assert switch(client, cast.nurse).headers["Location"] == reverse("account_login")
    assert not SignIn.objects.exists()


def test_only_staff_of_this_clinic_with_a_pin(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    without = user(cast.clinic, "no.pin", "Paul Ohne", ["therapist"], pin="")
    off = user(cast.clinic, "off", "Olga Aus", ["therapist"])
    User.objects.filter(pk=off.pk).update(is_active=False)
    page = client.get(reverse("switch_person")).content.decode()
    for one in (cast.stranger, without, off):
        assert one.name not in page
        assert switch(client, one).status_code == 404


def test_five_wrong_pins_shut_that_person_there_only(cast: Cast, client: Client) -> None:
    first = station_of(client, cast.nurse)
    other = Client()
    station_of(other, cast.nurse, "Desk")
    therapist, prescriber = cast.users["therapist"], cast.users["prescriber"]
    assert [switch(client, therapist, "000000").status_code for _ in range(5)] == [422] * 5
    answer = switch(client, therapist)
    assert answer.status_code == 422
    assert "shut on this screen" in answer.content.decode()
    assert "PIN shut" in client.get(reverse("switch_person")).content.decode()
    assert switch(client, prescriber).status_code == 302
    assert switch(other, therapist).status_code == 302
    # the same person signs in strongly on that screen
    client.post(reverse("account_logout"))
    _strongly_at(client, therapist, first)
    assert switch(client, therapist).status_code == 302


def _strongly_at(client: Client, who: User, station: Station) -> None:
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = client.session
    sign_in.begin(request, who, "passkey", station)
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key


def test_a_right_pin_forgets_the_wrong_ones(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    for _ in range(3):
        for _ in range(4):
            switch(client, cast.nurse, "000000")
        assert switch(client, cast.nurse).status_code == 302


def test_a_pin_sign_in_is_never_recently_authenticated(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    switch(client, cast.users["therapist"])
    assert client.get(reverse("own_pin")).headers["Location"].startswith(reverse("prove"))
    assert client.get(reverse("station")).headers["Location"].startswith(reverse("prove"))


def test_the_shift_ends_and_with_it_the_pin_sign_ins(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        station_of(client, cast.nurse)
        fake.advance(11.9 * 3600)
        switch(client, cast.users["therapist"])
        assert who_is_in(client) == "Jonas Brandt"
        fake.advance(0.2 * 3600)
        assert client.get("/account/").headers["Location"].split("?")[0] == reverse("account_login")


def test_ending_the_station(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    stolen = client.cookies["station"].value
    client.post(reverse("end_station"))
    assert who_is_in(client) == "Anna Weiss"
    thief = Client()
    thief.cookies["station"] = stolen
    assert thief.get(reverse("switch_person")).headers["Location"] == reverse("account_login")


def test_unlocking_an_idle_station_by_pin(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        station_of(client, cast.nurse)
        fake.advance(20 * 60)
        assert who_is_in(client) == ""
        wrong = client.post(reverse("unlock"), {"pin": "000000"}, headers={"HX-Request": "true"})
        assert (wrong.status_code, "not the PIN" in wrong.content.decode()) == (200, True)
        assert client.post(reverse("unlock"), {"pin": "000000"}).status_code == 422
        right = client.post(reverse("unlock"), {"pin": PIN}, headers={"HX-Request": "true"})
        assert (right.status_code, right.headers["HX-Refresh"]) == (204, "true")
        assert who_is_in(client) == "Anna Weiss"


def test_someone_else_can_take_over_a_locked_station(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        station_of(client, cast.nurse)
        fake.advance(20 * 60)
        assert switch(client, cast.users["therapist"]).status_code == 302
        assert who_is_in(client) == "Jonas Brandt"


def test_no_pin_unlocks_where_there_is_no_station(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        fake.advance(20 * 60)
        answer = client.post(reverse("unlock"), {"pin": PIN})
        assert answer.status_code == 422
        assert who_is_in(client) == ""


@pytest.mark.django_db(transaction=True)
def test_parallel_pins_do_not_pass_the_limit() -> None:
    cast = make()
    client = Client()
    station_of(client, cast.nurse)
    secret = client.cookies["station"].value

    def guess(n: int) -> int:
        one = Client()
        one.cookies["station"] = secret
        try:
            switch(one, cast.users["therapist"], f"{n:06d}")
        finally:
            connection.close()
        return n

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(guess, range(12)))
    tries = PinTries.objects.get(user=cast.users["therapist"])
    assert tries.count == stations.MOST_WRONG_PINS


def test_the_stations_secret_is_not_kept(cast: Cast, client: Client) -> None:
    station = station_of(client, cast.nurse)
    cookie = client.cookies["station"]
    assert cookie.value not in str(Station.objects.values().get(pk=station.pk))
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert len(cookie.value) >= 43


def test_patients_are_not_offered(cast: Cast, client: Client) -> None:
    station_of(client, cast.nurse)
    one = user(cast.clinic, "pat", "Petra Patientin", ["patient"])
    assert one.name not in client.get(reverse("switch_person")).content.decode()
    assert switch(client, one).status_code == 404
