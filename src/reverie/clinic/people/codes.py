"""Codes of authenticator apps and recovery codes: each is taken once, also when two arrive together.

Wrong codes are counted per person, whatever the address: only who knows the password gets this far.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django import forms
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import clock
from reverie.clinic.people import throttle
from reverie.clinic.people.models import UsedCode, User

MOST_FAILURES = 10
# a code fits for three steps of 30 s; longer than that it need not be remembered
REMEMBERED = timedelta(minutes=3)
LONGEST_CODE = 20


def take(user: User, code: str) -> Authenticator | None:
    """Use up `code`: the authenticator that it belongs to, or None if it does not fit or was used."""
    mine = Authenticator.objects.filter(user=user)
    app = mine.filter(type=Authenticator.Type.TOTP).first()
    if app is not None and validate_totp_code(decrypt(app.data["secret"]), code):
        return app if _once(user, code) else None
    recovery = mine.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    # holds the row while it looks and marks
    if recovery is not None and recovery.wrap().validate_code(code):
        return recovery
    return None


def _once(user: User, code: str) -> bool:
    now = clock.now()
    digest = salted_hmac("reverie.clinic.people.codes", normalize_user_code(code)).hexdigest()
    try:
        with transaction.atomic():
            UsedCode.objects.filter(user=user, used_at__lt=now - REMEMBERED).delete()
            UsedCode.objects.create(user=user, digest=digest, used_at=now)
    except IntegrityError:
        return False
    return True


def _field() -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
    )


class _Taken:
    """`clean_code` of both forms below."""

    user: User

    def clean_code(self) -> str:
        key = throttle.key_of("code", str(self.user.pk))
        if not throttle.take(key, MOST_FAILURES, throttle.about(self.user.username)):
            raise forms.ValidationError(get_adapter().error_messages["too_many_login_attempts"])
        code = str(self.cleaned_data["code"])  # type: ignore[attr-defined]
        authenticator = take(self.user, code)
        if authenticator is None:
            raise get_adapter().validation_error("incorrect_code")
        throttle.clear(key)
        authenticator.user = self.user
        self.authenticator = authenticator
        return code


class CodeForm(_Taken, AuthenticateForm):  # type: ignore[misc]
    """The second step of a sign-in."""

    code = _field()


class CodeAgainForm(_Taken, ReauthenticateForm):  # type: ignore[misc]
    """Proving oneself again."""

    code = _field()


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is being set up; it counts as used."""

    code = forms.CharField(
        label=_("Code from the app"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        """The code, if it fits the secret on the page."""
        code = str(super().clean_code())
        _once(self.user, code)
        return code
