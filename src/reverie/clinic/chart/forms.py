"""The forms of the chart. Weights and heights are read in other units too, converted, and both are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reverie.clinic.chart.acts import Value
from reverie.clinic.chart.models import Allergy, Measurement
from reverie.clinic.kernel import clock
from reverie.clinic.kernel.typed import numbers
from reverie.clinic.kernel.typed.fields import DayField, LineField, MomentField, NumberField, today
from reverie.clinic.people.models import Patient

Kind = Measurement.Kind
KG_PER_LB, CM_PER_IN = Decimal("0.45359237"), Decimal("2.54")
WEIGHT_UNITS = {"": "", "kg": "kg", "lb": "lb", "lbs": "lb", "pounds": "lb", "st": "st", "stone": "st"}
HEIGHT_UNITS = {
    "": "", "cm": "cm", "m": "m", "in": "in", "inch": "in", "inches": "in", '"': "in", "″": "in",
    "ft": "ft", "feet": "ft", "foot": "ft", "'": "ft", "′": "ft",
}  # fmt: skip
IN_KG = {"": Decimal(1), "kg": Decimal(1), "lb": KG_PER_LB, "st": 14 * KG_PER_LB}
IN_CM = {"": Decimal(1), "cm": Decimal(1), "m": Decimal(100), "in": CM_PER_IN, "ft": 12 * CM_PER_IN}
SMALLER_THAN = {"st": "lb", "ft": "in"}


class QuantityField(forms.Field):
    """A number with its unit; without one it is in `unit`. Gives a `Value` in `unit`, or None when empty."""

    def __init__(
        self, *, unit: str, units: dict[str, str], factors: dict[str, Decimal], lowest: int, highest: int,
        **options: Any,
    ) -> None:  # fmt: skip
        self.unit, self.units, self.factors = unit, units, factors
        self.lowest, self.highest = lowest, highest
        attrs = {"data-unit": unit, "inputmode": "text", "autocomplete": "off", "class": "quantity"}
        super().__init__(widget=forms.TextInput(attrs=attrs), required=False, **options)

    def to_python(self, value: Any) -> Value | None:
        """The value. Raises ValidationError with words for the person."""
        typed = str(value or "").strip()
        if not typed:
            return None
        try:
            parts = numbers.read_with_units(typed, self.units)
        except numbers.Unreadable as fault:
            raise ValidationError(str(fault)) from None
        if len(parts) > 1 and (len(parts) > 2 or self._smaller(parts)):
            raise ValidationError(_("Write one number with its unit."))
        total = sum((number * self.factors[unit] for number, unit in parts), Decimal(0))
        plain = len(parts) == 1 and parts[0][1] in ("", self.unit)
        kept = total if plain else total.quantize(Decimal("0.1"))
        if not self.lowest <= kept <= self.highest:
            raise ValidationError(
                _("Between %(lowest)d and %(highest)d %(unit)s, please; this is %(kept)s %(unit)s.")
                % {"lowest": self.lowest, "highest": self.highest, "unit": self.unit, "kept": f"{kept:.1f}"}
            )
        return Value(kept, "" if plain else " ".join(f"{number} {unit}" for number, unit in parts))

    def _smaller(self, parts: list[tuple[Decimal, str]]) -> bool:
        """Whether the second part is not in the smaller unit that goes with the first."""
        (_first, unit), (_second, second_unit) = parts
        wanted = SMALLER_THAN.get(unit)
        if wanted is not None and second_unit == "":  # "11 st 3", "5 ft 7"
            parts[1] = (parts[1][0], wanted)
            second_unit = wanted
        return second_unit != wanted

    def prepare_value(self, value: Any) -> Any:
        """What was typed."""
        return value


def _weight(**options: Any) -> QuantityField:
    return QuantityField(unit="kg", units=WEIGHT_UNITS, factors=IN_KG, lowest=20, highest=400, **options)


def _height(**options: Any) -> QuantityField:
    return QuantityField(unit="cm", units=HEIGHT_UNITS, factors=IN_CM, lowest=90, highest=250, **options)


class MeasureForm(forms.Form):
    """What was measured; at least one value."""

    weight = _weight(
        label=gettext_lazy("Weight"), help_text=gettext_lazy("In kg. Or with its unit: 154 lb, 11 st 3 lb")
    )
    height = _height(
        label=gettext_lazy("Height"), help_text=gettext_lazy("In cm. Or with its unit: 67 in, 5 ft 7 in")
    )
    systolic = NumberField(
        label=gettext_lazy("Systolic pressure"), lowest=30, highest=320, unit="mmHg", required=False
    )
    diastolic = NumberField(
        label=gettext_lazy("Diastolic pressure"), lowest=10, highest=220, unit="mmHg", required=False
    )
    pulse = NumberField(label=gettext_lazy("Pulse"), lowest=10, highest=350, unit="/min", required=False)
    temperature = NumberField(
        label=gettext_lazy("Temperature"), lowest=25, highest=45, places=1, unit="°C", required=False
    )
    at = MomentField(
        label=gettext_lazy("Measured at"),
        required=False,
        help_text=gettext_lazy("Empty for now. Or 14:30, or 2026-03-02 14:30"),
    )
    weight_again = _weight(label=gettext_lazy("Weight once more"))
    height_again = _height(label=gettext_lazy("Height once more"))

    FIELDS = {
        "weight": Kind.WEIGHT, "height": Kind.HEIGHT, "systolic": Kind.SYSTOLIC, "diastolic": Kind.DIASTOLIC,
        "pulse": Kind.PULSE, "temperature": Kind.TEMPERATURE,
    }  # fmt: skip

    def __init__(self, patient: Patient, *args: Any, **options: Any) -> None:
        self.patient = patient
        super().__init__(*args, **options)

    def clean_at(self) -> datetime:
        """When it was measured: not before birth and not in the future."""
        at: datetime | None = self.cleaned_data["at"]
        now = clock.now()
        if at is None:
            return now
        if at > now + timedelta(minutes=5):
            raise ValidationError(_("This lies in the future."))
        if timezone.localdate(at) < self.patient.birth_date:
            raise ValidationError(_("This is before the patient was born."))
        return at

    def clean(self) -> dict[str, Any]:
        """At least one value, and pressures that belong together."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(data.get(name) is not None for name in self.FIELDS):
            raise ValidationError(_("Please fill in at least one value."))
        high, low = data.get("systolic"), data.get("diastolic")
        if high is not None and low is not None and low >= high:
            self.add_error("diastolic", _("The diastolic pressure is the lower one."))
        return data

    def values(self) -> dict[str, Value]:
        """What was measured, by kind."""
        found = {}
        for name, kind in self.FIELDS.items():
            value = self.cleaned_data.get(name)
            if value is not None:
                found[str(kind)] = value if isinstance(value, Value) else Value(value)
        return found

    def again(self) -> dict[str, Decimal]:
        """What was typed a second time, by kind."""
        pairs = {"weight_again": Kind.WEIGHT, "height_again": Kind.HEIGHT}
        return {
            str(kind): value.value for name, kind in pairs.items() if (value := self.cleaned_data.get(name))
        }


class AllergyForm(forms.Form):
    """Something that the patient does not tolerate."""

    substance = LineField(label=gettext_lazy("Substance"), longest=120)
    reaction = LineField(
        label=gettext_lazy("What it did"),
        longest=200,
        required=False,
        help_text=gettext_lazy("Like rash, swelling"),
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("How bad"),
        choices=Allergy.SEVERITIES,
        required=False,
        widget=forms.RadioSelect(attrs={"data-look": "segments"}),
        initial="",
    )


class MedicineForm(forms.Form):
    """A medicine that the patient takes or took, as told."""

    name = LineField(label=gettext_lazy("Medicine"), longest=200)
    dose = LineField(
        label=gettext_lazy("Dose, as told"),
        longest=120,
        required=False,
        help_text=gettext_lazy("Like 100 mg in the morning"),
    )
    since = LineField(
        label=gettext_lazy("Since"), longest=40, required=False, help_text=gettext_lazy("Like 2019")
    )


class ConditionForm(forms.Form):
    """An illness or finding."""

    name = LineField(label=gettext_lazy("Condition"), longest=200)
    code = LineField(
        label=gettext_lazy("Code"),
        longest=20,
        required=False,
        help_text=gettext_lazy("ICD-10 or ICD-11, if known"),
    )
    since = LineField(
        label=gettext_lazy("Since"), longest=40, required=False, help_text=gettext_lazy("Like 2019")
    )


class EndForm(forms.Form):
    """Since when it no longer holds."""

    on = DayField(label=gettext_lazy("Over since"), help_text=gettext_lazy("Like 2026-03-02 or 2 March 2026"))

    def clean_on(self) -> Any:
        """Not in the future."""
        if self.cleaned_data["on"] > today():
            raise ValidationError(_("This day lies in the future."))
        return self.cleaned_data["on"]


class StrikeForm(forms.Form):
    """Why the line is wrong."""

    reason = LineField(
        label=gettext_lazy("Why it is wrong"),
        longest=200,
        help_text=gettext_lazy("Like wrong patient, typing error"),
    )


FORMS = {"allergies": AllergyForm, "medicines": MedicineForm, "conditions": ConditionForm}
