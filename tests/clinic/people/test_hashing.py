"""Hashing passwords: a bounded queue, told when it is full, bounded memory."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client
from django.urls import reverse

from reverie.clinic.people import hashing
from tests.cast import PASSWORD, Cast, hashed


def test_twenty_at_once_all_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = hashed(PASSWORD)
    monkeypatch.setattr(hashing, "queue", hashing.Queue(longest_wait_s=60))
    most, inside, lock = 0, 0, threading.Lock()

    def check(_: int) -> bool:
        return check_password(PASSWORD, encoded)

    original = hashing.Argon2PasswordHasher.verify

    def verify(self: object, password: str, encoded: str) -> bool:
        nonlocal most, inside
        with lock:
            inside += 1
            most = max(most, inside)
        try:
            return original(self, password, encoded)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(hashing.Argon2PasswordHasher, "verify", verify)
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(check, range(20)))
    assert most == hashing.AT_ONCE


def test_who_comes_when_the_queue_is_full_is_told_at_once() -> None:
    queue = hashing.Queue(at_once=1, most_waiting=1, longest_wait_s=30)
    entered, leave, second_in = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with queue.place():
            entered.set()
            leave.wait(30)

    def wait() -> None:
        with queue.place():
            second_in.set()

    first = threading.Thread(target=hold)
    first.start()
    assert entered.wait(30)
    second = threading.Thread(target=wait)
    second.start()
    while queue._present._value:  # until the second stands before the door
        pass
    with pytest.raises(hashing.Busy), queue.place():
        raise AssertionError("there was a place")
    leave.set()
    first.join(30)
    second.join(30)
    assert second_in.is_set()
    with queue.place():
        pass


def test_who_waits_too_long_is_told() -> None:
    queue = hashing.Queue(at_once=1, most_waiting=5, longest_wait_s=0.01)
    with queue.place():
        result = ThreadPoolExecutor(1).submit(_enter, queue)
        with pytest.raises(hashing.Busy):
            result.result(30)


def _enter(queue: hashing.Queue) -> None:
    with queue.place():
        raise AssertionError("there was a place")


@pytest.mark.django_db
def test_a_full_queue_is_said_and_costs_no_try(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"login": "infusion_nurse", "password": PASSWORD}
    full = hashing.Queue(at_once=1, most_waiting=0)
    monkeypatch.setattr(hashing, "queue", full)
    with full.place():
        answers = [client.post(reverse("account_login"), form) for _ in range(15)]
    assert {answer.status_code for answer in answers} == {503}
    assert "Try again in a moment" in answers[0].content.decode()
    assert client.post(reverse("account_login"), form).status_code == 302


def test_it_is_argon2id_with_djangos_parameters() -> None:
    assert make_password("x").startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")


def test_long_and_foreign_passwords_are_kept_whole() -> None:
    long = "ü" * 100 + "1"
    encoded = make_password(long)
    assert check_password(long, encoded)
    assert not check_password("ü" * 100 + "2", encoded)
    assert not check_password(long.upper(), encoded)
