"""The board: a row for every chair in its order, an empty clinic, opening a session in a free chair."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reverie.clinic.people.models import Chair
from reverie.clinic.session.models import Session
from tests.cast import Cast, sign_rules, signed_in
from tests.clinic.session.made import brought_to, message, opened, row, tell

pytestmark = pytest.mark.django_db


def test_every_chair_has_its_row_in_order(nurse_client: Client, cast: Cast) -> None:
    session = opened(cast, 2)
    tell(session, message(1, row("nibp_sys", "131"), row("nibp_dia", "82"), row("pr", "78")))
    text = nurse_client.get(reverse("board")).content.decode()
    rows = re.findall(r'data-chair="([0-9a-f-]+)"', text)
    assert rows == [str(chair.pk) for chair in cast.chairs]
    assert "131/82" in text
    assert text.count("Open a session") == 3 + 1  # the busy chair's button is there, hidden
    assert "Miriam" not in text
    assert "MK" in text


def test_the_board_asks_little_however_many_sessions(nurse_client: Client, cast: Cast) -> None:
    for place in range(4):
        session = opened(cast, place)
        tell(session, *[message(number, row("pr", "70")) for number in range(30)])
    nurse_client.get(reverse("board"))
    for session in Session.objects.all():
        tell(session, message(99, row("pr", "71")))
    with CaptureQueriesContext(connection) as asked:
        nurse_client.get(reverse("board"))
    assert len(asked) <= 15, [query["sql"] for query in asked]


def test_a_clinic_without_chairs_says_so(nurse_client: Client, cast: Cast) -> None:
    Chair.objects.filter(clinic=cast.clinic).update(in_use=False)
    text = nurse_client.get(reverse("board")).content.decode()
    assert "This clinic has no chairs yet." in text


def test_the_other_clinic_is_not_there(cast: Cast, client: Client) -> None:
    session = opened(cast)
    signed_in(client, cast.stranger)
    text = client.get(reverse("board")).content.decode()
    assert str(session.pk) not in text
    assert client.get(reverse("session_open", args=[cast.chairs[1].pk])).status_code == 404


def test_opening_goes_by_finding_then_comparing(nurse_client: Client, cast: Cast) -> None:
    url = reverse("session_open", args=[cast.chairs[0].pk])
    chosen = {"patient": cast.patients[0].pk, "course": "", "key": "k"}
    unsigned = nurse_client.post(url, chosen)
    assert unsigned.status_code == 422
    assert "The medical director signs them on the page Rules first." in unsigned.content.decode()
    assert not Session.objects.exists()
    sign_rules(cast.clinic)
    assert "Robert" in nurse_client.post(url, {"q": "schneider"}).content.decode()
    text = nurse_client.get(url, {"patient": cast.patients[0].pk}).content.decode()
    assert "14 March 1979" in text
    posted = nurse_client.post(url, chosen)
    session = Session.objects.get()
    assert posted.headers["Location"] == reverse("session", args=[session.pk])
    taken = nurse_client.post(url, {"patient": cast.patients[2].pk, "course": "", "key": "other"})
    assert taken.status_code == 422
    assert "Chair 1 has an open session" in taken.content.decode()
    other = nurse_client.post(url, {"patient": cast.other_patient.pk, "course": "", "key": "x"})
    assert other.status_code == 404


def test_what_the_browser_starts_from_names_how_far_each_stream_is(nurse_client: Client, cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight")
    text = nurse_client.get(reverse("board")).content.decode()
    found = re.search(r'id="board-data" type="application/json">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert f"{session.pk.hex}.2" in data["after"].split("_")
