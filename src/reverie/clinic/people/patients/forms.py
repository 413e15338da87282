"""The forms of the patient pages. They read and say what is wrong; whether it may be done is for `acts`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reverie.clinic.kernel.typed.fields import DayField, LineField, today
from reverie.clinic.people.patients.acts import Details
from reverie.clinic.people.patients.models import Patient
from reverie.clinic.people.patients.questions import too_old


def _off() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off"})


class PatientForm(forms.Form):
    """Who the patient is and how to reach them."""

    family_name = LineField(label=gettext_lazy("Family name"), longest=100, widget=_off())
    given_name = LineField(label=gettext_lazy("Given name"), longest=100, required=False, widget=_off())
    birth_date = DayField(
        label=gettext_lazy("Born"), help_text=gettext_lazy("Like 1984-03-02 or 2 March 1984")
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=Patient.Sex.choices,
        widget=forms.RadioSelect(attrs={"data-look": "segments"}),
        error_messages={
            "required": gettext_lazy("Please choose one."),
            "invalid_choice": gettext_lazy("Please choose one of these."),
        },
    )
    number = LineField(
        label=gettext_lazy("Record number"),
        longest=40,
        required=False,
        widget=_off(),
        help_text=gettext_lazy("Left empty, the next free number is given"),
    )
    phone = LineField(label=gettext_lazy("Phone"), longest=40, required=False, widget=_off())
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy("This is not an e-mail address. Write it like name@example.org.")
        },
    )
    language = LineField(
        label=gettext_lazy("Language"),
        longest=20,
        required=False,
        widget=_off(),
        help_text=gettext_lazy("The language in which the patient wants to be spoken to"),
    )

    def clean_family_name(self) -> str:
        """A name needs a letter: signs alone cannot be found again."""
        name = str(self.cleaned_data["family_name"])
        if not any(c.isalpha() for c in name):
            raise ValidationError(_("A name needs at least one letter."))
        return name

    def clean_birth_date(self) -> date:
        """A day on which somebody alive can be born."""
        born: date = self.cleaned_data["birth_date"]
        if born > today():
            raise ValidationError(_("This day lies in the future."))
        if too_old(born):
            raise ValidationError(_("This is more than 120 years ago."))
        return born

    def details(self) -> Details:
        """What was typed, as `acts` takes it."""
        data = self.cleaned_data
        return Details(**{name: data[name] for name in Details.__dataclass_fields__})


class RegisterForm(PatientForm):
    """A new patient."""

    support = LineField(
        label=gettext_lazy("Support person"),
        longest=150,
        required=False,
        widget=_off(),
        help_text=gettext_lazy("Who comes along or takes the patient home"),
    )


class ChangeForm(PatientForm):
    """A patient who is registered: the number can change but not be empty."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        number = self.fields["number"]
        number.required, number.help_text = True, ""


class SupportForm(forms.Form):
    """Somebody who stands by the patient."""

    name = LineField(label=gettext_lazy("Name"), longest=150, widget=_off())
    relation = LineField(
        label=gettext_lazy("Relation"),
        longest=80,
        required=False,
        widget=_off(),
        help_text=gettext_lazy("Like sister, neighbour"),
    )
    phone = LineField(label=gettext_lazy("Phone"), longest=40, required=False, widget=_off())
