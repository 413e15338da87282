"""One-time links: the clinic's first start, an invitation, a lost password, a lost second factor.

Opening a link uses nothing up; sending its form does. A link that is over says whom to ask.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from reverie.clinic.kernel.access import needs
from reverie.clinic.people import acts, invitations, sign_in
from reverie.clinic.people.forms_link import OwnPassword
from reverie.clinic.people.forms_sign_in import FirstStart, NewPasswordForm

LINK_PURPOSES = (invitations.INVITED, invitations.PASSWORD, invitations.FACTOR)


@needs("sign_in")
@sensitive_post_parameters("password", "again")
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """The first administrator names the clinic and themself."""
    invitation = invitations.find(secret, invitations.FIRST)
    if invitation is None:
        return _over(request)
    form = FirstStart(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = {key: value for key, value in form.cleaned_data.items() if key != "again"}
        try:
            user = acts.start(invitation, **data)
        except acts.LinkUsed:
            return _over(request)
        sign_in.begin(request, user, "password")
        return redirect("set_up")
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "zones": sorted(zone for zone in available_timezones() if "/" in zone),
        "wide": False,
    }
    return render(request, "people/start.html", context, status=status)


@needs("sign_in")
@sensitive_post_parameters("password", "again")
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    """Choose one's own password, or forget a lost second factor."""
    invitation = invitations.find(secret, *LINK_PURPOSES)
    if invitation is None or invitation.user is None:
        return _over(request)
    user, posted = invitation.user, request.method == "POST"
    if invitation.purpose == invitations.FACTOR:
        form: OwnPassword | NewPasswordForm = OwnPassword(request.POST if posted else None, user=user)
    else:
        form = NewPasswordForm(request.POST if posted else None, user=user)
    if posted and form.is_valid():
        try:
            if invitation.purpose == invitations.FACTOR:
                acts.drop_factors(invitation)
            else:
                acts.accept(invitation, form.cleaned_data["password"])
        except acts.LinkUsed:
            return _over(request)
        user.refresh_from_db()
        if invitation.purpose == invitations.PASSWORD:
            messages.success(request, _("Your new password is set. Sign in with it now."))
            return redirect("account_login")
        sign_in.begin(request, user, "password")
        return redirect("set_up")
    context = {"form": form, "who": user, "purpose": invitation.purpose}
    return render(request, "people/welcome.html", context, status=422 if posted else 200)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "people/link_over.html", status=410)
