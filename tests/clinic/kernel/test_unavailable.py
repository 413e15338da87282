"""What people see when the database is full, locked, gone or foreign: the cause, never a trace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import AsyncClient, Client, override_settings

from reverie.clinic.kernel import copies, home, keys, trouble
from reverie.clinic.kernel.models import Entry
from tests.clinic.kernel import record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(settings: Any) -> Client:
    """A browser on addresses that read and write."""
    settings.ROOT_URLCONF = "tests.clinic.kernel.faulty"
    return Client(raise_request_exception=False)


@pytest.fixture
def full() -> Iterator[None]:
    """The database may not grow by one page."""
    record.write("session:full", 1)
    record.rows("VACUUM")  # what earlier tests left free would be filled first
    pages = record.rows("PRAGMA page_count")[0][0]
    record.rows(f"PRAGMA max_page_count = {pages}")
    yield
    record.rows("PRAGMA max_page_count = 1000000")


@pytest.mark.sqlite("the fault is made in the file")
def test_a_full_disk_is_said_on_every_page_and_clears_by_itself(
    client: Client, full: None, place: home.Home
) -> None:
    refused = client.post("/write/?key=a")
    assert refused.status_code == 503
    assert "The disk is full" in refused.content.decode()
    assert refused["Retry-After"] == "5"
    assert Entry.objects.filter(head__stream="session:full").count() == 1
    page = client.get("/page/")
    assert (page.status_code, "The disk is full" in page.content.decode()) == (200, True)
    assert client.get("/read/").content == b"1 streams"
    record.rows("PRAGMA max_page_count = 1000000")
    trouble.look_again()
    assert trouble.sentences() == []
    assert client.post("/write/?key=a").content == b"entry 2"
    assert "The disk is full" not in client.get("/page/").content.decode()


@pytest.mark.sqlite("the fault is made in the file")
def test_a_browser_session_that_cannot_be_saved_leaves_the_page(client: Client, full: None) -> None:
    page = client.get("/remember/")
    assert (page.status_code, page.content) == (200, b"a page")
    assert not page.cookies
    assert trouble.own() == (trouble.DISK_FULL,)
    record.rows("PRAGMA max_page_count = 1000000")
    assert client.get("/remember/").cookies


@pytest.mark.sqlite("the fault is made in the file")
def test_a_locked_database(client: Client) -> None:
    record.write("session:full", 1)
    record.rows("PRAGMA busy_timeout = 50")
    with copies.opened(_path(), keys.read("database")) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = client.post("/write/?key=a")
        assert refused.status_code == 503
        assert "Another program holds the database" in refused.content.decode()
        assert client.get("/read/").status_code == 200
        trouble.look_again()
        assert trouble.own() == (trouble.LOCKED,)
        other.execute("ROLLBACK")
    trouble.look_again()
    assert trouble.own() == ()
    assert client.post("/write/?key=a").status_code == 200


def _path() -> Path:
    return Path(connection.settings_dict["NAME"])


@pytest.fixture
def elsewhere(place: home.Home) -> Iterator[home.Home]:
    """The clinic's connection leads to the database of `place`, which was there and is gone."""
    before = connection.settings_dict["NAME"]
    place.made.touch()
    connection.close()
    connection.settings_dict["NAME"] = str(place.database)
    yield place
    connection.close()
    connection.settings_dict["NAME"] = before


@pytest.mark.sqlite("the file is missed")
@pytest.mark.parametrize("address", ["/read/", "/write/?key=a", "/late/"])
def test_a_missing_database(client: Client, elsewhere: home.Home, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 503
    assert "The database file is not there" in page.content.decode()
    assert not elsewhere.database.exists()
    assert "The database file is not there" in client.get("/page/").content.decode()


@pytest.mark.sqlite("the file is missed")
def test_a_file_that_is_no_database_or_has_another_key(client: Client, elsewhere: home.Home) -> None:
    elsewhere.database.write_bytes(b"not a database" * 1_000)
    page = client.get("/read/")
    assert page.status_code == 503
    assert "cannot be opened with this clinic&#x27;s key" in page.content.decode()
    (elsewhere.keys / "database").unlink()
    keys._read.cache_clear()
    connection.close()
    assert "The database&#x27;s key is not there" in client.get("/read/").content.decode()


@pytest.mark.sqlite("the file is missed")
def test_middleware_that_meets_it_first(client: Client, elsewhere: home.Home) -> None:
    with override_settings(
        MIDDLEWARE=[*settings.MIDDLEWARE, "tests.clinic.kernel.faulty.RaisesBeforeTheView"]
    ):
        page = Client(raise_request_exception=False).get("/page/")
    assert page.status_code == 503
    assert "The database file is not there" in page.content.decode()


@pytest.mark.sqlite("the file is missed")
def test_under_asgi_too(client: Client, elsewhere: home.Home) -> None:
    async def ask(address: str) -> tuple[int, str]:
        answer = await AsyncClient(raise_request_exception=False).get(address)
        return answer.status_code, answer.content.decode()

    for address in ("/read/", "/late/"):
        status, words = asyncio.run(ask(address))
        assert status == 503
        assert "The database file is not there" in words


@pytest.mark.sqlite("the file is missed")
def test_who_asks_for_json_gets_json(client: Client, elsewhere: home.Home) -> None:
    for headers in ({"Accept": "application/json"}, {"HX-Request": "true"}):
        answer = client.get("/read/", headers=headers)
        assert answer.status_code == 503
        assert answer.json()["cause"] == "database_missing"
        assert "is not there" in answer.json()["error"]


def test_a_fault_of_ours_stays_a_fault(client: Client) -> None:
    page = client.get("/broken/")
    assert page.status_code == 500
    assert "ZeroDivisionError" not in page.content.decode()
    assert trouble.own() == ()
