"""Forms about devices and the quarantine."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reverie.clinic.devices.acts import LONGEST_RESOLUTION
from reverie.clinic.devices.quarantine import LONGEST_DEVICE
from reverie.clinic.kernel import access
from reverie.clinic.people.models import Chair, User

LONGEST_INTERVAL_S = 3_600


class LinkForm(forms.Form):
    """A device and the chair that it stands at."""

    device = forms.CharField(
        label=_("Device"),
        max_length=LONGEST_DEVICE,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off", "class": "mono"}),
        help_text=_("The name that it sends in MSH-3, whole, its parts joined with ^."),
    )
    chair = forms.ModelChoiceField(
        label=_("Chair"), queryset=Chair.objects.none(), empty_label=_("Choose a chair")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = _chairs(user)  # type: ignore[attr-defined]

    def clean_device(self) -> str:
        """Printable."""
        name = str(self.cleaned_data["device"]).strip()
        if not name.isprintable():
            raise ValidationError(_("The name holds a character that cannot be seen. Type it without."))
        return name


class DeviceForm(forms.Form):
    """Where a device stands and how it is read."""

    chair = forms.ModelChoiceField(
        label=_("Chair"), queryset=Chair.objects.none(), required=False, empty_label=_("At no chair")
    )
    interval_s = forms.IntegerField(
        label=_("Sends every"),
        required=False,
        min_value=1,
        max_value=LONGEST_INTERVAL_S,
        widget=forms.TextInput(attrs={"data-unit": "s", "inputmode": "numeric"}),
        help_text=_("Empty: learnt from the device itself."),
    )
    zone = forms.CharField(
        label=_("Time zone of its clock"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "spellcheck": "false"}),
        help_text=_("Only for times that it sends without a zone. As in Europe/Vienna, or UTC."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = _chairs(user)  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        """A zone that the system knows."""
        name = str(self.cleaned_data["zone"]).strip()
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            raise ValidationError(_("There is no such time zone. Choose one from the list.")) from None


class ResolveForm(forms.Form):
    """What was decided about a message, or about all of a group."""

    words = forms.CharField(
        label=_("What was decided"),
        max_length=LONGEST_RESOLUTION,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: test message of the vendor, not from a patient."),
    )


def zones() -> list[str]:
    """The time zones to choose from."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


def _chairs(user: User) -> Any:
    return access.within(Chair.objects.all(), user).filter(in_use=True)
