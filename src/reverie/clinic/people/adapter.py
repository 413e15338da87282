"""How allauth signs people in here: who may, how often they may try, what they must prove again.

Its own counters live in a cache that forgets under pressure and per process, so they are switched off
and `throttle` counts instead. A passkey is never throttled: nobody can be locked out who holds one.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import ledger
from reverie.clinic.people import sign_in, stations, throttle
from reverie.clinic.people.address import address_of, network_of
from reverie.clinic.people.hashing import Busy
from reverie.clinic.people.models import User

MOST_FAILURES = 10
WORDS = {
    "username_password_mismatch": _(
        "This sign-in name and password do not fit together, or the sign-in was disabled. "
        "Check both; if you forgot the password, the administrator can give you a new link."
    ),
    "too_many_login_attempts": _(
        "Too many wrong tries. Wait ten minutes, or use a passkey now: it always works."
    ),
    "busy": _("Many people are signing in just now. Try again in a moment."),
    "incorrect_password": _("This is not your password."),
    "enter_current_password": _("This is not your present password."),
    "rate_limited": _("Too many wrong tries. Wait ten minutes, or use a passkey now: it always works."),
    "same_as_current": _("Choose a password that differs from the present one."),
    "incorrect_code": _(
        "This code does not fit. Each code works once: wait for the next one in your app, and type it whole."
    ),
    "cannot_delete_authenticator": _("This is your only second factor. Add another one first."),
}


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Checks names and passwords. A disabled person is answered like a wrong password."""

    @classmethod
    def _stash_user(cls, user: AbstractBaseUser | None) -> AbstractBaseUser | None:
        return None


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by name; nobody signs themselves up."""

    error_messages = {**DefaultAccountAdapter.error_messages, **WORDS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address, or "" when it cannot be told."""
        return address_of(request)

    def is_safe_url(self, url: str) -> bool:
        """Only a path of this very site: there is no other site to go to."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check name and password, at most MOST_FAILURES failures per person and address and per address."""
        name = str(credentials.get("username", "")).strip().lower()[:150]
        by_person = throttle.key_of("password", name, network_of(request))
        by_address = throttle.key_of("password", network_of(request))
        if not throttle.take(by_person, MOST_FAILURES, throttle.about(name)):
            raise self.validation_error("too_many_login_attempts")
        if not throttle.take(by_address, MOST_FAILURES):
            throttle.give_back(by_person)
            raise self.validation_error("too_many_login_attempts")
        try:
            user = Backend().authenticate(request, **credentials)
        except Busy:
            throttle.give_back(by_person)
            throttle.give_back(by_address)
            raise self.validation_error("busy") from None
        if user is None:
            _say_failed(name)
            return None
        throttle.clear(by_person)
        throttle.give_back(by_address)
        user.backend = sign_in.BACKEND
        return user  # type: ignore[no-any-return]

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in whom allauth has checked."""
        how = sign_in.how_of(request, user)
        super().login(request, user)
        sign_in.opened(request, user, how, stations.of(request))

    def logout(self, request: HttpRequest) -> None:
        """Sign out."""
        entry = sign_in.of(request)
        super().logout(request)
        if entry is not None:
            sign_in.end([entry.pk])

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Send a disabled person back; their passkey fits, so they may know why."""
        self.add_message(request, 40, message=_("This sign-in was disabled. Ask the administrator."))
        return HttpResponseRedirect(self.get_logout_redirect_url(request))

    def is_reauthentication_required(self, app: str = "") -> bool:
        """Not within five minutes of a strong factor, nor while the first one is being set up."""
        entry = sign_in.of(self.request)
        if entry is None:
            return True
        if sign_in.standing(entry) is sign_in.Standing.WEAK and not has_factor(entry.user):
            return False
        return not sign_in.recently_authenticated(self.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Passkey, then app; the password alone only for who has neither."""
        methods = super().get_reauthentication_methods(user)
        strong = [method for method in methods if method["id"] != "reauthenticate"]
        return strong[::-1] if strong else methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """One's own page."""
        return reverse("own_sign_in")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say what needs saying; allauth's own pleasantries are dropped."""
        template = kwargs.get("message_template") or (args[0] if args else None)
        if template is None:
            super().add_message(request, level, *args, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None yet: the outbox comes later."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: the last one stays."""

    error_messages = {**DefaultMFAAdapter.error_messages, **WORDS}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether another passkey or app would remain."""
        return has_factor(authenticator.user, but=authenticator)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site as passkeys know it."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Reverie"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A name until the person gives one."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("Passkey {number}")).format(number=count + 1)


def has_factor(user: User, but: Authenticator | None = None) -> bool:
    """Whether the person has a passkey or an authenticator app."""
    factors = Authenticator.objects.filter(
        user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    found: bool = (factors.exclude(pk=but.pk) if but is not None else factors).exists()
    return found


def _say_failed(name: str) -> None:
    # an unknown name may be a password typed into the wrong field: it is not kept
    user = User.objects.filter(username__iexact=name).only("pk", "clinic_id").first()
    ledger.write(
        "sign_in",
        outcome="refused",
        clinic_id=user.clinic_id if user else None,
        subject=f"user:{user.pk}" if user else "",
    )
