"""One writer at a time on a real server, and what people see when the server fails them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F
from django.test import Client

from reverie.clinic.kernel import backup, examine, home, streams, trouble
from reverie.clinic.kernel.models import Entry, Head
from tests import postgresql
from tests.clinic.kernel import record
from tests.scale import scale

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not postgresql.chosen(), reason=f"needs {postgresql.CHOICE}=postgresql"),
]


@pytest.fixture(autouse=True)
def _unset() -> Iterator[None]:
    """What a test sets for its connection ends with it."""
    yield
    connection.close()


@pytest.fixture
def client(settings: Any) -> Client:
    """A browser on addresses that read and write."""
    settings.ROOT_URLCONF = "tests.clinic.kernel.faulty"
    return Client(raise_request_exception=False)


@pytest.fixture
def other() -> Iterator[Any]:
    """Another connection to the same database."""
    own = connection.copy("other")
    yield own
    own.close()


def in_threads(count: int, work: Any) -> list[Exception]:
    """Run `work(number)` in so many threads at once; what they raised."""
    raised: list[Exception] = []
    ready = threading.Barrier(count)

    def run(number: int) -> None:
        ready.wait(20)
        try:
            work(number)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return raised


def test_who_looks_and_then_writes_is_never_overtaken() -> None:
    rounds = scale(test=25, soak=400)
    Head.objects.create(stream="counter")

    def count(_number: int) -> None:
        for _ in range(rounds):
            with transaction.atomic():
                seen = Head.objects.get(stream="counter").seq  # no lock of the row
                Head.objects.filter(stream="counter").update(seq=seen + 1)

    assert in_threads(8, count) == []
    assert Head.objects.get(stream="counter").seq == 8 * rounds


def test_streams_taken_in_any_order_wait_but_never_lock_each_other_for_ever() -> None:
    rounds = scale(test=10, soak=200)
    for name in ("session:a", "session:b"):
        streams.begin(name)

    def append(number: int) -> None:
        order = ["session:a", "session:b"][:: 1 if number % 2 else -1]
        for turn in range(rounds):
            with transaction.atomic():
                for name in order:
                    draft = streams.Draft(f"{number}-{turn}", "note", 2, 0, "{}", "{}")
                    streams.append(streams.lock(name), [draft])

    assert in_threads(6, append) == []
    for name in ("session:a", "session:b"):
        assert [entry.seq for entry in streams.read(name)] == list(range(1, 6 * rounds + 1))


def test_reading_waits_for_nobody(client: Client, other: Any) -> None:
    record.write("session:full", 1)
    with transaction.atomic(), other.cursor() as cursor:
        Head.objects.update(seq=F("seq") + 1)
        cursor.execute("SELECT seq FROM kernel_head WHERE stream = 'session:full'")
        assert cursor.fetchone() == (1,)
        transaction.set_rollback(True)


def test_a_lock_that_somebody_keeps_is_said(client: Client, other: Any) -> None:
    record.write("session:full", 1)
    record.change("SET lock_timeout = 50")
    other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    refused = client.post("/write/?key=a")
    assert refused.status_code == 503
    assert "Another program holds the database" in refused.content.decode()
    assert client.get("/read/").status_code == 200
    trouble.look_again()
    assert trouble.own() == (trouble.LOCKED,)
    other.rollback()
    trouble.look_again()
    assert trouble.own() == ()
    assert client.post("/write/?key=a").status_code == 200


def test_after_a_lock_was_refused_nothing_is_half_open(other: Any) -> None:
    record.change("SET lock_timeout = 50")
    other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
        raise AssertionError("the block must not be entered")
    other.rollback()
    assert not connection.in_atomic_block
    with transaction.atomic():
        Head.objects.create(stream="after")
    assert Head.objects.filter(stream="after").exists()


def test_a_connection_that_is_cut_leaves_nothing_and_is_made_again(client: Client, other: Any) -> None:
    record.write("session:full", 1)
    with pytest.raises(DatabaseError), transaction.atomic():  # noqa: PT012 (all in one transaction)
        streams.append(streams.lock("session:full"), [streams.Draft("k2", "note", 2, 0, "{}", "{}")])
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        Head.objects.count()
    connection.close()
    assert trouble.own() == (trouble.GONE,)
    assert Entry.objects.filter(head__stream="session:full").count() == 1
    trouble.look_again()
    assert trouble.own() == ()
    assert client.post("/write/?key=a").content == b"entry 2"


def test_a_server_that_does_not_answer_is_said(client: Client) -> None:
    before = dict(connection.settings_dict)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        connection.close()
        connection.settings_dict["PORT"] = str(nobody.getsockname()[1])
        try:
            for address in ("/read/", "/late/"):
                page = client.get(address)
                assert page.status_code == 503
                assert "The database does not answer" in page.content.decode()
            trouble.look_again()
            assert trouble.own() == (trouble.GONE,)
            database = next(iter(examine.database()))
            assert not database.good
            assert "does not answer" in database.words
            assert postgresql.PASSWORD not in database.words
        finally:
            connection.close()
            connection.settings_dict.update(before)
    trouble.look_again()
    assert trouble.own() == ()
    assert client.get("/read/").status_code == 200


def test_a_server_that_only_reads_is_said(client: Client) -> None:
    record.write("session:full", 1)
    record.change("SET default_transaction_read_only = on")
    refused = client.post("/write/?key=a")
    assert refused.status_code == 503
    assert "may not be written to" in refused.content.decode()
    assert client.get("/read/").status_code == 200


def test_the_doctor_looks_at_the_server(place: home.Home) -> None:
    record.write("session:a", 3)
    found = {finding.check: finding for finding in examine.examine()}
    assert found["database"].good
    assert "PostgreSQL" in found["database"].words
    # the tests' own server is fast, not safe
    assert "fsync" in found["durability"].words
    assert found["writing"].good
    assert found["chain"].good
    assert "pg_dump" in found["backup"].words
    record.change("UPDATE kernel_head SET seq = 2 WHERE stream = 'session:a'")
    assert "session:a" in {finding.check: finding for finding in examine.record()}["chain"].words


def test_a_backup_is_refused_with_what_to_do_instead(place: home.Home) -> None:
    with pytest.raises(backup.BackupFailed, match="pg_dump"):
        backup.make(place.root / "b.reverie")
    assert not (place.root / "b.reverie").exists()


def test_text_that_the_server_cannot_hold_finds_nothing_and_breaks_nothing() -> None:
    Head.objects.create(stream="a\0b")
    assert list(Head.objects.values_list("stream", flat=True)) == ["a\ufffdb"]
    assert not Head.objects.filter(stream="\0").exists()
