"""What may be asked about the chart. Reads only; whoever calls has asked `access` for "chart.see"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, F, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reverie.clinic.chart.models import Allergy, Charted, Condition, Lasting, Measurement, Medicine, NoneKnown
from reverie.clinic.kernel import access
from reverie.clinic.kernel.typed.fields import today
from reverie.clinic.people.models import Patient

Kind = Measurement.Kind
UNITS = {
    Kind.WEIGHT: "kg", Kind.HEIGHT: "cm", Kind.TEMPERATURE: "°C", Kind.PULSE: "/min", Kind.SYSTOLIC: "mmHg",
    Kind.DIASTOLIC: "mmHg",
}  # fmt: skip
PLACES = {
    Kind.WEIGHT: 1,
    Kind.HEIGHT: 0,
    Kind.TEMPERATURE: 1,
    Kind.PULSE: 0,
    Kind.SYSTOLIC: 0,
    Kind.DIASTOLIC: 0,
}


def latest(patient: Patient, kind: str, before: datetime | None = None) -> Measurement | None:
    """The latest measurement of a kind that was not struck, up to `before`; None when there is none."""
    lines = Measurement.objects.filter(patient=patient, kind=kind, struck_at=None)
    if before is not None:
        lines = lines.filter(measured_at__lte=before)
    return lines.select_related("recorded_by").order_by("-measured_at", "-recorded_at").first()


def latest_weight(patient: Patient) -> Measurement | None:
    """The latest weight: `value` in kg and `measured_at`; None when nobody weighed the patient."""
    return latest(patient, Kind.WEIGHT)


def latest_height(patient: Patient) -> Measurement | None:
    """The latest height: `value` in cm; None when nobody measured it."""
    return latest(patient, Kind.HEIGHT)


def number_words(kind: str, value: Decimal) -> str:
    """A value as it is read, with the decimals of its kind: 70.0, never 70.000."""
    places = PLACES[Kind(kind)]
    shown = value.quantize(Decimal(1).scaleb(-places))
    return str(shown if shown == value else value.normalize())


def value_words(measurement: Measurement) -> str:
    """A measurement with its unit: "70.0 kg"."""
    return f"{number_words(measurement.kind, measurement.value)} {UNITS[Kind(measurement.kind)]}"


def when_words(at: datetime) -> str:
    """A moment as it is read: "today 09:12", "13 October", "2 March 2024"."""
    local = timezone.localtime(at)
    if local.date() == today():
        return _("today %(time)s") % {"time": date_format(local, "H:i")}
    return date_format(local, "j F" if local.year == today().year else "j F Y")


def allergies_line(patient: Patient) -> str:
    """Allergies in one line; "no known allergies" only when that was recorded, else that nobody asked."""
    known = Allergy.objects.filter(patient=patient, struck_at=None, ended_at=None).order_by()
    nones = NoneKnown.objects.filter(
        patient=patient, of="allergies", struck_at=None, ended_at=None
    ).order_by()
    nothing = Value("", CharField())
    rows = known.values_list("recorded_at", "substance", "reaction").union(
        nones.values_list("recorded_at", nothing, nothing), all=True
    )
    lines = sorted(rows, key=lambda row: row[0], reverse=True)
    return _allergies([(substance, reaction) for _at, substance, reaction in lines if substance], bool(lines))


def _allergies(lines: Sequence[tuple[str, str]], asked: bool) -> str:
    known = [f"{substance}, {reaction}" if reaction else substance for substance, reaction in lines]
    if known:
        return (_("Allergy: %s") if len(known) == 1 else _("Allergies: %s")) % "; ".join(known)
    return _("No known allergies") if asked else _("Allergies unknown: nobody has asked yet")


def on_banner(patient: Patient, whole: Chart | None = None) -> dict[str, str]:
    """The chart's part of the banner: weight with its age, and allergies; from `whole` if it was read."""
    if whole is None:
        weight, allergies = latest_weight(patient), allergies_line(patient)
    else:
        weight = next((line for line in whole.latest if line.kind == Kind.WEIGHT), None)
        known = [(line.name, line.detail) for line in whole.allergies.lines]
        allergies = _allergies(known, whole.allergies.none_known is not None)
    return {
        "weight": value_words(weight) if weight else "",
        "weight_note": when_words(weight.measured_at) if weight else "",
        "allergies": allergies,
    }


@dataclass(frozen=True)
class Line:
    """A lasting line as it is read: `name`, what stands after it, since when, who wrote, ended, struck it."""

    of: str
    pk: UUID
    name: str
    detail: str
    severity: str
    since: str
    recorded_at: datetime
    recorded_by: str
    ended_on: date | None
    ended_at: datetime | None
    ended_by: str | None
    struck_at: datetime | None
    struck_by: str | None
    struck_reason: str
    none_known: bool

    @property
    def holds(self) -> bool:
        """Whether it was neither ended nor struck."""
        return self.struck_at is None and self.ended_at is None

    @property
    def words(self) -> str:
        """What stands after the name: reaction and severity, dose, code, since when."""
        severity = str(dict(Allergy.SEVERITIES).get(self.severity, "")).lower() if self.severity else ""
        since = _("since %s") % self.since if self.since else ""
        return ", ".join(part for part in (self.detail, severity, since) if part)


@dataclass(frozen=True)
class Section:
    """One kind of lasting lines: those that hold, those over or struck, and whether none was recorded."""

    of: str
    lines: list[Line]
    past: list[Line]
    none_known: Line | None


@dataclass(frozen=True)
class Chart:
    """The whole plain chart of a patient."""

    allergies: Section
    medicines: Section
    conditions: Section
    latest: list[Measurement]
    measurements: list[Measurement]
    bmi: Decimal | None


MODELS: dict[str, type[Lasting]] = {"allergies": Allergy, "medicines": Medicine, "conditions": Condition}
_NONE = Value("", CharField())
_COLUMNS: list[tuple[type[Lasting], dict[str, Any]]] = [
    (Allergy, {"of_": Value("allergies"), "name_": F("substance"), "detail_": F("reaction"),
               "severity_": F("severity"), "since_": _NONE}),
    (Medicine, {"of_": Value("medicines"), "name_": F("name"), "detail_": F("dose"), "severity_": _NONE,
                "since_": F("since")}),
    (Condition, {"of_": Value("conditions"), "name_": F("name"), "detail_": F("code"), "severity_": _NONE,
                 "since_": F("since")}),
    (NoneKnown, {"of_": F("of"), "name_": F("of"), "detail_": _NONE, "severity_": _NONE, "since_": _NONE}),
]  # fmt: skip


def _lasting(patient: Patient) -> list[Line]:
    """All lasting lines and all "none known" of a patient, the newest first, in one query."""
    parts = [
        model._default_manager.filter(patient=patient).annotate(**columns).values_list(
            "of_", "pk", "name_", "detail_", "severity_", "since_", "recorded_at", "recorded_by__name",
            "ended_on", "ended_at", "ended_by__name", "struck_at", "struck_by__name", "struck_reason",
            Value(model is NoneKnown, BooleanField()),
        )
        for model, columns in _COLUMNS
    ]  # fmt: skip
    rows = parts[0].union(*parts[1:], all=True)
    return sorted((_line(row) for row in rows), key=lambda line: line.recorded_at, reverse=True)


def _line(row: Sequence[Any]) -> Line:
    line = Line(*row)
    if line.none_known:
        return replace(line, name=str(NoneKnown.Of(line.of).label))
    return line


def chart_of(patient: Patient) -> Chart:
    """The whole plain chart, with who recorded, ended and struck each line: two queries."""
    lines = _lasting(patient)
    sections = {}
    for of in MODELS:
        own = [line for line in lines if line.of == of]
        sections[of] = Section(
            of,
            lines=[line for line in own if line.holds and not line.none_known],
            past=[line for line in own if not line.holds],
            none_known=next((line for line in own if line.holds and line.none_known), None),
        )
    measured = list(
        Measurement.objects.filter(patient=patient)
        .select_related("recorded_by", "struck_by")
        .order_by("-measured_at", "-recorded_at")
    )
    newest: dict[str, Measurement] = {}
    for line in measured:
        if line.struck_at is None:
            newest.setdefault(line.kind, line)
    in_order = [newest[kind] for kind in Kind.values if kind in newest]
    return Chart(**sections, latest=in_order, measurements=measured, bmi=bmi_of(newest))


def bmi_of(newest: dict[str, Measurement]) -> Decimal | None:
    """Body mass index in kg/m², to one place, from the newest weight and height; None without either."""
    weight, height = newest.get(Kind.WEIGHT), newest.get(Kind.HEIGHT)
    if weight is None or height is None:
        return None
    return (weight.value / (height.value / 100) ** 2).quantize(Decimal("0.1"))


def line_of(person: Any, of: str, line_id: Any) -> Charted:
    """One line of the chart, if of the person's clinic. Raises Http404 for all others alike."""
    models: dict[str, type[Charted]] = {**MODELS, "measurements": Measurement, "none-known": NoneKnown}
    model = models[of]
    return access.find(
        model._default_manager.select_related("patient", "recorded_by"),
        person, clinic="patient__clinic", pk=line_id,
    )  # fmt: skip
