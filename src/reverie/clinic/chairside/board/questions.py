"""What the board needs: a row for every chair, in the order that never changes. Reads only."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from reverie.clinic.chairside.alarms.questions import rows_of
from reverie.clinic.chairside.live.lanes import can_be_shown, displayed
from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.people.models import Chair
from reverie.clinic.session import folds, questions
from reverie.clinic.session.event_stream import composed
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import device_words, state_words

SHOWN = frozenset({"nibp_sys", "nibp_dia", "art_sys", "art_dia", "hr", "pr", "spo2"})


def page_of(person: Any) -> dict[str, Any]:
    """Everything that the board is drawn from."""
    now_ms = clock.to_ms(clock.now())
    # the heads first: what comes while this is read is then told by the stream
    told = questions.heads_of([ledger.stream_of(person.clinic_id)])
    chairs = list(access.within(Chair.objects.filter(in_use=True), person).order_by("order", "name"))
    sessions = {one.chair_id: one for one in questions.open_sessions(person)}
    found = folds.folds_of([one.stream for one in sessions.values()])
    wholes = {}
    for one in sessions.values():
        wholes[one.pk] = whole = small(questions.whole(found[one.stream]))
        told[one.stream] = whole["seq"]
    intervals = _intervals(chairs)
    rows = [_row(chair, sessions.get(chair.pk), wholes, now_ms) for chair in chairs]
    data = {
        "now": now_ms,
        "zone": person.clinic.time_zone,
        "after": composed(told),
        "stream": reverse("board_stream"),
        "wholes": list(wholes.values()),
        "chairs": [{"id": str(chair.pk), "linked": intervals.get(chair.pk, [])} for chair in chairs],
        "session_url": reverse("session", args=["00000000-0000-0000-0000-000000000000"]),
    }
    infusing = sum(whole["phase"] == "infusing" for whole in wholes.values())
    may_open = access.may(person, "session.open")
    return {"rows": rows, "page_data": data, "may_open": may_open, "infusing": infusing}


def small(whole: dict[str, Any]) -> dict[str, Any]:
    """Only the values that a board shows."""
    return whole | {"values": [value for value in whole["values"] if value["p"] in SHOWN]}


def _intervals(chairs: list[Chair]) -> dict[Any, list[dict[str, Any]]]:
    # who is linked is told by the devices' own table, which looks back at the chair
    found: dict[Any, list[dict[str, Any]]] = {}
    links = Chair.objects.filter(pk__in=[chair.pk for chair in chairs], device_links__ended_at=None)
    rows = links.values_list("pk", "device_links__device__name", "device_links__device__interval_s")
    for chair_id, name, interval_s in rows:
        if name is not None:
            found.setdefault(chair_id, []).append({"d": name, "interval": interval_s and interval_s * 1000})
    return found


def _row(
    chair: Chair, session: Session | None, wholes: dict[Any, dict[str, Any]], now_ms: int
) -> dict[str, Any]:
    row: dict[str, Any] = {"chair": chair, "session": session}
    if session is None:
        return row
    whole = wholes[session.pk]
    # of several sources the one that was heard last
    shown = displayed(whole["values"], stream=whole["stream"])
    known = sorted(filter(can_be_shown, shown), key=lambda value: int(value["m"]))
    values = {value["p"]: value["v"] for value in known}
    measured_ms = {value["p"]: value["m"] for value in known}
    pressure = [values.get("nibp_sys"), values.get("nibp_dia")]
    return row | {
        "url": reverse("session", args=[session.pk]),
        "initials": session.patient.initials,
        "state": state_words(whole["phase"]),
        "minutes": max(0, now_ms - (whole["since"] or now_ms)) // 60_000,
        "pressure": "/".join(str(value or "–") for value in pressure) if any(pressure) else "",
        "pulse": values.get("hr") or values.get("pr") or "",
        "spo2": values.get("spo2", ""),
        "pressure_ms": measured_ms.get("nibp_sys") or measured_ms.get("nibp_dia"),
        "pulse_ms": measured_ms.get("hr") or measured_ms.get("pr"),
        "spo2_ms": measured_ms.get("spo2"),
        "staff": ", ".join(one["name"].split(" ")[0] for one in whole["staff"]),
        "alarm": next(iter(rows_of(session.pk, whole["alarms"], now_ms)), None),
        "other": next((_other(one) for one in whole["devices"] if one["other"]), None),
    }


def _other(device: dict[str, Any]) -> dict[str, str]:
    return {"name": device_words(device["d"]), "other": device["other"]}
