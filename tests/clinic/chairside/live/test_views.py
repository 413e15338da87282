"""The live page and its forms: what it shows, who may, what a wrong form says, how many questions it asks."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reverie.clinic.kernel import clock, streams
from reverie.clinic.session import acts, folds, intake, questions
from reverie.clinic.session.models import Session
from reverie.science.session import events
from tests.cast import Cast, signed_in
from tests.clinic.session.made import MONITOR, brought_to, message, opened, row, tell

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def session(cast: Cast) -> Session:
    return opened(cast)


def page(client: Client, session: Session) -> str:
    response = client.get(reverse("session", args=[session.pk]))
    assert response.status_code == 200
    return response.content.decode()


def named(said: str) -> streams.Draft:
    event = events.PatientNamed(MONITOR, said)
    return intake.draft(event, f"named {said}", clock.to_ms(clock.now()), intake.device_actor(MONITOR))


def last_body(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(list(streams.read(session.stream))[-1].body or "")
    return found


def kinds(session: Session) -> list[str]:
    return [entry.kind for entry in streams.read(session.stream)]


def test_the_page_shows_what_is_known_without_a_script(nurse_client: Client, session: Session) -> None:
    at_ms = 1_700_000_000_000
    tell(session, message(1, row("nibp_sys", "131"), row("nibp_dia", "82"), row("spo2", "97"), at_ms=at_ms))
    text = page(nurse_client, session)
    assert "131/82" in text
    assert re.search(r'data-slot="value">97<', text)
    assert "Chair 1" in text
    assert "Robert Schneider" not in text  # others see the screen
    assert "L-1001" in text
    assert "The bedside monitor is the alarm of record" in text


def test_what_the_browser_starts_from_is_whole(nurse_client: Client, session: Session, cast: Cast) -> None:
    acts.note(cast.nurse, session, "</script><b>x", "n")
    text = page(nurse_client, session)
    assert "</script><b>" not in text
    found = re.search(r'id="live-data" type="application/json">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert data["whole"]["seq"] == 2
    assert data["whole"]["lines"][0]["words"] == "</script><b>x"
    assert data["zone"] == "Europe/Vienna"


def test_opening_the_page_is_told_to_the_ledger(nurse_client: Client, session: Session, cast: Cast) -> None:
    page(nurse_client, session)
    last = list(streams.read(f"ledger:{cast.clinic.pk}"))[-1]
    assert json.loads(last.body or "")["act"] == "session.watch"
    assert json.loads(last.body or "")["subject"] == session.stream


def test_the_page_asks_little_at_its_first_opening_and_less_then(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    for place in (1, 2, 3):
        opened(cast, place)
    with CaptureQueriesContext(connection) as first:
        page(nurse_client, session)
    with CaptureQueriesContext(connection) as again:
        page(nurse_client, session)
    assert len(first) <= MOST_QUERIES, [query["sql"] for query in first]
    assert len(again) < len(first)


def test_a_device_that_names_another_patient_is_said_until_it_no_longer_does(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    tell(session, message(1, row("spo2", "97")), named("L-9999"))
    text = page(nurse_client, session)
    assert "Tamarix names another patient: record L-9999." in text
    assert "names record L-9999" in text
    assert not re.search(r'id="other-patient"[^>]* hidden', text)
    assert "Tamarix names another patient" in nurse_client.get(reverse("board")).content.decode()
    paper = nurse_client.get(reverse("session_print", args=[session.pk])).content.decode()
    assert "Tamarix names another patient: record L-9999." in paper
    tell(session, named(""))
    assert re.search(r'id="other-patient"[^>]* hidden', page(nurse_client, session))
    assert "names another patient<small>" not in nurse_client.get(reverse("board")).content.decode()


def test_the_stranger_finds_nothing(cast: Cast, session: Session, client: Client) -> None:
    signed_in(client, cast.stranger)
    for name in ("session", "session_bar", "session_numerics", "session_whole", "session_print"):
        assert client.get(reverse(name, args=[session.pk])).status_code == 404, name
    for name in ("record_vitals", "record_note", "record_pump", "change_state", "presence"):
        assert client.post(reverse(name, args=[session.pk]), {"text": "x"}).status_code == 404, name
    assert kinds(session) == ["opened"]


def test_a_set_by_hand_is_recorded_once(nurse_client: Client, session: Session) -> None:
    typed = {"nibp_sys": "128", "nibp_dia": "79", "pr": "72", "when": "5", "key": "the form's own"}
    for _ in range(2):
        response = nurse_client.post(reverse("record_vitals", args=[session.pk]), typed)
        assert response.status_code == 302
    assert kinds(session) == ["opened", "vitals_recorded"]
    entry = list(streams.read(session.stream))[-1]
    assert 299_000 < entry.recorded_ms - entry.occurred_ms < 301_000
    assert "128/79" in page(nurse_client, session)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Fill in at least one value."),
        ({"nibp_sys": "128"}, "A pressure needs both numbers."),
        ({"nibp_sys": "80", "nibp_dia": "120"}, "The lower number must be below"),
        ({"spo2": "9"}, "Between 50 % and 100 %"),
        ({"pr": "<script>alert(1)</script>"}, "id_pr"),
        ({"temp": "NaN"}, "id_temp"),
        ({"pr": "72", "when": "3"}, "Select a valid choice"),
    ],
)
def test_a_wrong_set_comes_back_with_words_and_what_was_typed(
    nurse_client: Client, session: Session, typed: dict[str, str], words: str
) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        response = nurse_client.post(
            reverse("record_vitals", args=[session.pk]), {**typed, "key": "k"}, headers=headers
        )
        text = response.content.decode()
        assert response.status_code == 422
        assert words in text
        assert "<script>alert" not in text
        for name, value in typed.items():
            if name != "when" and "<" not in value:
                assert f'value="{value}"' in text
    assert kinds(session) == ["opened"]


def test_the_pump_bar_offers_what_can_be_done(nurse_client: Client, session: Session, cast: Cast) -> None:
    brought_to(session, cast, "preflight", "ready")
    url = reverse("record_pump", args=[session.pk])
    refused = nurse_client.post(url, {"what": "started", "key": "a"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "Which rate does the pump show?" in refused.content.decode()
    done = nurse_client.post(
        url, {"what": "started", "rate": "150.0", "when": "0", "key": "a"}, headers={"HX-Request": "true"}
    )
    text = done.content.decode()
    assert done.status_code == 200
    assert 'value="paused"' in text
    assert 'value="started"' not in text
    assert Session.objects.get(pk=session.pk).state == "infusing"


def test_two_who_act_on_what_they_saw_get_a_clear_refusal(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    url = reverse("change_state", args=[session.pk])
    first = nurse_client.post(url, {"before": "arrived", "after": "preflight", "key": "a"})
    second = signed_in(Client(), cast.users["prescriber"]).post(
        url, {"before": "arrived", "after": "cancelled", "key": "b"}
    )
    assert (first.status_code, second.status_code) == (302, 422)
    assert "by now" in second.content.decode()
    assert kinds(session) == ["opened", "state_changed"]


@pytest.mark.parametrize("after", ["hold", "cancelled", "emergency"])
def test_a_change_of_state_keeps_the_reason_that_was_given(
    nurse_client: Client, session: Session, cast: Cast, after: str
) -> None:
    brought_to(session, cast, "preflight")
    url = reverse("change_state", args=[session.pk])
    typed = {"before": "preflight", "after": after, "reason": "  pressure too high ", "key": "k"}
    assert nurse_client.post(url, typed).status_code == 302
    assert last_body(session) == {"from_state": "preflight", "to_state": after, "reason": "pressure too high"}
    assert "pressure too high" in page(nurse_client, session)


def test_a_pause_and_a_stop_keep_the_reason_and_need_none(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    brought_to(session, cast, "preflight", "ready")
    url = reverse("record_pump", args=[session.pk])
    start = {"what": "started", "rate": "150.0", "key": "a"}
    refused = nurse_client.post(url, start | {"reason": "because"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert 'value="because"' in refused.content.decode()
    assert nurse_client.post(url, start).status_code == 302
    assert nurse_client.post(url, {"what": "paused", "reason": "nausea", "key": "b"}).status_code == 302
    paused = next(one for one in streams.read(session.stream) if one.kind == "infusion_paused")
    assert json.loads(paused.body or "")["reason"] == "nausea"
    assert nurse_client.post(url, {"what": "stopped", "key": "c"}).status_code == 302
    long = nurse_client.post(url, {"what": "stopped", "reason": "x" * 201, "key": "d"})
    assert long.status_code == 422


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ((), "Press “Get ready”, then “Ready” first, then “Started”."),
        (("preflight", "hold"), "Press “Getting ready”, then “Ready” first"),
        (("preflight", "cancelled"), "From here no infusion can be started."),
    ],
)
def test_a_start_that_cannot_be_says_the_next_step(
    nurse_client: Client, session: Session, cast: Cast, states: tuple[str, ...], words: str
) -> None:
    brought_to(session, cast, *states)
    url = reverse("record_pump", args=[session.pk])
    response = nurse_client.post(
        url, {"what": "started", "rate": "150.0", "key": "a"}, headers={"HX-Request": "true"}
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert words.replace("Getting ready", "Get ready") in text
    assert f'href="{reverse("enter_late", args=[session.pk])}">Enter it late' in text


def test_a_set_is_corrected_by_other_values_again_and_again_then_struck(
    nurse_client: Client, session: Session
) -> None:
    typed = {"nibp_sys": "182", "nibp_dia": "79", "temp": "36.6", "arousal": "alert", "key": "a"}
    nurse_client.post(reverse("record_vitals", args=[session.pk]), typed)
    url = reverse("correct_entry", args=[session.pk, 2])
    text = nurse_client.get(url).content.decode()
    assert 'value="182"' in text
    assert 'value="36.6"' in text
    same = {"nibp_sys": "182", "nibp_dia": "79", "temp": "36.6", "arousal": "alert", "reason": "typed"}
    unchanged = nurse_client.post(url, same | {"key": "b"})
    assert unchanged.status_code == 422
    assert "Nothing differs from what stands." in unchanged.content.decode()
    for place, systolic in enumerate(("128", "129")):
        done = nurse_client.post(url, same | {"nibp_sys": systolic, "key": f"c{place}"})
        assert done.status_code == 302
        assert f"Now: Set by hand: pressure {systolic}/79 mmHg" in page(nurse_client, session)
        assert f'value="{systolic}"' in nurse_client.get(url).content.decode()
    assert nurse_client.post(url, {"strike": "on", "reason": "other patient", "key": "d"}).status_code == 302
    state = folds.fold_of(session.stream).state
    assert ("", "nibp_sys") not in state.latest
    assert questions.sets_by_hand(state) == []
    assert kinds(session) == ["opened", "vitals_recorded", *["correction"] * 5]
    again = nurse_client.post(url, {"strike": "on", "reason": "other patient", "key": "e"})
    assert again.status_code == 422
    assert nurse_client.post(url, same | {"nibp_sys": "120", "key": "f"}).status_code == 302
    state = folds.fold_of(session.stream).state
    assert state.latest["", "nibp_sys"].value == Decimal(120)


def test_the_page_for_paper_has_the_chart_the_sets_and_no_gap_joined(
    nurse_client: Client, session: Session, cast: Cast
) -> None:
    start_ms = clock.to_ms(clock.now())
    for second in (*range(60), *range(600, 660)):
        tell(session, message(second, row("spo2", "97")), recorded_ms=start_ms + second * 1_000)
    acts.record_vitals(cast.nurse, session, {"nibp_sys": Decimal(128), "nibp_dia": Decimal(79)}, "v")
    text = nurse_client.get(reverse("session_print", args=[session.pk])).content.decode()
    (path,) = re.findall(r'class="trace-line" d="([^"]+)"', text)
    assert path.count("M") == 2
    assert "no data 9:01" in text
    assert "128/79" in text
    assert "style=" not in text
    assert "Robert Schneider" in text


def test_a_correction_page_strikes(nurse_client: Client, session: Session, cast: Cast) -> None:
    acts.note(cast.nurse, session, "Wrong", "n")
    url = reverse("correct_entry", args=[session.pk, 2])
    assert nurse_client.get(url).status_code == 200
    assert nurse_client.post(url, {"reason": "", "key": "k"}).status_code == 422
    assert nurse_client.post(url, {"reason": "other patient", "key": "k"}).status_code == 302
    assert "struck by entry 3" in page(nurse_client, session)
    assert nurse_client.get(reverse("correct_entry", args=[session.pk, 99])).status_code == 404


def test_a_late_entry_page_takes_what_no_act_could(nurse_client: Client, session: Session) -> None:
    url = reverse("enter_late", args=[session.pk])
    assert nurse_client.get(url).status_code == 200
    wrong = nurse_client.post(url, {"what": "started", "at": "25:99", "reason": "", "key": "k"})
    assert wrong.status_code == 422
    right = {"what": "started", "at": "2026-01-02 09:15", "rate": "100", "reason": "on paper", "key": "k"}
    assert nurse_client.post(url, right).status_code == 302
    assert kinds(session)[-1] == "late_entry"


def test_signing_needs_the_role_and_a_read_record(nurse_client: Client, session: Session, cast: Cast) -> None:
    brought_to(session, cast, "preflight", "cancelled")
    url = reverse("sign_session", args=[session.pk])
    assert nurse_client.get(url).status_code == 403
    doctor = signed_in(Client(), cast.users["prescriber"])
    assert doctor.get(url).status_code == 200
    late = doctor.post(url, {"seen": "1", "meaning": "read", "key": "k"})
    assert late.status_code == 422
    assert doctor.post(url, {"seen": "3", "meaning": "read", "key": "k"}).status_code == 302
    assert kinds(session)[-2:] == ["signed", "state_changed"]
    assert "Signed" in doctor.get(reverse("session_print", args=[session.pk])).content.decode()


def test_who_is_at_the_chair(nurse_client: Client, session: Session) -> None:
    url = reverse("presence", args=[session.pk])
    text = nurse_client.post(url, {"way": "in", "key": "a"}, headers={"HX-Request": "true"}).content.decode()
    assert "Anna Weiss" in text
    assert "I leave" in text
    again = nurse_client.post(url, {"way": "in", "key": "b"}, headers={"HX-Request": "true"})
    assert again.status_code == 422
    nurse_client.post(url, {"way": "out", "key": "c"})
    assert kinds(session) == ["opened", "staff_in", "staff_out"]
