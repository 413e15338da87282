"""Whom an alarm that nobody has seen calls: clinicians of this clinic who are signed in now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reverie.clinic.kernel import clock
from reverie.clinic.people.models import SignIn, User
from reverie.clinic.session import escalation
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def at_work(user: User, *, minutes_ago: int = 0, **more: object) -> SignIn:
    """`user` is signed in, having done something so long ago."""
    at = clock.now() - timedelta(minutes=minutes_ago)
    strong = {"how": "totp", "strong_at": at}
    return SignIn.objects.create(user=user, began_at=at, seen_at=at, proven_at=at, **(strong | more))


def called(cast: Cast, *at_the_chair: User) -> list[str]:
    found = escalation.to_whom(cast.clinic.pk, {str(user.pk) for user in at_the_chair})
    assert all(User.objects.get(pk=pk).name == name for pk, name in found)
    return [name for _pk, name in found]


def test_nobody_is_called_where_nobody_is(cast: Cast) -> None:
    at_work(cast.stranger)
    at_work(cast.nurse, ended_at=clock.now())
    at_work(cast.users["prescriber"], minutes_ago=13 * 60)
    at_work(cast.users["medical_director"], how="password", strong_at=None)
    assert called(cast) == []


def test_only_who_may_act_at_a_chair_is_called(cast: Cast) -> None:
    for user in cast.users.values():
        at_work(user)
    assert called(cast) == sorted(
        cast.users[role].name for role in ("prescriber", "infusion_nurse", "medical_director")
    )


def test_rather_others_than_those_at_the_chair(cast: Cast) -> None:
    prescriber = cast.users["prescriber"]
    at_work(cast.nurse)
    assert called(cast, cast.nurse) == [cast.nurse.name]
    at_work(prescriber)
    assert called(cast, cast.nurse) == [prescriber.name]


def test_a_screen_that_locked_itself_still_shows(cast: Cast) -> None:
    at_work(cast.nurse, minutes_ago=40)
    at_work(cast.nurse, minutes_ago=1)
    assert called(cast) == [cast.nurse.name]


def test_who_was_locked_out_is_not_called(cast: Cast) -> None:
    at_work(cast.nurse)
    cast.nurse.is_active = False
    cast.nurse.save()
    assert called(cast) == []
