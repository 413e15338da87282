"""Due sets as pages need them: which is expected, what may be confirmed for it, what answered each due time.

Reads only. Times are ms since the epoch; how long something has still to go is for the page to tell.
"""

from __future__ import annotations

from typing import Any

from reverie.clinic.session import folds, governing
from reverie.clinic.session.columns import Point
from reverie.science.session.due import Slot, due_of, slots
from reverie.science.session.effects import CUFF
from reverie.science.session.fold import STAFF, State

OFFERED = ("nibp_sys", "nibp_dia", "hr", "pr", "spo2", "rr", "etco2", "temp")
FRESH_MS, CUFF_FRESH_MS = 60_000, 300_000


def expected(state: State) -> dict[str, Any] | None:
    """When the next set is due, and when it is overdue; None while none is."""
    found = due_of(state, governing.ruleset_of(state).cadence)
    return None if found is None else {"due": found.due_ms, "overdue": found.due_ms + found.grace_ms}


def offered(fold: folds.Fold, now_ms: int) -> list[dict[str, Any]]:
    """The valid values of devices that are fresh enough to confirm, of each parameter the latest.

    Each with its device, and when it was measured: what a form sends back with it.
    """
    best: dict[str, dict[str, Any]] = {}
    with fold.lock:
        for (device, parameter), row in fold.state.latest.items():
            at_ms = fold.columns.told_ms(device, parameter)
            if device == STAFF or row.validity != "valid" or row.value is None or at_ms is None:
                continue
            fresh_ms = CUFF_FRESH_MS if parameter in CUFF else FRESH_MS
            known = best.get(parameter)
            if now_ms - at_ms > fresh_ms or (known is not None and known["measured"] >= at_ms):
                continue
            value = format(row.value, "f")
            best[parameter] = {"p": parameter, "v": value, "u": row.unit, "d": device, "measured": at_ms}
    return _one_device(best)


def _one_device(best: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Both ends of a pressure are of one reading, or neither is offered."""
    upper, lower = best.get("nibp_sys"), best.get("nibp_dia")
    same = upper and lower and (upper["d"], upper["measured"]) == (lower["d"], lower["measured"])
    names = [name for name in OFFERED if same or name not in ("nibp_sys", "nibp_dia")]
    return [best[name] for name in names if name in best]


def answered(fold: folds.Fold, now_ms: int) -> list[dict[str, Any]]:
    """Every due time up to the next one with what answered it, for a chart.

    `by` is staff, device (nobody took a set; the devices' values stand beside it), nothing, or "" while it
    can still be answered in time.
    """
    with fold.lock:
        cadence = governing.ruleset_of(fold.state).cadence
        points = fold.columns.points()
        return [
            _slot(slot, points, cadence.grace_s * 1_000, now_ms)
            for slot in slots(fold.state, cadence, now_ms)
        ]


def _slot(
    slot: Slot, points: dict[tuple[str, str], list[Point]], grace_ms: int, now_ms: int
) -> dict[str, Any]:
    told: dict[str, Any] = {"due": slot.due_ms, "seq": slot.seq, "taken": slot.taken_ms, "by": "staff"}
    if slot.seq is not None:
        late = slot.taken_ms is not None and slot.taken_ms > slot.due_ms + grace_ms
        return told | {"late": late, "values": {}}
    values = {
        parameter: point.value
        for (_device, parameter), some in points.items()
        if parameter in OFFERED and (point := _nearest(some, slot.due_ms, grace_ms)) is not None
    }
    if slot.due_ms + grace_ms >= now_ms:
        return told | {"by": "", "late": False, "values": {}}
    return told | {"by": "device" if values else "nothing", "late": False, "values": values}


def _nearest(points: list[Point], due_ms: int, within_ms: int) -> Point | None:
    found = [
        one
        for one in points
        if one.value is not None and not one.reason and abs(one.at_ms - due_ms) <= within_ms
    ]
    return min(found, key=lambda one: abs(one.at_ms - due_ms), default=None)
