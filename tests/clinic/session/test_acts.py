"""Acts of a session, on a real database: who may, what follows, what happens once, what is declined."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from reverie.clinic.kernel import access, chain, streams
from reverie.clinic.kernel.models import Entry
from reverie.clinic.session import acts, folds, questions
from reverie.clinic.session.acts import Declined
from reverie.clinic.session.models import Session
from reverie.science.session import events
from tests.cast import Cast, make
from tests.clinic.session.made import brought_to, opened

pytestmark = pytest.mark.django_db


def kinds(session: Session) -> list[str]:
    return [entry.kind for entry in streams.read(session.stream)]


def test_opening_begins_the_stream_and_tells_the_ledger(cast: Cast) -> None:
    session = opened(cast)
    (entry,) = streams.read(session.stream)
    body = json.loads(entry.body or "")
    assert (entry.kind, body["chair"], body["patient"]) == (
        "opened",
        str(session.chair_id),
        str(session.patient_id),
    )
    assert json.loads(entry.actor)["name"] == "Anna Weiss"
    told = Entry.objects.filter(head__stream=f"ledger:{cast.clinic.pk}").values_list("body", flat=True)
    assert any(json.loads(line)["subject"] == session.stream for line in told)


def test_the_same_key_opens_once_and_another_is_declined(cast: Cast) -> None:
    session = opened(cast)
    again = acts.open_session(cast.nurse, session.chair, session.patient, session.course, "open 0")
    assert again.pk == session.pk
    with pytest.raises(Declined, match="Chair 1 has an open session"):
        acts.open_session(cast.nurse, session.chair, session.patient, session.course, "other")
    with pytest.raises(Declined, match="open session in chair 1"):
        acts.open_session(cast.nurse, cast.chairs[1], session.patient, session.course, "other")
    assert Session.objects.count() == 1


def test_what_is_of_another_clinic_is_declined(cast: Cast) -> None:
    for chair, patient in (
        (cast.other_chair, cast.patients[0]),
        (cast.chairs[0], cast.other_patient),
    ):
        with pytest.raises(Declined, match="your clinic"):
            acts.open_session(cast.nurse, chair, patient, None, "k")


def test_the_row_repeats_what_the_stream_says_until_closed(cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight", "cancelled")
    assert Session.objects.get(pk=session.pk).state == "cancelled"
    brought_to(session, cast, "closed")
    row = Session.objects.get(pk=session.pk)
    assert row.closed_at is not None
    last = list(streams.read(f"ledger:{cast.clinic.pk}"))[-1]
    detail = json.loads(last.body or "")["detail"]
    (*_rest, entry) = streams.read(session.stream)
    assert detail == {"seq": entry.seq, "head": entry.hash.hex()}
    # the chair is free again
    assert acts.open_session(cast.nurse, session.chair, session.patient, session.course, "n").number == 2


def test_a_state_that_moved_meanwhile_is_declined_in_words(cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight")
    with pytest.raises(Declined, match="by now") as told:
        acts.change_state(cast.nurse, session, "arrived", "cancelled", "", "")
    assert told.value.code == "moved"
    assert kinds(session) == ["opened", "state_changed"]


def test_a_key_makes_an_act_happen_once(cast: Cast) -> None:
    session = opened(cast)
    for _ in range(3):
        acts.note(cast.nurse, session, "Asks for a blanket", "the form's key")
    assert kinds(session) == ["opened", "note"]


def test_reports_on_the_pump_move_the_state_where_that_is_lawful(cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight", "ready")
    acts.report_infusion(cast.nurse, session, "started", "a", rate_ml_per_h=Decimal("150.0"), minutes_ago=2)
    assert session.state == "infusing"
    acts.report_infusion(cast.nurse, session, "paused", "b", reason="asks to stop")
    assert session.state == "paused"
    acts.report_infusion(cast.nurse, session, "resumed", "c")
    state = folds.fold_of(session.stream).state
    assert (state.phase, state.infusion.status, state.infusion.rate_ml_per_h) == (
        "infusing",
        "running",
        Decimal("150.0"),
    )
    first = next(entry for entry in streams.read(session.stream) if entry.kind == "infusion_started")
    assert 119_000 <= first.recorded_ms - first.occurred_ms <= 121_000
    with pytest.raises(Declined, match="it is “infusing”"):
        acts.report_infusion(cast.nurse, session, "started", "d", rate_ml_per_h=Decimal(100))


def test_what_no_act_could_do_is_still_entered_late(cast: Cast) -> None:
    session = opened(cast)
    started = events.InfusionStarted(Decimal(100), "staff")
    with pytest.raises(Declined):
        acts.report_infusion(cast.nurse, session, "started", "a", rate_ml_per_h=Decimal(100))
    acts.enter_late(cast.nurse, session, started, acts.ago_ms(10), "written on paper", "b")
    state = folds.fold_of(session.stream).state
    assert state.infusion.status == "running"
    assert state.deviations


def test_a_correction_strikes_and_keeps_the_line(cast: Cast) -> None:
    session = opened(cast)
    acts.note(cast.nurse, session, "Blood pressure cuff on the left", "a")
    acts.correct(cast.nurse, session, 2, "note", None, "wrong patient", "b")
    acts.note(cast.nurse, session, "Cuff on the right", "c")
    acts.correct(cast.nurse, session, 4, "note", events.Note("Cuff on the left"), "sides swapped", "d")
    by_seq = {line["seq"]: line for line in questions.lines(folds.fold_of(session.stream).state)}
    assert (by_seq[2]["struck"], by_seq[2]["words"]) == (3, "Blood pressure cuff on the left")
    assert (by_seq[4]["struck"], by_seq[4]["corrected"]) == (None, 5)
    assert "Cuff on the right" in by_seq[4]["words"]
    assert "Cuff on the left" in by_seq[4]["words"]
    with pytest.raises(Declined, match="Say why"):
        acts.correct(cast.nurse, session, 4, "note", None, "  ", "e")


def test_signing_refuses_what_was_not_read(cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight", "cancelled")
    doctor = cast.users["prescriber"]
    acts.note(cast.nurse, session, "One more thing", "n")
    with pytest.raises(Declined, match="Entry 4 was recorded after"):
        acts.sign(doctor, session, "I have read this record", 3, "s")
    before = list(streams.read(session.stream))[-1]
    acts.sign(doctor, session, "I have read this record", 4, "s")
    signed = next(entry for entry in streams.read(session.stream) if entry.kind == "signed")
    body = json.loads(signed.body or "")
    assert body["head"] == before.hash.hex()
    assert len(body["content"]) == 64
    assert session.state == "note_signed"


def test_a_redaction_empties_the_content_and_the_chain_still_verifies(cast: Cast) -> None:
    session = opened(cast)
    acts.note(cast.nurse, session, "About somebody else", "a")
    folds.fold_of(session.stream)
    acts.redact(cast.users["medical_director"], session, 2, "another patient's data", "b")
    entry = list(streams.read(session.stream))[1]
    assert entry.body is None
    (outcome,) = chain.check(session.stream, streams.read(session.stream))
    assert not isinstance(outcome, chain.Fault)
    words = [line["words"] for line in questions.lines(folds.fold_of(session.stream).state)]
    assert not any("somebody" in line for line in words)


ACTS: list[tuple[str, Callable[[Cast, Session, str], None]]] = [
    ("infusion_nurse", lambda cast, session, role: acts.redact(cast.users[role], session, 1, "r", "k")),
    ("infusion_nurse", lambda cast, session, role: acts.sign(cast.users[role], session, "m", 1, "k")),
    ("therapist", lambda cast, session, role: acts.change_state(
        cast.users[role], session, "arrived", "preflight", "", "k")),
    ("therapist", lambda cast, session, role: acts.record_vitals(
        cast.users[role], session, {"pr": Decimal(70)}, "k")),
    ("front_desk", lambda cast, session, role: acts.note(cast.users[role], session, "n", "k")),
    ("auditor", lambda cast, session, role: acts.correct(
        cast.users[role], session, 1, "opened", None, "r", "k")),
]  # fmt: skip


@pytest.mark.parametrize(("role", "act"), ACTS)
def test_roles_that_may_not(cast: Cast, role: str, act: Callable[[Cast, Session, str], None]) -> None:
    session = opened(cast)
    with pytest.raises(access.Refused):
        act(cast, session, role)
    assert kinds(session) == ["opened"]


@pytest.mark.django_db(transaction=True)
def test_two_staff_at_once_give_one_clear_refusal_and_lose_nothing() -> None:
    cast = make()
    session = brought_to(opened(cast), cast, "preflight", "ready")

    def press(number: int) -> str:
        try:
            acts.report_infusion(
                cast.users["infusion_nurse" if number % 2 else "prescriber"],
                Session.objects.get(pk=session.pk),
                "started",
                f"key {number}",
                rate_ml_per_h=Decimal(100 + number),
            )
            return "recorded"
        except Declined as declined:
            return declined.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(press, range(4)))
    assert outcomes == ["infusion_runs"] * 3 + ["recorded"] or outcomes == ["not_ready"] * 3 + ["recorded"]
    assert kinds(session).count("infusion_started") == 1
    assert Session.objects.get(pk=session.pk).state == "infusing"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_pressed_at_once_is_recorded_once() -> None:
    cast = make()
    session = opened(cast)

    def press(_number: int) -> None:
        try:
            acts.note(cast.nurse, session, "once", "the same key")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, range(16)))
    assert kinds(session) == ["opened", "note"]


@pytest.mark.parametrize("refers_to", [-1, 0, 2, 3, 4, 99, 2**70])
def test_what_is_not_there_or_must_stay_cannot_be_redacted(cast: Cast, refers_to: int) -> None:
    session, director = opened(cast), cast.users["medical_director"]
    acts.note(cast.nurse, session, "Of another patient", "a")
    acts.redact(director, session, 2, "another patient's data", "b")
    before = [(entry.seq, entry.hash) for entry in streams.read(session.stream)]
    with pytest.raises(Declined):
        acts.redact(director, session, refers_to, "again", "c")
    assert [(entry.seq, entry.hash) for entry in streams.read(session.stream)] == before
