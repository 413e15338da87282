"""The lawful states of a session, from arrival to closure, and which may follow which.

The table is data: a state's successors. It knows no guard (who must have checked what); guards stand
with the acts. Source: the clinic's session pathway; emergency can be reached from preflight to recovery.
"""

from __future__ import annotations

from collections.abc import Mapping

STATES = (
    "arrived", "preflight", "hold", "cancelled", "ready", "infusing", "paused", "completed_dose", "aborted",
    "recovery", "discharge_ready", "discharged", "note_signed", "closed", "emergency", "transferred",
)  # fmt: skip

NEXT: Mapping[str, tuple[str, ...]] = {
    "": ("arrived",),
    "arrived": ("preflight", "cancelled"),
    "preflight": ("ready", "hold", "cancelled", "emergency"),
    "hold": ("preflight", "cancelled", "emergency"),
    # back to preflight: what was checked may change before the first drop
    "ready": ("infusing", "preflight", "cancelled", "emergency"),
    "infusing": ("paused", "completed_dose", "aborted", "emergency"),
    "paused": ("infusing", "completed_dose", "aborted", "emergency"),
    "completed_dose": ("recovery", "emergency"),
    "aborted": ("recovery", "emergency"),
    "recovery": ("discharge_ready", "emergency"),
    # back to recovery: a patient who was fit to go may no longer be
    "discharge_ready": ("discharged", "recovery"),
    "discharged": ("note_signed",),
    "note_signed": ("closed",),
    "cancelled": ("note_signed", "closed"),
    "emergency": ("transferred", "recovery"),
    "transferred": ("note_signed",),
    "closed": (),
}

ENDED = frozenset({"cancelled", "discharged", "transferred", "note_signed", "closed"})


def lawful(from_state: str, to_state: str) -> bool:
    """Whether `to_state` may follow `from_state`; "" is before arrival."""
    return to_state in NEXT.get(from_state, ())


def next_states(state: str) -> tuple[str, ...]:
    """The states that may follow; none for `closed` and for a word that is no state."""
    return NEXT.get(state, ())
