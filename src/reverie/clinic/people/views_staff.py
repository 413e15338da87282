"""The staff page and the clinic page, for the administrator."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from reverie.clinic.kernel import access
from reverie.clinic.kernel.access import needs
from reverie.clinic.people import acts, invitations, questions, sign_in
from reverie.clinic.people.forms_staff import ChairForm, ClinicForm, InviteForm, MemberForm
from reverie.clinic.people.models import Chair, User
from reverie.clinic.people.views_links import LINK_PURPOSES

LAST = lazy("This person is the only administrator. Give somebody else that role first.")
DEEDS = {
    "disable": (acts.disable, lazy("{name} can no longer sign in. Every sign-in of theirs has ended.")),
    "enable": (acts.enable, lazy("{name} can sign in again.")),
    "unlock": (acts.open_again, lazy("Wrong tries of {name} are forgotten.")),
    "sign-out": (acts.end_sign_ins, lazy("Every sign-in of {name} has ended.")),
}


def _me(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


def _member(request: HttpRequest, user_id: UUID) -> User:
    return access.find(User.objects.staff(), request.user, pk=user_id)


def _to_prove(request: HttpRequest) -> HttpResponse | None:
    # whoever finds the screen unlocked must not be able to let others in
    if sign_in.recently_authenticated(request, minutes=15):
        return None
    back = request.path if request.method == "GET" else reverse("staff")
    return redirect(f"{reverse('prove')}?next={back}")


@needs("staff.manage")
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody who works here."""
    return render(request, "people/staff.html", {"members": questions.members(_me(request).clinic_id)})


@needs("staff.manage")
def invite(request: HttpRequest) -> HttpResponse:
    """Somebody new: the link is shown once, to be handed over."""
    ask = _to_prove(request)
    if ask is not None:
        return ask
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user, secret = acts.invite(_me(request), **form.cleaned_data)
        return _handed(request, user, secret, invitations.INVITED)
    status = 422 if request.method == "POST" else 200
    return render(request, "people/invite.html", {"form": form}, status=status)


@needs("staff.manage")
def member(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """One of the staff: name, roles, and what can be done for them."""
    user = _member(request, user_id)
    posted = request.method == "POST"
    form = MemberForm(request.POST if posted else None, initial={"name": user.name, "roles": user.roles})
    if posted and form.is_valid():
        ask = _to_prove(request)
        if ask is not None:
            return ask
        try:
            acts.change(_me(request), user, **form.cleaned_data)
        except acts.LastAdministrator:
            form.add_error("roles", LAST)
        else:
            messages.success(request, _("Saved."))
            return redirect("staff")
    context = {"form": form, "who": user, **questions.member_facts(user)}
    return render(request, "people/member.html", context, status=422 if posted else 200)


@needs("staff.manage")
@require_POST
def member_deed(request: HttpRequest, user_id: UUID, deed: str) -> HttpResponse:
    """Disable, enable, unlock, sign out."""
    user = _member(request, user_id)
    if deed not in DEEDS:
        raise Http404
    ask = _to_prove(request)
    if ask is not None:
        return ask
    act, words = DEEDS[deed]
    try:
        act(_me(request), user)
    except acts.LastAdministrator:
        messages.error(request, LAST)
    else:
        messages.success(request, words.format(name=user.name))
    return redirect("member", user_id=user_id)


@needs("staff.manage")
@require_POST
def member_link(request: HttpRequest, user_id: UUID, purpose: str) -> HttpResponse:
    """A new one-time link for somebody."""
    user = _member(request, user_id)
    if purpose not in LINK_PURPOSES:
        raise Http404
    ask = _to_prove(request)
    if ask is not None:
        return ask
    return _handed(request, user, acts.new_link(_me(request), user, purpose), purpose)


def _handed(request: HttpRequest, user: User, secret: str, purpose: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("welcome", args=[secret]))
    return render(request, "people/link.html", {"who": user, "address": address, "purpose": purpose})


@needs("clinic.manage")
def clinic(request: HttpRequest) -> HttpResponse:
    """The clinic's name, time zone and chairs."""
    here, posted = _me(request).clinic, request.method == "POST"
    form = ClinicForm(
        request.POST if posted and "time_zone" in request.POST else None,
        clinic=here,
        initial={"name": here.name, "time_zone": here.time_zone},
    )
    chair_form = ChairForm(
        request.POST if posted and not form.is_bound else None, clinic=here, prefix="chair"
    )
    if form.is_bound and form.is_valid():
        acts.set_clinic(_me(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("clinic")
    if chair_form.is_bound and chair_form.is_valid():
        acts.add_chair(_me(request), chair_form.cleaned_data["name"])
        messages.success(request, _("The chair was added."))
        return redirect("clinic")
    context = {
        "form": form,
        "chair_form": chair_form,
        "chairs": here.chairs.all(),
        "zones": questions.zones(),
    }
    return render(request, "people/clinic.html", context, status=422 if posted else 200)


@needs("clinic.manage")
def chair(request: HttpRequest, chair_id: UUID) -> HttpResponse:
    """One chair: rename it, retire it, use it again."""
    found = access.find(Chair.objects.all(), request.user, pk=chair_id)
    posted = request.method == "POST"
    if posted and "in_use" in request.POST:
        acts.change_chair(_me(request), found, in_use=request.POST["in_use"] == "1")
        messages.success(request, _("Saved."))
        return redirect("clinic")
    form = ChairForm(
        request.POST if posted else None,
        clinic=_me(request).clinic,
        chair=found,
        initial={"name": found.name},
    )
    if posted and form.is_valid():
        acts.change_chair(_me(request), found, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("clinic")
    return render(request, "people/chair.html", {"form": form, "chair": found}, status=422 if posted else 200)
