"""Seeing, answering and hearing alarms, on a real database: who may, what happens once, what is declined."""

from __future__ import annotations

import pytest

from reverie.clinic.kernel import access, streams
from reverie.clinic.session import acts, alarm_acts, folds, questions
from reverie.clinic.session.acts import Declined
from reverie.clinic.session.alarm_words import CAUSES, OUTCOMES
from reverie.clinic.session.models import Session
from reverie.science.session import events
from reverie.science.session.fold import Alarm
from tests.cast import Cast
from tests.clinic.session.alarmed import judged, low_spo2
from tests.clinic.session.made import brought_to, opened

pytestmark = pytest.mark.django_db


def kinds(session: Session) -> list[str]:
    return [entry.kind for entry in streams.read(session.stream)][1:]


def alarm(session: Session, seq: int) -> Alarm:
    return folds.fold_of(session.stream).state.alarms[seq]


def test_seen_once_by_whoever_was_first(cast: Cast) -> None:
    session = opened(cast)
    (seq,) = judged(session, low_spo2())
    for _ in range(2):
        alarm_acts.see(cast.nurse, session, seq, "the form's key")
    alarm_acts.see(cast.users["prescriber"], session, seq, "another key")
    assert kinds(session) == ["alarm_raised", "alarm_seen"]
    found = alarm(session, seq).seen_by
    assert found is not None
    assert found == (str(cast.nurse.pk), "Anna Weiss")
    # what became weightier is seen anew
    judged(
        session,
        events.AlarmChanged(
            seq, "spo2-very-low", "high", "SpO2 very low", "Now.", False, (), True, False, ""
        ),
    )
    alarm_acts.see(cast.users["prescriber"], session, seq, "third key")
    assert kinds(session)[-1] == "alarm_seen"


def test_an_alarm_that_is_not_there_cannot_be_seen_or_answered(cast: Cast) -> None:
    session = opened(cast)
    with pytest.raises(Declined, match="no alarm 9") as told:
        alarm_acts.see(cast.nurse, session, 9, "a")
    assert told.value.code == "no_alarm"
    with pytest.raises(Declined, match="no alarm 9"):
        alarm_acts.answer(cast.nurse, session, 9, "artefact", "put_right", "", "b")
    assert kinds(session) == []


def test_an_answer_says_that_it_was_seen_and_is_put_right_by_correction(cast: Cast) -> None:
    session = opened(cast)
    (seq,) = judged(session, low_spo2())
    for _ in range(2):
        alarm_acts.answer(cast.nurse, session, seq, "probe_off", "put_right", " left hand ", "a")
    assert kinds(session) == ["alarm_raised", "alarm_seen", "alarm_answered"]
    found = alarm(session, seq)
    assert (found.cause, found.outcome, found.answer_note) == ("probe_off", "put_right", "left hand")
    doctor = cast.users["prescriber"]
    alarm_acts.answer(doctor, session, seq, "true_event", "treated", "oxygen", "b")
    alarm_acts.answer(doctor, session, seq, "true_event", "prescriber_called", "", "c")
    assert kinds(session)[3:] == ["correction", "correction"]
    found = alarm(session, seq)
    assert (found.cause, found.outcome) == ("true_event", "prescriber_called")
    assert folds.fold_of(session.stream).state.deviations == ()


@pytest.mark.parametrize(
    ("cause", "outcome", "note"),
    [
        ("", "put_right", ""), ("artefact", "", ""), ("witchcraft", "put_right", ""),
        ("other", "put_right", " "), ("artefact", "other", ""), ("artefact", "put_right", "x" * 501),
    ],
)  # fmt: skip
def test_an_answer_is_of_the_lists(cast: Cast, cause: str, outcome: str, note: str) -> None:
    session = opened(cast)
    (seq,) = judged(session, low_spo2())
    with pytest.raises(Declined):
        alarm_acts.answer(cast.nurse, session, seq, cause, outcome, note, "a")
    assert kinds(session) == ["alarm_raised"]


def test_every_choice_of_the_lists_can_be_answered(cast: Cast) -> None:
    session = opened(cast)
    for cause, outcome in zip(CAUSES, OUTCOMES, strict=True):
        (seq,) = judged(session, low_spo2(group=cause))
        alarm_acts.answer(cast.nurse, session, seq, cause, outcome, "a note", "")
        assert alarm(session, seq).cause == cause


def test_the_session_closes_once_every_alarm_is_answered(cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight", "cancelled")
    high, low = judged(session, low_spo2("high"), low_spo2("low", group="rr_high"))
    with pytest.raises(Declined, match="SpO2 low") as told:
        acts.change_state(cast.nurse, session, "cancelled", "closed", "", "a")
    assert told.value.code == "alarms_open"
    assert alarm_acts.unfinished(folds.fold_of(session.stream).state) == 1
    alarm_acts.answer(cast.nurse, session, high, "true_event", "treated", "", "b")
    assert alarm(session, low).seen_ms is None
    acts.change_state(cast.nurse, session, "cancelled", "closed", "", "c")
    assert session.state == "closed"
    with pytest.raises(Declined, match="closed"):
        alarm_acts.see(cast.nurse, session, low, "d")


def test_who_may(cast: Cast) -> None:
    session = opened(cast)
    (seq,) = judged(session, low_spo2())
    for role, who in cast.users.items():
        may_answer = role in ("prescriber", "infusion_nurse", "medical_director")
        may_hear = may_answer or role == "therapist"
        for may, act in (
            (may_answer, lambda who=who: alarm_acts.see(who, session, seq, "")),
            (may_answer, lambda who=who: alarm_acts.answer(who, session, seq, "cuff", "treated", "", "")),
            (may_hear, lambda who=who: alarm_acts.sound_checked(who, session, "S", "room", True, "")),
        ):
            if may:
                act()
            else:
                with pytest.raises(access.Refused):
                    act()


def test_the_stranger_is_refused_whatever_they_know(cast: Cast) -> None:
    session = opened(cast)
    (seq,) = judged(session, low_spo2())
    for act in (
        lambda: alarm_acts.see(cast.stranger, session, seq, ""),
        lambda: alarm_acts.answer(cast.stranger, session, seq, "cuff", "treated", "", ""),
        lambda: alarm_acts.sound_checked(cast.stranger, session, "S", "station", True, ""),
        lambda: acts.note(cast.stranger, session, "hello", ""),
    ):
        with pytest.raises(access.Refused):
            act()
    assert kinds(session) == ["alarm_raised"]


def test_a_sound_check_is_kept_by_screen(cast: Cast) -> None:
    session = opened(cast)
    alarm_acts.sound_checked(cast.nurse, session, "Station 1", "station", True, "a")
    alarm_acts.sound_checked(cast.nurse, session, "", "room", False, "b")
    sound = folds.fold_of(session.stream).state.sound
    assert {screen: (one.place, one.heard) for screen, one in sound.items()} == {
        "Station 1": ("station", True),
        "room": ("room", False),
    }
    with pytest.raises(Declined):
        alarm_acts.sound_checked(cast.nurse, session, "Station 1", "kitchen", True, "c")


def test_pages_are_told_what_they_need(cast: Cast) -> None:
    session = opened(cast)
    (seq,) = judged(session, low_spo2("high"))
    alarm_acts.answer(cast.nurse, session, seq, "artefact", "put_right", "arm", "a")
    judged(session, events.AlarmEscalated(seq, 60, (("9", "Ola Berg"),)), events.AlarmCleared(seq))
    judged(session, low_spo2("low", group="rr_high"))
    state = folds.fold_of(session.stream).state
    first, second = questions.alarms_of(state)
    assert (first["words"], first["priority"], first["parameters"]) == ("SpO2 86 %", "high", ["spo2"])
    assert first["seen"]["by"] == "Anna Weiss"
    assert first["answered"]["cause_words"] == "Artefact"
    assert first["escalated"]["to"] == [["9", "Ola Berg"]]
    assert (first["shown"], first["unfinished"], second["shown"]) == (False, False, True)
    assert questions.summary(state)["alarms"] == [second]
