"""The lanes of the live page: which parameters stand in which, with what name, unit and scale.

The browser chooses values and says ages; the server draws the first picture, so that a page without
scripts still shows what was known when it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from reverie.clinic.session.sentences import device_words
from reverie.science.session.fold import STAFF


@dataclass(frozen=True)
class Lane:
    """One vital sign. `parameters` in order of preference; for a pressure systolic, diastolic, mean.

    `low` and `high` are the usual scale; `step` is how far it grows when a value lies outside.
    """

    key: str
    label: str
    sub: str
    unit: str
    parameters: tuple[str, ...]
    low: float
    high: float
    step: float
    kind: str = "line"
    always: bool = False


def lanes() -> list[Lane]:
    """All lanes in their fixed order. Those that are not `always` there come with their first value."""
    return [
        Lane("bp", _("Blood pressure"), "", "mmHg", ("nibp_sys", "nibp_dia", "nibp_mean"), 40, 180, 20,
             "pressure", True),
        Lane("art", _("Arterial pressure"), "", "mmHg", ("art_sys", "art_dia", "art_mean"), 40, 180, 20,
             "pressure"),
        Lane("pulse", _("Pulse"), "", "/min", ("hr", "pr"), 40, 140, 20, "line", True),
        Lane("spo2", _("SpO"), "2", "%", ("spo2",), 84, 100, 4, "line", True),
        Lane("rr", _("Respiration"), "", "/min", ("rr",), 0, 30, 10, "line", True),
        Lane("etco2", _("EtCO"), "2", "mmHg", ("etco2",), 0, 60, 20),
        Lane("pump", _("Pump rate"), "", "mL/h", ("pump_rate",), 0, 200, 100, "step", True),
        Lane("temp", _("Temperature"), "", "°C", ("temp",), 35, 39, 1),
    ]  # fmt: skip


def as_data() -> list[dict[str, Any]]:
    """The lanes as JSON-able values, for the browser."""
    return [asdict(lane) for lane in lanes()]


def source_words() -> dict[str, str]:
    """What stands behind a value's device: where on the patient it was taken."""
    return {
        "hr": _("ECG"),
        "pr": _("probe"),
        "nibp_sys": _("cuff"),
        "art_sys": _("arterial line"),
        "": _("by hand"),
    }


NO_NUMBER = frozenset({"invalid", "not_available", "demo", "test", "calibration"})


def can_be_shown(value: Mapping[str, Any]) -> bool:
    """Whether a value has a number that is true of the patient."""
    return value["v"] is not None and value["q"] not in NO_NUMBER


def displayed(values: Sequence[Mapping[str, Any]], *, stream: bool) -> list[Mapping[str, Any]]:
    """What may be shown of the values: all, or, where the clinic's profile says so, only sets by hand."""
    return [value for value in values if stream or value["d"] == STAFF]


def first_picture(values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each lane with the newest value of its parameters, for components/lane.html."""
    rows = []
    for lane in lanes():
        found = [value for value in values if value["p"] in lane.parameters]
        newest = max(found, key=lambda value: int(value["m"]), default=None)
        if newest is None and not lane.always:
            continue
        row = {
            "key": lane.key,
            "label": lane.label,
            "sub": lane.sub,
            "unit": lane.unit,
            "tall": lane.kind == "pressure",
            "act": lane.kind == "step",
        }
        if newest is not None:
            device = newest["d"]
            own = [value for value in found if value["d"] == device]
            text = _value_text(lane, own)
            doubtful = any(value["q"] != "valid" for value in own if can_be_shown(value))
            row |= {
                "device": device,
                "value": text,
                "source": device_words(device) if device else _("by hand"),
                "state": ("questionable" if doubtful else "fresh") if text else "missing",
                "measured_ms": newest["m"],
            }
        rows.append(row)
    return rows


def _value_text(lane: Lane, values: Sequence[Mapping[str, Any]]) -> str:
    by_name = {value["p"]: value["v"] for value in values if can_be_shown(value)}
    if lane.kind == "pressure":
        pair = [by_name.get(name) for name in lane.parameters[:2]]
        return "/".join(str(value) if value is not None else "–" for value in pair) if any(pair) else ""
    return next((str(by_name[name]) for name in lane.parameters if name in by_name), "")
