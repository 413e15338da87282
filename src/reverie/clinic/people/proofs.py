"""What follows when allauth saw somebody prove themself or change a factor: the sign-in, the ledger."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import authentication_step_completed, password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib import messages
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from reverie.clinic.kernel import ledger
from reverie.clinic.people import sign_in
from reverie.clinic.people.models import User

NAMES = {"webauthn": "passkey", "totp": "totp", "recovery_codes": "recovery_code"}


@receiver(authentication_step_completed)
def _proved(
    request: HttpRequest, method: str, user: User, type: str = "", reauthenticated: bool = False, **rest: Any
) -> None:
    entry = sign_in.of(request)
    # before the sign-in is complete there is none yet; ours (PIN, demo) are no proof of a factor
    if entry is None or not reauthenticated or entry.user_id != user.pk:
        return
    if method == "mfa":
        sign_in.proven(request, entry, NAMES[type])


@receiver(authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **rest: Any) -> None:
    entry = sign_in.of(request)
    _say("factor.added", user, authenticator)
    if entry is not None and authenticator.type != Authenticator.Type.RECOVERY_CODES:
        sign_in.proven(request, entry, NAMES[authenticator.type])


@receiver(authenticator_removed)
def _removed(user: User, authenticator: Authenticator, **rest: Any) -> None:
    _say("factor.removed", user, authenticator)


@receiver(authenticator_reset)
def _renewed(user: User, authenticator: Authenticator, **rest: Any) -> None:
    _say("factor.renewed", user, authenticator)


@receiver(password_changed)
def _changed(request: HttpRequest, user: User, **rest: Any) -> None:
    with transaction.atomic():
        sign_in.end_all(user, but=sign_in.of(request))
        ledger.write(
            "password.changed", clinic_id=user.clinic_id, actor=user.actor(), subject=f"user:{user.pk}"
        )
    messages.success(request, _("Your password was changed. Your sign-ins elsewhere have ended."))


def _say(act: str, user: User, authenticator: Authenticator) -> None:
    ledger.write(
        act,
        clinic_id=user.clinic_id,
        actor=user.actor(),
        subject=f"user:{user.pk}",
        detail={"kind": NAMES[authenticator.type]},
    )
