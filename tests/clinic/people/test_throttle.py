"""Guessing is slowed, and nobody can lock everybody out by it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock
from reverie.clinic.people import acts, hashing, throttle
from reverie.clinic.people.models import Throttle
from tests.cast import PASSWORD, Cast, make

WRONG = "not the password at all"


class Counted(hashing.Queue):
    """A queue that counts who got in."""

    inside = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Count, then as always."""
        with super().place():
            self.inside += 1
            yield


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The hasher's queue, counted."""
    counted = Counted()
    monkeypatch.setattr(hashing, "queue", counted)
    return counted


def attempt(username: str, password: str, address: str = "198.51.100.7") -> int:
    """One try at the sign-in page; returns its status."""
    answer = Client(REMOTE_ADDR=address).post(
        reverse("account_login"), {"login": username, "password": password}
    )
    return int(answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize(("names", "tries"), [("one", 200), ("many", 40), ("unknown", 40)])
def test_of_200_tries_ten_reach_the_hasher(cast: Cast, queue: Counted, names: str, tries: int) -> None:
    people = {"one": ["infusion_nurse"], "many": sorted(cast.users), "unknown": ["nobody", "noone"]}[names]
    statuses = [attempt(people[n % len(people)], WRONG) for n in range(tries)]
    assert queue.inside == 10
    assert statuses == [422] * 10 + [429] * (tries - 10)


@pytest.mark.django_db
def test_others_and_other_addresses_are_not_touched(cast: Cast) -> None:
    for _ in range(12):
        attempt("infusion_nurse", WRONG)
    assert attempt("infusion_nurse", PASSWORD) == 429
    assert attempt("infusion_nurse", PASSWORD, "198.51.100.8") == 302
    assert attempt("therapist", PASSWORD, "198.51.100.8") == 302
    # a success elsewhere opens nothing here
    assert attempt("infusion_nurse", PASSWORD) == 429


@pytest.mark.django_db
def test_an_attacker_cannot_refill_with_an_own_account(cast: Cast, queue: Counted) -> None:
    for _ in range(12):
        attempt("infusion_nurse", WRONG)
        attempt("therapist", PASSWORD)
    assert attempt("infusion_nurse", WRONG) == 429
    assert Throttle.objects.order_by("-count").first().count == 10


@pytest.mark.django_db
def test_a_right_password_costs_no_try(cast: Cast) -> None:
    assert [attempt("infusion_nurse", PASSWORD) for _ in range(12)] == [302] * 12


@pytest.mark.django_db
def test_after_ten_minutes_it_is_open_again(cast: Cast) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        for _ in range(11):
            attempt("infusion_nurse", WRONG)
        fake.advance(9 * 60)
        assert attempt("infusion_nurse", PASSWORD) == 429
        fake.advance(61)
        assert attempt("infusion_nurse", PASSWORD) == 302


@pytest.mark.django_db
def test_a_clock_that_was_set_back_keeps_nobody_out(cast: Cast) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        for _ in range(11):
            attempt("infusion_nurse", WRONG)
        fake.step(-3600)
        assert attempt("infusion_nurse", PASSWORD) == 302


@pytest.mark.django_db
def test_the_administrator_can_open_it(cast: Cast) -> None:
    for _ in range(10):
        attempt("infusion_nurse", WRONG)
    # the address is held back too, which the administrator cannot change: from elsewhere it is open
    acts.open_again(cast.users["administrator"], cast.nurse)
    assert not Throttle.objects.filter(about=throttle.about("infusion_nurse")).exists()


@pytest.mark.django_db
def test_one_ipv6_network_counts_as_one(cast: Cast) -> None:
    for n in range(12):
        attempt("infusion_nurse", WRONG, f"2001:db8:1:1::{n:x}")
    assert attempt("therapist", PASSWORD, "2001:db8:1:1:ffff::1") == 429
    assert attempt("therapist", PASSWORD, "2001:db8:1:2::1") == 302


@pytest.mark.django_db
def test_the_address_is_the_peers_unless_a_proxy_is_trusted(cast: Cast, settings: object) -> None:
    for n in range(12):
        Client(REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").post(
            reverse("account_login"), {"login": "infusion_nurse", "password": WRONG}
        )
    assert attempt("infusion_nurse", PASSWORD) == 429


@pytest.mark.django_db(transaction=True)
def test_parallel_tries_do_not_pass_the_limit() -> None:
    def take(_: int) -> bool:
        try:
            return throttle.take(throttle.key_of("a", "b"), 10)
        finally:
            connection.close()

    make()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(60))) == 10


@pytest.mark.django_db
def test_no_name_stands_in_the_table(cast: Cast) -> None:
    attempt("infusion_nurse", WRONG)
    rows = str(list(Throttle.objects.values()))
    assert "nurse" not in rows
    assert "198.51" not in rows
