"""Signing in and out: allauth's views under acts of ours, and the demo's one click."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reverie.clinic.kernel import access
from reverie.clinic.kernel.access import needs
from reverie.clinic.people import questions, sign_in, stations
from reverie.clinic.people.adapter import Adapter, FactorAdapter
from reverie.clinic.people.gate import before_strong, while_locked
from reverie.clinic.people.models import User

View = Callable[..., HttpResponse]
STATUS_OF = {"too_many_login_attempts": 429, "rate_limited": 429, "busy": 503}


def _of_allauth(view: View, act: str, *marks: Callable[[View], View]) -> View:
    """A view of allauth's under an act of ours; a form that is wrong comes back with 422, 429 or 503."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = _status(response)
        return response

    for mark in marks:
        mark(answered)
    return needs(act)(answered)


def _status(response: HttpResponse) -> int:
    form = (getattr(response, "context_data", None) or {}).get("form")
    codes = {error.code for errors in form.errors.as_data().values() for error in errors} if form else set()
    return next((status for code, status in STATUS_OF.items() if code in codes), 422)


def _login(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    response: HttpResponse = account.login(request, *args, **kwargs)
    if isinstance(response, TemplateResponse) and response.context_data is not None:
        response.context_data["cast"] = list(questions.demo_cast()) if settings.DEMO else []
        response.context_data["station"] = stations.of(request)
    return response


def _logout(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    signed_in = request.user.is_authenticated
    response: HttpResponse = account.logout(request, *args, **kwargs)
    if request.method == "POST" and signed_in:
        # the station's own secret stays in its browser until the shift is over
        kept = stations.of(request) is not None
        response.headers["Clear-Site-Data"] = '"cache"' if kept else '"cache", "cookies"'
    return response


def _remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """The last factor stays: without one nobody gets in."""
    passkey = get_object_or_404(webauthn.Authenticator, pk=pk, user=request.user, type="webauthn")
    passkey.user = request.user
    if request.method == "POST" and not FactorAdapter().can_delete_authenticator(passkey):
        messages.error(request, FactorAdapter.error_messages["cannot_delete_authenticator"])
        return redirect("own_sign_in")
    return webauthn.remove_webauthn(request, pk=pk)  # type: ignore[no-any-return]


login = _of_allauth(_login, "sign_in")
logout = _of_allauth(_logout, "sign_in")
authenticate = _of_allauth(mfa.authenticate, "sign_in")
passkey_login = _of_allauth(webauthn.login_webauthn, "sign_in")

reauthenticate = _of_allauth(account.reauthenticate, "own.sign_in", before_strong, while_locked)
reauthenticate_code = _of_allauth(mfa.reauthenticate, "own.sign_in", while_locked)
reauthenticate_passkey = _of_allauth(webauthn.reauthenticate_webauthn, "own.sign_in", while_locked)
change_password = _of_allauth(account.password_change, "own.sign_in")
add_app = _of_allauth(totp.activate_totp, "own.sign_in", before_strong)
remove_app = _of_allauth(totp.deactivate_totp, "own.sign_in")
add_passkey = _of_allauth(webauthn.add_webauthn, "own.sign_in", before_strong)
rename_passkey = _of_allauth(webauthn.edit_webauthn, "own.sign_in")
remove_passkey = _of_allauth(_remove_passkey, "own.sign_in")
see_recovery_codes = _of_allauth(recovery_codes.view_recovery_codes, "own.sign_in")
new_recovery_codes = _of_allauth(recovery_codes.generate_recovery_codes, "own.sign_in")


@needs("own.sign_in")
def to_own_page(request: HttpRequest) -> HttpResponse:
    """Where allauth thinks that its own lists are."""
    return redirect("own_sign_in")


@needs("sign_in")
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click for a member of the demo's cast. Outside a demo this address does not exist."""
    if not settings.DEMO:
        raise Http404
    chosen = request.POST.get("user", "")
    user = next((member for member in questions.demo_cast() if str(member.pk) == chosen), None)
    if user is None:
        raise Http404
    sign_in.begin(request, user, "demo", stations.of(request))
    return HttpResponseRedirect(local(request.POST.get("next", "")))


def local(address: str, otherwise: str = "/") -> str:
    """The address if it is a path of this site, else another: no redirect leads out."""
    return address if Adapter().is_safe_url(address) else otherwise


@needs("own.sign_in")
@while_locked
@before_strong
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for the strong factor again, then go on."""
    user = request.user
    assert isinstance(user, User)
    methods = Adapter().get_reauthentication_methods(user)
    if not methods:
        raise access.Refused(_("no factor"))
    address = local(request.GET.get("next", ""))
    query = request.GET.copy()
    query["next"] = address
    return HttpResponseRedirect(f"{methods[0]['url']}?{query.urlencode()}")


@needs("own.sign_in")
@before_strong
def set_up(request: HttpRequest) -> HttpResponse:
    """The first second factor: a password alone opens nothing."""
    if getattr(request, "standing", None) is sign_in.Standing.IN_FORCE:
        return redirect(local(request.GET.get("next", "")))
    return TemplateResponse(request, "people/set_up.html", {"next": local(request.GET.get("next", ""), "")})
