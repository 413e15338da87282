"""DATABASE_URL: what people write there, and what they should not have."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from reverie.clinic.kernel.database import SERVER_ENGINE, address


def test_every_part_arrives() -> None:
    found = address.settings_of("postgresql://the%20clinic:p%40ss%2Fw%3Ard%231@db.example:6432/reverie%2D1")
    assert found["ENGINE"] == SERVER_ENGINE
    assert (found["USER"], found["PASSWORD"]) == ("the clinic", "p@ss/w:rd#1")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "6432", "reverie-1")


def test_less_is_enough_and_more_is_passed_on() -> None:
    found = address.settings_of("postgres:///reverie")
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"]) == ("", "", "", "")
    found = address.settings_of(
        "postgresql://u@/reverie?host=/run/postgresql&sslmode=verify-full&options=-c%20work_mem%3D8MB"
    )
    assert found["HOST"] == "/run/postgresql"
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["options"].endswith("-c work_mem=8MB")
    assert address.settings_of("postgresql://[::1]:5433/r")["HOST"] == "::1"


def test_what_is_acknowledged_is_on_the_disk_unless_somebody_says_otherwise() -> None:
    options = address.settings_of("postgresql:///reverie")["OPTIONS"]
    assert "-c synchronous_commit=on" in options["options"]
    assert "-c timezone=UTC" in options["options"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@h/reverie", "mysql"),
        ("reverie", "no kind of database"),
        ("postgresql://u:secret@h:port/reverie", "cannot be read"),
        ("postgresql://u:secret@h:99999/reverie", "cannot be read"),
        ("postgresql://u:sec/ret@h/reverie", "cannot be read"),
        ("postgresql://u:secret@h", "names no database"),
        ("postgresql://u:secret@h/", "names no database"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_password(url: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words) as refused:
        address.settings_of(url)
    assert "sec" not in str(refused.value)
    assert "postgresql://USER:PASSWORD@HOST:5432/DATABASE" in str(refused.value)
