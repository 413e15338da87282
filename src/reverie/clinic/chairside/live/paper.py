"""What the printed record of a session is made of: chart, sets, lines, signatures. Reads only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.chairside.live import paper_chart, paper_trends
from reverie.clinic.chairside.live import questions as live
from reverie.clinic.chairside.live.forms import AROUSAL, COMFORT
from reverie.clinic.course.banner import banner_of
from reverie.clinic.kernel import clock
from reverie.clinic.session import due_sets, folds, governing, questions
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import who
from reverie.science.session.events import VitalsRecorded
from reverie.science.session.timeline import Line


def page_of(session: Session, person: Any) -> dict[str, Any]:
    """Everything that the page for paper is drawn from."""
    fold = folds.fold_of(session.stream)
    state = fold.state
    intervals = {name: device.interval_ms for name, device in state.devices.items()}
    points = questions.points_of(fold)
    closed_ms = state.phase_since_ms if state.phase == "closed" else state.last_recorded_ms
    end_ms = max([closed_ms or 0, *(some[-1].at_ms for some in points.values() if some)])
    devices = live.linked_devices([], questions.whole(fold)["devices"])
    return {
        "session": session,
        # paper leaves the room: it says whole who it is about
        "banner": banner_of(session.patient, person, courses=[session.course] if session.course else []),
        "others": live.others(devices),
        "chart": paper_chart.draw(points, intervals, state.opened_ms or 0, end_ms),
        "trends": paper_trends.rows(
            points, intervals, governing.ruleset_of(state), state.opened_ms or 0, end_ms
        ),
        "sets": sets_of(fold, clock.to_ms(clock.now())),
        "lines": list(reversed(questions.lines(state))),
        "signatures": state.signatures,
        "seq": fold.seq,
        "head": fold.hash.hex(),
    }


def sets_of(fold: folds.Fold, now_ms: int) -> list[dict[str, Any]]:
    """The sets by staff as they stand now, and each due time that nobody answered, the first one first."""
    rows = [_row(one, one.now) for one in questions.sets_by_hand(fold.state)
            if isinstance(one.now, VitalsRecorded)]  # fmt: skip
    unanswered = [slot for slot in due_sets.answered(fold, now_ms) if slot["by"] in ("device", "nothing")]
    return sorted([*rows, *map(_unanswered, unanswered)], key=lambda row: int(row["at"]))


def _unanswered(slot: dict[str, Any]) -> dict[str, Any]:
    values = {name: f"{value:g}" for name, value in slot["values"].items()}
    by = _("the device, nobody confirmed") if values else _("nobody: no set, no values")
    return {"at": slot["due"], "who": by, "unanswered": True, **_told(values)}


def _row(line: Line, now: VitalsRecorded) -> dict[str, Any]:
    values = {row.parameter or "": format(row.value, "f") for row in now.rows if row.value is not None}
    unconfirmed = {one.parameter for one in now.taken if one.how == "device"}
    told = {name: _("%(value)s (device)") % {"value": value} if name in unconfirmed else value
            for name, value in values.items()}  # fmt: skip
    return {
        "at": line.occurred_ms,
        **_told(told),
        "arousal": _chosen(AROUSAL, now.arousal),
        "comfort": _chosen(COMFORT, now.comfort),
        "who": who(line.actor),
        "corrected": line.corrected_by,
    }


def _told(values: dict[str, str]) -> dict[str, str]:
    pair = [values.get("nibp_sys"), values.get("nibp_dia")]
    return {
        "pressure": "/".join(value or "–" for value in pair) if any(pair) else "",
        "pulse": values.get("hr") or values.get("pr") or "",
        "spo2": values.get("spo2", ""),
        "rr": values.get("rr", ""),
        "temp": values.get("temp", ""),
    }


def _chosen(choices: list[tuple[str, Any]], said: str | None) -> str:
    """The words of a choice; what was said otherwise stays as it was said."""
    return str(dict(choices).get(said, said)) if said else ""
