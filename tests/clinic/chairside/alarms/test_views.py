"""Alarms on pages: the row, the line under the top, one tap, the log and its answers, the sound check."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import editions, pulse
from reverie.clinic.session import folds, questions, watch_state
from reverie.clinic.session.models import Session
from reverie.clinic.session.ward import present
from reverie.science.session.events import RulesApplied
from reverie.science.vitals.alarms import body
from reverie.science.vitals.alarms.rules import Profile
from tests.cast import Cast, signed_in
from tests.clinic.session.made import brought_to, opened
from tests.clinic.session.raised import cleared, escalated, raised, recorded

pytestmark = pytest.mark.django_db
ANSWER = {"cause": "probe_off", "outcome": "put_right", "note": "", "key": "k"}


@pytest.fixture
def session(cast: Cast) -> Session:
    return opened(cast)


def alarms(session: Session) -> list[dict[str, Any]]:
    return questions.alarms_of(folds.fold_of(session.stream).state)


def seen_url(session: Session, seq: int) -> str:
    return reverse("alarm_seen", args=[session.pk, seq])


def test_the_live_page_tells_of_the_alarm_and_every_other_page_the_way_to_it(
    session: Session, nurse_client: Client
) -> None:
    page = nurse_client.get(reverse("session", args=[session.pk])).content.decode()
    assert "No alarms" in page
    raised(session)
    raised(session, "medium", group="pressure")
    page = nurse_client.get(reverse("session", args=[session.pk])).content.decode()
    assert 'class="alarm alarm-high"' in page
    assert "Stimulate. Open the airway. Give oxygen." in page
    assert "1 more" in page
    assert "The bedside monitor is the alarm of record" in page
    other = nurse_client.get(reverse("patients")).content.decode()
    assert f'href="{reverse("session", args=[session.pk])}"' in other
    assert "86 %" in other
    assert "The bedside monitor is the alarm of record" in other
    board = nurse_client.get(reverse("board")).content.decode()
    assert 'class="is-high"' in board


def test_low_alarms_call_nobody_on_other_pages(session: Session, nurse_client: Client) -> None:
    raised(session, "low")
    other = nurse_client.get(reverse("patients")).content.decode()
    assert "No medium or high alarm at the chairs" in other
    assert 'class="ward-one is-high"' not in other


def test_whether_alarms_run_stands_on_every_page(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(role: str, name: str) -> tuple[bool, Any]:
        monkeypatch.setattr(watch_state, "_seen", None)
        response = signed_in(Client(), cast.users[role]).get(reverse(name))
        page = response.content.decode()
        data = json.loads(page.split('id="alarms-data" type="application/json">')[1].split("</script>")[0])
        before, shown, _rest = page.partition('id="not-running" role="alert"')
        assert shown, before
        return not _rest.startswith(" hidden"), data

    for role, name in (("infusion_nurse", "patients"), ("administrator", "staff"), ("auditor", "ledger")):
        shown, data = said(role, name)
        assert shown
        assert data["watch"] is None
    heart = pulse.Heart("watch")
    from reverie.clinic.kernel import clock

    heart.beat({"looked_s": clock.monotonic()})
    try:
        shown, data = said("infusion_nurse", "patients")
        assert not shown
        assert data["watch"] < 2_000
        assert data["stream"] == reverse("alarm_stream")
        shown, data = said("administrator", "staff")
        assert not shown
        assert (data["sees"], data["chairs"], data["stream"]) == (False, [], reverse("beats"))
    finally:
        heart.stop()
        monkeypatch.setattr(watch_state, "_seen", None)


def test_one_tap_sees_an_alarm_once(cast: Cast, session: Session, nurse_client: Client) -> None:
    seq = raised(session)
    headers = {"Accept": "application/json"}
    for _ in range(2):
        answer = nurse_client.post(seen_url(session, seq), {"key": "tap"}, headers=headers)
        assert answer.status_code == 204
    (alarm,) = alarms(session)
    assert alarm["seen"]["by"] == "Anna Weiss"
    assert questions.heads_of([session.stream])[session.stream] == seq + 1
    page = nurse_client.get(reverse("session", args=[session.pk])).content.decode()
    assert "alarm-high is-seen" in page
    assert "seen by Anna Weiss" in page


def test_without_scripts_the_tap_leads_back_to_the_session(session: Session, nurse_client: Client) -> None:
    answer = nurse_client.post(seen_url(session, raised(session)), {"key": ""})
    assert answer.headers["Location"] == reverse("session", args=[session.pk])
    assert alarms(session)[0]["seen"] is not None


def test_what_is_no_alarm_cannot_be_seen(session: Session, nurse_client: Client) -> None:
    answer = nurse_client.post(seen_url(session, 1), {"key": "x"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409


def test_strangers_and_those_who_may_not_answer(cast: Cast, session: Session) -> None:
    seq = raised(session)
    statuses = {}
    for role, who in (*cast.users.items(), ("stranger", cast.stranger)):
        client = signed_in(Client(), who)
        statuses[role] = (
            client.post(
                seen_url(session, seq), {"key": role}, headers={"Accept": "application/json"}
            ).status_code,
            client.get(reverse("alarm_log", args=[session.pk])).status_code,
        )
    assert statuses["stranger"] == (404, 404)
    assert statuses["therapist"] == (403, 200)
    assert statuses["front_desk"] == (403, 403)
    assert statuses["prescriber"] == (204, 200)


def test_the_log_says_what_it_was_and_several_are_answered_at_once(
    cast: Cast, session: Session, nurse_client: Client
) -> None:
    address = reverse("alarm_log", args=[session.pk])
    assert "No alarm in this session so far." in nurse_client.get(address).content.decode()
    first, second = raised(session), raised(session, "medium", group="pressure")
    low = raised(session, "low", group="due")
    escalated(session, first, ("x", "Dr Ines Vogt"))
    nurse_client.post(seen_url(session, first), {"key": "tap"})
    cleared(session, first)
    page = nurse_client.get(address).content.decode()
    for words in (
        "called Dr Ines Vogt",
        "Anna Weiss",
        "not yet",
        "need not be",
        "assumed, unsigned",
        "oxygen-high",
    ):
        assert words in page
    assert "<b>2</b> alarms wait" in page
    answer = nurse_client.post(address, {**ANSWER, "alarms": [first, second]})
    assert answer.status_code == 302
    told = {one["seq"]: one["answered"] for one in alarms(session)}
    assert (told[first]["cause"], told[second]["outcome"]) == ("probe_off", "put_right")
    assert told[low] is None
    page = nurse_client.get(address).content.decode()
    assert "Every medium and high alarm is answered." in page
    assert "Probe or lead off" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alarms": []}, "Choose at least one alarm above."),
        ({"cause": ""}, "Choose where it came from."),
        ({"outcome": "nonsense"}, "Select a valid choice"),
        ({"cause": "other"}, "say in a few words what it was"),
        ({"alarms": ["77"]}, "Nothing was recorded"),
    ],
)
def test_an_answer_that_is_not_whole_comes_back_with_words(
    session: Session, nurse_client: Client, changes: dict[str, Any], words: str
) -> None:
    seq = raised(session)
    answer = nurse_client.post(
        reverse("alarm_log", args=[session.pk]), {**ANSWER, "alarms": [seq], **changes}
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert alarms(session)[0]["answered"] is None


def test_a_test_sound_is_recorded_where_it_counts(cast: Cast, session: Session, nurse_client: Client) -> None:
    other = opened(cast, 1)
    said = {"heard": "yes", "place": "room", "session": str(session.pk), "key": "s1"}
    assert nurse_client.post(reverse("sound_checked"), said).status_code == 204
    assert nurse_client.post(reverse("sound_checked"), {**said, "place": "moon"}).status_code == 422
    states = [folds.fold_of(one.stream).state for one in (session, other)]
    assert [len(state.sound) for state in states] == [1, 0]
    at_station = {"heard": "no", "place": "station", "session": "", "key": "s2"}
    assert nurse_client.post(reverse("sound_checked"), at_station).status_code == 204
    for one in (session, other):
        (check,) = folds.fold_of(one.stream).state.sound.values()
        assert (check.place, check.heard) == ("station", False)


def test_what_is_told_of_a_ward_holds_initials_and_no_name(cast: Cast, session: Session) -> None:
    raised(session)
    opened(cast, 1)
    told = present(cast.clinic.pk)
    assert [one["name"] for one in told] == ["1", "2"]
    assert [len(one["alarms"]) for one in told] == [1, 0]
    text = json.dumps(told)
    for patient in cast.patients:
        assert patient.family_name not in text
    assert present(cast.other_clinic.pk) == []


def test_an_answer_is_corrected_alone_and_the_first_stays_in_the_record(
    session: Session, nurse_client: Client
) -> None:
    address = reverse("alarm_log", args=[session.pk])
    first, other = raised(session), raised(session, "medium", group="pressure")
    nurse_client.post(address, {**ANSWER, "alarms": [first]})
    asked = f"{address}?again={first}"
    page = nurse_client.get(asked).content.decode()
    assert "Correct the answer" in page
    assert f'name="alarms" value="{other}"' not in page
    before = len(questions.lines(folds.fold_of(session.stream).state))
    answer = nurse_client.post(asked, {**ANSWER, "key": "k2", "alarms": [first], "cause": "artefact"})
    assert answer.status_code == 302
    told = {one["seq"]: one["answered"] for one in alarms(session)}
    assert told[first]["cause"] == "artefact"
    assert told[other] is None
    assert len(questions.lines(folds.fold_of(session.stream).state)) > before


@pytest.mark.parametrize("asked", ["0", "x", "99999999999999999999"])
def test_what_nobody_answered_cannot_be_corrected(session: Session, nurse_client: Client, asked: str) -> None:
    raised(session)
    page = nurse_client.get(reverse("alarm_log", args=[session.pk]), {"again": asked})
    assert page.status_code == 200
    assert "Correct the answer" not in page.content.decode()


def test_who_answers_second_is_told_that_nothing_was_recorded(session: Session, nurse_client: Client) -> None:
    address = reverse("alarm_log", args=[session.pk])
    seq = raised(session)
    nurse_client.post(address, {**ANSWER, "alarms": [seq]})
    second = nurse_client.post(address, {**ANSWER, "key": "tab2", "alarms": [seq], "cause": "artefact"})
    assert second.status_code == 422
    assert "Nothing was recorded" in second.content.decode()
    assert alarms(session)[0]["answered"]["cause"] == "probe_off"


def test_a_note_that_is_too_long_is_not_called_missing(session: Session, nurse_client: Client) -> None:
    seq = raised(session)
    wrong = {**ANSWER, "alarms": [seq], "cause": "other", "note": "x" * 300}
    page = nurse_client.post(reverse("alarm_log", args=[session.pk]), wrong).content.decode()
    assert "At most 200 characters" in page
    assert "say in a few words" not in page


def test_low_alarms_are_not_called_answered(session: Session, nurse_client: Client) -> None:
    raised(session, "low")
    page = nurse_client.get(reverse("alarm_log", args=[session.pk])).content.decode()
    assert "nothing to answer" in page


def test_a_profile_that_switches_alarms_off_is_said_where_no_alarm_is(
    cast: Cast, session: Session, nurse_client: Client
) -> None:
    def shown(name: str, *args: Any) -> bool:
        page = nurse_client.get(reverse(name, args=args)).content.decode()
        before = page.split("limits do not alarm")[0]
        return "hidden" not in before.rpartition("<p ")[2]

    assert not shown("patients")
    assert not shown("session", session.pk)
    off = body.body_of(Profile(secondary_alarms=False))
    edition = editions.write(
        cast.clinic.pk, "clinic_profile", "clinic", off, by=cast.users["medical_director"]
    )
    recorded(
        session, RulesApplied("clinic_profile", str(edition.pk), edition.number, edition.content_hash), "off"
    )
    assert present(cast.clinic.pk)[0]["off"] == ["secondary_alarms"]
    assert shown("patients")
    assert shown("session", session.pk)


def test_the_acts_at_the_end_say_how_many_alarms_wait(
    cast: Cast, session: Session, nurse_client: Client
) -> None:
    address = reverse("session", args=[session.pk])
    seq = raised(session)
    assert "alarm to answer" not in nurse_client.get(address).content.decode()
    brought_to(session, cast, "cancelled")
    assert "1 alarm to answer" in nurse_client.get(address).content.decode()
    nurse_client.post(reverse("alarm_log", args=[session.pk]), {**ANSWER, "alarms": [seq]})
    assert "alarm to answer" not in nurse_client.get(address).content.decode()
