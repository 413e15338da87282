"""The timeline: every entry has its line, and amended lines stay in view."""

from __future__ import annotations

from hypothesis import given

from reverie.science.session import events as ev
from reverie.science.session.fold import Recorded, as_happened, timeline
from tests import strategies as s

START = s.START_MS
OPENED = ev.Opened("2", "p-17", "AB", "depression", None, "Ash House", None)


@s.examples
@given(s.streams())
def test_every_entry_has_one_line_in_order_of_occurrence(stream: list[Recorded]) -> None:
    lines = timeline(reversed(stream))
    assert sorted(line.seq for line in lines) == [one.seq for one in stream]
    when = [(line.occurred_ms, line.recorded_ms, line.seq) for line in lines]
    assert when == sorted(when)
    for line in lines:
        assert line.struck_by is None or line.corrected_by is None
        if line.struck_by is not None:
            assert line.struck_by > line.seq
            assert line.now is None


@s.examples
@given(s.streams())
def test_the_notes_that_stand_are_the_notes_that_count(stream: list[Recorded]) -> None:
    standing = [line for line in timeline(stream) if isinstance(line.now, ev.Note)]
    assert len(standing) == as_happened(stream).notes


def test_amended_lines_say_by_what() -> None:
    stream = s.entries_of(
        [
            OPENED,
            ev.Note("calm"),
            ev.Note("for someone else"),
            s.correction(2, "note", ev.Note("restless")),
            s.correction(3, "note", None),
            s.correction(4, "note", ev.Note("very restless")),
            ev.Note("secret"),
            ev.Redaction(7, "wrong patient"),
        ]
    )
    stream.append(s.entry(9, s.late(ev.Note("came by taxi")), START - 600_000, START + 99_000))
    lines = {line.seq: line for line in timeline(stream)}
    assert lines[2].corrected_by == 4
    assert (lines[2].event, lines[2].now) == (ev.Note("calm"), ev.Note("very restless"))
    assert lines[4].corrected_by == 6
    assert (lines[3].struck_by, lines[3].event, lines[3].now) == (5, ev.Note("for someone else"), None)
    assert (lines[7].event, lines[7].now, lines[7].struck_by) == (None, None, None)
    assert (lines[9].late, lines[9].kind, lines[9].event) == (True, "note", ev.Note("came by taxi"))
    assert [line.seq for line in timeline(stream)] == [9, 1, 2, 3, 4, 5, 6, 7, 8]
    assert [line.seq for line in lines.values() if line.late] == [9]


def test_what_is_recorded_a_minute_after_it_occurred_is_late() -> None:
    note = ev.Note("calm")
    stream = [s.entry(1, note, START, START + 59_999), s.entry(2, note, START, START + 60_000)]
    assert [line.late for line in timeline(stream)] == [False, True]
