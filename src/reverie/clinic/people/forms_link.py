"""The password that one knows still, when the second factor is lost. Counted like any wrong password."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from django import forms
from django.utils.translation import gettext_lazy as _

from reverie.clinic.people.adapter import WORDS, Adapter
from reverie.clinic.people.forms_sign_in import secret_field
from reverie.clinic.people.models import User


class OwnPassword(forms.Form):
    """The present password of `user`."""

    password = secret_field(_("Your password"), "current-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """It fits."""
        password = str(self.cleaned_data["password"])
        found = Adapter().authenticate(context.request, username=self.user.username, password=password)
        if found is None or found.pk != self.user.pk:
            raise forms.ValidationError(WORDS["incorrect_password"], code="incorrect_password")
        return password
