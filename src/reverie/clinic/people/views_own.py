"""One's own sign-in: passkeys, app, recovery codes, PIN, password, and where one is signed in now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reverie.clinic.kernel.access import needs
from reverie.clinic.people import acts, questions, sign_in, stations
from reverie.clinic.people.forms_sign_in import NewPinForm
from reverie.clinic.people.models import User


@needs("own.sign_in")
def own_page(request: HttpRequest) -> HttpResponse:
    """Everything about one's own sign-in."""
    user = request.user
    assert isinstance(user, User)
    context = {
        "factors": questions.factors_of(user),
        "sign_ins": questions.sign_ins_of(user, sign_in.of(request)),
        "here": stations.of(request),
        "may_unlock_station": user.is_staff_member,
    }
    return render(request, "people/own.html", context)


@needs("own.sign_in")
def pin(request: HttpRequest) -> HttpResponse:
    """Set one's own PIN; asks for the strong factor when that is a while ago."""
    if not sign_in.recently_authenticated(request):
        return redirect(f"{reverse('prove')}?next={request.path}")
    user = request.user
    assert isinstance(user, User)
    form = NewPinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        acts.set_pin(user, form.cleaned_data["pin"])
        messages.success(request, _("Your PIN is set. It works on every station of the clinic."))
        return redirect("own_sign_in")
    return render(request, "people/pin.html", {"form": form}, status=422 if request.method == "POST" else 200)


@needs("own.sign_in")
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End one's sign-ins elsewhere."""
    user = request.user
    assert isinstance(user, User)
    ended = acts.end_other_sign_ins(user, sign_in.of(request))
    messages.success(request, _("Ended elsewhere: {count}.").format(count=ended))
    return redirect("own_sign_in")
