"""What may be asked of sessions: which there are, what is known of one, its lines, its numerics. Reads only.

Ages are never computed here: the browser knows the time at which it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from reverie.clinic.kernel import access, chain, streams
from reverie.clinic.kernel.models import Head
from reverie.clinic.session import alarm_words, due_sets, folds, governing
from reverie.clinic.session.columns import Point, packed, places_of
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import line_of, role_words
from reverie.science.session.alarm import Alarm, is_shown, is_unfinished
from reverie.science.session.events import VitalsRecorded, typed_rows
from reverie.science.session.fold import STAFF, Latest, State, timeline
from reverie.science.session.timeline import Line


def session_of(person: Any, session_id: Any) -> Session:
    """The session, if of the person's clinic. Raises Http404 for all others alike."""
    sessions = Session.objects.select_related("chair", "patient", "course", "clinic")
    return access.find(sessions, person, pk=session_id)


def open_sessions(person: Any) -> list[Session]:
    """The open sessions of the person's clinic, in the order of their chairs."""
    sessions = Session.objects.filter(closed_at=None).select_related("chair", "patient")
    return list(access.within(sessions, person).order_by("chair__order", "chair__name"))


def all_sessions() -> QuerySet[Session]:
    """Every session of the installation, the newest first, for the command line."""
    return Session.objects.select_related("chair", "clinic")


def heads_of(names: Iterable[str]) -> dict[str, int]:
    """The number of the last entry of each of these streams."""
    return dict(Head.objects.filter(stream__in=list(names)).values_list("stream", "seq"))


def whole(fold: folds.Fold) -> dict[str, Any]:
    """All that is known of a session, as JSON-able values: what a page starts from."""
    with fold.lock:
        state, columns = fold.state, fold.columns
        return {
            "s": fold.stream.partition(":")[2],
            "seq": fold.seq,
            **summary(state),
            "values": [
                _value(device, parameter, row, columns.measured.get((device, parameter)))
                for (device, parameter), row in state.latest.items()
            ],
        }


def summary(state: State) -> dict[str, Any]:
    """The state without its values: phase, infusion, staff, devices. Times in ms since the epoch."""
    return {
        "phase": state.phase,
        "since": state.phase_since_ms,
        "opened": state.opened_ms,
        "initials": state.initials,
        "chair": state.chair,
        "infusion": {
            "status": state.infusion.status,
            "since": state.infusion.since_ms,
            "started": state.infusion.started_ms,
            "rate": _text(state.infusion.rate_ml_per_h),
            "by": state.infusion.source,
            "device": state.infusion.device,
        },
        "staff": [
            {"id": id, "name": one.name, "role": role_words(one.role), "since": one.since_ms}
            for id, one in state.staff.items()
        ],
        "devices": [
            {
                "d": name,
                "last": one.last_received_ms,
                "interval": one.interval_ms,
                "lost": one.lost_since_ms,
                "clock": one.clock_ms,
                "other": state.misnamed.get(name, ""),
            }
            for name, one in state.devices.items()
        ],
        "alarms": alarms_of(state, shown_only=True),
        "due": due_sets.expected(state),
        # whether a screen may show what devices stream; sets by hand are always shown
        "stream": governing.profile_of(state).stream_display,
    }


def alarms_of(state: State, *, shown_only: bool = False) -> list[dict[str, Any]]:
    """The alarms as pages need them, the first raised first; `shown_only` leaves out what no screen shows.

    Times in ms since the epoch; how long a cause lasts is for the page to tell from `onset`.
    """
    return [_alarm(one) for one in state.alarms.values() if not shown_only or is_shown(one)]


def _alarm(one: Alarm) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "group": one.group,
        "subject": one.subject,
        "rule": one.rule,
        "edition": one.edition,
        "source": one.source,
        "priority": one.priority,
        "words": alarm_words.words_of(one),
        "label": one.label,
        "action": one.action,
        "parameters": alarm_words.parameters_of(one.inputs),
        "inputs": [each._asdict() for each in one.inputs],
        "onset": one.onset_ms,
        "raised": one.raised_ms,
        "since": one.since_ms,
        "eased": one.eased_ms,
        "cleared": one.cleared_ms,
        "latching": one.latching,
        "silent": one.silent,
        "shown": is_shown(one),
        "unfinished": is_unfinished(one),
        "seen": None
        if one.seen_by is None
        else {"id": one.seen_by.id, "by": one.seen_by.name, "at": one.seen_ms},
        "escalated": None
        if one.escalated_ms is None
        else {"at": one.escalated_ms, "to": [list(person) for person in one.escalated_to]},
        "answered": None
        if one.answered_by is None
        else {
            "seq": one.answer_seq,
            "by": one.answered_by.name,
            "cause": one.cause,
            "outcome": one.outcome,
            "cause_words": alarm_words.cause_words(one.cause),
            "outcome_words": alarm_words.outcome_words(one.outcome),
            "note": one.answer_note,
        },
    }


def _value(device: str, parameter: str, row: Latest, measured: tuple[int, int] | None) -> dict[str, Any]:
    at_ms = row.occurred_ms
    if row.source == "device":
        at_ms = measured[1] if measured is not None and measured[0] == row.seq else row.received_ms
    return {
        "d": device,
        "p": parameter,
        "v": _text(row.value),
        "u": row.unit,
        "q": row.validity,
        "m": at_ms,
        "at": row.occurred_ms,
        "rec": row.received_ms,
        "seq": row.seq,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def lines(state: State) -> list[dict[str, Any]]:
    """The entries that say something, the latest occurrence first."""
    found = (line_of(line, line.actor) for line in timeline(state.kept))
    return [line for line in reversed(list(found)) if line is not None]


def line(state: State, seq: int) -> Line | None:
    """One entry with what became of it; None for readings and for what is not there."""
    return next((one for one in timeline(state.kept) if one.seq == seq), None)


def amended(state: State, line: Line) -> list[int]:
    """`line` and its corrections, each of the one before: the last is the one to correct."""
    by_seq = {one.seq: one for one in timeline(state.kept)}
    found = [line.seq]
    while (after := by_seq.get(line.struck_by or line.corrected_by or 0)) is not None:
        found.append(after.seq)
        line = after
    return found


def numerics(fold: folds.Fold, after_ms: int = 0) -> dict[str, Any]:
    """Columns for charts: every device's series, and the sets taken by hand under the device ""."""
    with fold.lock:
        return {
            "seq": fold.seq,
            "opened": fold.state.opened_ms,
            "series": [
                {"d": device, "p": parameter, **packed(points)}
                for (device, parameter), points in points_of(fold, after_ms).items()
            ],
        }


def points_of(fold: folds.Fold, after_ms: int = 0) -> dict[tuple[str, str], list[Point]]:
    """By (device, parameter): every point that was not struck, in the order of recording."""
    with fold.lock:
        struck = {one.refers_to for one in fold.state.corrections if one.struck}
        return fold.columns.points(after_ms, struck) | _by_hand(fold.state, after_ms)


def sets_by_hand(state: State) -> list[Line]:
    """The sets taken by hand as they stand now, by occurrence; struck ones are left out."""
    return [one for one in timeline(state.kept) if isinstance(one.now, VitalsRecorded)]


def _by_hand(state: State, after_ms: int) -> dict[tuple[str, str], list[Point]]:
    taken: dict[tuple[str, str], list[Point]] = {}
    for one in sets_by_hand(state):
        if isinstance(one.now, VitalsRecorded) and one.occurred_ms > after_ms:
            for row in typed_rows(one.now):
                text = _text(row.value)
                point = Point(
                    one.occurred_ms, None if text is None else float(text), "", places_of(text or "")
                )
                taken.setdefault((STAFF, row.parameter or ""), []).append(point)
    return taken


def export(stream: str) -> Iterator[str]:
    """The session as JSONL, line by line, ending with the line that tells its head. Raises UnknownStream."""
    prev, seq = chain.GENESIS, 0
    for entry in streams.read(stream):
        yield chain.to_line(entry, prev) + "\n"
        prev, seq = entry.hash, entry.seq
    yield chain.end_line(stream, seq, prev) + "\n"
