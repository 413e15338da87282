"""The forms at the chair: sets taken by hand, notes, what was done at the pump, corrections, late entries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.kernel import clock
from reverie.clinic.kernel.typed.fields import LineField, LinesField, MomentField, NumberField
from reverie.clinic.session import acts
from reverie.science.session import events
from reverie.science.session.rows import USUAL
from reverie.science.session.states import STATES
from reverie.science.vitals import parameters
from reverie.science.vitals.parameters import Parameter

WHEN = [("0", lazy("now")), ("2", lazy("−2")), ("5", lazy("−5")), ("10", lazy("−10 min"))]
AROUSAL = [
    ("", lazy("not said")),
    ("alert", lazy("alert")),
    ("drowsy", lazy("drowsy")),
    ("rouses to voice", lazy("rouses to voice")),
    ("rouses to touch", lazy("rouses to touch")),
    ("does not rouse", lazy("does not rouse")),
]
COMFORT = [
    ("", lazy("not said")),
    ("at ease", lazy("at ease")),
    ("uneasy", lazy("uneasy")),
    ("anxious", lazy("anxious")),
    ("distressed", lazy("distressed")),
]
DONE = {
    "started": lazy("Started"),
    "rate": lazy("Rate changed"),
    "paused": lazy("Paused"),
    "resumed": lazy("Running again"),
    "stopped": lazy("Stopped"),
}
WITHOUT_REASON = frozenset({"started", "resumed"})
LATE = {
    "note": lazy("Note"),
    "started": lazy("Infusion started"),
    "rate": lazy("Rate changed"),
    "paused": lazy("Infusion paused"),
    "resumed": lazy("Infusion runs again"),
    "stopped": lazy("Infusion stopped"),
}


def when_field() -> forms.ChoiceField:
    """How many minutes ago, as one touch."""
    look = forms.RadioSelect(attrs={"data-look": "segments"})
    return forms.ChoiceField(label=lazy("When"), choices=WHEN, initial="0", widget=look, required=False)


def reason_field() -> LineField:
    """Why it was done, when somebody says."""
    return LineField(longest=200, label=lazy("Why"), required=False)


def _vital(of: Parameter, label: Any, places: int = 0) -> NumberField:
    unit = "°C" if of.unit == "Cel" else of.unit
    return NumberField(label=label, lowest=of.low, highest=of.high, places=places, unit=unit, required=False)


def rate_field(*, required: bool = False) -> NumberField:
    """A pump's rate."""
    highest = parameters.PUMP_RATE.high
    return NumberField(
        label=lazy("Rate"), lowest=Decimal("0.1"), highest=highest, places=2, unit="mL/h", required=required
    )


class VitalsForm(forms.Form):
    """A set taken by hand; what was not taken stays empty."""

    nibp_sys = _vital(parameters.NIBP_SYS, lazy("Systolic"))
    nibp_dia = _vital(parameters.NIBP_DIA, lazy("Diastolic"))
    pr = _vital(parameters.PR, lazy("Pulse"))
    spo2 = _vital(parameters.SPO2, lazy("SpO2"))
    rr = _vital(parameters.RR, lazy("Respiration"))
    temp = _vital(parameters.TEMP, lazy("Temperature"), 1)
    arousal = forms.ChoiceField(label=lazy("Arousal"), choices=AROUSAL, required=False)
    comfort = forms.ChoiceField(label=lazy("Comfort"), choices=COMFORT, required=False)
    when = when_field()

    def clean(self) -> dict[str, Any]:
        """A pressure needs both ends, the upper above the lower; an empty set says nothing."""
        data: dict[str, Any] = super().clean() or {}
        systolic, diastolic = data.get("nibp_sys"), data.get("nibp_dia")
        if (systolic is None) != (diastolic is None) and not self.errors:
            missing = "nibp_sys" if systolic is None else "nibp_dia"
            self.add_error(missing, _("A pressure needs both numbers."))
        if systolic is not None and diastolic is not None and systolic <= diastolic:
            self.add_error("nibp_dia", _("The lower number must be below the upper one."))
        if not self.errors and not self.values(data) and not data.get("arousal") and not data.get("comfort"):
            raise ValidationError(_("Fill in at least one value."))
        return data

    def values(self, data: dict[str, Any] | None = None) -> dict[str, Decimal]:
        """What was measured, by parameter."""
        given = self.cleaned_data if data is None else data
        return {name: given[name] for name in USUAL if given.get(name) is not None}


class NoteForm(forms.Form):
    """A note."""

    text = LinesField(longest=2_000, label=lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class PumpForm(forms.Form):
    """What was done at the pump. Which button was pressed says what."""

    what = forms.ChoiceField(choices=list(DONE.items()), widget=forms.HiddenInput)
    rate = rate_field()
    when = when_field()
    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        """A start and a change need the rate."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("what") in ("started", "rate") and data.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", _("Which rate does the pump show?"))
        if data.get("what") in WITHOUT_REASON and data.get("reason"):
            self.add_error("reason", _("A start has no reason: write it as a note, then clear it here."))
        return data


class StateForm(forms.Form):
    """The state that was seen, and the one that comes."""

    before = forms.ChoiceField(choices=[(name, name) for name in STATES], widget=forms.HiddenInput)
    after = forms.ChoiceField(choices=[(name, name) for name in STATES], widget=forms.HiddenInput)
    reason = reason_field()


class LateForm(forms.Form):
    """What happened earlier and was not recorded then."""

    what = forms.ChoiceField(label=lazy("What happened"), choices=list(LATE.items()))
    at = MomentField(label=lazy("When"), help_text=lazy("Such as 14:30, or a day and a time."))
    rate = rate_field()
    text = LinesField(longest=2_000, label=lazy("Note"), required=False)
    reason = LineField(longest=200, label=lazy("Why it is entered late"))

    def clean(self) -> dict[str, Any]:
        """Each kind needs its own field, and nothing happens in the future."""
        data: dict[str, Any] = super().clean() or {}
        what, at = data.get("what"), data.get("at")
        if isinstance(at, datetime) and at > clock.now():
            self.add_error("at", _("This time is still to come."))
        if what in ("started", "rate") and data.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", _("Which rate did the pump show?"))
        if what == "note" and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write the note."))
        return data

    def event(self) -> events.Event:
        """What is to be recorded."""
        data = self.cleaned_data
        if data["what"] == "note":
            return events.Note(data["text"])
        return acts.infusion_event(data["what"], data["rate"])


class SignForm(forms.Form):
    """The signer has read the record up to an entry."""

    seen = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    meaning = LineField(
        longest=200,
        label=lazy("What your signature means"),
        initial=lazy("I have read this record and it is true"),
    )


class RedactForm(forms.Form):
    """Content that the law says must go."""

    reason = LineField(longest=200, label=lazy("Why this content must go"))
