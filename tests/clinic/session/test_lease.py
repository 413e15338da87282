"""The lease on judging: one at a time, taken over when it runs out, and fenced where it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction

from reverie.clinic.kernel import clock
from reverie.clinic.session import lease
from reverie.clinic.session.models import Lease

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[clock.FakeClock]:
    """A clock that the test moves."""
    fake = clock.FakeClock(NOON)
    with clock.replaced_by(fake):
        yield fake


def taken(holder: str, sight: lease.Sight | None = None) -> bool:
    return isinstance(lease.take(holder, sight), lease.Taken)


def test_the_first_takes_it_and_the_second_waits_until_it_has_run_out(now: clock.FakeClock) -> None:
    assert lease.take("a") == lease.Taken(None, None)
    assert not taken("b")
    now.advance(lease.LASTS_S)
    assert not taken("b")
    now.advance(0.1)
    assert taken("b")
    assert not taken("a")
    assert lease.LASTS_S <= 3


def test_who_renews_keeps_it(now: clock.FakeClock) -> None:
    lease.take("a")
    for _ in range(5):
        now.advance(2)
        lease.renew("a", 7, 0)
        assert not taken("b")


def test_what_ended_in_order_is_taken_at_once_and_goes_on_where_it_was(now: clock.FakeClock) -> None:
    lease.take("a")
    lease.renew("a", 1_234, 99)
    lease.give_back("b")
    assert not taken("b")
    lease.give_back("a")
    assert lease.take("b") == lease.Taken(1_234, 99)
    # it has not looked yet: whoever comes after it begins there too
    lease.give_back("b")
    assert lease.take("c") == lease.Taken(1_234, 99)


def test_who_lost_it_cannot_write(now: clock.FakeClock) -> None:
    lease.take("a")
    now.advance(10)
    assert taken("b")
    with pytest.raises(lease.Lost), transaction.atomic():
        lease.renew("a", 5, 0)
    lease.give_back("a")
    assert Lease.objects.get().holder == "b"
    assert Lease.objects.get().looked_ms is None


def test_who_was_late_but_is_alone_goes_on(now: clock.FakeClock) -> None:
    lease.take("a")
    now.advance(60)
    lease.renew("a", 5, 0)
    assert not taken("b")


@pytest.mark.parametrize("seconds", [-3_600, 3_600])
def test_a_step_of_the_clock_neither_ends_nor_prolongs_it(now: clock.FakeClock, seconds: int) -> None:
    lease.take("a")
    now.step(seconds)
    assert not taken("b")
    now.advance(lease.LASTS_S + 0.1)
    assert taken("b")


def test_a_holder_on_another_machine_is_waited_for_by_our_own_clock(now: clock.FakeClock) -> None:
    lease.take("a")
    lease.renew("a", 1_234, 99)
    Lease.objects.update(boot="another", until_ms=10**12)
    sight = lease.take("b")
    assert isinstance(sight, lease.Sight)
    now.advance(2)
    Lease.objects.update(renewals=77)
    sight = lease.take("b", sight)
    assert isinstance(sight, lease.Sight)
    now.advance(lease.LASTS_S)
    assert not taken("b", sight)
    now.advance(0.1)
    # its monotonic time says nothing here
    assert lease.take("b", sight) == lease.Taken(1_234, None)
    lease.give_back("b")
    assert lease.take("c") == lease.Taken(1_234, None)


def test_two_processes_and_one_lease(now: clock.FakeClock) -> None:
    first, second = lease.Hold(), lease.Hold()
    assert first.try_to_take() == lease.Taken(None, None)
    assert second.try_to_take() is None
    assert (first.held, first.waits, second.held, second.waits) == (True, False, False, True)
    assert not first.should_renew
    now.advance(lease.RENEW_EVERY_S)
    assert first.should_renew
    first.renew(1_234, 99)
    # it is not committed yet
    assert first.should_renew
    first.renewed()
    assert not first.should_renew
    second.give_back()
    assert second.try_to_take() is None
    first.give_back()
    assert second.try_to_take() == lease.Taken(1_234, 99)
    with pytest.raises(lease.Lost):
        first.renew(5, 0)
    first.drop()
    assert (first.held, second.held) == (False, True)
