"""The set that is due, as it is confirmed: what the devices say, what staff agree with, what they observed.

Arousal is chosen, then comfort, which confirms: two taps. What is not agreed with is left to the device.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.kernel.typed import numbers
from reverie.clinic.session.acts import Value
from reverie.clinic.session.due_sets import CUFF_FRESH_MS, FRESH_MS
from reverie.clinic.session.observed import AROUSAL, COMFORT, NAUSEA, SYMPTOMS
from reverie.science.session.effects import CUFF
from reverie.science.session.rows import USUAL

MOST_OFFERED = 20
SEPARATOR = "~"
LONGEST_TIME = 15
LATEST_MS = 253_402_300_799_999
GRACE_MS = 120_000  # how long a panel may stand before what it shows is too old to agree with


@dataclass(frozen=True, slots=True)
class Offer:
    """A value of a device that the panel showed: in its canonical unit, measured at (ms since the epoch)."""

    parameter: str
    value: str
    measured_ms: int
    device: str

    def packed(self) -> str:
        """As one field of a form; the device's name comes last, since it may hold anything."""
        return SEPARATOR.join((self.parameter, self.value, str(self.measured_ms), self.device))


def unpack(text: str) -> Offer:
    """The offer in a field. Raises ValidationError."""
    parts = text.split(SEPARATOR, 3)
    if len(parts) == 4 and parts[0] in USUAL and parts[3]:
        parameter, value, measured, device = parts
        if measured.isascii() and measured.isdigit() and len(measured) <= LONGEST_TIME:
            with suppress(numbers.Unreadable):
                return Offer(parameter, str(numbers.read(value)), int(measured), device)
    raise ValidationError(_("What was offered cannot be read. Load the page again."), "offer")


class DueSetForm(forms.Form):
    """What was observed; the values offered and agreed with come as lists beside it."""

    due = forms.IntegerField(
        required=False, min_value=0, max_value=253_402_300_799_999, widget=forms.HiddenInput
    )
    arousal = forms.ChoiceField(
        label=lazy("Arousal"),
        choices=[(word, level.words) for word, level in AROUSAL.items()],
        widget=forms.RadioSelect,
        error_messages={"required": lazy("Choose arousal, then comfort.")},
    )
    comfort = forms.ChoiceField(
        label=lazy("Comfort"),
        choices=[(word, level.words) for word, level in COMFORT.items()],
        error_messages={"required": lazy("Choose comfort: that records the set.")},
    )
    nausea = forms.ChoiceField(
        label=lazy("Nausea"),
        choices=[("", lazy("not said")), *((word, level.words) for word, level in NAUSEA.items())],
        required=False,
    )
    symptoms = forms.MultipleChoiceField(
        label=lazy("Symptoms"),
        choices=list(SYMPTOMS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def values(self, now_ms: int) -> list[Value]:
        """What was offered, each confirmed or left to its device. Raises ValidationError."""
        given = cast(QueryDict, self.data)
        offered = given.getlist("offered")
        if len(offered) > MOST_OFFERED:
            raise ValidationError(_("What was offered cannot be read. Load the page again."), "offer")
        agreed = {name for names in given.getlist("agreed") for name in names.split()}
        found = []
        for one in map(unpack, offered):
            confirmed = one.parameter in agreed
            fresh_ms = CUFF_FRESH_MS if one.parameter in CUFF else FRESH_MS
            if confirmed and now_ms - one.measured_ms > fresh_ms + GRACE_MS:
                raise ValidationError(
                    _("The values here have grown old. Look at those that are here now, then confirm."), "old"
                )
            how = "confirmed" if confirmed else "device"
            found.append(Value(one.parameter, Decimal(one.value), how, one.device, one.measured_ms))
        return found

    def observed(self) -> dict[str, Any]:
        """The words and levels as the act takes them."""
        data = self.cleaned_data
        nausea = NAUSEA.get(data["nausea"])
        return {
            "arousal": data["arousal"],
            "comfort": data["comfort"],
            "nausea": nausea.level if nausea is not None else None,
            "symptoms": data["symptoms"],
        }
