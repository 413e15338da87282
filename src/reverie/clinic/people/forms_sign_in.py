"""Forms of signing in: name and password, a new passkey, a PIN, the first start, a link's password."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from reverie.clinic.people.models import Clinic, User
from reverie.clinic.people.passwords import LONGEST, check_pin

USERNAME_FORM = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{1,59}\Z",
    _("Use 2 to 60 small letters, digits, points or dashes, for example anna.weiss."),
)


def secret_field(label: Any, autocomplete: str, **more: Any) -> forms.CharField:
    """A password as typed: nothing is trimmed, pasting is allowed."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        **more,
    )


def username_field() -> forms.CharField:
    """A sign-in name, in small letters."""
    return forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        help_text=_("What you type to sign in, for example anna.weiss."),
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


def free_username(typed: str) -> str:
    """The sign-in name in small letters. Raises ValidationError when it is malformed or taken."""
    username = typed.strip().lower()
    USERNAME_FORM(username)
    if User.objects.filter(username__iexact=username).exists():
        raise ValidationError(_("Somebody has this sign-in name already. Choose another."))
    return username


# allauth carries no types: its forms are Any to the checker
class NameAndPassword(LoginForm):  # type: ignore[misc]
    """The first step of a sign-in."""

    password = secret_field(_("Password"), "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["login"]
        name.label = _("Sign-in name")
        name.widget = forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        )


# as above
class NewPasskey(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey and what its owner calls it. It always signs in alone: with finger, face or device PIN."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        self.fields["name"].max_length = 60
        self.fields["name"].help_text = _("For example: key on my ring, my phone.")
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True

    def clean_passwordless(self) -> bool:
        """Always."""
        return True


# as above
class PasskeyName(EditWebAuthnForm):  # type: ignore[misc]
    """What a passkey's owner calls it from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        self.fields["name"].max_length = 60


class PinForm(forms.Form):
    """A PIN, to unlock or to switch."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}),
    )


class NewPinForm(forms.Form):
    """One's own new PIN, twice."""

    pin = forms.CharField(
        label=_("New PIN"),
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    again = forms.CharField(
        label=_("New PIN again"),
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_pin(self) -> str:
        """Not too easy."""
        pin = str(self.cleaned_data["pin"])
        check_pin(pin, settings.PIN_LEAST_DIGITS)
        return pin

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        data = super().clean() or {}
        if "pin" in data and data.get("again") != data["pin"]:
            self.add_error("again", _("The two PINs differ. Type both again."))
        return data


class NewPasswordForm(forms.Form):
    """One's own new password, twice."""

    password = secret_field(
        _("New password"),
        "new-password",
        help_text=_("At least 12 characters. Four or five words that do not belong together are good."),
    )
    again = secret_field(_("New password again"), "new-password")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Both the same, and hard to guess."""
        data = super().clean() or {}
        if "password" in data and "again" in data and data["again"] != data["password"]:
            self.add_error("again", _("The two passwords differ. Type both again."))
        if "password" in data:
            try:
                validate_password(data["password"], self.owner(data))
            except ValidationError as error:
                self.add_error("password", error)
        return data

    def owner(self, data: dict[str, Any]) -> User | None:
        """Whose password it is."""
        return self.user


class FirstStart(NewPasswordForm):
    """The clinic and its first administrator."""

    clinic_name = forms.CharField(label=_("Name of the clinic"), max_length=120)
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        initial="UTC",
        widget=forms.TextInput(attrs={"list": "time-zones", "data-zone": "", "spellcheck": "false"}),
        help_text=_("As in Europe/Vienna or America/Denver."),
    )
    chairs = forms.IntegerField(
        label=_("Chairs"),
        min_value=1,
        max_value=40,
        initial=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("How many patients can be treated at a time. You can rename them later."),
    )
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    username = username_field()
    field_order = ("clinic_name", "time_zone", "chairs", "name", "username", "password", "again")

    def clean_time_zone(self) -> str:
        """A zone that the system knows."""
        return known_zone(self.cleaned_data["time_zone"])

    def clean_username(self) -> str:
        """Free and well-formed."""
        return free_username(self.cleaned_data["username"])

    def owner(self, data: dict[str, Any]) -> User:
        """The person to be."""
        user = User(username=data.get("username", ""), name=data.get("name", ""))
        user.clinic = Clinic(name=data.get("clinic_name", ""))
        return user


def known_zone(typed: str) -> str:
    """The time zone of that name. Raises ValidationError."""
    zone = typed.strip()
    if zone not in available_timezones():
        raise ValidationError(_("No time zone has this name. Type it as in Europe/Vienna."))
    return zone
