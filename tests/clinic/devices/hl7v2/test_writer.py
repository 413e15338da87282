"""The committing thread: one bad message does not stop the others, and the end writes what has come."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from django.db import connection

from reverie.clinic.devices.hl7v2 import verdict
from reverie.clinic.devices.hl7v2.arrival import Arrival
from reverie.clinic.devices.hl7v2.verdict import Verdict
from reverie.clinic.devices.hl7v2.writer import MOST_AT_ONCE, Writer
from reverie.clinic.devices.models import Quarantined
from tests.clinic.devices import bedside, ward
from tests.clinic.devices.hl7v2.test_batch import ON_SQLITE, batches, came, kinds

pytestmark = pytest.mark.django_db(transaction=True)


class Told:
    """What a writer delivered."""

    def __init__(self) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.order: list[str] = []
        self.sizes: list[int] = []
        self._heard = threading.Condition()

    def __call__(self, settled: Sequence[tuple[Arrival, Verdict]]) -> None:
        """Take a delivery."""
        with self._heard:
            self.sizes.append(len(settled))
            for arrival, one in settled:
                self.order.append(arrival.control_id)
                self.verdicts[arrival.control_id] = one
            self._heard.notify_all()

    def until(self, count: int) -> None:
        """Wait for so many."""
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.order) >= count, 20)


def test_everything_queued_is_written_in_order_in_bounded_batches() -> None:
    (session,) = ward.furnish(1)
    told = Told()
    writer = Writer(batches(), told)
    for arrival in came(*(bedside.message("M1", str(number), rows=2) for number in range(200))):
        writer.put(arrival)
    writer.start()
    writer.stop(within_s=20)
    assert told.order == [str(number) for number in range(200)]
    assert max(told.sizes) <= MOST_AT_ONCE
    assert len(told.sizes) < 10
    assert kinds(session).count("readings") == 200


@ON_SQLITE
def test_a_message_that_the_database_will_not_take_is_kept_aside_alone() -> None:
    (session,) = ward.furnish(1)
    told = Told()
    writer = Writer(batches(), told)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER picky BEFORE INSERT ON kernel_entry WHEN NEW.body LIKE '%\"poison\"%' "
            "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    try:
        for arrival in came(*(bedside.message("M1", name) for name in ("a", "poison", "b", "c"))):
            writer.put(arrival)
        writer.start()
        told.until(4)
    finally:
        writer.stop(within_s=20)
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER picky")
    assert told.order == ["a", "poison", "b", "c"]
    assert {name for name, one in told.verdicts.items() if one == verdict.TAKEN} == {"a", "b", "c"}
    assert told.verdicts["poison"].reason == verdict.BROKEN.reason
    assert kinds(session).count("readings") == 3
    assert [one.control_id for one in Quarantined.objects.all()] == ["poison"]


@ON_SQLITE
def test_what_neither_record_nor_quarantine_takes_is_still_answered() -> None:
    ward.furnish(1)
    told = Told()
    writer = Writer(batches(), told)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER none BEFORE INSERT ON devices_quarantined BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    try:
        for arrival in came(bedside.message("M1", "a"), bedside.message("X", "b")):
            writer.put(arrival)
        writer.start()
        told.until(2)
    finally:
        writer.stop(within_s=20)
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER none")
    assert told.verdicts == {"a": verdict.TAKEN, "b": verdict.BROKEN}
