"""The set that is due: what it offers, two taps that record it, what it refuses and keeps."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock, editions, streams
from reverie.clinic.session import folds, intake
from reverie.clinic.session.models import Session
from reverie.science.session.events import RulesApplied
from reverie.science.vitals.alarms import body
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Profile
from tests.cast import Cast, signed_in
from tests.clinic.session.made import MONITOR, brought_to, message, opened, row, tell

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def fake() -> Any:
    with clock.replaced_by(clock.FakeClock(NOON)) as replaced:
        yield replaced


@pytest.fixture
def session(cast: Cast, fake: Any) -> Session:
    return opened(cast)


def panel(client: Client, session: Session) -> str:
    response = client.get(reverse("due_set", args=[session.pk]), headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def offered(text: str) -> list[str]:
    return re.findall(r'name="offered" value="([^"]*)"', text)


def agreed(text: str) -> list[str]:
    return re.findall(r'name="agreed" value="([^"]*)"', text)


def confirm(client: Client, session: Session, text: str, **given: Any) -> Any:
    sent = {
        "offered": offered(text),
        "agreed": agreed(text),
        "arousal": "alert",
        "comfort": "at ease",
    } | given
    url = reverse("due_set", args=[session.pk])
    return client.post(url, {k: v for k, v in sent.items() if v is not None}, headers={"HX-Request": "true"})


def last(session: Session) -> dict[str, Any]:
    entry = list(streams.read(session.stream))[-1]
    assert entry.kind == "vitals_recorded"
    found: dict[str, Any] = json.loads(entry.body or "")
    return found


def now_ms() -> int:
    return clock.to_ms(clock.now())


def say_all(session: Session, number: int = 1) -> None:
    tell(
        session,
        message(
            number, row("nibp_sys", "131"), row("nibp_dia", "82"), row("hr", "71"), row("pr", "72"),
            row("spo2", "97"), row("rr", "14"),
        ),
        recorded_ms=now_ms(),
    )  # fmt: skip


def test_two_taps_record_what_the_monitor_says_and_what_staff_see(
    nurse_client: Client, session: Session
) -> None:
    say_all(session)
    text = panel(nurse_client, session)
    assert agreed(text) == ["nibp_sys nibp_dia", "hr", "spo2", "rr"]
    assert confirm(nurse_client, session, text).status_code == 200
    body = last(session)
    taken = {one[0]: one[1] for one in body["taken"]}
    assert set(taken.values()) == {"confirmed"}
    assert {one[0]: one[1] for one in body["rows"]} == {
        "nibp_sys": "131", "nibp_dia": "82", "hr": "71", "spo2": "97", "rr": "14",
    }  # fmt: skip
    assert (body["arousal"], body["arousal_level"], body["comfort"], body["distress"]) == (
        "alert", 5, "at ease", 0,
    )  # fmt: skip


def test_a_value_without_a_tick_is_charted_as_the_devices(nurse_client: Client, session: Session) -> None:
    say_all(session)
    text = panel(nurse_client, session)
    confirm(nurse_client, session, text, agreed=["hr", "spo2"])
    taken = {one[0]: one[1] for one in last(session)["taken"]}
    assert taken == {
        "nibp_sys": "device", "nibp_dia": "device", "hr": "confirmed", "spo2": "confirmed", "rr": "device",
    }  # fmt: skip


def test_old_missing_and_doubtful_values_are_not_offered_but_named(
    nurse_client: Client, session: Session, fake: Any
) -> None:
    say_all(session)
    fake.advance(240)
    tell(
        session,
        message(2, row("spo2", "0", "not_available"), row("hr", "70", "demo"), row("rr", "15")),
        recorded_ms=now_ms(),
    )
    text = panel(nurse_client, session)
    assert agreed(text) == ["nibp_sys nibp_dia", "rr"]  # a cuff holds for five minutes
    assert text.count("no fresh value") == 2
    fake.advance(120)
    assert agreed(panel(nurse_client, session)) == []


def test_comfort_alone_is_not_enough_and_nothing_is_lost(nurse_client: Client, session: Session) -> None:
    say_all(session)
    before = folds.fold_of(session.stream).seq
    response = confirm(
        nurse_client,
        session,
        panel(nurse_client, session),
        arousal=None,
        nausea="some",
        symptoms=["vomiting"],
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert "Choose arousal, then comfort." in text
    assert 'value="some" selected' in text
    assert re.search(r'value="vomiting"[^>]*checked', text)
    assert folds.fold_of(session.stream).seq == before


@pytest.mark.parametrize(
    "made_up",
    ["spo2~99~{ms}~" + MONITOR, "spo2~97~{ms}~Other^9", "spo2~97~1~" + MONITOR, "spo2~97", "x~1~1~y", "~~~",
     "spo2~97.0000000~{ms}~" + MONITOR, "spo2~-97~{ms}~" + MONITOR, "spo2~٩٧~{ms}~" + MONITOR, "\x00" * 9],
)  # fmt: skip
def test_what_the_monitor_never_said_cannot_be_confirmed(
    nurse_client: Client, session: Session, made_up: str
) -> None:
    say_all(session)
    before = folds.fold_of(session.stream).seq
    text = panel(nurse_client, session)
    sent = made_up.replace("{ms}", str(now_ms()))
    response = confirm(nurse_client, session, text, offered=[sent], agreed=["spo2"])
    assert response.status_code == 422
    assert folds.fold_of(session.stream).seq == before


def test_a_page_that_stood_for_long_confirms_nothing_old(
    nurse_client: Client, session: Session, fake: Any
) -> None:
    say_all(session)
    text = panel(nurse_client, session)
    fake.advance(181)
    response = confirm(nurse_client, session, text)
    assert response.status_code == 422
    assert "have grown old" in response.content.decode()


def test_the_same_key_records_one_set(nurse_client: Client, session: Session) -> None:
    say_all(session)
    text = panel(nurse_client, session)
    for _time in range(2):
        assert confirm(nurse_client, session, text, key="one").status_code == 200
    kinds = [entry.kind for entry in streams.read(session.stream)]
    assert kinds.count("vitals_recorded") == 1


def test_it_says_when_the_next_is_due_and_when_it_is_overdue(
    nurse_client: Client, session: Session, cast: Cast, fake: Any
) -> None:
    brought_to(session, cast, "preflight", "ready")
    say_all(session)
    confirm(nurse_client, session, panel(nurse_client, session))
    due = re.search(r'data-due="(\d+)" data-overdue="(\d+)"', panel(nurse_client, session))
    assert due
    assert int(due[1]) > now_ms()
    assert "Set overdue" not in panel(nurse_client, session)
    fake.advance((int(due[2]) - now_ms()) / 1_000 + 1)
    assert "Set overdue" in panel(nurse_client, session)


def test_without_a_script_the_page_comes_back(nurse_client: Client, session: Session) -> None:
    say_all(session)
    url = reverse("due_set", args=[session.pk])
    text = nurse_client.get(url).content.decode()
    sent = {"offered": offered(text), "agreed": agreed(text), "arousal": "drowsy", "comfort": "uneasy"}
    assert nurse_client.post(url, sent).status_code == 302
    assert last(session)["arousal_level"] == 4


def test_a_therapist_sees_no_panel_and_a_stranger_nothing(cast: Cast, session: Session) -> None:
    url = reverse("due_set", args=[session.pk])
    assert signed_in(Client(), cast.users["therapist"]).get(url).status_code == 403
    assert signed_in(Client(), cast.stranger).get(url).status_code == 404


def test_on_paper_a_due_time_that_nobody_answered_shows_the_devices_values(
    nurse_client: Client, session: Session, cast: Cast, fake: Any
) -> None:
    brought_to(session, cast, "preflight", "ready")
    say_all(session)
    due = re.search(r'data-due="(\d+)"', panel(nurse_client, session))
    assert due
    fake.advance((int(due[1]) - now_ms()) / 1_000)
    say_all(session, 2)
    fake.advance(600)
    text = nurse_client.get(reverse("session_print", args=[session.pk])).content.decode()
    assert "the device, nobody confirmed" in text
    assert "131/82" in text


def ruled(session: Session, cast: Cast, kind: str, **switches: bool) -> None:
    """Sign a body of this kind with switches set, and let the record say that it holds."""
    default: Any = DEFAULTS if kind == "alarm_rules" else Profile()
    text = body.body_of(replace(default, **switches))
    edition = editions.write(cast.clinic.pk, kind, "clinic", text, by=cast.users["medical_director"])
    held = RulesApplied(kind, str(edition.pk), edition.number, edition.content_hash)
    tell(session, intake.draft(held, f"rules {kind}", now_ms(), intake.SYSTEM_ACTOR))


def test_news2_stands_there_only_where_the_rules_say_so(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    say_all(session)
    confirm(nurse_client, session, panel(nurse_client, session))
    assert "NEWS2" not in panel(nurse_client, session)
    ruled(session, cast, "alarm_rules", news2_on_live_page=True)
    text = panel(nurse_client, session)
    # pulse 71, SpO2 97, pressure 131, respiration 14, alert: only oxygen and temperature are open
    assert "<b>NEWS2</b> 0 to 5" in text
    assert "Not known: oxygen or air, temperature" in text


def test_a_clinic_without_stream_display_sees_only_sets_by_hand(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    say_all(session)
    ruled(session, cast, "clinic_profile", stream_display=False)
    assert offered(panel(nurse_client, session)) == []
    text = nurse_client.get(reverse("session", args=[session.pk])).content.decode()
    assert "131/82" not in text.partition('id="live-data"')[0]
    assert "Values of devices are not shown here" in text
    assert '"stream": false' in text
    board = nurse_client.get(reverse("board")).content.decode().partition("board-data")[0]
    assert "131/82" not in board
