"""Whether an act may append an event now. Acts ask; facts that devices report are not refused.

Knows lawful states, the infusion's status and what may be corrected. It knows no permission, no guard
of the plan and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reverie.science.session.alarm_judge import ALARM_RULES, keeping_open
from reverie.science.session.amend import (
    NOT_LATE_KINDS,
    UNREDACTABLE,
    inner_of,
    kind_at,
    read,
    resolve,
    why_inert,
)
from reverie.science.session.events import (
    Correction,
    Event,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    LateEntry,
    Opened,
    RateChanged,
    Redaction,
    Signed,
    StaffIn,
    StaffOut,
    StateChanged,
    VitalsRecorded,
)
from reverie.science.session.refusal import Refusal
from reverie.science.session.state import State
from reverie.science.session.states import lawful

AFTER_CLOSURE = (Correction, LateEntry, Signed, Redaction)


def judge(state: State, event: Event) -> Refusal | None:
    """None when an act may append `event` to a stream whose `as_known` state is `state`."""
    if not isinstance(event, Opened) and state.opened_ms is None:
        return Refusal("This session has not been opened.", "not_open")
    if state.phase == "closed" and not isinstance(event, AFTER_CLOSURE):
        return Refusal(
            "This session is closed. Only a correction, a late entry or a signature can be added.", "closed"
        )
    if getattr(event, "source", "staff") == "device":
        return None
    rule = _RULES.get(type(event))
    return rule(state, event) if rule is not None else None


def _opened(state: State, event: Opened) -> Refusal | None:
    if state.opened_ms is not None:
        return Refusal("This session is open already.", "opened")
    return None


def _state_changed(state: State, event: StateChanged) -> Refusal | None:
    now, wanted = _words(state.phase), _words(event.to_state)
    if event.from_state != state.phase:
        return Refusal(
            f"The session is “{now}” by now, not “{_words(event.from_state)}”. Look again, then decide.",
            "moved",
        )
    if not lawful(state.phase, event.to_state):
        return Refusal(f"A session cannot go from “{now}” to “{wanted}”.", "unlawful_state")
    return keeping_open(state) if event.to_state == "closed" else None


def _words(state: str) -> str:
    return state.replace("_", " ")


def _started(state: State, event: InfusionStarted) -> Refusal | None:
    if state.phase not in ("ready", "paused"):
        return Refusal(
            f"An infusion can be started when the session is ready or paused; it is “{_words(state.phase)}”.",
            "not_ready",
        )
    if state.infusion.status in ("running", "paused"):
        return Refusal(f"An infusion is {state.infusion.status} already.", "infusion_runs")
    return _rate(event.rate_ml_per_h)


def _rate(rate_ml_per_h: Any) -> Refusal | None:
    if rate_ml_per_h is None or rate_ml_per_h <= 0:
        return Refusal("Give the rate in mL/h, above zero.", "rate")
    return None


def _rate_changed(state: State, event: RateChanged) -> Refusal | None:
    if state.infusion.status not in ("running", "paused"):
        return Refusal("No infusion is running, so there is no rate to change.", "no_infusion")
    return _rate(event.rate_ml_per_h)


def _paused(state: State, event: InfusionPaused) -> Refusal | None:
    if state.infusion.status != "running":
        return Refusal("No infusion is running, so there is nothing to pause.", "no_infusion")
    return None


def _resumed(state: State, event: InfusionResumed) -> Refusal | None:
    if state.infusion.status != "paused":
        return Refusal("The infusion is not paused, so it cannot be resumed.", "not_paused")
    if state.phase not in ("infusing", "paused"):
        return Refusal(
            f"The session is “{_words(state.phase)}”, so the infusion cannot be resumed.", "not_ready"
        )
    return None if event.rate_ml_per_h is None else _rate(event.rate_ml_per_h)


def _stopped(state: State, event: InfusionStopped) -> Refusal | None:
    if state.infusion.status not in ("running", "paused"):
        return Refusal("No infusion is running, so there is nothing to stop.", "no_infusion")
    return None


def _vitals(state: State, event: VitalsRecorded) -> Refusal | None:
    observed = (event.arousal_level, event.distress, event.nausea)
    said = event.rows or event.arousal or event.comfort or event.symptoms
    if not said and all(level is None for level in observed):
        return Refusal("Give at least one value.", "empty")
    by_name = {row.parameter: row.value for row in event.rows}
    upper, lower = by_name.get("nibp_sys"), by_name.get("nibp_dia")
    if upper is not None and lower is not None and upper <= lower:
        return Refusal("The lower pressure must be below the upper one.", "pressure")
    return None


def _staff_in(state: State, event: StaffIn) -> Refusal | None:
    if event.id in state.staff:
        return Refusal(f"{event.name} is at the chair already.", "present")
    return None


def _staff_out(state: State, event: StaffOut) -> Refusal | None:
    if event.id not in state.staff:
        return Refusal(f"{event.name} is not at the chair.", "absent")
    return None


def _correction(state: State, event: Correction) -> Refusal | None:
    events = {one.seq: read(one) for one in state.kept}
    kinds = {one.seq: (one.kind, events[one.seq]) for one in state.kept}

    def kind_of(seq: int) -> str | None:
        # of readings nothing is kept: what is not listed was one
        return kind_at(seq, kinds, "readings")

    if event.refers_to in state.unknown:
        return Refusal(f"The content of entry {event.refers_to} is not there any more.", "redacted")
    why = why_inert(state.last_seq + 1, event, kind_of)
    if why is not None:
        return Refusal(f"This correction {why}.", "no_correction")
    earlier = ((seq, found) for seq, found in events.items() if isinstance(found, Correction))
    fate = resolve(earlier, kind_of)[0].get(event.refers_to)
    if fate is not None:
        by = fate.by
        return Refusal(
            f"Entry {event.refers_to} was corrected by entry {by} already. Correct entry {by} instead.",
            "corrected",
        )
    return None


def _late(state: State, event: LateEntry) -> Refusal | None:
    if not event.reason.strip():
        return Refusal("Say why this is entered late.", "reason")
    if event.kind in NOT_LATE_KINDS:
        return Refusal(f"A {_words(event.kind)} cannot be entered late.", "not_late")
    if inner_of(event) is None:
        return Refusal("This late entry cannot be read.", "unreadable")
    return None


def _redaction(state: State, event: Redaction) -> Refusal | None:
    target = event.refers_to
    if not 0 < target <= state.last_seq:
        return Refusal(f"There is no entry {target}.", "no_entry")
    if target in state.unknown:
        return Refusal(f"The content of entry {target} is not there any more.", "redacted")
    if any(one.seq == target and one.kind in UNREDACTABLE for one in state.kept):
        return Refusal("A redaction or a signature cannot be redacted.", "not_redacted")
    return None


_RULES: Mapping[type[Any], Callable[[State, Any], Refusal | None]] = {
    Opened: _opened,
    StateChanged: _state_changed,
    InfusionStarted: _started,
    RateChanged: _rate_changed,
    InfusionPaused: _paused,
    InfusionResumed: _resumed,
    InfusionStopped: _stopped,
    VitalsRecorded: _vitals,
    StaffIn: _staff_in,
    StaffOut: _staff_out,
    Correction: _correction,
    LateEntry: _late,
    Redaction: _redaction,
    **ALARM_RULES,
}
