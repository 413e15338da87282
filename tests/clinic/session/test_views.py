"""What a session answers to programs: numerics, all that is known, the export, and to whom."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import chain
from reverie.clinic.session import acts
from reverie.clinic.session.models import Session
from tests.cast import Cast, signed_in
from tests.clinic.session.made import brought_to, message, opened, row, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(cast: Cast) -> Session:
    made = brought_to(opened(cast), cast, "preflight")
    tell(made, message(1, row("spo2", "97"), row("pr", None, "not_available")))
    return made


def test_the_numerics_are_columns(nurse_client: Client, session: Session, cast: Cast) -> None:
    acts.record_vitals(cast.nurse, session, {"pr": Decimal(72)}, "v", minutes_ago=5)
    data = nurse_client.get(reverse("session_numerics", args=[session.pk])).json()
    assert data["seq"] == 4
    by_key = {(one["d"], one["p"]): one for one in data["series"]}
    assert by_key["Tamarix^1", "spo2"]["v"] == [97]
    assert by_key["Tamarix^1", "pr"] == by_key["Tamarix^1", "pr"] | {"v": [None], "q": {"0": "not_available"}}
    assert by_key["", "pr"]["v"] == [72]
    later = by_key["Tamarix^1", "spo2"]["t"][0] + 1_000
    rest = nurse_client.get(reverse("session_numerics", args=[session.pk]), {"after": later}).json()
    assert [one["v"] for one in rest["series"] if one["d"]] == [[], []]
    nonsense = nurse_client.get(reverse("session_numerics", args=[session.pk]), {"after": "no"})
    assert nonsense.status_code == 200


def test_all_that_is_known(nurse_client: Client, session: Session) -> None:
    data = nurse_client.get(reverse("session_whole", args=[session.pk])).json()
    assert (data["seq"], data["phase"], data["initials"]) == (3, "preflight", "RS")
    assert {(one["p"], one["v"], one["q"]) for one in data["values"]} == {
        ("spo2", "97", "valid"),
        ("pr", None, "not_available"),
    }
    assert [line["words"] for line in data["lines"]] == ["Getting ready", "Arrived, session opened"]


def test_an_export_verifies_and_is_the_directors(nurse_client: Client, session: Session, cast: Cast) -> None:
    url = reverse("session_export", args=[session.pk])
    assert nurse_client.get(url).status_code == 403
    response = signed_in(Client(), cast.users["medical_director"]).get(url)
    entries = list(chain.read_export(response.content.decode().splitlines(keepends=True)))
    assert [entry.kind for entry in entries] == ["opened", "state_changed", "readings"]
    assert "attachment" in response.headers["Content-Disposition"]


def test_the_stranger_finds_nothing(session: Session, cast: Cast, client: Client) -> None:
    signed_in(client, cast.stranger)
    for name in ("session_numerics", "session_whole"):
        assert client.get(reverse(name, args=[session.pk])).status_code == 404
