"""NEWS2 at the chair, where the clinic's rules switch it on: one score, or the range that is possible.

What was not taken is named, never assumed. Intended dissociation makes consciousness ambiguous, so the score
stands with and without it. It decides nothing and alarms nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.session import due_sets, folds
from reverie.science.session.fold import State
from reverie.science.vitals import news2

SET_FRESH_MS = 15 * 60_000
# what was seen of arousal in the words of NEWS2; drowsiness and voice are told apart by staff
_CONSCIOUSNESS = {"alert": "A", "drowsy": "V", "rouses to voice": "V", "rouses to touch": "P",
                  "does not rouse": "U"}  # fmt: skip
_NAMES = {
    "respiration": lambda: _("respiration"),
    "spo2": lambda: _("SpO2"),
    "oxygen": lambda: _("oxygen or air"),
    "sbp": lambda: _("systolic pressure"),
    "pulse": lambda: _("pulse"),
    "consciousness": lambda: _("consciousness"),
    "temperature": lambda: _("temperature"),
}
_BANDS = {
    "none": lambda: _("none"),
    "low": lambda: _("low"),
    "single": lambda: _("one value scores 3: urgent review"),
    "medium": lambda: _("medium"),
    "high": lambda: _("high"),
}


def shown(fold: folds.Fold, born: date, today: date, now_ms: int) -> dict[str, Any]:
    """The score in words from fresh, valid values of devices and the last set by staff."""
    taken = _taken(fold, now_ms)
    age_years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    try:
        found = news2.score(taken, age_years=age_years, pregnant=False)
    except news2.NotForThisPatient as error:
        return {"words": str(error), "detail": ""}
    unknown = ", ".join(_NAMES[name]() for name in (*found.missing, *found.invalid))
    words = _("%(whole)s, without consciousness %(without)s") % {
        "whole": _sum(found.whole),
        "without": _sum(found.without_consciousness),
    }
    return {"words": words, "detail": _("Not known: %(names)s") % {"names": unknown} if unknown else ""}


def _sum(told: news2.Sum) -> str:
    bands = _(" or ").join(_BANDS[band]() for band in told.bands)
    if told.total is not None:
        return _("%(total)s (%(bands)s)") % {"total": told.total, "bands": bands}
    return _("%(least)s to %(most)s (%(bands)s)") % {"least": told.least, "most": told.most, "bands": bands}


def _taken(fold: folds.Fold, now_ms: int) -> news2.Taken:
    values = {one["p"]: Decimal(one["v"]) for one in due_sets.offered(fold, now_ms)}
    return news2.Taken(
        respiration_per_min=values.get("rr"),
        spo2_percent=values.get("spo2"),
        on_oxygen=None,  # nothing records oxygen yet
        sbp_mmhg=values.get("nibp_sys"),
        pulse_per_min=values.get("hr", values.get("pr")),
        consciousness=_consciousness(fold.state, now_ms),
        temperature_c=values.get("temp"),
    )


def _consciousness(state: State, now_ms: int) -> str | None:
    said = state.arousal
    if said is None or now_ms - said.since_ms > SET_FRESH_MS:
        return None
    return _CONSCIOUSNESS.get(said.words)
