"""What every page needs to tell of alarms, and what the alarm log of a session shows. Reads only."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from reverie.clinic.kernel import access, clock
from reverie.clinic.session import ward, watch_state
from reverie.clinic.session.alarm_words import lasted
from reverie.science.vitals.alarms.told import PRIORITIES

NOBODY = "00000000-0000-0000-0000-000000000000"
MOST_IN_LINE = 3


def around(person: Any, station: Any, present: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """For the shell of a page: whether alarms run and, for those who may see them, which there are.

    `present` is what the ward is told, when the page has asked already.
    """
    now_ms = clock.to_ms(clock.now())
    sees = access.may(person, "alarms.see")
    age_ms = watch_state.age_ms()
    chairs = (ward.present(person.clinic_id) if present is None else present) if sees else []
    place = station.place if station is not None else ""
    return {
        "runs": age_ms is not None and age_ms <= watch_state.STALE_MS,
        "sees": sees,
        "place": place,
        "station": station.name if station is not None else "",
        "ward": _line(chairs, now_ms),
        "own_off": any("secondary_alarms" in one["off"] for one in chairs),
        "data": {
            "now": now_ms,
            "zone": person.clinic.time_zone,
            "stream": reverse("alarm_stream" if sees else "beats"),
            "watch": age_ms,
            "sees": sees,
            "answers": access.may(person, "alarms.answer"),
            "me": str(person.pk),
            "place": place,
            "worker": static("built/tick-worker.js"),
            "session_url": reverse("session", args=[NOBODY]).replace(NOBODY, "{s}"),
            "seen_url": reverse("alarm_seen", args=[NOBODY, 0])
            .replace(NOBODY, "{s}")
            .replace("/0/", "/{seq}/"),
            "sound_url": reverse("sound_checked"),
            "chairs": chairs,
        },
    }


def _line(chairs: list[dict[str, Any]], now_ms: int) -> list[dict[str, Any]]:
    """The highest alarm of each chair that is medium or high, as the line under the top says it."""
    told: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for one in chairs:
        calling = [alarm for alarm in ordered(one["alarms"]) if _calls_elsewhere(alarm)]
        told.extend((one, alarm) for alarm in calling[:1])
    told.sort(key=lambda pair: _rank(pair[1]), reverse=True)
    return [
        {
            "url": reverse("session", args=[one["s"]]),
            "level": alarm["priority"],
            "chair": f"{_('Chair %(chair)s') % {'chair': one['name']}} {one['initials']}",
            "seen": alarm["seen"] is not None,
            **told_of(alarm, now_ms),
        }
        for one, alarm in told[:MOST_IN_LINE]
    ]


def _calls_elsewhere(alarm: dict[str, Any]) -> bool:
    return alarm["priority"] != "low" and (alarm["seen"] is None or _is_there(alarm))


def _is_there(alarm: dict[str, Any]) -> bool:
    return alarm["eased"] is None and alarm["cleared"] is None


def ordered(alarms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The highest first; of one priority what nobody has seen, then what is still there, then the newest."""
    return sorted(alarms, key=_rank, reverse=True)


def _rank(alarm: dict[str, Any]) -> tuple[Any, ...]:
    weight = PRIORITIES.index(alarm["priority"])
    return weight, alarm["seen"] is None, _is_there(alarm), alarm["onset"], alarm["seq"]


def told_of(alarm: dict[str, Any], now_ms: int) -> dict[str, str]:
    """An alarm's words, and how long it lasts; a page with scripts lets that run on."""
    if _is_there(alarm):
        length = _("for %(length)s") % {"length": lasted(now_ms - alarm["onset"])}
        return {"words": alarm["words"], "length": length}
    return {"words": _("was %(words)s") % {"words": alarm["words"]}, "length": _("back within its limits")}


def rows_of(
    session_id: Any, alarms: list[dict[str, Any]], now_ms: int, answers: bool = False
) -> list[dict[str, Any]]:
    """The alarms that are shown, as rows: for a page without scripts, and its first picture.

    `answers`: whether the person may say that they have seen one.
    """
    return [
        {
            "key": alarm["seq"],
            "level": alarm["priority"],
            "detail": alarm["action"],
            "seen": alarm["seen"] is not None,
            "over": not _is_there(alarm),
            "meta": _("seen by %(name)s") % {"name": alarm["seen"]["by"]} if alarm["seen"] else "",
            "url": reverse("alarm_seen", args=[session_id, alarm["seq"]]) if answers else "",
            **told_of(alarm, now_ms),
        }
        for alarm in ordered(alarms)
    ]
