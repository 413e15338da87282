"""Corrections: which of them stand, and what stands in place of the events they refer to.

A correction can itself be corrected or withdrawn (struck). It never deletes: both lines stay in view.
One that refers to nothing, or that may not be, is inert: it is kept, and said as a deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from reverie.science.session.events import BadEvent, Correction, Event, LateEntry, Redaction, parse
from reverie.science.session.state import Deviation, Recorded

# what the watch decided and what a person saw or heard is no entry by hand
DECIDED = frozenset(
    {
        "rules_applied", "alarm_raised", "alarm_changed", "alarm_cleared", "alarm_seen", "alarm_escalated",
        "sound_checked",
    }
)  # fmt: skip
UNCORRECTABLE = frozenset({"signed", "redaction", "clock_stepped"}) | DECIDED
UNREDACTABLE = frozenset({"redaction", "signed"})
LATE_MS = 60_000  # what was recorded this long after it occurred is shown as late
NOT_LATE_KINDS = (
    frozenset({"opened", "correction", "late_entry", "signed", "redaction", "clock_stepped"}) | DECIDED
)


class Fate(NamedTuple):
    """What became of an event: the correction that decided, and what stands now (None: struck)."""

    by: int
    event: Event | None


def read(one: Recorded) -> Event | None:
    """The event of an entry, or None where its content is redacted or unreadable."""
    if one.body is None:
        return None
    try:
        return parse(one.kind, one.version, one.body)
    except BadEvent:
        return None


def redacted_by(one: Recorded, event: Event | None) -> int | None:
    """The seq of the entry whose content `one` removes; None when it is no redaction that can stand."""
    if isinstance(event, Redaction) and 0 < event.refers_to < one.seq:
        return event.refers_to
    return None


def blank_redacted(recorded: Iterable[Recorded]) -> list[Recorded]:
    """The entries by seq, each once, without the content that a redaction among them removed."""
    entries = {one.seq: one for one in recorded}
    for one in tuple(entries.values()):
        target = redacted_by(one, read(one)) if one.kind == "redaction" else None
        if target in entries and entries[target].kind not in UNREDACTABLE:
            entries[target] = entries[target]._replace(body=None)
    return [entries[seq] for seq in sorted(entries)]


def inner_of(late: LateEntry) -> Event | None:
    """What a late entry tells of, or None where that is no event that can be entered late."""
    if late.kind in NOT_LATE_KINDS:
        return None
    try:
        return parse(late.kind, late.version, late.body)
    except BadEvent:
        return None


def replacement_of(correction: Correction) -> Event | None:
    """What a correction puts in place: None when it strikes. Raises BadEvent."""
    if correction.body is None:
        return None
    return parse(correction.kind, correction.version, correction.body)


def kind_at(
    seq: int, entries: Mapping[int, tuple[str, Event | None]], unlisted: str | None = None
) -> str | None:
    """The kind that a correction of entry `seq` must name; None where that cannot be known.

    For a late entry the kind inside it, for a correction the kind that it corrects; `unlisted` is the
    kind of whatever is not among `entries`.
    """
    while True:
        if seq not in entries:
            return unlisted
        kind, event = entries[seq]
        if isinstance(event, LateEntry):
            return event.kind
        if kind == "late_entry":
            return None
        if not isinstance(event, Correction):
            return None if kind == "correction" else kind
        if event.refers_to >= seq:
            return None
        seq = event.refers_to


def why_inert(seq: int, correction: Correction, kind_of: Callable[[int], str | None]) -> str | None:
    """Why the correction that is entry `seq` cannot stand, as a clause; None when it can."""
    target = correction.refers_to
    if not 0 < target < seq:
        return f"refers to entry {target}, which does not exist before it"
    kind = kind_of(target)
    if kind is None:
        return f"refers to entry {target}, whose kind cannot be known"
    if kind in UNCORRECTABLE:
        return f"refers to entry {target}, and a {kind} cannot be corrected"
    if kind != correction.kind:
        return f"puts a {correction.kind} in place of entry {target}, which is a {kind}"
    if kind == "opened" and correction.body is None:
        return "strikes the opening of the session"
    try:
        replacement_of(correction)
    except BadEvent as error:
        return f"puts in place what cannot be read ({error})"
    return None


def resolve(
    corrections: Iterable[tuple[int, Correction]], kind_of: Callable[[int], str | None]
) -> tuple[dict[int, Fate], tuple[Deviation, ...]]:
    """The fate of each corrected entry by seq, and what is to be said of corrections that cannot stand.

    Of several corrections of one entry the last recorded stands.
    """
    fates: dict[int, Fate] = {}
    said: list[Deviation] = []
    for seq, correction in sorted(corrections, key=_seq, reverse=True):
        why = why_inert(seq, correction, kind_of)
        if why is not None:
            said.append(Deviation(seq, f"the correction {why}"))
            continue
        # whatever corrects this correction was recorded after it, so its fate is already known
        own = fates.get(seq)
        if own is not None and own.event is None:
            continue
        stands = replacement_of(correction) if own is None else own.event
        fates.setdefault(correction.refers_to, Fate(seq, stands))
    return fates, tuple(reversed(said))


def _seq(pair: tuple[int, Any]) -> int:
    return pair[0]
