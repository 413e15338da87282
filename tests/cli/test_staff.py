"""`reverie staff link` on a clinic of its own: the link works, and the ledger says where it was made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from typer.testing import CliRunner

from reverie.cli import main
from reverie.clinic.kernel.models import Entry
from tests import folders
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> CliRunner:
    """A command line in this process, on the test's database."""
    return CliRunner()


def said(run: CliRunner, *words: str) -> tuple[int, str]:
    """What `reverie staff link …` answers."""
    ended = run.invoke(main.build("staff"), ["staff", "link", *words])
    return ended.exit_code, ended.output


def path_in(words: str) -> str:
    """The path of the link."""
    address = next(line for line in words.splitlines() if line.startswith("http"))
    return address.removeprefix("http://localhost:8000")


def test_who_lost_every_factor_begins_again_with_the_password(
    cast: Cast, run: CliRunner, client: Client
) -> None:
    status, words = said(run, "Administrator")
    assert status == 0
    assert "For Rosa Lang, once" in words
    page = client.get(path_in(words)).content.decode()
    assert "A new second factor" in page
    assert client.post(path_in(words), {"password": "not it"}).status_code == 422
    after = client.post(path_in(words), {"password": PASSWORD})
    assert after.headers["Location"] == "/account/set-up/"
    assert client.get(path_in(words)).status_code == 410
    line = json.loads(Entry.objects.filter(body__contains="staff.link").values_list("body", flat=True)[0])
    actor = json.loads(Entry.objects.filter(body__contains="staff.link").values_list("actor", flat=True)[0])
    assert line["detail"] == {"purpose": "factor"}
    assert actor["kind"] == "system"


def test_a_lost_password_and_one_that_never_was(cast: Cast, run: CliRunner, client: Client) -> None:
    _status, words = said(run, "administrator", "--lost", "password")
    assert "A new password" in client.get(path_in(words)).content.decode()
    get_user_model().objects.filter(username="therapist").update(password="!")
    _status, words = said(run, "therapist")
    assert "Welcome, Jonas Brandt" in client.get(path_in(words)).content.decode()


def test_a_newer_link_makes_the_older_worthless(cast: Cast, run: CliRunner, client: Client) -> None:
    first, second = path_in(said(run, "administrator")[1]), path_in(said(run, "administrator")[1])
    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)


def test_nobody_of_that_name_and_who_is_disabled(cast: Cast, run: CliRunner) -> None:
    status, words = said(run, "nobody")
    assert status == 1
    assert "Nobody signs in as nobody. There is: administrator, auditor," in words
    get_user_model().objects.filter(username="auditor").update(is_active=False)
    status, words = said(run, "auditor")
    assert (status, "is disabled" in words) == (1, True)


def test_it_is_a_word_of_reverie(tmp_path: Path) -> None:
    place = folders.a_clinic(tmp_path / "clinic").root
    ended = folders.reverie(place, "staff", "link", "x")
    assert (ended.returncode, ended.stderr.strip()) == (1, "Nobody signs in as x. There is: nobody yet.")
