"""Folds of a session's stream: what was known (order of recording) and what happened (by occurrence).

Pure: entries in, `State` out; the same entries give the same state on any machine. No entry is refused:
redacted or unreadable content is unknown, an unlawful fact is kept and said as a deviation.
"""

from __future__ import annotations

from collections.abc import Iterable

from reverie.science.session.alarm import Alarm
from reverie.science.session.amend import (
    Fate,
    blank_redacted,
    inner_of,
    kind_at,
    read,
    redacted_by,
    resolve,
)
from reverie.science.session.effects import apply, choose_rows
from reverie.science.session.events import Correction, Event, LateEntry, Readings, Redaction
from reverie.science.session.judge import judge
from reverie.science.session.refusal import Refusal
from reverie.science.session.state import (
    EMPTY,
    STAFF,
    Amendment,
    Deviation,
    Device,
    Infusion,
    Latest,
    Present,
    Recorded,
    Said,
    Signature,
    State,
    facts_of,
    text_of,
)
from reverie.science.session.timeline import Line, timeline

__all__ = [
    "EMPTY", "STAFF", "Alarm", "Amendment", "Deviation", "Device", "Infusion", "Latest", "Line", "Present",
    "Recorded", "Refusal", "Said", "Signature", "State", "advance", "advance_by", "as_happened", "as_known",
    "facts_of", "judge", "text_of", "timeline",
]  # fmt: skip

VOIDING = frozenset({"correction", "late_entry"})  # what is added after a signature voids it


def as_known(recorded: Iterable[Recorded], upto_seq: int | None = None) -> State:
    """What was known after entry `upto_seq` (after all, when None): entries in order of recording.

    Corrections and late entries count from when they were recorded.
    """
    state = EMPTY
    for one in sorted(recorded, key=_by_seq):
        if upto_seq is not None and one.seq > upto_seq:
            break
        state = advance(state, one)
    return state


def advance(state: State, one: Recorded) -> State:
    """The state after one more entry. An entry that is already folded changes nothing."""
    return state if one.seq <= state.last_seq else advance_by(state, one, read(one))


def advance_by(state: State, one: Recorded, event: Event | None) -> State:
    """`advance` for the next entry, whose event is read already."""
    if type(event) is Readings:
        after = apply(state, one, event)
        return after._replace(last_seq=one.seq, last_recorded_ms=one.recorded_ms)
    state = state._replace(last_seq=one.seq, last_recorded_ms=one.recorded_ms, kept=(*state.kept, one))
    if isinstance(event, Correction | Redaction):
        return _fold_anew(state)
    after = _apply(state, one, event)
    return _void(after, one.seq) if one.kind in VOIDING else after


def as_happened(recorded: Iterable[Recorded]) -> State:
    """What happened, as far as all entries tell: by occurrence, corrections applied, struck ones left out."""
    entries = blank_redacted(recorded)
    if not entries:
        return EMPTY
    events = {one.seq: read(one) for one in entries}
    fates, state = _with_corrections(entries, events, None)
    for one in sorted(entries, key=_by_occurrence):
        state = _apply_fated(state, one, events[one.seq], fates)
    state = state._replace(last_seq=entries[-1].seq, last_recorded_ms=entries[-1].recorded_ms)
    return _voided(state, entries)


def _apply(state: State, one: Recorded, event: Event | None) -> State:
    if isinstance(event, LateEntry):
        inner = inner_of(event)
        if inner is not None:
            return apply(state, one, inner, late=True)
        words = f"entered late, but holds no {event.kind} that can be read"
        return state._replace(deviations=(*state.deviations, Deviation(one.seq, words)))
    if event is not None:
        return apply(state, one, event)
    if one.kind == "opened" and state.opened_ms is None:
        # who came is unknown, that someone came is not
        state = state._replace(opened_ms=one.occurred_ms, phase="arrived", phase_since_ms=one.occurred_ms)
    return state._replace(unknown=tuple(sorted((*state.unknown, one.seq))))


def _apply_fated(state: State, one: Recorded, event: Event | None, fates: dict[int, Fate]) -> State:
    if isinstance(event, Correction):
        return state
    fate = fates.get(one.seq)
    if fate is None:
        return _apply(state, one, event)
    return state if fate.event is None else apply(state, one, fate.event, late=one.kind == "late_entry")


def _fold_anew(state: State) -> State:
    # A correction or redaction takes effects back, so all that is kept is folded anew. Readings are not
    # kept: of them only the latest count for what is known, and what devices do is never corrected.
    kept = tuple(blank_redacted(state.kept))
    events = {one.seq: read(one) for one in kept}
    fates, anew = _with_corrections(kept, events, "readings")
    removed = {redacted_by(one, events[one.seq]) for one in kept} - {None, *events}
    withdrawn = {
        event.refers_to
        for seq, event in events.items()
        if isinstance(event, Correction) and seq in fates and fates[seq].event is None
    }
    latest = {}
    for key, row in state.latest.items():
        if row.source != "device" or row.seq in removed:
            continue
        stands = _row_after(fates[row.seq], key, row) if row.seq in fates else row
        # where a correction was withdrawn the first value is not at hand: none rather than a wrong one
        if stands is not None and (row.seq in fates or row.seq not in withdrawn):
            latest[key] = stands
    anew = anew._replace(latest=latest)
    for one in kept:
        anew = _apply_fated(anew, one, events[one.seq], fates)
    unknown = tuple(sorted({*anew.unknown, *(seq for seq in removed if seq is not None)}))
    return _voided(anew, kept)._replace(
        last_seq=state.last_seq,
        last_recorded_ms=state.last_recorded_ms,
        devices=state.devices,
        kept=kept,
        unknown=unknown,
    )


def _row_after(fate: Fate, key: tuple[str, str], row: Latest) -> Latest | None:
    device, parameter = key
    event = fate.event
    if not isinstance(event, Readings) or event.device != device:
        return None
    now = choose_rows(event.rows).get(parameter)
    if now is None:
        return None
    at_ms = event.at_ms if now.at_ms is None else now.at_ms
    return row._replace(value=now.value, unit=now.unit, validity=now.validity, at_ms=at_ms)


def _with_corrections(
    entries: Iterable[Recorded], events: dict[int, Event | None], unlisted: str | None
) -> tuple[dict[int, Fate], State]:
    kinds = {one.seq: (one.kind, events[one.seq]) for one in entries}
    corrections = sorted((seq, event) for seq, event in events.items() if isinstance(event, Correction))
    fates, said = resolve(corrections, lambda seq: kind_at(seq, kinds, unlisted))
    told = tuple(
        Amendment(seq, event.refers_to, event.body is None, event.reason) for seq, event in corrections
    )
    return fates, EMPTY._replace(corrections=told, deviations=said)


def _void(state: State, seq: int) -> State:
    if all(row.void_by is not None for row in state.signatures):
        return state
    return state._replace(
        signatures=tuple(
            row._replace(void_by=seq) if row.void_by is None and row.seq < seq else row
            for row in state.signatures
        )
    )


def _voided(state: State, entries: Iterable[Recorded]) -> State:
    for one in entries:
        if one.kind in VOIDING:
            state = _void(state, one.seq)
    return state


def _by_seq(one: Recorded) -> int:
    return one.seq


def _by_occurrence(one: Recorded) -> tuple[int, int, int]:
    return one.occurred_ms, one.recorded_ms, one.seq
