"""Forms about staff, the clinic and its chairs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import access
from reverie.clinic.people.forms_sign_in import free_username, known_zone, username_field
from reverie.clinic.people.models import PLACES, ROLES, Chair, Clinic

STAFF_ROLES = [(name, words) for name, words in ROLES if name in access.STAFF]


class MemberForm(forms.Form):
    """Name and roles of a member of staff."""

    name = forms.CharField(label=_("Name"), max_length=150, help_text=_("As it stands in the record."))
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=STAFF_ROLES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("New roles end every sign-in of this person; they sign in again with the new ones."),
    )


class InviteForm(MemberForm):
    """Somebody new."""

    username = username_field()
    field_order = ("name", "username", "roles")

    def clean_username(self) -> str:
        """Free and well-formed."""
        return free_username(self.cleaned_data["username"])


class ClinicForm(forms.Form):
    """Name and time zone."""

    name = forms.CharField(label=_("Name of the clinic"), max_length=120)
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "spellcheck": "false"}),
        help_text=_("As in Europe/Vienna. The record keeps UTC; pages show this zone."),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic

    def clean_name(self) -> str:
        """Unlike the other clinics here."""
        name = str(self.cleaned_data["name"])
        if Clinic.objects.filter(name=name).exclude(pk=self.clinic.pk).exists():
            raise ValidationError(_("Another clinic here has this name. Choose another."))
        return name

    def clean_time_zone(self) -> str:
        """A zone that the system knows."""
        return known_zone(self.cleaned_data["time_zone"])


class ChairForm(forms.Form):
    """What staff call a chair."""

    name = forms.CharField(label=_("Name of the chair"), max_length=40)

    def __init__(self, *args: Any, clinic: Clinic, chair: Chair | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic, self.chair = clinic, chair

    def clean_name(self) -> str:
        """Unlike the other chairs."""
        name = str(self.cleaned_data["name"])
        same = Chair.objects.filter(clinic=self.clinic, name=name)
        if self.chair is not None:
            same = same.exclude(pk=self.chair.pk)
        if same.exists():
            raise ValidationError(_("Another chair has this name. Choose another."))
        return name


class StationForm(forms.Form):
    """What staff call a screen, and where it stands: that says what sounds there."""

    name = forms.CharField(
        label=_("Name of this screen"),
        max_length=60,
        help_text=_("As staff call it, for example: tablet at chair 2."),
    )
    place = forms.ChoiceField(
        label=_("Where it stands"), choices=PLACES, initial="station", widget=forms.RadioSelect
    )
