"""What the panel of the next set is drawn from: when it is due, and what of it the devices already say.

Reads only. A value that is doubtful, old or missing is not offered: it is named as unknown, to be typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from reverie.clinic.chairside.due import early_warning
from reverie.clinic.chairside.due.forms import DueSetForm, Offer
from reverie.clinic.kernel import access, clock
from reverie.clinic.session import due_sets, folds, governing
from reverie.clinic.session.models import Session
from reverie.clinic.session.sentences import device_words

# what stands on one line of the panel, and what it is called
LINES: tuple[tuple[tuple[str, ...], Callable[[], str], str], ...] = (
    (("nibp_sys", "nibp_dia"), lambda: _("Pressure"), "mmHg"),
    (("hr", "pr"), lambda: _("Pulse"), "/min"),
    (("spo2",), lambda: _("SpO2"), "%"),
    (("rr",), lambda: _("Respiration"), "/min"),
    (("etco2",), lambda: _("EtCO2"), "mmHg"),
)
USUAL = 4  # the lines that a set is not whole without


def panel_of(
    session: Session, person: Any, now_ms: int, form: DueSetForm | None = None, fold: folds.Fold | None = None
) -> dict[str, Any]:
    """The panel at `now_ms`; `form` came back with what was wrong, `fold` is what is known already."""
    fold = fold or folds.fold_of(session.stream)
    expected = due_sets.expected(fold.state)
    # a clinic that shows no stream takes its sets by hand
    streamed = due_sets.offered(fold, now_ms) if governing.profile_of(fold.state).stream_display else []
    offers = {one["p"]: Offer(one["p"], one["v"], one["measured"], one["d"]) for one in streamed}
    lines = [line for line in (_line(names, words(), unit, offers) for names, words, unit in LINES) if line]
    return {
        "session": session,
        "expected": expected,
        "overdue": expected is not None and now_ms > expected["overdue"],
        "due_lines": lines,
        "due_missing": _missing(lines),
        "due_form": form or DueSetForm(),
        "news2": _news2(session, fold, now_ms),
        "may_record": access.may(person, "session.record"),
    }


def _news2(session: Session, fold: folds.Fold, now_ms: int) -> dict[str, Any] | None:
    if not governing.ruleset_of(fold.state).news2_on_live_page:
        return None
    return early_warning.shown(fold, session.patient.birth_date, localdate(clock.now()), now_ms)


def _line(names: tuple[str, ...], label: str, unit: str, offers: dict[str, Offer]) -> dict[str, Any] | None:
    pressure = names == ("nibp_sys", "nibp_dia")
    found = [offers[name] for name in names if name in offers]
    if not found or (pressure and len(found) < len(names)):
        return None
    if not pressure:
        found = found[:1]
    return {
        "names": " ".join(one.parameter for one in found),
        "label": label,
        "value": "/".join(one.value for one in found),
        "unit": unit,
        "measured_ms": found[0].measured_ms,
        "device": device_words(found[0].device),
        "offers": [one.packed() for one in found],
    }


def _missing(lines: list[dict[str, Any]]) -> list[str]:
    there = {line["label"] for line in lines}
    return [label for label in (words() for _names, words, _unit in LINES[:USUAL]) if label not in there]
