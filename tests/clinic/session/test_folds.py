"""Kept folds: equal to folding anew, whatever was kept, rolled back or redacted meanwhile."""

from __future__ import annotations

import random

import pytest
from django.db import transaction

from reverie.clinic.kernel import streams
from reverie.clinic.session import acts, folds
from reverie.clinic.session.models import Session
from reverie.science.session.fold import as_known, text_of
from tests.cast import Cast
from tests.clinic.session.made import brought_to, message, opened, row, tell
from tests.scale import scale

pytestmark = pytest.mark.django_db


def anew(session: Session) -> str:
    return text_of(as_known(folds.recorded_of(entry) for entry in streams.read(session.stream)))


def kept(session: Session) -> str:
    return text_of(folds.fold_of(session.stream).state)


def test_a_kept_fold_equals_one_made_anew(cast: Cast) -> None:
    session = brought_to(opened(cast), cast, "preflight")
    rng = random.Random(3)
    for number in range(scale(test=40, soak=500)):
        if rng.random() < 0.7:
            tell(session, message(number, row("pr", str(rng.randint(60, 90)))))
        elif rng.random() < 0.5:
            acts.note(cast.nurse, session, f"note {number}", "")
        else:
            last = folds.fold_of(session.stream).state.last_seq
            acts.note(cast.nurse, session, "to be struck", "")
            acts.correct(cast.nurse, session, last + 1, "note", None, "test", "")
        if rng.random() < 0.5:
            assert kept(session) == anew(session)
    assert kept(session) == anew(session)


def test_what_was_rolled_back_is_forgotten(cast: Cast) -> None:
    session = opened(cast)
    kept(session)
    with transaction.atomic():
        streams.append(streams.lock(session.stream), [message(1, row("pr", "70"))])
        assert folds.fold_of(session.stream).seq == 2
        transaction.set_rollback(True)
    assert folds.fold_of(session.stream).seq == 1
    tell(session, message(2, row("pr", "80")))
    assert kept(session) == anew(session)


def test_redacted_content_leaves_the_kept_fold(cast: Cast) -> None:
    session = opened(cast)
    tell(session, message(1, row("pr", "70")))
    acts.note(cast.nurse, session, "somebody else", "n")
    kept(session)
    acts.redact(cast.users["medical_director"], session, 3, "another person", "r")
    assert "somebody" not in repr(folds.fold_of(session.stream).state)
    assert kept(session) == anew(session)


def test_many_are_caught_up_at_once(cast: Cast) -> None:
    sessions = [opened(cast, place) for place in range(4)]
    for session in sessions[:2]:
        kept(session)
    for number, session in enumerate(sessions):
        tell(session, *[message(one, row("pr", str(60 + number))) for one in range(number + 1)])
    found = folds.folds_of([*(one.stream for one in sessions), "session:none"])
    assert [found[one.stream].seq for one in sessions] == [2, 3, 4, 5]
    for session in sessions:
        assert text_of(found[session.stream].state) == anew(session)
