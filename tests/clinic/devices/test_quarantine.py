"""The quarantine's store: kept whole, counted, bounded; nothing open is ever let go."""

from __future__ import annotations

import hashlib

import pytest

from reverie.clinic.devices import quarantine
from reverie.clinic.devices.models import Quarantined
from reverie.clinic.devices.quarantine import RECORDED_LATER, Reject, Store
from reverie.clinic.kernel import clock
from reverie.clinic.people.models import Clinic

pytestmark = pytest.mark.django_db


def reject(payload: bytes, reason: str = "No.", device: str = "X") -> Reject:
    """A reject of this moment."""
    content = hashlib.sha256(payload).hexdigest()
    return Reject(payload, reason, device, "1", "peer", clock.to_ms(clock.now()), content, None)


def test_the_same_bytes_are_counted_and_the_newest_reason_stands() -> None:
    store = Store()
    assert store.keep([reject(b"a"), reject(b"a"), reject(b"b")]) == [True] * 3
    assert store.keep([reject(b"a", "Another reason.")]) == [True]
    kept = Quarantined.objects.get(payload=b"a")
    assert (kept.times, kept.reason) == (3, "Another reason.")
    assert kept.last_received_at >= kept.received_at
    assert Quarantined.objects.count() == 2


def test_after_somebody_decided_the_same_bytes_are_a_new_line() -> None:
    store = Store()
    store.keep([reject(b"a")])
    Quarantined.objects.update(resolved_at=clock.now())
    store.keep([reject(b"a")])
    assert Quarantined.objects.count() == 2


def test_it_is_bounded_and_only_what_was_decided_makes_room() -> None:
    store = Store(limit=100)
    assert store.keep([reject(bytes([i]) * 40) for i in range(3)]) == [True, True, False]
    assert store.full
    # a repeat needs no room
    assert store.keep([reject(bytes([0]) * 40)]) == [True]
    Quarantined.objects.filter(payload=bytes([0]) * 40).update(resolved_at=clock.now())
    assert store.keep([reject(bytes([9]) * 40)]) == [True]
    assert not store.full
    emptied = Quarantined.objects.get(resolved_at__isnull=False)
    assert (bytes(emptied.payload), emptied.size) == (b"", 0)
    assert bytes(Quarantined.objects.get(size=40, content_hash=reject(bytes([1]) * 40).content).payload)
    # a new store counts what is there
    assert Store(limit=100).keep([reject(b"z" * 40)]) == [False]


def test_what_a_column_cannot_hold_is_written_another_way() -> None:
    Store().keep(
        [Reject(b"\x00\xff", "r" * 400, "d\x00\ud800" + "e" * 400, "c" * 300, "p", 0, "0" * 64, None)]
    )
    kept = Quarantined.objects.get()
    assert (len(kept.reason), len(kept.device), len(kept.control_id)) == (300, 250, 199)
    assert kept.device.startswith("d\ufffd?e")
    assert bytes(kept.payload) == b"\x00\xff"


def test_a_strangers_message_is_the_only_clinics_own() -> None:
    assert quarantine.sole_clinic() is None
    only = Clinic.objects.create(name="Only")
    assert quarantine.sole_clinic() == only.pk
    Clinic.objects.create(name="Second")
    assert quarantine.sole_clinic() is None


def test_what_is_recorded_later_is_closed_by_itself() -> None:
    store = Store()
    store.keep([reject(b"a"), reject(b"b")])
    quarantine.close_recorded([reject(b"a").content])
    assert Quarantined.objects.get(payload=b"a").resolution == RECORDED_LATER
    assert Quarantined.objects.get(payload=b"b").resolved_at is None


def test_room_made_by_deciding_is_seen_after_a_while() -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as now:
        store = Store(limit=50)
        assert store.keep([reject(b"a" * 40), reject(b"b" * 40)]) == [True, False]
        now.advance(60)
        store.look_again()
        assert store.full
        Quarantined.objects.update(resolved_at=clock.now())
        store.look_again()
        assert store.full
        now.advance(60)
        store.look_again()
        assert not store.full
