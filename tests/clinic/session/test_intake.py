"""What devices say, appended once, to the stream of whoever sits there."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from reverie.clinic.kernel import chain, clock, streams
from reverie.clinic.session import intake
from reverie.clinic.session.intake import Sent
from reverie.science.session import events
from tests.clinic.devices import ward

pytestmark = pytest.mark.django_db


def note(text: str, key: str) -> streams.Draft:
    """A draft, any."""
    return intake.draft(events.Note(text), key, clock.to_ms(clock.now()), intake.SYSTEM_ACTOR)


def test_a_key_tells_parts_apart() -> None:
    assert intake.key_of("ab", "c") != intake.key_of("a", "bc")
    assert intake.key_of("a", b"b") == intake.key_of("a", "b")
    assert len(intake.key_of("")) == 32


def test_a_clock_within_tolerance_is_not_flagged() -> None:
    assert intake.clock_ahead_ms(None, 0) is None
    assert intake.clock_ahead_ms(10_000, 0) is None
    assert intake.clock_ahead_ms(10_001, 0) == 10_001
    assert intake.clock_ahead_ms(0, 10_001) == -10_001


def test_seats_know_who_sits_there_and_who_sat_there_before() -> None:
    (first,) = ward.furnish(1)
    chair = first.chair
    assert intake.seats([chair.pk]) == {chair.pk: intake.Seat(first.stream, (), first.patient.number)}
    ward.close_session(first)
    assert intake.seats([chair.pk]) == {chair.pk: intake.Seat(None, (first.stream,))}
    second = ward.open_session(chair, 2)
    assert intake.seats([chair.pk]) == {
        chair.pk: intake.Seat(second.stream, (first.stream,), second.patient.number)
    }


def test_a_message_is_fresh_once_also_when_it_stands_in_an_earlier_stream() -> None:
    first, second = ward.furnish(2)
    key = intake.key_of("M", "content")
    sent = Sent(second.stream, key, (first.stream,))
    with transaction.atomic():
        heads = intake.hold([first.stream, second.stream])
        assert intake.fresh([sent, sent], heads) == [True, False]
        intake.append(heads, {first.stream: [note("a", key)]})
        assert intake.fresh([sent], heads) == [False]
        assert intake.fresh([Sent(second.stream, key)], heads) == [True]


def test_many_streams_take_as_many_statements_as_one() -> None:
    from django.db import connection

    counts = []
    for beds in (1, 30):
        sessions = ward.furnish(beds)
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            heads = intake.hold([one.stream for one in sessions])
            drafts = {one.stream: [note("a", f"{i}-{n}") for n in range(2)] for i, one in enumerate(sessions)}
            intake.append(heads, drafts)
        counts.append(len(queries))
        for session in sessions:
            found = list(streams.read(session.stream))
            assert [one.kind for one in found] == ["opened", "note", "note"]
            assert isinstance(next(iter(chain.check(session.stream, found))), tuple)
    assert counts[0] == counts[1]


def test_a_stream_that_is_not_there_is_said() -> None:
    with transaction.atomic(), pytest.raises(streams.UnknownStream):
        intake.hold(["session:nobody"])


def test_only_open_sessions_are_told_of_losses() -> None:
    first, second = ward.furnish(2)
    ward.close_session(first)
    assert intake.open_among({first.stream, second.stream}) == {second.stream}
